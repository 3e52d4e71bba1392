"""`s2s fix-paths` as people and programs call it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OLD = "/srv/old/place"
SCRIPT = f'#!/usr/bin/env bash\nset -eu\necho "{OLD}/data"\n'
MANUAL = f"#!/usr/bin/env bash\ncat <<'EOF'\n{OLD}\nEOF\n"
MANIFEST = f"schema: 1\nformer_roots: [{OLD}]\n"

Files = dict[str, Any]


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    return make_repo(
        {
            "bin/show.sh": SCRIPT,
            "bin/doc.sh": MANUAL,
            ".s2s/manifest.yaml": MANIFEST,
            "notes.md": f"see {OLD}/data\n",
            "app.json": f'{{"root": "{OLD}"}}\n',
        },
        name="new place",
    )


def apply(run_s2s: Callable[..., Any], repo: Any, *args: object) -> Any:
    return run_s2s("fix-paths", *args, "--apply", "--yes", cwd=repo.path)


def call(*argv: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(arg) for arg in argv],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def state(repo: Any) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(repo.path)): (path.lstat().st_mode, path.read_bytes())
        for path in sorted(repo.path.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(repo.path).parts
    }


def test_it_shows_contexts_and_what_is_left(repo: Any, run_s2s: Any) -> None:
    ran = run_s2s("fix-paths", cwd=repo.path)

    assert ran.exit_code == 0, ran.stderr
    assert f"{OLD} ($S2S_ROOT)" in ran.stdout
    assert "double quoted" in ran.stdout
    assert "bin/doc.sh:3 (quoted heredoc)" in ran.stdout
    assert "notes.md: line 1" in ran.stdout
    assert "app.json: line 1" in ran.stdout
    assert "1 script can be rewritten" in ran.stdout
    assert "1  can be rewritten" in ran.stdout


def test_the_json_is_one_document(repo: Any, run_s2s: Any) -> None:
    found = json.loads(run_s2s("fix-paths", "--json", cwd=repo.path).stdout)
    done = json.loads(apply(run_s2s, repo, "--json").stdout)

    assert found["totals"] == {
        "auto": 1,
        "safe-charset": 0,
        "manual": 1,
        "skipped": 0,
    }
    assert found["proofs"] == {"scripts": 1, "words": 1, "unevaluated": 0}
    assert [item["path"] for item in found["other_files"]] == ["app.json", "notes.md"]
    assert done["applied"]["written"] == 1


def test_a_rewritten_script_runs_from_the_new_place_and_undo_is_exact(
    repo: Any, run_s2s: Any
) -> None:
    before = state(repo)

    ran = apply(run_s2s, repo)
    said = call(repo.path / "bin/show.sh")
    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert ran.exit_code == 0, ran.stderr
    assert said.stdout == f"{os.path.realpath(repo.path)}/data\n"
    assert undone.exit_code == 0
    assert state(repo) == before


def test_a_second_run_changes_nothing(repo: Any, run_s2s: Any) -> None:
    apply(run_s2s, repo)
    repo.commit({}, "fixed")
    once = state(repo)

    ran = apply(run_s2s, repo)

    assert ran.exit_code == 0
    assert "Nothing was changed" in ran.stdout
    assert state(repo) == once


def test_check_is_1_until_nothing_is_left(repo: Any, run_s2s: Any) -> None:
    found = run_s2s("fix-paths", "--check", cwd=repo.path)
    apply(run_s2s, repo)
    manual = run_s2s("fix-paths", "--check", cwd=repo.path)
    clean = run_s2s("fix-paths", "bin/show.sh", "--check", cwd=repo.path)

    assert (found.exit_code, manual.exit_code, clean.exit_code) == (1, 1, 0)


@pytest.mark.parametrize("option", ["--diff", "--dry-run"])
def test_a_diff_can_be_applied_by_git(option: str, repo: Any, run_s2s: Any) -> None:
    before = state(repo)

    shown = run_s2s("fix-paths", option, cwd=repo.path)
    unchanged = state(repo) == before
    repo.git("apply", "-", input=shown.stdout.encode())
    by_hand = repo.read("bin/show.sh")
    repo.git("checkout", "bin/show.sh")
    apply(run_s2s, repo)

    assert unchanged
    assert by_hand == repo.read("bin/show.sh")


def test_a_dry_run_of_apply_changes_nothing(repo: Any, run_s2s: Any) -> None:
    before = state(repo)

    ran = apply(run_s2s, repo, "--dry-run")

    assert "+++ b/bin/show.sh" in ran.stdout
    assert state(repo) == before


def test_the_repository_s_own_folder_is_looked_for(
    make_repo: Callable[..., Any], run_s2s: Any, tmp_path: Path
) -> None:
    here = os.path.realpath(tmp_path / "repo")
    repo = make_repo({"a.sh": f"#!/bin/sh\ncd '{here}/x'\n"})

    apply(run_s2s, repo)

    assert repo.read("a.sh").endswith(b"cd \"${S2S_ROOT}\"'/x'\n")


def test_a_tree_beside_the_repository_names_itself_with_its_own_variable(
    make_repo: Callable[..., Any], run_s2s: Any, tmp_path: Path
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n"})
    tree = repo.worktree("../beside", branch="beside")
    here = os.path.realpath(tree.path)
    tree.commit({"a.sh": f'#!/bin/sh\necho "{here}/x"\n'})

    apply(run_s2s, tree)

    assert b'echo "${S2S_TREE}/x"' in tree.read("a.sh")
    assert call("sh", tree.path / "a.sh").stdout == f"{here}/x\n"


def test_a_path_covers_its_own_worktree_alone(repo: Any, run_s2s: Any) -> None:
    tree = repo.worktree("trees/one", branch="one")

    apply(run_s2s, repo)
    alone = tree.read("bin/show.sh")
    apply(run_s2s, repo, ".", "trees/one")

    assert alone == SCRIPT.encode()
    assert tree.read("bin/show.sh") == repo.read("bin/show.sh")
    said = call(tree.path / "bin/show.sh").stdout
    assert said == f"{os.path.realpath(repo.path)}/data\n"


def test_a_file_that_is_named_may_be_untracked(repo: Any, run_s2s: Any) -> None:
    repo.write("new.sh", SCRIPT)

    whole = apply(run_s2s, repo, ".")
    named = apply(run_s2s, repo, "new.sh")

    assert "git does not track it" in whole.stderr + whole.stdout
    assert named.exit_code == 0, named.stderr
    assert b"S2S_ROOT" in repo.read("new.sh")


def test_a_repository_without_commits_is_fixed_as_well(
    make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    repo = make_repo()
    repo.write("new.sh", SCRIPT)

    ran = apply(run_s2s, repo, "--prefix", OLD)

    assert ran.exit_code == 0, ran.stderr
    assert b"S2S_ROOT" in repo.read("new.sh")


def test_homes_are_proposed_and_never_assumed(
    make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    home = "/Users/ada/work/tool"
    repo = make_repo(
        {
            "a.sh": f'#!/bin/sh\ncd "{home}/bin"\n',
            "bin/b.sh": f'#!/bin/sh\ncat "{home}"\ncat "/Users/ada/.rc"\n',
            "c.sh": '#!/bin/sh\ncat "/Users/ada/.rc" "/Users/eve/x"\n',
            "d.sh": '#!/bin/sh\ndocker run -v x:/home/node/.n8n "/home/node"\n',
            "e.sh": '#!/bin/sh\ndocker run -v x:/home/node/.n8n "/home/node"\n',
        }
    )

    ran = run_s2s("fix-paths", cwd=repo.path)

    assert "No hard-coded path in 5 scripts" in ran.stdout
    assert f"--prefix {home}  (2 scripts)" in ran.stdout
    assert "--prefix /Users/ada=HOME  (2 scripts)" in ran.stdout
    assert "eve" not in ran.stdout
    assert "node" not in ran.stdout


def test_a_home_becomes_the_caller_s_home(
    make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    repo = make_repo({"a.sh": '#!/bin/sh\necho "/Users/ada/.rc"\n'})

    apply(run_s2s, repo, "--prefix", "/Users/ada=HOME")

    assert call(repo.path / "a.sh", HOME="/home/eve x").stdout == "/home/eve x/.rc\n"
    assert call(repo.path / "a.sh").returncode != 0


def test_the_variable_s_name_may_be_chosen(repo: Any, run_s2s: Any) -> None:
    apply(run_s2s, repo, "--root-var", "PROJECT")

    said = call(repo.path / "bin/show.sh").stdout
    assert said == f"{os.path.realpath(repo.path)}/data\n"
    assert b"${PROJECT}/data" in repo.read("bin/show.sh")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--prefix", "/"], "every path"),
        (["--prefix", "//"], "every path"),
        (["--prefix", ""], "empty"),
        (["--prefix", "relative/x"], "not absolute"),
        (["--prefix", "/a/../b"], ".."),
        (["--prefix", "/a\nb"], "control"),
        (["--root-var", "1x"], "--root-var"),
        (["--root-var", "PATH"], "--root-var"),
        (["--root-var", "a;b"], "--root-var"),
        (["--check", "--apply"], "--check"),
    ],
)
def test_an_option_that_makes_no_sense_is_2(
    args: list[str], says: str, repo: Any, run_s2s: Any
) -> None:
    before = state(repo)

    ran = run_s2s("fix-paths", *args, "--yes", cwd=repo.path)

    assert ran.exit_code == 2
    assert says in ran.stderr
    assert state(repo) == before


BAD: dict[str, tuple[bytes, str]] = {
    "syntax": (f'cd "{OLD}"\nif (\n'.encode(), "cannot be read"),
    "binary": (f'cd "{OLD}"\n\0\1'.encode(), "binary"),
    "latin": (f'cd "{OLD}"\n# caf\xe9\n'.encode("latin-1"), "not UTF-8"),
    "crlf": (f'cd "{OLD}"\r\necho\r\n'.encode(), "CRLF"),
    "mark": (b"\xef\xbb\xbf" + f'cd "{OLD}"\n'.encode(), "byte-order"),
    "big": (f'cd "{OLD}"\n'.encode() + b"echo line\n" * 500_000, "larger than"),
    "zsh": (f'#!/bin/zsh\ncd "{OLD}"\n'.encode(), "zsh"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_named_and_stays(
    kind: str, repo: Any, run_s2s: Any
) -> None:
    data, says = BAD[kind]
    repo.write("bad.sh", data)

    ran = apply(run_s2s, repo, "bad.sh")

    assert ran.exit_code == 0, ran.stderr
    assert "bad.sh" in ran.stdout
    assert says in " ".join(ran.stdout.split())
    assert repo.read("bad.sh") == data


def test_a_link_a_folder_less_path_and_a_read_only_file_are_named(
    repo: Any, run_s2s: Any
) -> None:
    (repo.path / "link.sh").symlink_to("bin/show.sh")
    (repo.path / "link").symlink_to("bin/show.sh")
    repo.write("fixed.sh", (SCRIPT, 0o555))

    link = apply(run_s2s, repo, "link.sh")
    fixed = apply(run_s2s, repo, "fixed.sh")
    gone = apply(run_s2s, repo, "gone.sh")

    assert "is a link" in link.stdout
    assert "is a link" in apply(run_s2s, repo, "link").stdout
    assert "fixed.sh:3 (double quoted): is read-only" in fixed.stdout
    assert "rewritten" not in fixed.stdout
    assert gone.exit_code == 11
    assert (repo.path / "link.sh").is_symlink()
    assert repo.read("fixed.sh") == repo.read("bin/show.sh") == SCRIPT.encode()


def test_a_path_given_twice_counts_once(repo: Any, run_s2s: Any) -> None:
    ran = run_s2s(
        "fix-paths", "bin/show.sh", "./bin/show.sh", ".", "--json", cwd=repo.path
    )

    assert json.loads(ran.stdout)["totals"]["auto"] == 1


def test_paths_of_two_repositories_are_refused(
    repo: Any, make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    other = make_repo({"a.sh": SCRIPT}, name="other")

    ran = run_s2s("fix-paths", repo.path, other.path)

    assert ran.exit_code == 2


def test_the_entry_script_fixes_the_repository_it_stands_in(
    repo: Any, run_s2s: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S2S_REPO", str(repo.path))

    ran = run_s2s("fix-paths", "--apply", "--yes", cwd="/")

    assert ran.exit_code == 0, ran.stderr
    assert b"S2S_ROOT" in repo.read("bin/show.sh")


def test_hostile_names_reach_no_shell(
    make_repo: Callable[..., Any], run_s2s: Any, tmp_path: Path
) -> None:
    names = ["$(touch x).sh", "-n.sh", "a b\n'\".sh", "{{7*7}}.sh"]
    repo = make_repo(dict.fromkeys(names, SCRIPT))

    ran = apply(run_s2s, repo, "--prefix", OLD, ".")

    assert ran.exit_code == 0, ran.stderr
    assert "\x1b" not in ran.stdout
    assert all(b"${S2S_ROOT}/data" in repo.read(name) for name in names)
    assert not list(tmp_path.rglob("x"))


@pytest.mark.parametrize("roots", ["/x", "[/]", "[x/y]", "['']", "[3]"])
def test_a_broken_list_of_former_roots_is_named(
    roots: str, repo: Any, run_s2s: Any
) -> None:
    repo.write(".s2s/manifest.yaml", f"schema: 1\nformer_roots: {roots}\n")

    ran = run_s2s("fix-paths", cwd=repo.path)

    assert ran.exit_code == 2
    assert ".s2s/manifest.yaml:2: former_roots" in ran.stderr


FOREIGN = {
    "u.service": f"[Service]\nExecStart={OLD}/run\n",
    "c.yaml": f"a: b\nroot: {OLD}\n",
    "p.py": f"import os\nos.chdir('{OLD}')\n",
    "tool": f"#!/usr/bin/env python3\nopen('{OLD}')\n",
    "wrong.sh": f"#!/usr/bin/env python3\nopen('{OLD}')\n",
    ".env": f"A=1\nROOT={OLD}\n",
    "n.md": f"text\n{OLD}\n",
    "plain.txt": f"text\ncd {OLD}\n",
    "Makefile": f"all:\n\tcd {OLD}\n",
    "j.json": f'{{\n"a": "{OLD}" (\n',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_named_file_that_is_no_shell_script_is_reported_and_stays(
    name: str, repo: Any, run_s2s: Any
) -> None:
    repo.commit({name: FOREIGN[name]})

    ran = apply(run_s2s, repo, name, "--prefix", OLD)

    said = " ".join(ran.stdout.split())
    assert ran.exit_code == 0, ran.stderr
    assert f"{name}: line 2 (it is no shell script)" in said
    assert "reported only" in said
    assert "cannot be read" not in said
    assert repo.read(name) == FOREIGN[name].encode()


def test_a_folder_without_scripts_is_looked_at(
    make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    repo = make_repo({"j.json": f'{{"a": "{OLD}"}}\n'})

    ran = run_s2s("fix-paths", "--prefix", OLD, "--check", cwd=repo.path)

    assert ran.exit_code == 0
    assert f"{OLD} ($S2S_ROOT)" in ran.stdout
    assert "j.json: line 1" in ran.stdout


def test_every_tracked_text_that_names_the_folder_is_listed(
    repo: Any, run_s2s: Any
) -> None:
    repo.commit(
        {
            "bin/show.sh.backup.today": SCRIPT,
            "log.jsonl": f"{OLD}\n",
            "LICENCE": f"\n{OLD}\n",
            "image.bin": b"\0" + OLD.encode(),
        }
    )

    ran = apply(run_s2s, repo)
    named = apply(run_s2s, repo, "bin/show.sh.backup.today")

    assert "bin/show.sh.backup.today: line 3 (it is only" in ran.stdout
    assert "log.jsonl: line 1" in ran.stdout
    assert "LICENCE: line 2" in ran.stdout
    assert "image.bin" not in ran.stdout
    assert named.exit_code == 0
    assert b"S2S_ROOT" in repo.read("bin/show.sh.backup.today")


@pytest.mark.parametrize(
    "line", [f'grep "^{OLD}" f', f"curl -d @{OLD}/f u", f"x @'{OLD}/f'"]
)
def test_a_path_behind_a_mark_is_left_for_a_person(
    line: str, make_repo: Callable[..., Any], run_s2s: Any
) -> None:
    repo = make_repo({"a.sh": f"#!/bin/sh\n{line}\n"})

    ran = run_s2s("fix-paths", "--prefix", OLD, "--check", cwd=repo.path)

    assert ran.exit_code == 1
    assert "a.sh:2 (other path)" in ran.stdout


def test_an_empty_path_is_one_clear_line(repo: Any, run_s2s: Any) -> None:
    ran = run_s2s("fix-paths", "", cwd=repo.path)

    assert ran.exit_code == 2
    assert "a path is empty" in ran.stderr
