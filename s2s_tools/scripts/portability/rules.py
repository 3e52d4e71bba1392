"""The whole table of rules."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.portability import bash4, gnu, places
from s2s_tools.scripts.portability.model import Rule, Severity

CALLS: Final = (*gnu.CALLS, *bash4.CALLS)
NODES: Final = bash4.NODES
TEXTS: Final = places.TEXTS
NOT_READ: Final = Rule(
    "not-read",
    Severity.INFO,
    "the grammar stops here: portability was not looked at from here on",
    "look at it by hand",
)
ALL: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in (
        *(row.rule for row in CALLS),
        *(row.rule for row in NODES),
        *(row.rule for row in TEXTS),
        NOT_READ,
    )
}
