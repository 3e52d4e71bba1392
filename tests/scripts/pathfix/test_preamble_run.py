"""The preamble finds the main tree in every shell, from anywhere, or stops."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.syntax import facts, preamble
from s2s_tools.scripts.syntax.preamble import Preamble

SHELLS = {
    "bash": ["bash"],
    "bash eu": ["bash", "-eu"],
    "bash posix": ["bash", "--posix", "-eu"],
    "dash eu": ["dash", "-eu"],
    "busybox": ["busybox", "sh", "-eu"],
    "mksh": ["mksh", "-eu"],
}
TELL = b'printf "%s|%s\\n" "$S2S_ROOT" "$S2S_TREE"\n'
NAME = "a repo *[x]'\"$HOME&"


PLAIN = Preamble()


def script(what: Preamble = PLAIN) -> bytes:
    return b"#!/bin/sh\n" + preamble.text(what) + TELL


def run(*argv: object, cwd: object = "/", **env: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [os.fsencode(str(arg)) for arg in argv],
        cwd=str(cwd),
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    return make_repo({"bin/deep/tell.sh": script()}, name=NAME)


@pytest.mark.parametrize("shell", SHELLS)
def test_main_and_linked_worktrees_share_the_root(
    shell: str, repo: Any, require_tool: Callable[[str], str]
) -> None:
    require_tool(SHELLS[shell][0])
    inside = repo.worktree("worktrees/one", branch="one")
    beside = repo.worktree("../beside it", branch="two")
    said = [
        run(*SHELLS[shell], tree.path / "bin/deep/tell.sh")
        for tree in (repo, inside, beside)
    ]

    root = os.path.realpath(repo.path)
    assert said == [
        (0, f"{root}|{os.path.realpath(tree.path)}\n", "")
        for tree in (repo, inside, beside)
    ]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_caller_may_say_where_the_root_is(
    shell: str, repo: Any, tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    require_tool(SHELLS[shell][0])
    said = run(*SHELLS[shell], repo.path / "bin/deep/tell.sh", S2S_ROOT=str(tmp_path))
    gone = run(*SHELLS[shell], repo.path / "bin/deep/tell.sh", S2S_ROOT="/no/such")

    assert said[1].startswith(f"{tmp_path}|")
    assert gone[1].startswith(f"{os.path.realpath(repo.path)}|")


def test_a_relative_root_is_made_absolute(repo: Any, tmp_path: Path) -> None:
    said = run(repo.path / "bin/deep/tell.sh", cwd=tmp_path, S2S_ROOT=".")

    assert said[1].startswith(f"{os.path.realpath(tmp_path)}|")


@pytest.mark.parametrize("shell", SHELLS)
def test_outside_a_repository_it_stops_with_one_line(
    shell: str, tmp_path: Path, require_tool: Callable[[str], str]
) -> None:
    require_tool(SHELLS[shell][0])
    (tmp_path / "tell.sh").write_bytes(script())

    code, out, err = run(*SHELLS[shell], tmp_path / "tell.sh")

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "set S2S_ROOT" in err


@pytest.mark.parametrize("name", ["tell.sh", "./tell.sh", "../deep/tell.sh"])
def test_it_is_found_by_relative_names(name: str, repo: Any) -> None:
    said = run("sh", name, cwd=repo.path / "bin/deep")

    assert said[0] == 0
    assert said[1].startswith(os.path.realpath(repo.path) + "|")


def test_it_is_found_on_the_path(repo: Any) -> None:
    said = run("bash", "tell.sh", PATH=f"{repo.path}/bin/deep:/usr/bin:/bin")

    assert said[1].startswith(os.path.realpath(repo.path) + "|")


def test_links_to_it_are_followed(repo: Any, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(repo.path / "bin/deep/tell.sh")
    (tmp_path / "two").symlink_to("one")

    said = run(tmp_path / "two")

    assert said[1].startswith(os.path.realpath(repo.path) + "|")


def test_a_link_to_a_body_in_the_common_folder_means_its_own_tree(repo: Any) -> None:
    tree = repo.worktree("../other tree", branch="other")
    body = repo.path / ".git/s2s/canonical/tell.sh"
    body.parent.mkdir(parents=True)
    body.write_bytes(script())
    body.chmod(0o755)
    (tree.path / "tell.sh").symlink_to(os.path.relpath(body, tree.path))

    said = run("bash", tree.path / "tell.sh")
    direct = run("bash", body)

    root = os.path.realpath(repo.path)
    assert said[1] == f"{root}|{os.path.realpath(tree.path)}\n"
    assert direct[1] == f"{root}|{root}\n"


def test_a_body_run_by_a_wrapper_is_where_the_wrapper_is(
    repo: Any, tmp_path: Path
) -> None:
    tree = repo.worktree("../other tree", branch="other")
    body = tmp_path / "body.sh"
    body.write_bytes(script())
    wrapper = tree.path / "bin/deep/wrapped.sh"
    wrapper.write_text(f'#!/bin/sh\nS2S_SELF="$$:$0" exec sh "{body}"\n')
    wrapper.chmod(0o755)

    said = run(wrapper)
    stale = run("sh", body, S2S_SELF=f"1:{wrapper}")

    assert said[1] == (f"{os.path.realpath(repo.path)}|{os.path.realpath(tree.path)}\n")
    assert stale[0] == 1


def test_a_sourced_library_finds_its_own_place(repo: Any, tmp_path: Path) -> None:
    caller = tmp_path / "caller.sh"
    caller.write_text(f'#!/bin/bash\nset -eu\n. "{quoted(repo)}"\n')

    said = run("bash", caller)

    assert said[1].startswith(os.path.realpath(repo.path) + "|")


def quoted(repo: Any) -> str:
    path = str(repo.path / "bin/deep/tell.sh")
    return path.replace('"', '\\"').replace("$", "\\$")


def test_a_submodule_is_a_repository_of_its_own(
    make_repo: Callable[..., Any],
) -> None:
    part = make_repo({"tell.sh": script()}, name="part")
    whole = make_repo({"x": "x"}, name="whole")
    whole.git("-c", "protocol.file.allow=always", "submodule", "add", part.path, "sub")

    said = run(whole.path / "sub/tell.sh")

    sub = os.path.realpath(whole.path / "sub")
    assert said[1] == f"{sub}|{sub}\n"


def test_a_bare_repository_has_no_main_tree_to_guess(
    make_repo: Callable[..., Any], tmp_path: Path
) -> None:
    source = make_repo({"tell.sh": script()}, name="source")
    source.git("clone", "-q", "--bare", source.path, tmp_path / "x.git")
    bare = type(source)(tmp_path / "x.git")
    bare.git("worktree", "add", "-q", tmp_path / "tree", "main")

    code, out, err = run(tmp_path / "tree/tell.sh")

    assert (code, out) == (1, "")
    assert "set S2S_ROOT" in err


def test_an_unpacked_archive_is_known_by_its_manifest(tmp_path: Path) -> None:
    (tmp_path / ".s2s").mkdir()
    (tmp_path / ".s2s/manifest.yaml").write_text("schema: 1\n")
    (tmp_path / "tell.sh").write_bytes(script())

    said = run("sh", tmp_path / "tell.sh")

    root = os.path.realpath(tmp_path)
    assert said[1] == f"{root}|{root}\n"


def test_a_checked_script_stops_under_a_root_with_odd_characters(
    repo: Any, make_repo: Callable[..., Any]
) -> None:
    plain = make_repo({"x.sh": script(Preamble(checked=True))}, name="plain-1.0_b")
    repo.write("x.sh", script(Preamble(checked=True)))

    good, bad = run(plain.path / "x.sh"), run(repo.path / "x.sh")

    assert good[0] == 0
    assert (bad[0], bad[1], bad[2].count("\n")) == (1, "", 1)


def test_only_where_another_shell_needs_it_the_root_is_exported(repo: Any) -> None:
    child = b"sh -c 'echo \"${S2S_ROOT-none}\"'\n"
    repo.write("a.sh", script() + child)
    repo.write("b.sh", script(Preamble(exported=True)) + child)

    said = [run(repo.path / name)[1].splitlines()[1] for name in ("a.sh", "b.sh")]

    assert said == ["none", os.path.realpath(repo.path)]


def test_an_empty_home_stops_the_script() -> None:
    text = preamble.text(Preamble(b"", needs=(b"HOME",))) + b"echo on\n"

    code, out, err = run("sh", "-c", text.decode())

    assert (code != 0, out, err.count("\n")) == (True, "", 1)


@pytest.mark.parametrize(
    "what",
    [
        Preamble(),
        Preamble(b"OTHER", True, True, (b"HOME", b"ZED")),
        Preamble(b"", needs=(b"HOME",)),
        Preamble(checked=True),
    ],
)
def test_a_preamble_is_known_again_and_only_unchanged(what: Preamble) -> None:
    text = preamble.text(what)

    found = preamble.find(b"#!/bin/sh\n" + text + b"x\n")

    assert found is not None
    assert found.what == what
    assert preamble.find(text.replace(b"}", b"} ")) is None


def test_the_preamble_is_no_self_location() -> None:
    plain = facts.read(b"#!/bin/sh\n" + preamble.text(Preamble()) + b"echo\n")
    real = facts.read(
        b"#!/bin/sh\n" + preamble.text(Preamble()) + b'cd "$(dirname "$0")"\n'
    )

    assert plain.own == ()
    assert real.locates is not None
    assert real.locates.line == 2 + preamble.text(Preamble()).count(b"\n")


def test_the_preamble_passes_shellcheck(require_tool: Callable[[str], str]) -> None:
    text = script(Preamble(exported=True, checked=True, needs=(b"HOME",)))

    for shell in ("sh", "bash", "dash", "ksh"):
        done = subprocess.run(
            [require_tool("shellcheck"), "-s", shell, "-"],
            input=text,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", [" x ", "a\nb", "b\n", "-n", "é *", "$(id)`id`", "\\"])
def test_hostile_folder_names_give_the_right_root_or_none(
    name: str,
    shell: str,
    make_repo: Callable[..., Any],
    require_tool: Callable[[str], str],
) -> None:
    require_tool(SHELLS[shell][0])
    repo = make_repo({"bin/tell.sh": script()}, name=name)
    tree = repo.worktree("trees/one", branch="one")

    main = run(*SHELLS[shell], repo.path / "bin/tell.sh")
    linked = run(*SHELLS[shell], tree.path / "bin/tell.sh")

    root = os.path.realpath(repo.path)
    assert main == (0, f"{root}|{root}\n", "")
    if "\n" in name:  # git's pointer is a line: where it ends nobody can tell
        assert linked[0] == 1 or linked[1].startswith(f"{root}|")
    else:
        assert linked == (0, f"{root}|{os.path.realpath(tree.path)}\n", "")


@pytest.mark.parametrize(
    "setting",
    ["set -C", "set -f", "IFS=/", "IFS=", "CDPATH=/:/tmp; export CDPATH", "cd /tmp"],
)
def test_the_caller_s_settings_do_not_matter(setting: str, repo: Any) -> None:
    path = str(repo.path / "bin/deep/tell.sh")

    said = run("bash", "-c", f'{setting}\n. "$1"', "x", path)

    root = os.path.realpath(repo.path)
    assert said == (0, f"{root}|{root}\n", "")
