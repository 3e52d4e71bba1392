"""A small real repository to crash in: what it is before and after a plan."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from s2s_tools.changes import codec, model, state  # noqa: E402
from s2s_tools.model import Repository  # noqa: E402
from s2s_tools.scripts.inventory import discovery  # noqa: E402

SIDE = "trees/side"
BIG = b"#!/bin/sh\n" + b"echo a line that is written again and again\n" * 1500
ODD = b"odd\n\xff name.sh"
FILES: dict[bytes, tuple[bytes, int]] = {
    b"tools/run.sh": (b"#!/bin/sh\necho run\n", 0o755),
    b"tools/copy.sh": (b"#!/bin/sh\necho run\n", 0o755),
    b"old.sh": (b"echo old\n", 0o755),
    b"mode.sh": (b"echo mode\n", 0o644),
    b"keep.sh": (b"echo keep\n", 0o755),
    ODD: (b"echo odd\n", 0o644),
}

Entry = tuple[str, int, bytes]
Digest = dict[bytes, Entry]


@dataclass(frozen=True)
class Scene:
    """One copy of the repository, and what was in it before anything ran."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "repo"

    def repository(self) -> Repository:
        return discovery.find(os.fsencode(self.root))

    def file(self, worktree: str, path: bytes) -> bytes:
        return os.path.join(os.fsencode(self.root), os.fsencode(worktree), path)

    def digest(self) -> Digest:
        """Every path of all worktrees: kind, permission bits, bytes or target."""
        base = os.fsencode(self.root)
        found: Digest = {}
        for folder, folders, files in os.walk(base):
            if folder == base:
                folders.remove(b".git")
            for name in [*folders, *files]:
                path = os.path.join(folder, name)
                if name == b".git":
                    continue  # names the copy's own folder
                found[os.path.relpath(path, base)] = entry(path)
        return found

    def git_facts(self) -> tuple[object, ...]:
        """HEAD, index and every ref that is not a backup."""
        git = self.root / ".git"
        names = ("HEAD", "index")
        files = [(git / name).read_bytes() for name in names]
        files += [(git / "worktrees/side" / name).read_bytes() for name in names]
        refs = git_output(self.root, "for-each-ref").splitlines()
        return (*files, *(ref for ref in refs if b"refs/s2s/backup/" not in ref))

    def save_plan(self) -> None:
        """Write the plan to where `planned` finds it, for runs that come later."""
        (self.folder / "plan.json").write_text(codec.to_json(self.plan()))

    def planned(self) -> model.Plan:
        """The plan that was saved, or one made now."""
        saved = self.folder / "plan.json"
        return codec.from_json(saved.read_text()) if saved.exists() else self.plan()

    def plan(self) -> model.Plan:
        """One write of each kind, in two worktrees."""
        new = state.file_state(BIG, 0o755)
        text = b"echo a file now\n"
        made = b"echo made\n"

        def write(
            worktree: str, path: bytes, after: model.State, data: bytes | None
        ) -> model.Write:
            before = state.observe(self.file(worktree, path))
            return model.Write(
                worktree=worktree,
                path=path,
                before=before,
                after=after,
                data=data,
                reason="a trial",
            )

        def link(worktree: str, path: bytes, target: bytes) -> model.Write:
            return write(worktree, path, state.link_state(target), target)

        writes = (
            write(".", b"tools/run.sh", new, BIG),
            link(".", b"tools/copy.sh", b"run.sh"),
            write(".", b"link.sh", state.file_state(text, 0o640), text),
            write(".", b"old.sh", model.ABSENT, None),
            write(
                ".",
                b"mode.sh",
                state.file_state(b"echo mode\n", 0o755),
                FILES[b"mode.sh"][0],
            ),
            write(".", b"new/deep/made.sh", state.file_state(made, 0o700), made),
            write(".", ODD, state.file_state(text, 0o644), text),
            write(SIDE, b"tools/run.sh", new, BIG),
            link(SIDE, b"alias.sh", b"keep.sh"),
        )
        return model.Plan(
            repository=self.repository().common_dir, command="trial", writes=writes
        )


def entry(path: bytes) -> Entry:
    found = os.lstat(path)
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return "link", 0, os.readlink(path)
    if stat.S_ISDIR(found.st_mode):
        return "folder", mode, b""
    with open(path, "rb") as file:
        return "file", mode, file.read()


def git_output(cwd: Path, *args: str) -> bytes:
    return subprocess.run(
        ["git", *args], cwd=cwd, check=True, capture_output=True
    ).stdout


def build(folder: Path) -> Scene:
    """The repository with its two worktrees, committed and clean."""
    scene = Scene(folder)
    scene.root.mkdir(parents=True)
    git_output(scene.root, "init", "-q", "--template=", "-b", "main")
    for name, value in (("user.name", "Ada"), ("user.email", "ada@example.invalid")):
        git_output(scene.root, "config", name, value)
    for path, (data, mode) in FILES.items():
        target = scene.file(".", path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
        os.chmod(target, mode)
    os.symlink(b"keep.sh", scene.file(".", b"link.sh"))
    git_output(scene.root, "add", "--all")
    git_output(scene.root, "commit", "-q", "-m", "first")
    git_output(scene.root, "worktree", "add", "-q", "--detach", SIDE)
    return scene


def copy(template: Scene, folder: Path) -> Scene:
    """A copy whose worktree links name the copy, not the template."""
    shutil.copytree(template.root, folder / "repo", symlinks=True)
    made = Scene(folder)
    (made.root / SIDE / ".git").write_text(f"gitdir: {made.root}/.git/worktrees/side\n")
    (made.root / ".git/worktrees/side/gitdir").write_text(f"{made.root}/{SIDE}/.git\n")
    return made
