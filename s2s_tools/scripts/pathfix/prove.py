"""Proves that a rewritten script is the old one, for the old root and for others."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from s2s_tools import errors
from s2s_tools.scripts.pathfix import evaluation, fix, fold, opening
from s2s_tools.scripts.pathfix.model import Edit, Fixed, Inner, Place, Proof, Verdict
from s2s_tools.scripts.syntax import tree as trees
from s2s_tools.scripts.syntax.preamble import Preamble
from s2s_tools.system import process

# Space, glob, bracket, quotes, dollar, ampersand: each has a meaning somewhere.
HOSTILE: Final = b"/s2s a*b[x]'\"$HOME&c"
PLAIN: Final = b"/moved/to-a.b_c/@1"
_TIMEOUT: Final = 120.0


def prove(fixed: Fixed, what: Preamble | None = None) -> Proof:
    """Try the edits of one script, also those in code that its words carry.

    With `what` the preamble is part of it.
    """
    before = fixed.data
    made = _opened(fix.outer(fixed), what)
    places = {o.place for o in fixed.occurrences}
    values = {p.variable.decode(): p.path for p in places}
    if not _reads(before):
        return Proof(failure="bash cannot read the script as it is")
    if not _reads(_opened(fix.text(fixed), what).data):
        return Proof(failure="bash cannot read the result")
    texts = (before, made.data, made.added, made.removed)
    old, new, added, removed = (statements(text, values) for text in texts)
    if old is None:
        return Proof(failure="shfmt cannot read the script")
    if not _is_same(old, new, added, removed):
        return Proof(failure="shfmt reads the result as another script")
    proof = _evaluate(fixed, places)
    for inner in fixed.inner:
        if not proof.failure:
            proof = _joined(proof, prove(_inside(fixed, inner)))
    return proof


def _opened(data: bytes, what: Preamble | None) -> opening.Opened:
    return (
        opening.Opened(data, b"", b"") if what is None else opening.opened(data, what)
    )


def _is_same(
    old: list[Any],
    new: list[Any] | None,
    added: list[Any] | None,
    removed: list[Any] | None,
) -> bool:
    """Whether `new` is `old` with the statements `added` for `removed`."""
    if new is None or added is None or removed is None:
        return False
    last = len(old) - len(removed)
    return any(
        old[at : at + len(removed)] == removed
        and new == old[:at] + added + old[at + len(removed) :]
        for at in range(last + 1)
    )


def statements(data: bytes, values: Mapping[str, bytes]) -> list[Any] | None:
    """What shfmt reads, the variables folded; None where it cannot."""
    import json

    if not data:
        return []
    # -ln bash: sh scripts too, for that is the grammar that all else is read with.
    done = process.run(
        [_shfmt(), "-ln", "bash", "--to-json"], input=data, timeout=_TIMEOUT
    )
    if done.code != 0:
        return None
    folded = {name: _as_text(path) for name, path in values.items()}
    return fold.Folder(folded).statements(json.loads(done.out))


def _inside(fixed: Fixed, inner: Inner) -> Fixed:
    """The carried code as a script of its own."""
    data = fixed.data[inner.start : inner.end]
    moved = tuple(
        Edit(e.start - inner.start, e.end - inner.start, e.text) for e in inner.edits
    )
    return Fixed(data=data, occurrences=fixed.occurrences, edits=moved)


def _evaluate(fixed: Fixed, places: set[Place]) -> Proof:
    """What the words expand to: with the old root, and with another one."""
    roots = {place.variable.decode(): place.path for place in places}
    tree = trees.parse(fixed.data)
    total = shown = 0
    for moved, made in _by_promise(fixed):
        found = evaluation.words(tree, made)
        old = _expanded([(w.before, w.how) for w in found], roots)
        texts = [(w.after, w.how) for w in found]
        same = _expanded(texts, roots)
        marked = _expanded(texts, dict.fromkeys(roots, evaluation.MARK))
        hostile = _expanded(texts, dict.fromkeys(roots, moved))
        for at, word in enumerate(found):
            if old[at] is None:
                continue
            expected = (marked[at] or b"").replace(evaluation.MARK, moved)
            if same[at] != old[at]:
                return Proof(failure=f"{_shown(word.before)} expands to something else")
            if hostile[at] != expected:
                return Proof(failure=f"{_shown(word.before)} breaks under other roots")
            shown += word.edits
        total += len(made)
    return Proof(shown, total - shown)


def _by_promise(fixed: Fixed) -> Iterator[tuple[bytes, list[Edit]]]:
    """The edits that hold for every root, and those that the preamble guards."""
    checked = [o.start for o in fixed.occurrences if o.verdict is Verdict.CHECKED]
    guarded = {e for e in fixed.edits for at in checked if e.start <= at < e.end}
    yield HOSTILE, [edit for edit in fixed.edits if edit not in guarded]
    yield PLAIN, [edit for edit in fixed.edits if edit in guarded]


def _expanded(
    texts: Sequence[tuple[bytes, str]], roots: Mapping[str, bytes]
) -> list[bytes | None]:
    """What bash makes of each word: no command can be found, no file is touched."""
    if not texts:
        return []
    out = _bash(evaluation.script(texts), roots)
    found = list(evaluation.fields(out, len(texts)))
    if None in found and len(texts) > 1:  # one that is no word alone spoils all
        return [_expanded([text], roots)[0] for text in texts]
    return found


def _bash(script: bytes, roots: Mapping[str, bytes]) -> bytes:
    env = {"PATH": "/nonexistent", "LC_ALL": "C"}
    env |= {name: os.fsdecode(path) for name, path in roots.items()}
    argv = [_tool("bash"), "--norc", "--noprofile", "-s"]
    return process.run(argv, env=env, cwd="/", input=script, timeout=_TIMEOUT).out


def _reads(data: bytes) -> bool:
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    argv = [_tool("bash"), "--norc", "--noprofile", "-n"]
    return process.run(argv, env=env, input=data, timeout=_TIMEOUT).code == 0


def _joined(one: Proof, other: Proof) -> Proof:
    return Proof(
        one.words + other.words, one.unevaluated + other.unevaluated, other.failure
    )


def _shown(word: bytes) -> str:
    return word.decode("utf-8", "replace")


def _as_text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _shfmt() -> str:
    return _tool("shfmt")


def _tool(name: str) -> str:
    """A program beside this Python, or on the path."""
    import shutil

    here = os.path.dirname(sys.executable)
    path = os.pathsep.join((here, os.environ.get("PATH", os.defpath)))
    found = shutil.which(name, path=path)
    if found is None:
        package = "shfmt-py (pip)" if name == "shfmt" else name
        raise errors.NotFound(f"{name} is not installed; install {package}")
    return found
