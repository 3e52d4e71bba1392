"""s2s edit opens the body, from wherever and by whatever name it is called."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

BODY = "#!/bin/sh\necho body\n"
STORE = ".s2s/canonical/tools/a.sh"


def wrapper(id: bytes = b"tools/a.sh", path: bytes = b"tools/a.sh") -> bytes:
    row = ExecWrapper(
        id=id, path=path, body=b".s2s/canonical/" + id, project=b"0123456789ab"
    )
    return render.exec_wrapper(row)


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    """A script with its body in the store, a wrapper and a link."""
    made = make_repo({STORE: BODY, "tools/a.sh": wrapper(), "plain.sh": BODY + ":\n"})
    made.file("bin").mkdir()
    made.file("bin/b.sh").symlink_to("../" + STORE)
    made.commit(message="a link")
    return made


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that tells what it was given, and exits 7."""
    program = tmp_path / "an editor"
    program.write_text('#!/bin/sh\nprintf "%s|" "$@" >"$0.told"; exit 7\n')
    program.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{program}' --wait")
    return program


@pytest.mark.parametrize("name", ["tools/a.sh", "a.sh", "bin/b.sh", STORE])
def test_every_name_of_a_script_leads_to_its_body(
    name: str, repo: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s("edit", "--print", name, cwd=repo.path)

    assert (done.exit_code, done.stdout) == (0, f"{repo.path}/{STORE}\n")


def test_from_a_folder_below_the_root_the_id_is_still_known(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s("edit", "--print", "tools/a.sh", cwd=repo.path / "bin")

    assert done.stdout == f"{repo.path}/{STORE}\n"


def test_a_worktree_with_its_own_body_gets_that_one(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")

    done = run_s2s("edit", "--print", "a.sh", cwd=other.path)

    assert done.stdout == f"{other.path.resolve()}/{STORE}\n"


def test_a_worktree_without_a_body_gets_the_main_trees_never_the_shared_copy(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")
    other.file(STORE).unlink()
    repo.write(".git/s2s/canonical/tools/a.sh", BODY)

    done = run_s2s("edit", "--print", "tools/a.sh", cwd=other.path)

    assert done.stdout == f"{repo.path}/{STORE}\n"


def test_a_body_that_is_checked_out_nowhere_is_told(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file(STORE).unlink()

    done = run_s2s("edit", "--print", "tools/a.sh", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (11, "")
    assert "check out the branch that has it" in done.stderr


def test_a_plain_script_is_its_own_body(repo: Any, run_s2s: Callable[..., Any]) -> None:
    done = run_s2s("edit", "--json", "plain.sh", cwd=repo.path)

    assert json.loads(done.stdout)["path"] == f"{repo.path}/plain.sh"


def test_a_managed_copy_leads_to_its_canonical(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY, "copy.sh": BODY})
    run_s2s("manifest", "build", repo.path)
    text = repo.read(".s2s/manifest.yaml").decode()
    repo.write(".s2s/manifest.yaml", text.replace("strategy: link", "strategy: copy"))

    done = run_s2s("edit", "--print", "copy.sh", cwd=repo.path)

    assert done.stdout == f"{repo.path}/a.sh\n"


def test_the_editor_gets_the_body_and_its_exit_code_is_ours(
    repo: Any, editor: Path, s2s_process: Callable[..., Any]
) -> None:
    done = s2s_process("edit", "a.sh", cwd=repo.path)

    told = Path(f"{editor}.told").read_text()
    assert (done.exit_code, told) == (7, f"--wait|{repo.path}/{STORE}|")


def test_visual_comes_before_editor(
    repo: Any, editor: Path, s2s_process: Callable[..., Any]
) -> None:
    done = s2s_process("edit", "a.sh", cwd=repo.path, env={"VISUAL": "sh -c 'exit 3'"})

    assert done.exit_code == 3
    assert not Path(f"{editor}.told").exists()


def test_an_editor_that_a_signal_ends_is_told_as_a_shell_does(
    repo: Any, s2s_process: Callable[..., Any]
) -> None:
    done = s2s_process(
        "edit", "a.sh", cwd=repo.path, env={"VISUAL": "sh -c 'kill -TERM $$'"}
    )

    assert done.exit_code == 128 + 15


@pytest.mark.parametrize(
    ("editor", "code"), [("", 2), ("'", 2), ("/no/such/editor", 11)]
)
def test_no_editor_is_one_clear_line(
    editor: str, code: int, repo: Any, s2s_process: Callable[..., Any]
) -> None:
    env = {"VISUAL": "", "EDITOR": editor}

    done = s2s_process("edit", "a.sh", cwd=repo.path, env=env)

    assert (done.exit_code, done.stderr.count("\n")) == (code, 1)


def test_a_change_of_a_shared_body_is_followed_by_what_to_do(
    repo: Any, s2s_process: Callable[..., Any]
) -> None:
    repo.write(".git/s2s/canonical/tools/a.sh", BODY)
    env = {"VISUAL": "sh -c 'echo : >>\"$1\"' editor"}

    done = s2s_process("edit", "a.sh", cwd=repo.path, env=env)

    assert (done.exit_code, "s2s dedupe sync" in done.stderr) == (0, True)


def test_an_unknown_name_says_what_is_near(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s("edit", "--print", "tools/aa.sh", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (11, "")
    assert "did you mean tools/a.sh" in done.stderr


def test_an_entry_script_has_no_body(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY})
    run_s2s("wrappers", "install", repo.path, "--yes")
    name = "beamops/v3/scripts/tools/eliminate-duplication.sh"

    done = run_s2s("edit", "--print", name, cwd=repo.path)

    assert (done.exit_code, "no body to edit" in done.stderr) == (1, True)


@pytest.mark.parametrize("id", ["../../../outside.sh", "/etc/passwd", ".git/config"])
def test_a_forged_wrapper_leads_nowhere(
    id: str, repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.write("../outside.sh", BODY)
    repo.write("bad.sh", f"#!/bin/sh\n# s2s-wrapper:1 exec {id}\n")

    done = run_s2s("edit", "--print", "bad.sh", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (1, "")


def test_a_body_that_is_a_link_out_of_the_tree_is_not_opened(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.write("../outside.sh", BODY)
    repo.file(STORE).unlink()
    repo.file(STORE).symlink_to(repo.path.parent / "outside.sh")

    done = run_s2s("edit", "--print", "tools/a.sh", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (11, "")


def test_a_hostile_path_is_printed_as_its_bytes_to_a_program(
    make_repo: Callable[..., Any], s2s_process: Callable[..., Any]
) -> None:
    name = os.fsdecode(b"a \x1b[31m\n\xff.sh")
    repo = make_repo({name: BODY})

    done = s2s_process("edit", "--print", name, cwd=repo.path)

    assert done.stdout == f"{repo.path}/{name}\n"
