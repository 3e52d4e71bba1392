"""Build an estate: real repositories, worktrees and nested clones on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from s2s_tools import errors
from s2s_tools.scripts.estate import codec, stream
from s2s_tools.scripts.estate.model import Estate, Nested
from s2s_tools.system import git, process, shipped

# The same commits on every machine, whatever its owner has configured.
_ENV = {"GIT_CONFIG_GLOBAL": os.devnull}


def load(name: str = "lantern") -> Estate:
    """The estate that comes with the program under this name.

    Raises errors.InvalidDocument where its description is wrong.
    """
    folder = Path(shipped.path("estates"), name)
    source = folder / "estate.yaml"
    return codec.estate(
        source.read_bytes(),
        str(source),
        lambda text: (folder / "texts" / text).read_bytes(),
    )


def build(estate: Estate, folder: bytes) -> bytes:
    """Build the estate in a folder that is absent or empty; its main worktree.

    Linked worktrees may stand beside the main one, in the same folder. Raises
    errors.Refused where the folder holds something.
    """
    folder = os.path.abspath(folder)
    try:
        os.makedirs(folder, exist_ok=True)
        taken = os.listdir(folder)
    except OSError as exc:
        where = os.fsdecode(folder)
        raise errors.Refused(f"{where} cannot be used: {exc.strerror}") from exc
    if taken:
        raise errors.Refused(f"{os.fsdecode(folder)} is not empty; name a new folder")
    root = os.path.join(folder, os.fsencode(estate.name))
    _init(root)
    links = {item.path: _nest(root, item, estate.author) for item in estate.nested}
    plain = not _takes_any_name(folder)
    _import(root, stream.history(estate, links, plain=plain))
    for branch in estate.branches:
        if branch.worktree is not None:
            how = ["--detach"] if branch.detached else []
            _git(root, "worktree", "add", "-q", *how, branch.worktree, branch.name)
    for place, paths in estate.ignored:
        _git(root, "checkout-index", b"--prefix=" + place, "--", *paths)
    return root


def built(estate: Estate, folder: bytes) -> bool:
    """Whether `folder` holds this estate and nothing beside it."""
    root = os.path.join(folder, os.fsencode(estate.name))
    own = {os.fsencode(estate.name)}
    for branch in estate.branches:
        place = os.path.normpath(os.path.join(estate.name, branch.worktree or "."))
        own.add(os.fsencode(place).split(b"/")[0])
    found = set(os.listdir(folder))
    links = any(os.path.islink(os.path.join(folder, name)) for name in found)
    if links or not found <= own or not os.path.isdir(root):
        return False
    mark = stream.mark_ref(estate.name)
    return _git(root, "for-each-ref", mark).out != b""


def _init(root: bytes) -> None:
    os.makedirs(root)
    _git(root, "init", "-q", "-b", "main", "--template=", "--object-format=sha1")
    # Its owner's git is to see the tree as clean as ours does.
    _git(root, "config", "core.autocrlf", "false")


def _nest(root: bytes, item: Nested, author: str) -> str:
    path = os.path.join(root, item.path)
    _init(path)
    _import(path, stream.nested(item, author))
    return _git(path, "rev-parse", "HEAD").out.decode().strip()


def _import(root: bytes, history: bytes) -> None:
    _git(root, "fast-import", "--quiet", input=history)
    _git(root, "reset", "-q", "--hard")


def _git(root: bytes, *args: str | bytes, input: bytes = b"") -> process.Result:
    return git.run(root, *args, input=input, env=_ENV)


def _takes_any_name(folder: bytes) -> bool:
    """Whether the file system takes names that are not UTF-8 (APFS does not)."""
    probe = os.path.join(folder, b"\xe9")
    try:
        os.mkdir(probe)
    except OSError:
        return False
    os.rmdir(probe)
    return True
