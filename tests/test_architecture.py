"""The walls stand: a planted breach of each contract is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINTER = Path(sys.executable).parent / "lint-imports"

BREACHES = {
    "floors": ("system/planted.py", "import s2s_tools.changes"),
    "scripts": ("scripts/inventory/planted.py", "import s2s_tools.scripts.manifest"),
    "wings": ("plugins/planted.py", "import s2s_tools.scripts.inventory.model"),
    "pure": ("scripts/inventory/families.py", "import os"),
    "click": ("changes/planted.py", "import click"),
    "git": ("scripts/planted.py", "import git"),
    "processes": ("changes/planted.py", "import subprocess"),
    "atomic": ("scripts/planted.py", "import s2s_tools.system.atomic"),
    "new room": ("planted/__init__.py", "import os"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its contracts, to breach."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(
        ROOT / "s2s_tools",
        folder / "s2s_tools",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import linter on the package in `folder`."""
    return subprocess.run(
        [sys.executable, "-P", str(LINTER), "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_wall_stands(copy: Path) -> None:
    done = lint(copy)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("wall", BREACHES)
def test_a_planted_breach_is_caught(wall: str, copy: Path) -> None:
    name, text = BREACHES[wall]
    path = copy / "s2s_tools" / name
    path.parent.mkdir(exist_ok=True)
    before = path.read_text() if path.exists() else ""
    path.write_text(f"{before}\n{text}\n")

    try:
        done = lint(copy)
    finally:
        if before:
            path.write_text(before)
        else:
            path.unlink()
        if name == "planted/__init__.py":
            shutil.rmtree(path.parent)

    assert done.returncode == 1, done.stdout
    if wall == "new room":
        assert "planted" in done.stdout
    else:
        assert f"{contracts()[wall]} BROKEN" in done.stdout


def test_each_contract_has_a_breach() -> None:
    assert contracts().keys() == BREACHES.keys() - {"new room"}


def contracts() -> dict[str, str]:
    """The name of each contract by its id."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in table}
