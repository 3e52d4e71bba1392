"""The value of each name, as the emitted library would have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from s2s_tools import errors
from s2s_tools.scripts.environment import table
from s2s_tools.scripts.environment.model import Place, Value

CALLER = "set by the caller"


def values(
    place: Place, signals: Sequence[table.Signal] = table.SIGNALS
) -> tuple[Value, ...]:
    """Every name in the table's order.

    Raises errors.NotFound where no root can be told, or the given one is no folder.
    """
    found: dict[str, Value] = {}
    for value in (*_roots(place), environment(place, signals)):
        found[value.name] = value
    for path in table.PATHS:
        base = found[path.base].value
        full = f"{base.rstrip('/')}/{path.rest}" if path.rest else base
        found[path.name] = _given(place, path.name) or Value(
            path.name, full, f"from {path.base}"
        )
    name = found["S2S_ENVIRONMENT"].value
    for setting in table.SETTINGS:
        special = setting.special.get(name)
        source = "default" if special is None else f"default for {name}"
        chosen = setting.default if special is None else special
        found[setting.name] = _given(place, setting.name) or Value(
            setting.name, chosen, source
        )
    return tuple(found[name] for name in table.NAMES)


def environment(place: Place, signals: Sequence[table.Signal] = table.SIGNALS) -> Value:
    """The environment, and what showed it."""
    given = _given(place, "S2S_ENVIRONMENT")
    if given is not None:
        return given
    for name, sign in shown(place, signals):
        return Value("S2S_ENVIRONMENT", name, sign)
    if place.tree:
        return Value("S2S_ENVIRONMENT", table.CHECKOUT, "a git checkout")
    return Value("S2S_ENVIRONMENT", table.UNKNOWN, "nothing shows which")


def shown(
    place: Place, signals: Sequence[table.Signal] = table.SIGNALS
) -> Iterator[tuple[str, str]]:
    """Each environment that something shows, with the sign of it."""
    for signal in signals:
        for name in signal.variables:
            if table.is_on(place.variables.get(name, "")):
                yield signal.environment, f"{name} is set"
        for path in signal.files:
            if path in place.files:
                yield signal.environment, f"{path} is there"


def _roots(place: Place) -> tuple[Value, Value]:
    """S2S_ROOT and S2S_TREE; an empty value counts as none."""
    root, tree = _filled(place, "S2S_ROOT"), _filled(place, "S2S_TREE")
    for given in (root, tree):
        if given is not None and given.value not in place.folders:
            raise errors.NotFound(
                f"{given.name} is {given.value}, which is no folder; "
                "correct it or unset it"
            )
    if root is None:
        if not place.root:
            raise errors.NotFound(
                "there is no repository here and S2S_ROOT is not set; set it"
            )
        main = "the main worktree" if place.root != place.tree else "this worktree"
        root = Value("S2S_ROOT", place.root, main)
    if tree is None:
        source = "this worktree" if place.tree else "from S2S_ROOT"
        tree = Value("S2S_TREE", place.tree or root.value, source)
    return root, tree


def _given(place: Place, name: str) -> Value | None:
    if name not in place.variables:
        return None
    return Value(name, place.variables[name], CALLER, given=True)


def _filled(place: Place, name: str) -> Value | None:
    return _given(place, name) if place.variables.get(name) else None
