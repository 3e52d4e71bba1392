"""The worktrees of a repository: what may be written there, and what is changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from s2s_tools.changes import guards, laws, observe
from s2s_tools.changes.facts import PathFacts, TreeFacts
from s2s_tools.changes.model import Kind
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe.model import Tree
from s2s_tools.system import git


class Trees:
    """The worktrees of one repository, each observed when it is first asked for."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._found = {tree.name: tree for tree in repository.worktrees}
        self._facts: dict[str, TreeFacts] = {}

    def worktree(self, name: str) -> Worktree:
        """The worktree of this name."""
        return self._found[name]

    def facts(self, name: str) -> TreeFacts:
        """What `changes` knows of it."""
        if name not in self._facts:
            self._facts[name] = observe.tree(self.repository, self._found[name])
        return self._facts[name]

    def untracked(self, name: str, patterns: Iterable[str]) -> tuple[bytes, ...]:
        """Paths of git's patterns in it that are neither tracked nor ignored."""
        told = git.run(
            self._found[name].path,
            *("ls-files", "-z", "--others", "--exclude-standard", "--", *patterns),
            literal=False,
        )
        paths = told.out.split(b"\0")[:-1]
        return tuple(path for path in paths if not laws.path_flaw(path))

    def paths(self, name: str, wanted: Iterable[bytes]) -> dict[bytes, PathFacts]:
        """What `changes` knows of paths in it."""
        return observe.paths(
            self._found[name],
            wanted,
            object_format=self.repository.object_format,
        )


def of_tree(trees: Trees, name: str) -> Tree:
    """Whether a worktree may be written to, must be asked for, or neither."""
    worktree = trees.worktree(name)
    if worktree.prunable or not os.path.isdir(worktree.path):
        return Tree(barrier="the worktree's folder is gone")
    if worktree.foreign:
        return Tree(barrier="the worktree's links name another repository")
    if reason := refusal(trees, name):
        return Tree(barrier=reason)
    if worktree.locked is not None:
        why = f" ({worktree.locked})" if worktree.locked else ""
        return Tree(doubt=f"the worktree is locked{why}")
    first = _first_change(trees, name)
    if first is not None:
        shown = first.decode("utf-8", "surrogateescape")
        return Tree(doubt=f"the worktree has changes that are not committed ({shown})")
    return Tree()


def refusal(trees: Trees, name: str) -> str:
    """Why nothing can be written to a worktree now; "" where something can."""
    found = guards.tree_refusal(trees.facts(name))
    return "" if found is None else f"{found.why}; {found.next}"


def keeps_links(worktree: Worktree) -> bool:
    """Whether git writes links as links there (core.symlinks)."""
    args = ("config", "--type=bool", "--default=true", "--get", "core.symlinks")
    return git.run(worktree.path, *args, codes=(0, 1, 128)).out.strip() != b"false"


def changed(trees: Trees, name: str) -> frozenset[bytes]:
    """Tracked paths of a worktree that are changed, staged or in conflict."""
    facts = trees.facts(name)
    found = {path for path, entry in facts.index.items() if entry.conflicted}
    if facts.head is not None:
        found |= facts.staged
    suspects = _touched(trees, name)
    for path, seen in trees.paths(name, suspects).items():
        if not _is_as_committed(path, seen, facts):
            found.add(path)
    return frozenset(found)


def _first_change(trees: Trees, name: str) -> bytes | None:
    """A path that is changed, staged or new there; None in a clean worktree."""
    return min({*changed(trees, name), *_new(trees, name)}, default=None)


def _touched(trees: Trees, name: str) -> list[bytes]:
    """Files whose stat differs from the index; git's filters do not run."""
    worktree = trees.worktree(name)
    args = ("diff-files", "-z", "--name-only", "--ignore-submodules=all")
    env = _without_filters(worktree)
    out = git.run(worktree.path, *args, "--no-ext-diff", env=env).out
    index = trees.facts(name).index
    paths = (path for path in out.split(b"\0") if path in index)
    return [path for path in paths if index[path].mode != 0o160000]


def _without_filters(worktree: Worktree) -> dict[str, str]:
    """Settings that make every configured filter an empty one."""
    args = ("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    out = git.run(worktree.path, *args, codes=(0, 1)).out
    drivers = {key.rpartition(b".")[0] for key in out.split(b"\0") if key}
    settings = [
        (os.fsdecode(driver) + end, value)
        for driver in sorted(drivers)
        for end, value in ((".clean", ""), (".process", ""), (".required", "false"))
    ]
    env = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        env[f"GIT_CONFIG_KEY_{number}"] = key
        env[f"GIT_CONFIG_VALUE_{number}"] = value
    return env


def _is_as_committed(path: bytes, seen: PathFacts, facts: TreeFacts) -> bool:
    entry = facts.index[path]
    if entry.skip or seen.blob != entry.blob:
        return entry.skip
    if seen.state.kind is Kind.LINK or not facts.trust_modes:
        return True
    return bool(seen.state.mode & 0o100) == (entry.mode == 0o100755)


def _new(trees: Trees, name: str) -> Iterator[bytes]:
    """Untracked files that are not ignored; repositories inside do not count."""
    root = trees.worktree(name).path
    inner = [tree.path + b"/" for tree in trees.repository.worktrees]
    args = ("ls-files", "-z", "--others", "--exclude-standard", "--directory")
    out = git.output(root, *args, "--no-empty-directory")
    for path in out.split(b"\0")[:-1]:
        whole = os.path.join(root, path)
        if any(folder.startswith(whole) for folder in inner):
            continue
        if not os.path.lexists(os.path.join(whole, b".git")):
            yield path
