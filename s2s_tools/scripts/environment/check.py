"""What in an environment cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from s2s_tools.scripts.environment import resolve, table
from s2s_tools.scripts.environment.model import Contradiction, Place, Value


def contradictions(place: Place) -> tuple[Contradiction, ...]:
    """Everything that contradicts something else, in the table's order.

    Raises errors.NotFound where there is no repository and no root is given.
    """
    if missing := tuple(_missing(place)):
        return missing  # nothing else can be told
    values = {value.name: value for value in resolve.values(place)}
    found = [
        *_roots(place, values),
        *_environment(place, values["S2S_ENVIRONMENT"]),
        *_state(values),
        *_settings(values),
    ]
    return tuple(sorted(found, key=lambda item: table.NAMES.index(item.name)))


def _missing(place: Place) -> Iterator[Contradiction]:
    for name in ("S2S_ROOT", "S2S_TREE"):
        given = place.variables.get(name)
        if given and given not in place.folders:
            yield Contradiction(name, f"{given} is no folder")


def _roots(place: Place, values: Mapping[str, Value]) -> Iterator[Contradiction]:
    root, tree = values["S2S_ROOT"], values["S2S_TREE"]
    real_root = place.folders.get(root.value, root.value)
    real_tree = place.folders.get(tree.value, tree.value)
    for value in (root, tree):
        if not value.value.startswith("/"):
            yield Contradiction(
                value.name, f"{value.value} is relative: it moves with every cd"
            )
    if root.given and place.root and real_root != place.root:
        what = "this worktree" if real_root == place.tree else "another folder"
        yield Contradiction(
            "S2S_ROOT",
            f"{root.value} is {what}; the shared main tree is {place.root}",
        )
    if tree.given and place.tree and real_tree != place.tree:
        yield Contradiction(
            "S2S_TREE", f"{tree.value} is another tree than this one, {place.tree}"
        )
    project = values["PROJECT_ROOT"]
    if project.given and project.value != root.value:
        yield Contradiction(
            "PROJECT_ROOT", f"{project.value} is not S2S_ROOT, {root.value}"
        )


def _environment(place: Place, value: Value) -> Iterator[Contradiction]:
    name = value.value
    if name not in table.ENVIRONMENTS:
        known = ", ".join(table.ENVIRONMENTS)
        yield Contradiction("S2S_ENVIRONMENT", f"{name!r} is not one of {known}")
    places = {"production", "staging"}
    for other, sign in resolve.shown(place):
        if name in places and other in places and other != name:
            yield Contradiction("S2S_ENVIRONMENT", f"it is {name}, but {sign}")


def _state(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    folder = values["COORDINATION_DIR"].value
    for name in table.STATE:
        value = values[name]
        if value.given and not value.value.startswith(f"{folder.rstrip('/')}/"):
            yield Contradiction(
                name, f"{value.value} is not in COORDINATION_DIR, {folder}"
            )


def _settings(values: Mapping[str, Value]) -> Iterator[Contradiction]:
    for setting in table.SETTINGS:
        value = values[setting.name].value
        if not re.fullmatch(setting.allowed, value):
            shape = setting.allowed.replace("|", ", ")
            yield Contradiction(setting.name, f"{value!r} is not one of {shape}")
    production = values["S2S_ENVIRONMENT"].value == "production"
    debug = values["S2S_DEBUG_MODE"]
    if production and debug.given and debug.value == "true":
        yield Contradiction("S2S_DEBUG_MODE", "it is on, and this is production")
