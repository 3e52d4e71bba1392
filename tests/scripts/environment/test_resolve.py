"""The values that are shown are those that the library would export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.scripts.environment import resolve, table
from s2s_tools.scripts.environment.model import Place
from tests.scripts.environment.sourced import PRINT, SIGNALS, clean, run, values

SETTINGS: list[dict[str, str]] = [
    {},
    {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "CI": "true"},
    {"DOCKER_CONTAINER": "1"},
    {"CI": "false", "GITHUB_ACTIONS": "true"},
    {"CI": "0"},
    {"S2S_ENVIRONMENT": "production"},
    {"S2S_ENVIRONMENT": "staging", "CI": "1", "S2S_DEBUG_MODE": "true"},
    {"S2S_ENVIRONMENT": "odd"},
    {"S2S_ENVIRONMENT": ""},
    {"S2S_ROOT": "", "S2S_TREE": "", "PROJECT_ROOT": ""},
    {"S2S_ROOT": "/"},
    {"S2S_ROOT": "/tmp/", "COORDINATION_DIR": "/x/"},
    {"S2S_TREE": "/tmp"},
    {"S2S_AGENT_COORDINATION": "/state", "S2S_LOG_LEVEL": "ERROR"},
]


def at(variables: dict[str, str], tree: str = "", root: str = "") -> Place:
    """What is known at a worktree, with every folder there and no marker."""
    named = {variables.get("S2S_ROOT", ""), variables.get("S2S_TREE", "")}
    return Place(
        variables=variables,
        tree=tree,
        root=root,
        files=frozenset(),
        folders={name: name for name in named - {""}},
    )


@pytest.mark.parametrize("given", SETTINGS, ids=str)
def test_shell_and_python_agree(place: Any, given: dict[str, str]) -> None:
    tree = place.path.parent / "linked tree"
    env = clean(**given)
    facts = at(env, str(tree), str(place.path))

    shown = {v.name: v.value for v in resolve.values(facts, SIGNALS)}
    done = run(
        ["dash", "-c", f'. "$1"; {PRINT}', "x", f"{tree}/lib/s2s-env.sh"], tree, env
    )

    assert values(done.stdout) == shown


def test_each_environment_has_its_sign() -> None:
    for signal in table.SIGNALS:
        for name in signal.variables:
            found = resolve.environment(at({name: "1"}, "/t", "/t"))
            assert (found.value, found.source) == (signal.environment, f"{name} is set")
        for file in signal.files:
            facts = Place(
                variables={}, tree="", root="", files=frozenset({file}), folders={}
            )
            assert resolve.environment(facts).value == signal.environment
    assert resolve.environment(at({})).value == "unknown"
    assert resolve.environment(at({}, "/t", "/t")).value == "development"


def test_each_value_says_where_it_comes_from() -> None:
    found = {
        v.name: v for v in resolve.values(at({"S2S_LOG_LEVEL": "x"}, "/m/w", "/m"))
    }

    assert found["S2S_ROOT"].source == "the main worktree"
    assert found["S2S_TREE"].source == "this worktree"
    assert found["S2S_LOG_LEVEL"].source == "set by the caller"
    assert found["S2S_LOG_LEVEL"].given
    assert found["S2S_DEBUG_MODE"].source == "default for development"
    assert found["S2S_METRICS_ENABLED"].source == "default"
    assert found["COORDINATION_DIR"].source == "from S2S_AGENT_COORDINATION"


def test_no_repository_and_no_root_is_an_error() -> None:
    with pytest.raises(errors.NotFound, match="set it"):
        resolve.values(at({}))


def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    facts = Place(
        variables={"S2S_ROOT": "/gone"},
        tree="/t",
        root="/t",
        files=frozenset(),
        folders={},
    )

    with pytest.raises(errors.NotFound, match="/gone"):
        resolve.values(facts)
