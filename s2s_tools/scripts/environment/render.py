"""The text of the library, from its template."""

from __future__ import annotations

import re
from collections.abc import Sequence

from s2s_tools import errors
from s2s_tools.scripts.environment import table

_MARK = re.compile(rb"#![^\n]*\n# s2s-env:\d+ ")


def library(shell: str, signals: Sequence[table.Signal] = table.SIGNALS) -> bytes:
    """The library for one shell: the same on every machine and in every place.

    Raises errors.UsageFault for a shell that there is none for.
    """
    import jinja2

    if shell not in table.SHELLS:
        known = ", ".join(table.SHELLS)
        raise errors.UsageFault(f"there is no library for {shell!r}; known: {known}")
    loader = jinja2.PackageLoader("s2s_tools.scripts.environment")
    environment = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # shell text; all parts are constants of the table
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    name = "library.fish.j2" if shell == "fish" else "library.sh.j2"
    template = environment.get_template(name)
    return template.render(
        shell=shell,
        table=table,
        signals=signals,
        tops=(".git", *table.MARKERS),
        settings=_settings(),
        defaults=[setting.default for setting in table.SETTINGS],
    ).encode()


def is_library(data: bytes) -> bool:
    """Whether a file's bytes begin as an emitted library does."""
    return _MARK.match(data) is not None


def _settings() -> dict[str, list[str]]:
    """The values of all settings, by the environments that have special ones."""
    named = {name for setting in table.SETTINGS for name in setting.special}
    return {
        name: [s.special.get(name, s.default) for s in table.SETTINGS]
        for name in table.ENVIRONMENTS
        if name in named
    }
