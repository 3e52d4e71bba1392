"""What must hold after a trial, whatever happened in it."""

from __future__ import annotations

from dataclasses import dataclass

import child
import scene

from s2s_tools.changes import apply, journal, recover, undo


class Wrong(AssertionError):
    """A promise is broken; the message says which."""


@dataclass(frozen=True)
class Truth:
    """How the scene is before and after its plan, from an undisturbed run."""

    before: scene.Digest
    after: scene.Digest
    git: tuple[object, ...]


def truth(place: scene.Scene) -> Truth:
    """Learn both states, and leave the scene as it was."""
    before, git = place.digest(), place.git_facts()
    apply.apply(place.plan(), place.repository())
    after = place.digest()
    undo.undo(place.repository())
    if place.digest() != before:
        raise Wrong("undo without any fault is not exact")
    return Truth(before, after, git)


def each_path_is_whole(place: scene.Scene, known: Truth) -> None:
    """At every moment each touched path is as before or as after, never between."""
    now = place.digest()
    for path in {*known.before, *known.after}:
        found = now.get(path)
        if found not in (known.before.get(path), known.after.get(path)):
            if found is not None and found[0] == "folder":
                continue
            raise Wrong(f"{path!r} is neither old nor new: {str(found)[:80]}")


def is_done(place: scene.Scene, goal: scene.Digest, told: child.Told) -> None:
    """What it says is done is done; only tidying up may be left, if it says so."""
    now = place.digest()
    if told.notes:
        now = {p: e for p, e in now.items() if b"/.s2s-" not in b"/" + p}
        now = {p: e for p, e in now.items() if p in goal or e[0] != "folder"}
    if now != goal:
        raise Wrong("it says it is done, but it is not")


def settled(place: scene.Scene, known: Truth, told: child.Told) -> str:
    """After recovery: all before or all after, as the journal says; then undone.

    Returns "before" or "after".
    """
    now = place.digest()
    if now == known.before:
        side = "before"
    elif now == known.after:
        side = "after"
    else:
        wrong = {p for p in {*now, *known.before} if now.get(p) != known.before.get(p)}
        raise Wrong(f"a third state: {sorted(wrong)[:5]}")
    same_git(place, known)
    done = [
        t
        for t in journal.transactions(place.repository())
        if t.state is journal.Progress.COMMITTED and t.undoes is None
    ]
    if bool(done) != (side == "after"):
        raise Wrong(f"the journal knows {len(done)} transactions, the tree is {side}")
    if told.ended and told.error in ("PermissionError", "OSError", "AssertionError"):
        raise Wrong(f"not one clear line: {told.message}")
    return side


def same_git(place: scene.Scene, known: Truth) -> None:
    """HEAD, index and the user's refs are as they were, byte for byte."""
    if place.git_facts() != known.git:
        raise Wrong("HEAD, an index or a ref was touched")


def there_and_back(place: scene.Scene, known: Truth, side: str) -> None:
    """From either side: apply gives after, undo gives before, exactly."""
    if side == "before":
        apply.apply(place.plan(), place.repository())
        if place.digest() != known.after:
            raise Wrong("a second apply does not give the planned state")
    undo.undo(place.repository())
    if place.digest() != known.before:
        raise Wrong("undo is not exact")
    same_git(place, known)


def edit_survives(place: scene.Scene, known: Truth, fault: child.Fault) -> str:
    """Somebody's edit is in place, or beside it; every other path is of one side."""
    path = fault.path.encode()
    now = place.digest()
    if fault.how != "held-open":
        found, full = now.get(path), place.file(".", path)
        wanted = {
            "save": ("file", found[1] if found else 0, child.EDIT),
            "replace": ("file", found[1] if found else 0, child.EDIT),
            "delete": None,
            "link": ("link", 0, child.EDIT),
        }
        if fault.how in wanted and found != wanted[fault.how]:
            raise Wrong(f"the edit of {full!r} is lost: {str(found)[:80]}")
        if fault.how == "chmod" and (found is None or found[1] != 0o711):
            raise Wrong("the new mode is lost")
        if fault.how == "folder" and (found is None or found[0] != "folder"):
            raise Wrong("the new folder is lost")
    elif all(found[2] != child.EDIT for found in now.values()):
        raise Wrong("what was saved through an open file is lost")

    def rest(digest: scene.Digest) -> scene.Digest:
        return {
            p: e
            for p, e in digest.items()
            if p != path
            and not p.startswith((path + b"/", path.rpartition(b"/")[0] + b"/.s2s-"))
        }

    for side, wanted_digest in (("before", known.before), ("after", known.after)):
        if rest(now) == rest(wanted_digest):
            same_git(place, known)
            return side
    raise Wrong("the other paths are neither before nor after")


def recovered(place: scene.Scene) -> None:
    """The next run comes."""
    recover.recover(place.repository())
