"""Gather what the strategy of each script is decided from, and decide it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from s2s_tools.changes.model import Kind
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe.trees import Trees, keeps_links
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, Scan
from s2s_tools.scripts.manifest import store
from s2s_tools.scripts.manifest.model import Manifest
from s2s_tools.scripts.syntax import facts, mentions, usage
from s2s_tools.scripts.wrappers import strategy
from s2s_tools.system import git

Texts = Mapping[tuple[str, bytes], bytes]
RECORDED: Final = "the manifest says so"
_SEARCH: Final = ("grep", "-l", "-z", "-I", "-F", "--full-name", "--no-color")


class Answers(NamedTuple):
    """The strategy of each family that could be read, and the bytes of all files."""

    strategies: dict[str, strategy.Strategy]
    texts: Texts


def decide(trees: Trees, scan: Scan, manifest: Manifest) -> Answers:
    """One strategy per family for all worktrees.

    What the manifest says of the very bytes goes first.
    """
    recorded = _recorded(manifest)
    texts = store.texts(scan.repository, [file[:2] for file in scan.files])
    used = _usage(trees, scan, texts)
    clashes = strategy.clashes(
        family.id.encode("utf-8", "surrogateescape") for family in scan.families
    )
    symlinks = all(keeps_links(tree) for tree in _present(scan.repository, scan))
    decided = {}
    for family in scan.families:
        canonical = family.canonical
        if canonical is None or canonical[:2] not in texts:
            continue
        path, data = stored.home(canonical.path), texts[canonical[:2]]
        policy = strategy.Policy(
            all_worktrees=True,
            body_in_tree=_held_everywhere(family),
            symlinks=symlinks,
            renamed=_renamed(family),
            keep=manifest.decisions.keep,
            clash=_text(clashes.get(path, b"")),
        )
        uses = _of_all(family, used)
        found = strategy.decide(facts.read(data), uses, policy, path=path)
        chosen = recorded.get((path, hashlib.sha256(data).hexdigest()), found.kind)
        if chosen is not found.kind:
            found = strategy.Strategy(kind=chosen, reason=RECORDED)
        decided[family.id] = found
    return Answers(decided, texts)


def _recorded(manifest: Manifest) -> dict[tuple[bytes, str], strategy.Kind]:
    """The strategies in the manifest, by old path and sha-256: they are for bytes."""
    known = {kind.value: kind for kind in strategy.Kind}
    return {
        (stored.home(entry.path), entry.sha256): known[entry.strategy.value]
        for entry in manifest.entries
        if entry.strategy.value in known
    }


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _of_all(
    family: Family, used: Mapping[str, Mapping[bytes, usage.Usage]]
) -> usage.Usage:
    """What all worktrees say of a script."""
    places = ((m.file.worktree, stored.home(m.file.path)) for m in family.members)
    return usage.merge(
        used.get(worktree, {}).get(path, usage.NONE) for worktree, path in places
    )


def _usage(
    trees: Trees, scan: Scan, texts: Texts
) -> dict[str, dict[bytes, usage.Usage]]:
    found = {}
    for tree in _present(scan.repository, scan):
        scripts = {
            stored.home(path): facts.read(data)
            for (worktree, path), data in texts.items()
            if worktree == tree.name
        }
        others = _others(trees, tree.name, scripts)
        found[tree.name] = usage.build(scripts, mentions.mentions(others))
    return found


def _others(
    trees: Trees, name: str, scripts: Mapping[bytes, object]
) -> Iterable[tuple[bytes, bytes]]:
    """The tracked files, no scripts, that may hand scripts on."""
    index = trees.facts(name).index
    root = trees.worktree(name).path
    patterns = [word for text in mentions.WORDS for word in ("-e", text)]
    hits = git.run(root, *_SEARCH, *patterns, codes=(0, 1)).out.split(b"\0")[:-1]
    wanted = {path for path in index if mentions.always(path)} | set(hits)
    plain = [
        path
        for path in sorted(wanted - scripts.keys())
        if path in index
        and index[path].mode & 0o170000 == 0o100000
        and not stored.holds(path)
    ]
    for path, seen in trees.paths(name, plain).items():
        if seen.data is not None and seen.state.kind is Kind.FILE:
            yield path, seen.data


def _present(repository: Repository, scan: Scan) -> list[Worktree]:
    names = {file.worktree for file in scan.files}
    return [tree for tree in repository.worktrees if tree.name in names]


def _held_everywhere(family: Family) -> bool:
    """Whether every tree with a copy holds a body of its own in its store."""
    members = [member.file for member in family.members]
    holding = {file.worktree for file in members if stored.holds(file.path)}
    return {file.worktree for file in members if file.worktree != "."} <= holding


def _renamed(family: Family) -> bool:
    name = family.id.rpartition("/")[2].encode("utf-8", "surrogateescape")
    return any(m.file.path.rpartition(b"/")[2] != name for m in family.members)
