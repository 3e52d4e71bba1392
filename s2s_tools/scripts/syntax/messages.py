"""Which commands only tell the user something."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools.scripts.syntax import words
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import Unit

_WORDS: Final = (
    rb"abort|debug|die|echo|err|error|fail|fatal|help|info|log|logger|message|msg"
    rb"|note|notice|ok|print|printf|say|success|usage|warn|warning"
)
_NAME: Final = re.compile(rb"(?:\w+[_-])?(?:" + _WORDS + rb")(?:[_-]\w+)?")
_HARMLESS: Final = frozenset(
    {b"cat", b"column", b"fmt", b"fold", b"grep", b"head", b"less", b"more", b"sed"}
    | {b"tail", b"tee", b"tr", b"wc", b"awk", b"sort"}
)
_TERMINALS: Final = frozenset(
    {b"/dev/stderr", b"/dev/stdout", b"/dev/tty", b"/dev/null", b"-"}
)
_OUTPUT: Final = frozenset({">", ">>", ">|", "&>", "&>>", ">&"})


def is_message(name: bytes) -> bool:
    """Whether a command of this name prints its arguments."""
    return _NAME.fullmatch(name) is not None


def goes_to_file(unit: Unit, command: Node) -> bool:
    """Whether what a command prints ends in a file or in another program's hands."""
    below = command
    for around in command.ancestors():
        if around.kind in {"command_substitution", "function_definition"}:
            return False
        if around.kind == "redirected_statement" and _to_file(unit, around):
            return True
        if around.kind == "pipeline" and not _harmless(unit, around, below):
            return True
        below = around
    return False


def _to_file(unit: Unit, statement: Node) -> bool:
    return any(
        redirect.operator in _OUTPUT
        and redirect.target is not None
        and redirect.target.kind != "number"
        and unit.tree.text(redirect.target) not in _TERMINALS
        for redirect in words.redirects(statement)
    )


def _harmless(unit: Unit, pipeline: Node, below: Node) -> bool:
    """Whether all that follows in a pipeline only formats."""
    for later in pipeline.children:
        if later.start > below.start and later.kind not in {"|", "|&"}:
            inner = later
            if inner.kind == "redirected_statement":
                if _to_file(unit, inner):
                    return False
                inner = inner.children[0]
            if inner.kind != "command":
                return False
            if words.command(unit.tree, inner).name not in _HARMLESS:
                return False
    return True
