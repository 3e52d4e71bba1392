"""The committed entry scripts run in every shell, from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from s2s_tools.scripts.wrappers import render, service

ROOT = Path(__file__).resolve().parents[3]
SHELLS = {
    "sh": ["sh"],
    "dash": ["dash"],
    "bash": ["bash"],
    "bash posix": ["bash", "--posix"],
    "bash eu": ["bash", "-eu"],
    "busybox": ["busybox", "sh"],
    "zsh": ["zsh"],
}
NAMES = [entry.name for entry in service.entries()]
PROBE = '#!/bin/sh\nprintf "%s|" "$S2S_REPO" "$@"; exit 7\n'


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """A folder with an `s2s` that tells how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "s2s").write_text(PROBE)
    (folder / "s2s").chmod(0o755)
    return folder


def test_the_committed_wrappers_are_what_the_entries_say() -> None:
    wanted = {entry.name: render.entry(entry) for entry in service.entries()}
    present = {path.name: path.read_bytes() for path in (ROOT / "wrappers").iterdir()}

    assert present == wanted, "run: make wrappers"
    assert all(os.access(ROOT / "wrappers" / name, os.X_OK) for name in wanted)


@pytest.mark.parametrize("shell", SHELLS)
def test_arguments_exit_code_and_repository_reach_the_command(
    shell: str,
    bin_folder: Path,
    tmp_path: Path,
    require_tool: Callable[[str], str],
) -> None:
    require_tool(SHELLS[shell][0])
    home = tmp_path / "a repo *[x]'\"\n"
    home.mkdir()
    script = home / "eliminate-duplication.sh"
    script.write_bytes((ROOT / "wrappers" / script.name).read_bytes())

    done = subprocess.run(
        [*SHELLS[shell], str(script), "--plan", "a b", "*", ""],
        cwd="/",
        env={"PATH": f"{bin_folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == f"{home}|dedupe|apply|--plan|a b|*||"
    assert (done.returncode, done.stderr) == (7, "")


def test_called_by_a_relative_name_it_means_its_own_repository(
    bin_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "x.sh"
    script.write_bytes((ROOT / "wrappers" / "eliminate-duplication.sh").read_bytes())

    done = subprocess.run(
        ["sh", "tools/x.sh"],
        cwd=tmp_path,
        env={"PATH": f"{bin_folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == f"{tmp_path}/tools|dedupe|apply|"


def test_the_caller_may_name_repository_and_program(
    bin_folder: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [ROOT / "wrappers" / NAMES[0]],
        cwd=tmp_path,
        env={"PATH": "/nowhere", "S2S": str(bin_folder / "s2s"), "S2S_REPO": "/x y"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.startswith("/x y|")


def test_without_the_program_it_is_127_and_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", ROOT / "wrappers" / NAMES[0]],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 127
    assert done.stderr.count("\n") == 1
    assert "is not installed" in done.stderr


def test_make_wrappers_writes_them_again_and_removes_what_has_no_entry(
    tmp_path: Path,
) -> None:
    for name in ("hatch_build.py", "manifests", "s2s_tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    script = tmp_path / "hatch_build.py"
    script.unlink()
    script.write_bytes((ROOT / "hatch_build.py").read_bytes())
    folder = tmp_path / "wrappers"
    folder.mkdir()
    (folder / "gone.sh").write_text("#!/bin/sh\n# s2s-wrapper:1 entry gone.sh\n")
    (folder / "mine.sh").write_text("#!/bin/sh\n")
    (folder / NAMES[0]).write_text("old")

    subprocess.run([sys.executable, script, "wrappers"], cwd="/", check=True)

    assert {path.name for path in folder.iterdir()} == {"mine.sh", *NAMES}
    assert os.access(folder / NAMES[0], os.X_OK)
    for name in NAMES:
        assert (folder / name).read_bytes() == (ROOT / "wrappers" / name).read_bytes()


def test_a_package_in_the_callers_folder_is_never_imported(tmp_path: Path) -> None:
    planted = tmp_path / "s2s_tools"
    planted.mkdir()
    (planted / "__init__.py").write_text("open('canary', 'w')\n")
    (planted / "__main__.py").write_text("open('canary', 'w')\n")

    subprocess.run(
        [ROOT / "wrappers" / NAMES[0]],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert not (tmp_path / "canary").exists()
