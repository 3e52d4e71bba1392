"""Where a script asks which scripts a tree holds."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.syntax import marks, references, words
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import Unit

_NAMING: Final = frozenset({b"-name", b"-iname", b"-path", b"-ipath", b"-wholename"})
_SCRIPT_GLOB: Final = re.compile(
    rb"[^/]*[*?\]][^/]*\.(?:sh|bash|zsh|ksh|\{[^}]*\bsh\b[^}]*\})", re.DOTALL
)
# Every file of a folder that scripts live in; not of any folder at all.
_EVERY: Final = re.compile(
    rb"(?:\x01/|\./|(?:.*/)?(?:scripts|bin|tools|hooks)/)?\*(?:\*|\.\*)?", re.DOTALL
)
_LISTERS: Final = frozenset({b"ls", b"stat", b"file", b"wc", b"realpath"})


class Listing(NamedTuple):
    """One place that lists scripts: the line and the command or pattern."""

    line: int
    what: str


def lists(unit: Unit) -> Iterator[Listing]:
    """Every place where one piece of code lists scripts by pattern."""
    for command in unit.commands:
        name = command.name
        if _COMMANDS.get(name, _never)(unit, command):
            yield Listing(unit.line(command.node), name.decode("utf-8", "replace"))
    for node, every in _patterns(unit):
        path = words.plain(unit.tree, node)
        found = unit.of(node)
        matches = _SCRIPT_GLOB.fullmatch(path.rpartition(b"/")[2]) or (
            every and any(map(_EVERY.fullmatch, found))
        )
        if matches and not all(map(references.is_scratch, found)):
            yield Listing(unit.line(node), path.decode("utf-8", "replace"))


def _patterns(unit: Unit) -> Iterator[tuple[Node, bool]]:
    """Words that the shell expands to file names; True where all files count."""
    for command in unit.commands:
        lister = command.name in _LISTERS
        for word in command.arguments:
            if words.live(unit.tree, word):
                yield word, lister
    for node in unit.tree.each("for_statement", "select_statement", "array"):
        for child in node.children:
            if words.live(unit.tree, child):
                yield child, node.kind != "array"


def _never(_unit: Unit, _command: words.Command) -> bool:
    return False


def _finds(unit: Unit, command: words.Command) -> bool:
    """A `find` whose names may be a script's, or which takes every file."""
    texts = command.texts
    first = next((i for i, t in enumerate(texts) if t[:1] in b"-(!" and t), len(texts))
    roots = list(references.paths(unit, command.arguments[:first]))
    if roots and all(map(references.is_scratch, roots)):
        return False
    named = [
        value
        for option, word in zip(texts, command.arguments[1:], strict=False)
        if option in _NAMING
        for value in unit.of(word)
    ]
    if named:
        return any(map(_may_be_script, named))
    folders = any(
        option == b"-type" and kind not in {b"f", b"l", b"f,l"}
        for option, kind in itertools.pairwise(texts)
    )
    return not folders


def _may_be_script(pattern: bytes) -> bool:
    glob = pattern.replace(marks.UNKNOWN, b"*")
    return b".sh" in glob or fnmatch.fnmatchcase(b"x.sh", glob)


def _lists_index(unit: Unit, command: words.Command) -> bool:
    """`git ls-files` and `git ls-tree`, unless asked for other names only."""
    texts = command.texts
    at = next((i for i, t in enumerate(texts) if t in {b"ls-files", b"ls-tree"}), None)
    if at is None or b"--error-unmatch" in texts:
        return False
    patterns = [t for t in texts[at + 1 :] if b"*" in t]
    return not patterns or any(map(_may_be_script, patterns))


def _searches(unit: Unit, command: words.Command) -> bool:
    """`grep --include='*.sh'`, `fd -e sh`, `rg -t sh`."""
    texts = command.texts
    if any(t.startswith(b"--include") and b".sh" in t for t in texts):
        return True
    pairs = itertools.pairwise(texts)
    return any(
        option in {b"-e", b"-g", b"-t", b"--glob", b"--type", b"--extension"}
        and value in {b"sh", b"*.sh", b"**/*.sh", b"shell"}
        for option, value in pairs
    )


_COMMANDS: Final = {
    b"find": _finds,
    b"gfind": _finds,
    b"git": _lists_index,
    b"grep": _searches,
    b"egrep": _searches,
    b"rg": _searches,
    b"ag": _searches,
    b"fd": _searches,
}
