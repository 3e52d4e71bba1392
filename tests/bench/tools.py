"""The programs that are compared: how to run them, what they answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("jdupes", "rdfind", "fdupes")
Groups = frozenset[frozenset[str]]


def commands(root: Path, *, peers: Iterable[str] = PEERS) -> dict[str, list[str]]:
    """Our commands, those of the installed peers, and the floor."""
    s2s = [sys.executable, "-m", "s2s_tools", "scan"]
    repository, estate = str(root), str(root.parent)
    known = {
        "jdupes": ["jdupes", "-q", "-r", estate],
        "rdfind": ["rdfind", "-dryrun", "true", "-outputname", os.devnull, estate],
        "fdupes": ["fdupes", "-q", "-r", estate],
    }
    return {
        "s2s --groups": [*s2s, "--groups", repository],
        "s2s --groups --json": [*s2s, "--groups", "--json", repository],
        "s2s --json": [*s2s, "--json", repository],
        **{name: known[name] for name in peers if shutil.which(name)},
        "git ls-files -s": [sys.executable, str(HERE / "floor.py"), repository],
    }


def versions() -> list[str]:
    """One line for each tool that takes part."""
    lines = [f"python {sys.version.split()[0]}", _first(["git", "--version"])]
    for name, option in zip(PEERS, ("-v", "--version", "--version"), strict=True):
        if shutil.which(name):
            lines.append(_first([name, option]))
        else:
            lines.append(f"{name}: not installed, left out")
    return lines


def paragraphs(text: str, root: Path) -> Groups:
    """Groups from lines of paths with empty lines between them."""
    blocks = (block.split("\n") for block in text.split("\n\n"))
    return groups((filter(None, block) for block in blocks), root)


def rdfind_groups(text: str, root: Path) -> Groups:
    """Groups from rdfind's results file: an id and, at last, a name in each line."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            words = line.split(" ", 7)
            found.setdefault(words[1].lstrip("-"), []).append(words[7])
    return groups(found.values(), root)


def groups(found: Iterable[Iterable[str]], root: Path) -> Groups:
    """Groups of at least two files outside of git's own folder."""
    sets = (
        frozenset(
            os.path.normpath(root / path)
            for path in same
            if ".git" not in path.split("/")
        )
        for same in found
    )
    return frozenset(same for same in sets if len(same) > 1)


def _first(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[0]
