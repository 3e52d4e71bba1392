"""A wrapper runs its body in every shell, wherever both are, and faults are seen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper
from tests.scripts.wrappers import matrix, shells, worlds
from tests.scripts.wrappers.worlds import Call

# Shells that only some machines have are tried where they are.
TRIED: Final = [
    name
    for name, shell in shells.SHELLS.items()
    if shell.required or shutil.which(shell.program)
]
Build = Callable[[str], tuple[Call, ExecWrapper]]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Each world is built once for all shells."""
    built: dict[str, tuple[Call, ExecWrapper]] = {}

    def get(name: str) -> tuple[Call, ExecWrapper]:
        if name not in built:
            built[name] = matrix.build(name, tmp_path_factory.mktemp("world"))
        return built[name]

    yield get
    for call, _ in built.values():
        matrix.clean(call)


@pytest.mark.parametrize("shell", TRIED)
@pytest.mark.parametrize("world", worlds.WORLDS)
def test_the_body_runs_as_if_it_stood_there(
    world: str, shell: str, build: Build, require_tool: Callable[[str], str]
) -> None:
    require_tool(shells.SHELLS[shell].program)
    call, row = build(world)
    if not shells.applies(shells.SHELLS[shell], call):
        return

    result = matrix.cell(shell, world, call, row)

    assert result.wrong == ()


def replaced(old: str, new: str) -> Callable[[str], str]:
    """A fault: one place of the wrapper's text is another."""

    def fault(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        return text.replace(old, new)

    return fault


SEARCH = """_s2s_root=${_s2s_file%/*}
while [ ! -d "$_s2s_root/.s2s" ] && [ "${#_s2s_root}" -lt 900 ]; do
  _s2s_root=$_s2s_root/..
done
"""
ROOT_FIRST = """_s2s_run=${S2S_ROOT:+${S2S_ROOT}/$_s2s_body}
[ -f "$_s2s_run" ] || _s2s_run=${S2S_OVERRIDE_DIR:+${S2S_OVERRIDE_DIR}/$_s2s_id}
"""
FAULTS: Final[dict[str, tuple[Callable[[str], str], set[str]]]] = {
    "arguments joined": (
        replaced('set -- "$_s2s_run" "$@"', 'set -- "$_s2s_run" "$*"'),
        {"main tree"},
    ),
    "arguments split": (
        replaced('set -- "$_s2s_run" "$@"', 'set -- "$_s2s_run" $*'),
        {"main tree"},
    ),
    "exit code lost": (replaced('\nexec "$@"', '\n"$@" || exit 1'), {"main tree"}),
    "body is a child": (replaced('\nexec "$@"', '\n"$@"'), {"main tree"}),
    "walks up": (
        lambda text: re.sub(
            r"_s2s_root=\$\{_s2s_file%/\*\}.*\n", lambda _: SEARCH, text
        ),
        {"planted store in a parent", "planted store above a worktree"},
    ),
    "S2S_ROOT first": (
        replaced(
            "_s2s_run=${S2S_OVERRIDE_DIR:+${S2S_OVERRIDE_DIR}/$_s2s_id}\n", ROOT_FIRST
        ),
        {"s2s root of another project", "s2s root comes after the main tree"},
    ),
    "a moved wrapper trusts": (
        replaced(' && [ -f "$_s2s_root/$_s2s_own" ]', ""),
        {"wrapper moved up"},
    ),
    "any common folder has a main tree": (
        replaced("*/.git) _s2s_main=${_s2s_git%.git}", "*) _s2s_main=${_s2s_git%/*}/"),
        {"bare repository has no main tree"},
    ),
    "links are not followed": (
        replaced('while [ -h "$_s2s_file" ]', 'while [ "" ]'),
        {"symlink", "chain of symlinks"},
    ),
    "one line of a git path": (
        replaced('done <"$1"', 'break; done <"$1"'),
        {"git folder with a hostile name"},
    ),
    "helpers leak": (
        replaced("unset _s2s_flags _s2s_id", "unset _s2s_flags"),
        {"exported helper names"},
    ),
    "recursion": (
        replaced("'# s2s-wrapper:'*)", "'# no such line'*)"),
        {"wrapper in the place of the body"},
    ),
    "unquoted body": (
        replaced('set -- "$_s2s_run" "$@"', 'set -- $_s2s_run "$@"'),
        {"hostile absolute name"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_matrix_sees_a_planted_fault(fault: str, tmp_path: Path) -> None:
    change, worlds_that_fail = FAULTS[fault]

    def make(row: ExecWrapper) -> bytes:
        return change(render.exec_wrapper(row).decode()).encode()

    results = list(
        matrix.every(tmp_path, ("exec", "bash"), make, sorted(worlds_that_fail))
    )

    seen = {result.world for result in results if result.wrong}
    assert seen == worlds_that_fail
