"""The text of a wrapper, from its template."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from s2s_tools.scripts.wrappers.model import Entry

if TYPE_CHECKING:
    import jinja2

_MARK = re.compile(rb"#![^\n]*\n# s2s-wrapper:\d+ ")


def entry(row: Entry) -> bytes:
    """The script behind one entry; its parts were validated by the codec."""
    return _template("entry.sh.j2").render(entry=row).encode()


def is_wrapper(data: bytes) -> bool:
    """Whether a file's bytes begin as one of our wrappers does."""
    return _MARK.match(data) is not None


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
