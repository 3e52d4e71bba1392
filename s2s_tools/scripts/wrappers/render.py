"""The text of a wrapper, from its template."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from s2s_tools import errors
from s2s_tools.scripts.wrappers.model import Entry, ExecWrapper

if TYPE_CHECKING:
    import jinja2

_MARK = re.compile(rb"#![^\n]*\n# s2s-wrapper:\d+ ")
_PART = re.compile(rb"^_s2s_(id|own|body|project)='([^'\n]*)'$", re.MULTILINE)
# Inside single quotes only the quote itself is special; the others are refused
# so that no later hand, message or shell can give them a meaning.
_UNSAFE = frozenset("$`\"'\\")


def entry(row: Entry) -> bytes:
    """The script behind one entry; its parts were validated by the codec."""
    return _template("entry.sh.j2").render(entry=row).encode()


def exec_wrapper(row: ExecWrapper) -> bytes:
    """The wrapper's bytes: the same in every tree and on every machine.

    Raises errors.Refused, naming the part, where one may not stand in a script.
    """
    name = _part("id", row.id)
    own = _part("path", row.path)
    body = _part("body", row.body)
    project = _part("project", row.project)
    if "/" in project:
        raise errors.Refused(f"project {project!r} may not stand in a wrapper: a slash")
    if own == body:
        raise errors.Refused(f"{own} holds the script itself; nothing to wrap")
    return (
        _template("exec.sh.j2")
        .render(id=name, own=own, body=body, project=project, depth=own.count("/"))
        .encode()
    )


def read_exec(data: bytes) -> ExecWrapper | None:
    """What an exec wrapper was made from; None where it is not exactly one."""
    if not is_wrapper(data):
        return None
    parts = {key.decode(): value for key, value in _PART.findall(data)}
    if len(parts) != 4:
        return None
    row = ExecWrapper(
        id=parts["id"], path=parts["own"], body=parts["body"], project=parts["project"]
    )
    try:
        return row if exec_wrapper(row) == data else None
    except errors.Refused:
        return None


def is_wrapper(data: bytes) -> bool:
    """Whether a file's bytes begin as one of our wrappers does."""
    return _MARK.match(data) is not None


def _part(what: str, raw: bytes) -> str:
    """The text of one variable part, fit to stand in single quotes and comments."""
    text = raw.decode("utf-8", "surrogateescape")
    problem = _problem(text)
    if problem:
        raise errors.Refused(f"{what} {text!r} may not stand in a wrapper: {problem}")
    return text


def _problem(text: str) -> str:
    if not text:
        return "it is empty"
    for character in text:
        if not character.isprintable() or character in _UNSAFE:
            return f"the character {character!r}"
    if text != text.strip():
        return "a space at its end"
    for name in text.split("/"):
        if name in ("", ".", ".."):
            return "it is no plain relative path"
        if name.startswith("-"):
            return "a leading dash"
    return ""


@functools.cache
def _template(name: str) -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("s2s_tools.scripts.wrappers"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # shell text; every part is validated before
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
