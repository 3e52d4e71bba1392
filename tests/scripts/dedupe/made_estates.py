"""Small made-up estates for the laws of the planners."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from s2s_tools.changes.model import Kind, State
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe.model import Fact, Facts, Place
from s2s_tools.scripts.inventory import families, relations
from s2s_tools.scripts.inventory.model import File, Scan

TREES = (".", "worktrees/one", "../two")
PATHS = (b"a.sh", b"bin/a.sh", b"bin/deep/b\n.sh", b"\xff.sh")
TEXTS = ("", "one", "two", "three")
# Weighted towards estates in which there is something to do: a law that is only
# tried on empty plans says nothing.
MOSTLY_ONE = ("one", "one", "one", "two", "three", "")
WHYS = (*[""] * 7, "a reason")


class Estate(NamedTuple):
    """A scan with the facts of every file in it, and the bytes of each."""

    scan: Scan
    facts: Facts
    bodies: Mapping[Place, bytes]


def scan_of(
    files: Iterable[File], pasts: Mapping[bytes, relations.Past] | None = None
) -> Scan:
    """A scan of these files, their families drawn as a real scan draws them."""
    files = tuple(files)
    trees = tuple(
        Worktree(name=n, path=n.encode(), git_dir=n.encode() + b"/.git") for n in TREES
    )
    repository = Repository(root=b"/r", common_dir=b"/r/.git", worktrees=trees)
    found = families.build(files, worktrees=len(TREES), pasts=pasts or {})
    return Scan(
        repository=repository, files=files, families=found, groups=(), left_out={}
    )


def file(
    path: str,
    text: str = "one",
    tree: str = ".",
    *,
    mode: int = 0o755,
    tracked: bool = True,
) -> File:
    """A file whose content id is its text."""
    return File(tree, path.encode(), text, mode, len(text), tracked, True)


def fact(file: File, **more: str) -> Fact:
    """The fact of a file that stands on the disk as it was scanned."""
    digest = hashlib.sha256(file.content.encode()).hexdigest()
    return Fact(State(Kind.FILE, file.mode, digest), **more)


def facts_of(scan: Scan) -> dict[Place, Fact]:
    """A fact without any objection for each file."""
    return {f[:2]: fact(f) for f in scan.files}


def bodies_of(scan: Scan) -> dict[Place, bytes]:
    """The bytes of each file."""
    return {f[:2]: f.content.encode() for f in scan.files}


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Any mixture of trees, paths, contents, modes, histories and objections."""
    calm = draw(st.booleans())
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(TREES), st.sampled_from(PATHS)),
            unique=True,
            min_size=2,
            max_size=12,
        )
    )
    files = [
        File(tree, path, text, mode, len(text), tracked, True)
        for tree, path in places
        for text in [draw(st.sampled_from(MOSTLY_ONE))]
        for mode in [0o755 if calm else draw(st.sampled_from((0o755, 0o644)))]
        for tracked in [calm or draw(st.booleans())]
    ]
    pasts = {
        path: relations.Past(
            draw(st.dictionaries(st.sampled_from(TEXTS), st.integers(0, 3))),
            draw(st.booleans()),
        )
        for path in PATHS
    }
    scan = scan_of(files, pasts)
    why = st.just("") if calm else st.sampled_from(WHYS)
    facts = {
        f[:2]: fact(
            f,
            use=draw(why),
            copied_by=draw(why),
            objection=draw(why),
            doubt=draw(why),
        )
        for f in files
        if calm or draw(st.sampled_from((True, True, True, False)))
    }
    return Estate(scan, facts, bodies_of(scan))
