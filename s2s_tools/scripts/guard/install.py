"""Puts the hooks into a repository, and takes them away again."""

from __future__ import annotations

import os
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.guard import hookfiles, hooktext
from s2s_tools.scripts.guard.hookfiles import Hook
from s2s_tools.scripts.inventory import discovery
from s2s_tools.system import git


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Where git looks for hooks in a worktree, and what is there of ours.

    `setting` is core.hooksPath as it is written, None where it is not set.
    `shared`: every worktree of the repository uses this folder, and no other
    repository does. `outside`: the folder is not the repository's.
    """

    folder: bytes
    setting: str | None
    shared: bool
    outside: bool
    hooks: tuple[Hook, ...]


def status(path: bytes) -> Hooks:
    """The hooks as they are; nothing is written."""
    repository = discovery.find(path)
    top = _top(repository, path)
    setting = _setting(top)
    common = os.path.join(repository.common_dir, b"hooks")
    folder = common if setting is None else os.path.join(top, os.fsencode(setting))
    real = os.path.realpath(folder)
    trees = [tree.path for tree in repository.worktrees if not tree.foreign]
    inside = any(_is_below(real, p) for p in (repository.common_dir, *trees))
    return Hooks(
        folder=os.path.normpath(folder),
        setting=setting,
        shared=setting is None or (inside and os.path.isabs(setting)),
        outside=not inside,
        hooks=tuple(hookfiles.look(folder, name) for name in hooktext.HOOKS),
    )


def install(path: bytes, *, outside: bool = False, dry_run: bool = False) -> Hooks:
    """Put every hook in place; what was there is called first. As it was before.

    Raises errors.Refused, before anything is written, where a hook cannot be put
    in front of what is there.
    """
    found = status(path)
    if found.outside and not outside:
        raise errors.Refused(
            f"core.hooksPath names {os.fsdecode(found.folder)}, outside this "
            "repository, so other repositories may run what is there; pass --outside "
            "to install there"
        )
    for hook in found.hooks:
        problem = _problem(hook)
        if problem:
            raise errors.Refused(f"{os.fsdecode(found.folder)}/{hook.name} {problem}")
    if not dry_run:
        for hook in found.hooks:
            hookfiles.put(found.folder, hook.name)
    return found


def uninstall(path: bytes, *, dry_run: bool = False) -> Hooks:
    """Take ours away and put back what stood there. As it was before."""
    found = status(path)
    for hook in found.hooks:
        if hook.kind == "edited":
            raise errors.Refused(
                f"{os.fsdecode(found.folder)}/{hook.name} was edited, or another "
                "version wrote it; remove it by hand"
            )
    if not dry_run:
        for hook in found.hooks:
            if hook.kind in ("ours", "legacy"):
                legacy = hook.kind == "legacy"
                hookfiles.take_away(found.folder, hook.name, legacy=legacy)
            elif not hook.kind and hook.kept:
                hookfiles.take_away(found.folder, hook.name)
            elif hook.kept == "same":
                hookfiles.forget(found.folder, hook.name)
    return found


def _problem(hook: Hook) -> str:
    """Why ours cannot be put in front; "" where it can."""
    beside = f"{hook.name}{hooktext.CHAINED}"
    if hook.kind == "edited":
        return "was edited, or another version wrote it; remove it and run again"
    if hook.kind == "foreign" and hook.kept == "other":
        return f"has {beside} beside it, which is not its own; move that away"
    if hook.kind == "foreign" and hook.needs_name:
        return (
            "finds its work by its own name, so it cannot be moved aside; add "
            f"the line `s2s hooks run {hook.name}` to what it runs instead"
        )
    return ""


def _top(repository: Repository, path: bytes) -> bytes:
    """Where git would be when it runs a hook; relative settings start there."""
    here = os.path.realpath(path)
    trees: list[Worktree] = [
        tree for tree in repository.worktrees if _is_below(here, tree.path)
    ]
    if not trees:
        return repository.common_dir
    return max((tree.path for tree in trees), key=len)


def _setting(top: bytes) -> str | None:
    """core.hooksPath as git sees it, the machine's and the user's included.

    Our own protection against hooks is a setting too, of the scope "command".
    """
    args = ("config", "--show-scope", "--path", "-z", "--get-all", "core.hooksPath")
    env = {"GIT_CONFIG_NOSYSTEM": os.environ.get("GIT_CONFIG_NOSYSTEM", "0")}
    words = git.run(top, *args, env=env, codes=(0, 1)).out.split(b"\0")
    pairs = zip(words[:-1:2], words[1::2], strict=False)
    values = [value for scope, value in pairs if scope != b"command"]
    return os.fsdecode(values[-1]) if values else None


def _is_below(path: bytes, folder: bytes) -> bool:
    folder = os.path.realpath(folder)
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
