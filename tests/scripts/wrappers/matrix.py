"""Every world in every shell; `python -m tests.scripts.wrappers.matrix` prints it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper
from tests.scripts.wrappers import kept, worlds, worlds_bodies, worlds_called
from tests.scripts.wrappers.shells import SHELLS, applies
from tests.scripts.wrappers.worlds import Call, World

# The modules whose import fills the table of worlds.
CATALOGUES = (worlds_called, worlds_bodies)


class Result(NamedTuple):
    """One cell: the shell, the world, what was wrong; None: not applicable."""

    shell: str
    world: str
    wrong: tuple[str, ...] | None


def build(
    name: str, folder: Path, make: worlds.Render = render.exec_wrapper
) -> tuple[Call, ExecWrapper]:
    """Build one world; how to call its wrapper, and what that was made from."""
    world = World(folder, make)
    call = worlds.WORLDS[name](world)
    assert world.row is not None
    return call, world.row


def cell(shell: str, name: str, call: Call, row: ExecWrapper) -> Result:
    """Run one world in one shell."""
    way = SHELLS[shell]
    if not applies(way, call):
        return Result(shell, name, None)
    return Result(shell, name, tuple(kept.problems(way, call, row)))


def every(
    folder: Path,
    shells: Iterable[str],
    make: worlds.Render = render.exec_wrapper,
    names: Iterable[str] = worlds.WORLDS,
) -> Iterator[Result]:
    """Each of the worlds, built below `folder`, in each of the shells."""
    shells = tuple(shells)
    for number, name in enumerate(names):
        call, row = build(name, folder / str(number), make)
        try:
            yield from (cell(shell, name, call, row) for shell in shells)
        finally:
            clean(call)


def clean(call: Call) -> None:
    """Remove what a world has put outside its own folder."""
    for place in (Path(call.path), *Path(call.path).parents):
        if place.parent == Path("/dev/shm") and place.name.startswith("s2s-"):
            shutil.rmtree(place)


def installed() -> list[str]:
    """The shells of the matrix that are on this machine."""
    return [name for name, shell in SHELLS.items() if shutil.which(shell.program)]


def main() -> int:
    """Print the table; 1 where a cell is wrong."""
    shells = installed()
    with tempfile.TemporaryDirectory(prefix="s2s-matrix-") as folder:
        results = list(every(Path(folder), shells))
    width = max(map(len, worlds.WORLDS))
    for number, shell in enumerate(shells, 1):
        print(f"{number:>{width + 3}}  {shell}")
    print(" " * width, *(f"{n:>3}" for n in range(1, len(shells) + 1)), sep="")
    for name in worlds.WORLDS:
        row = [result for result in results if result.world == name]
        print(f"{name:{width}}", *(f"{_mark(result):>3}" for result in row), sep="")
    bad = [result for result in results if result.wrong]
    for result in bad:
        print(f"{result.world} in {result.shell}: {'; '.join(result.wrong or ())}")
    ran = sum(result.wrong is not None for result in results)
    missing = [name for name in SHELLS if name not in shells]
    print(f"{ran} runs, {len(bad)} wrong; not installed: {', '.join(missing) or '-'}")
    return int(bool(bad))


def _mark(result: Result) -> str:
    if result.wrong is None:
        return "-"
    return "bad" if result.wrong else "ok"


if __name__ == "__main__":
    sys.exit(main())
