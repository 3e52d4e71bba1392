"""Which other files a script names: to source, to run, to hand on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.syntax import marks, words
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import SHELLS, Unit

_SCRIPT: Final = re.compile(rb".*\.(?:sh|bash|zsh|ksh|dash|bats)", re.DOTALL)
_SCRATCH: Final = re.compile(
    rb"/(?:tmp|var|usr|etc|opt|dev|run|bin|sbin|proc)(?:/|$)|~/(?:\.|bin/)"
)
_COPIERS: Final = frozenset(
    {b"cp", b"gcp", b"install", b"mv", b"rsync", b"scp", b"sftp", b"tar", b"zip"}
)
_FETCHERS: Final = frozenset({b"curl", b"wget"})
_CONTAINERS: Final = frozenset({b"docker", b"podman", b"kubectl", b"nerdctl"})


class Reference(NamedTuple):
    """A file that a script names on a line, and the command that does it.

    `path` is a value: see marks for what it may hold.
    """

    line: int
    command: str
    path: bytes

    @property
    def name(self) -> bytes:
        """The last component of the path."""
        return marks.name(self.path)


def is_script(path: bytes) -> bool:
    """Whether a value names a shell script, by its ending."""
    return _SCRIPT.fullmatch(path) is not None


def is_scratch(path: bytes) -> bool:
    """Whether a value lies where no repository keeps its scripts."""
    return _SCRATCH.match(path) is not None


def paths(unit: Unit, nodes: Iterable[Node]) -> Iterator[bytes]:
    """Every value of some words."""
    for node in nodes:
        yield from unit.of(node)


def sources(unit: Unit) -> Iterator[Reference]:
    """The files that `.` and `source` read into the running shell."""
    for command in unit.commands:
        if command.name in {b".", b"source"} and command.arguments:
            yield from _references(unit, command, command.arguments[:1])


def calls(unit: Unit) -> Iterator[Reference]:
    """The scripts that a script runs."""
    for command in unit.commands:
        name = command.name
        run = command.words[:1]
        if name in SHELLS:
            run = command.operands()[:1]
        for reference in _references(unit, command, run):
            if is_script(reference.path) and not is_scratch(reference.path):
                yield reference


def hands_on(unit: Unit) -> Iterator[Reference]:
    """The files that a script copies, packs, streams or sends."""
    for command in unit.commands:
        name = command.name
        if name in _COPIERS:
            yield from _references(unit, command, _copied(unit, command, name))
        elif name in _CONTAINERS:
            yield from _into_container(unit, command)
        elif name in _FETCHERS and _is_run(unit, command.node):
            yield from _references(unit, command, command.operands())
        elif name == b"cat" and _is_run(unit, command.node):
            yield from _references(unit, command, command.arguments)
        if name in SHELLS | {b"ssh", b"source", b"."}:
            for redirect in command.redirects:
                if redirect.operator == "<" and redirect.target is not None:
                    yield from _references(unit, command, [redirect.target])


def _references(
    unit: Unit, command: words.Command, nodes: Iterable[Node]
) -> Iterator[Reference]:
    line, name = unit.line(command.node), command.name
    for path in paths(unit, nodes):
        if path.strip(marks.UNKNOWN + b"/"):
            yield Reference(line, name.decode("utf-8", "replace"), path)


def _copied(unit: Unit, command: words.Command, name: bytes) -> tuple[Node, ...]:
    """What a copying command copies: all but where to."""
    texts = command.texts
    plain = command.operands()
    if name == b"tar":
        packs = any(re.match(rb"-?[A-Za-z]*[cru]|--create", t) for t in texts[:1])
        bundled = not texts[0].startswith(b"-") if texts else False
        return plain[bundled:] if packs else ()
    if name == b"zip":
        return plain[1:]
    for at, text in enumerate(texts[:-1]):
        if text == b"-t":
            return tuple(w for w in plain if w is not command.arguments[at + 1])
    return plain[:-1]


def _into_container(unit: Unit, command: words.Command) -> Iterator[Reference]:
    """`docker cp`, `docker run -v`, `kubectl create configmap --from-file`."""
    texts = command.texts
    plain = command.operands()
    if b"cp" in texts[:1]:
        yield from _references(unit, command, plain[1:-1])
    for at, word in enumerate(command.arguments):
        mounted = at and texts[at - 1] in {b"-v", b"--volume", b"--mount"}
        if mounted or texts[at].startswith((b"--from-file", b"--volume=")):
            for reference in _references(unit, command, [word]):
                path = reference.path.split(b":")[0].rpartition(b"=")[2]
                yield reference._replace(path=path)


def _is_run(unit: Unit, command: Node) -> bool:
    """Whether a shell runs what a command prints."""
    below = command
    for around in command.ancestors():
        if around.kind == "pipeline":
            later = [c for c in around.children if c.start > below.start]
            return any(
                c.name in SHELLS | {b"ssh"}
                for node in later
                for c in words.commands(unit.tree, node)
            )
        if around.kind in {"process_substitution", "command_substitution"}:
            holder = _holder(around)
            if holder is None:
                return False
            name = words.command(unit.tree, holder).name
            return name in SHELLS | {b"eval", b".", b"source"}
        below = around
    return False


def _holder(node: Node) -> Node | None:
    """The command that takes a substitution as its word or its input."""
    for around in node.ancestors():
        if around.kind == "command":
            return around
        if around.kind == "redirected_statement":
            first = around.children[0]
            return first if first.kind == "command" else None
    return None
