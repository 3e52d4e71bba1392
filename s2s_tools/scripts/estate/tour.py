"""The main job on the fixture estate, one real command after the other."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.estate import build
from s2s_tools.scripts.estate.model import Estate
from s2s_tools.system import process

_PACKAGE_PARENT = os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)


class Step(NamedTuple):
    """One command of the program, and how much of its output is worth showing.

    With `script` the first argument is a script of the estate, run by itself.
    """

    say: str
    arguments: tuple[str, ...]
    shown: int = 12
    script: bool = False

    @property
    def command(self) -> str:
        """The line that a user would type."""
        return " ".join(self.arguments if self.script else ("s2s", *self.arguments))


class Done(NamedTuple):
    """A step that ended, with what it printed."""

    step: Step
    exit_code: int
    out: str
    err: str


WRAPPER = "worktrees/harbour/report/totals.sh"
JOB = (
    Step("What is copied, stale, changed?", ("scan",), 24),
    Step("One script: who has which version?", ("drift", "bin/lantern")),
    Step(
        "One body for each script: which may be wrapped, and why not the rest?",
        ("dedupe", "plan", "--all-worktrees"),
        16,
    ),
    Step(
        "Run what would be replaced, before and after, in a sandbox.",
        ("dedupe", "prove", "--all-worktrees"),
        14,
    ),
    Step("Do it.", ("dedupe", "apply", "--all-worktrees", "--yes"), 4),
    Step("Is everything as it was left?", ("dedupe", "verify")),
    Step(
        "A script of another worktree, called as ever.", (WRAPPER, "--help"), 12, True
    ),
    Step("Which body was that?", ("which", WRAPPER)),
)
UNDO = (Step("Take it back.", ("dedupe", "undo", "--yes")),)


def prepare(estate: Estate, folder: bytes | None, *, fresh: bool) -> bytes:
    """Build the estate; its main worktree.

    Without a folder a temporary one is made. With `fresh` an estate that was
    built there before is removed first. Raises errors.Refused where the folder
    holds anything else.
    """
    if folder is None:
        import tempfile

        folder = os.fsencode(tempfile.mkdtemp(prefix="s2s-demo-"))
    if fresh and os.path.isdir(folder):
        try:
            _clear(estate, folder)
        except OSError as exc:
            where = os.fsdecode(folder)
            raise errors.Refused(f"{where} cannot be used: {exc.strerror}") from exc
    return build.build(estate, folder)


def run(
    root: bytes, steps: tuple[Step, ...], report: Callable[[Done], None], *, width: int
) -> None:
    """Run each step in the estate's main worktree, as its user would.

    Raises errors.S2SError after the first one that fails.
    """
    for step in steps:
        done = _call(root, step, width)
        report(done)
        if done.exit_code:
            raise errors.S2SError(
                f"{step.command} ended with exit code {done.exit_code} "
                f"in {os.fsdecode(root)}; {_last(done.err)}"
            )


def totals(root: bytes) -> dict[str, int]:
    """The figures of `s2s scan --json`."""
    import json

    done = _call(root, Step("", ("scan", "--json")), 80)
    if done.exit_code:
        raise errors.S2SError(_last(done.err))
    found = json.loads(done.out)["totals"]
    return {name: number for name, number in found.items() if isinstance(number, int)}


def digest(estate: Estate, root: bytes) -> str:
    """One hash over path, mode and bytes of every file in every worktree."""
    total = hashlib.sha256()
    linked = [item.worktree for item in estate.branches if item.worktree is not None]
    for tree in (".", *linked):
        for part in _files(os.path.join(root, os.fsencode(tree))):
            total.update(b"%d:%b" % (len(part), part))
    return total.hexdigest()


def _clear(estate: Estate, folder: bytes) -> None:
    import shutil

    names = os.listdir(folder)
    if names and not build.built(estate, folder):
        where = os.fsdecode(folder)
        raise errors.Refused(
            f"{where} holds more than an earlier demo; name another folder"
        )
    for name in names:
        shutil.rmtree(os.path.join(folder, name))


def _files(top: bytes) -> Iterator[bytes]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name != b".git")
        for name in sorted(names + [n for n in folders if _is_link(folder, n)]):
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            yield os.path.relpath(path, top)
            yield b"%o" % mode
            yield os.readlink(path) if stat.S_ISLNK(mode) else _bytes(path)


def _is_link(folder: bytes, name: bytes) -> bool:
    return os.path.islink(os.path.join(folder, name))


def _bytes(path: bytes) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _call(root: bytes, step: Step, width: int) -> Done:
    # -P: nothing is imported from the folder that the program runs in.
    program = () if step.script else (sys.executable, "-P", "-m", "s2s_tools")
    argv = (*program, *step.arguments)
    path = os.environ.get("PYTHONPATH")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([_PACKAGE_PARENT, *([path] if path else [])]),
        "COLUMNS": str(width),
    }
    done = process.run(argv, cwd=root, env=env)
    out, err = (t.decode("utf-8", "surrogateescape") for t in (done.out, done.err))
    return Done(step, done.code, out, err)


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
