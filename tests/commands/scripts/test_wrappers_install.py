"""Entry scripts are put in place and taken back, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
TOOLS = "beamops/v3/scripts/tools"


def digest(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of every file outside .git."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def test_install_and_undo_leave_the_tree_as_it_was(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\necho a\n"})
    before = digest(repo.path)

    done = run_s2s("wrappers", "install", repo.path, "--yes", "--json")
    installed = digest(repo.path)
    run_s2s("dedupe", "undo", repo.path, "--yes")

    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["applied"]["written"] >= 2
    assert f"{TOOLS}/eliminate-duplication.sh" in installed
    assert digest(repo.path) == before


def test_a_dry_run_changes_nothing(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n"})
    before = digest(repo.path)

    done = run_s2s("wrappers", "install", repo.path, "--dry-run")

    assert "eliminate-duplication.sh" in done.stdout
    assert digest(repo.path) == before


def test_another_script_at_the_path_is_kept_and_named(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    path = f"{TOOLS}/eliminate-duplication.sh"
    repo = make_repo({path: "#!/bin/sh\necho mine\n"})

    done = run_s2s("wrappers", "install", repo.path, "--yes")

    assert done.exit_code == 0
    assert "another script stands there" in done.stdout
    assert repo.read(path) == b"#!/bin/sh\necho mine\n"


def test_nobody_to_ask_is_exit_2_and_changes_nothing(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n"})
    before = digest(repo.path)

    done = run_s2s("wrappers", "install", repo.path)

    assert (done.exit_code, digest(repo.path)) == (2, before)


def test_an_unknown_entry_is_exit_11(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n"})

    done = run_s2s("wrappers", "install", repo.path, "--only", "no.sh", "--yes")

    assert done.exit_code == 11
    assert "eliminate-duplication.sh" in done.stderr


def test_an_installed_script_works_on_the_repository_it_stands_in(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    text = "#!/bin/sh\necho same\n"
    repo = make_repo({"one.sh": text, "two.sh": text})
    run_s2s("wrappers", "install", repo.path, "--yes")
    program = tmp_path / "s2s"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m s2s_tools "$@"\n')
    program.chmod(0o755)

    done = subprocess.run(
        [repo.path / TOOLS / "eliminate-duplication.sh", "--yes"],
        cwd="/",
        env={**os.environ, "S2S": str(program), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert os.readlink(repo.path / "two.sh") == "one.sh"
