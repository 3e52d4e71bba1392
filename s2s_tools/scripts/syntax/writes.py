"""Which scripts a script writes, changes or removes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from s2s_tools.scripts.syntax import marks, references, words
from s2s_tools.scripts.syntax.references import Reference
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import Unit

_OUTPUT: Final = frozenset({">", ">>", ">|", "&>", "&>>", ">&", "<>"})
_EVERY_OPERAND: Final = frozenset(
    {b"tee", b"rm", b"unlink", b"truncate", b"sponge", b"touch", b"patch", b"ed", b"ex"}
)
_TO_LAST: Final = frozenset({b"cp", b"gcp", b"mv", b"install", b"ln", b"rsync"})
_IN_PLACE: Final = {
    b"sed": re.compile(rb"-[a-zE]*i.*|--in-place.*", re.DOTALL),
    b"gsed": re.compile(rb"-[a-zE]*i.*|--in-place.*", re.DOTALL),
    b"perl": re.compile(rb"-[a-z0-9]*i.*", re.DOTALL),
    b"ruby": re.compile(rb"-[a-z]*i.*", re.DOTALL),
    b"awk": re.compile(rb"inplace"),
    b"gawk": re.compile(rb"inplace"),
    b"shfmt": re.compile(rb"-[a-z]*w[a-z]*|--write"),
}
_DOWNLOAD: Final = {b"curl": (b"-o", b"--output"), b"wget": (b"-O",)}
_EXECUTABLE: Final = re.compile(rb"[ugoa]*\+[rwst]*x.*|0?[1357]\d\d|0?\d[1357]\d")
_SHEBANG: Final = re.compile(rb"\s*#!.*(?:sh|env)\b")


def writes(unit: Unit) -> Iterator[Reference]:
    """Each script that one piece of code writes, outside scratch folders."""
    made_executable = frozenset(_executables(unit))
    for node in unit.tree.each("file_redirect"):
        yield from _redirected(unit, node, made_executable)
    for command in unit.commands:
        name = command.name
        for path in _targets(unit, command, name, made_executable):
            shown = name.decode("utf-8", "replace")
            yield Reference(unit.line(command.node), shown, path)


def _redirected(
    unit: Unit, redirect: Node, executables: frozenset[bytes]
) -> Iterator[Reference]:
    """`> x.sh`, a redirection to what becomes executable, or a document with `#!`."""
    operator = next((c.kind for c in redirect.children if c.kind in _OUTPUT), "")
    target = redirect.children[-1]
    if not operator or target.kind in {"number", operator}:
        return
    for path in unit.of(target):
        if references.is_scratch(path):
            continue
        if _is_target(path, executables) or _holds_script(unit, redirect):
            yield Reference(unit.line(redirect), operator, path)


def _targets(
    unit: Unit, command: words.Command, name: bytes, executables: frozenset[bytes]
) -> Iterator[bytes]:
    """The scripts that one command changes by its words."""
    for path in references.paths(unit, _changed(unit, command, name)):
        if _is_target(path, executables) and not references.is_scratch(path):
            yield path
    if name in _TO_LAST:
        yield from _into_folder(unit, command)


def _changed(unit: Unit, command: words.Command, name: bytes) -> tuple[Node, ...]:
    plain = command.operands()
    texts = command.texts
    if name in _EVERY_OPERAND or name == b"mv":
        return plain
    if name in _TO_LAST:
        return plain[-1:] if len(plain) > 1 else ()
    if name in _IN_PLACE:
        in_place = any(map(_IN_PLACE[name].fullmatch, texts))
        return plain if in_place else ()
    if name in _DOWNLOAD:
        pairs = zip(texts, command.arguments[1:], strict=False)
        return tuple(word for option, word in pairs if option in _DOWNLOAD[name])
    return ()


def _into_folder(unit: Unit, command: words.Command) -> Iterator[bytes]:
    """`cp x.sh folder/`: a script that keeps its name."""
    plain = command.operands()
    if len(plain) < 2:
        return
    targets = tuple(unit.of(plain[-1]))
    if any(map(references.is_script, targets)) or all(
        map(references.is_scratch, targets)
    ):
        return
    for path in references.paths(unit, plain[:-1]):
        name = marks.name(path)
        renamed = any(marks.name(target).startswith(name) for target in targets)
        if references.is_script(path) and not renamed:
            yield path


def _is_target(path: bytes, executables: frozenset[bytes]) -> bool:
    return references.is_script(path) or path in executables


def _executables(unit: Unit) -> Iterator[bytes]:
    """The paths that a `chmod +x` makes programs, where they are written out."""
    for command in unit.commands:
        if command.name == b"chmod":
            plain = command.operands()
            mode = words.plain(unit.tree, plain[0]) if plain else b""
            if _EXECUTABLE.fullmatch(mode):
                for path in references.paths(unit, plain[1:]):
                    if marks.name(path).strip(marks.UNKNOWN):
                        yield path


def _holds_script(unit: Unit, redirect: Node) -> bool:
    """Whether the here-document beside a redirection begins with `#!`."""
    around = redirect.parent
    if around is not None and around.kind == "heredoc_redirect":
        around = around.parent
    if around is None or around.kind != "redirected_statement":
        return False
    for beside in around.children:
        if beside.kind == "heredoc_redirect":
            for body in beside.children:
                if body.kind == "heredoc_body":
                    return _SHEBANG.match(unit.tree.text(body)) is not None
    return False
