"""`python -m tests.bench`: ratios against peers on generated estates, in one run."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import estates  # noqa: E402
import measure  # noqa: E402
import tools  # noqa: E402
from measure import Costs  # noqa: E402

SHAPES = {
    "20 x 2000": estates.Shape(20, 2000),
    "200 x 1000": estates.Shape(200, 1000, own_share=0.1),
}
EVICTED = "20 x 2000, evicted"
Table = dict[str, dict[str, Costs]]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with --check fail where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--scratch", type=Path, help="where to build (kept, reused)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (5)")
    parser.add_argument("--only", action="append", help="only this estate; repeatable")
    parser.add_argument("--real", type=Path, help="another repository to scan")
    parser.add_argument("--profile", action="store_true", help="say what dominates")
    parser.add_argument("--check", action="store_true", help="exit 1 on a miss")
    asked = parser.parse_args(arguments)
    scratch = asked.scratch or Path(tempfile.mkdtemp(prefix="s2s-bench-"))
    try:
        return _run(asked, scratch)
    finally:
        if asked.scratch is None:
            shutil.rmtree(scratch)


def _run(asked: argparse.Namespace, scratch: Path) -> int:
    for line in tools.versions():
        print(line)
    if asked.profile:
        _profile(_estate(scratch, "20 x 2000"))
        return 0
    wanted = asked.only or [*SHAPES, EVICTED, "none", "real"]
    table: Table = {}
    peaks: dict[str, float] = {}
    for name in wanted:
        if name == "none":
            table[name] = _start_up(scratch, asked.runs)
        elif name == EVICTED:
            table[name] = _evicted(_estate(scratch, "20 x 2000"))
        elif name in SHAPES:
            root = _estate(scratch, name)
            table[name] = _warm(root, name, asked.runs)
            command = tools.commands(root)["s2s --groups"]
            peaks[name] = measure.peak(command, root)
        elif asked.real is not None:
            ours = {"s2s --json": tools.commands(asked.real.resolve())["s2s --json"]}
            table[name] = measure.in_turn(ours, scratch, runs=asked.runs)
        _show(name, table.get(name, {}))
    return _judge(table, peaks) if asked.check else _judge(table, peaks) * 0


def _estate(scratch: Path, name: str) -> Path:
    root = scratch / name.replace(" ", "") / "main"
    if not root.is_dir():
        print(f"building {name} …", file=sys.stderr)
        estates.build(root, SHAPES[name])
        subprocess.run(["sync"], check=True)
    return root


def _warm(root: Path, name: str, runs: int) -> dict[str, Costs]:
    small = name == "20 x 2000"
    commands = tools.commands(root, peers=tools.PEERS if small else ("jdupes",))
    if small:
        print(_agreement(root))
    else:
        commands = {
            key: commands[key]
            for key in ("s2s --groups", "jdupes", "git ls-files -s")
            if key in commands
        }
    return measure.in_turn(commands, root, runs=runs)


def _evicted(root: Path) -> dict[str, Costs]:
    commands = tools.commands(root, peers=("jdupes",))
    picked = {k: v for k, v in commands.items() if k != "git ls-files -s"}
    return measure.in_turn(
        picked, root, runs=3, before=lambda: measure.evict(root.parent), warm=False
    )


def _start_up(scratch: Path, runs: int) -> dict[str, Costs]:
    scratch.mkdir(parents=True, exist_ok=True)
    commands = {
        "s2s --version": [sys.executable, "-m", "s2s_tools", "--version"],
        "import click": [sys.executable, "-c", "import click"],
        "python": [sys.executable, "-c", "pass"],
    }
    here = HERE.parent.parent  # where the package may be imported from
    return measure.in_turn(commands, here, runs=runs * 3)


def _agreement(root: Path) -> str:
    """Whether all tools name the same groups."""
    answers = {}
    for name in ("s2s --groups", "jdupes", "fdupes"):
        command = tools.commands(root).get(name)
        if command is None:
            continue
        out = root.parent.parent / "answer.txt"
        measure.once(command, root, out)
        answers[name] = tools.paragraphs(out.read_text(), root)
        out.unlink()
    if shutil.which("rdfind"):
        out = root.parent.parent / "rdfind.txt"
        command = [str(out) if w == "/dev/null" else w for w in _rdfind(root)]
        measure.once(command, root)
        answers["rdfind"] = tools.rdfind_groups(out.read_text(), root)
        out.unlink()
    ours = answers["s2s --groups"]
    files = sum(map(len, ours))
    differing = [name for name, found in answers.items() if found != ours]
    if differing:
        return f"DISAGREE with s2s: {', '.join(differing)}"
    return f"{', '.join(answers)} agree: {len(ours)} groups of {files} files"


def _rdfind(root: Path) -> list[str]:
    return tools.commands(root, peers=("rdfind",))["rdfind"]


def _show(estate: str, costs: dict[str, Costs]) -> None:
    if not costs:
        return
    print(f"\n{estate}")
    print(f"  {'':22}{'wall s':>9}{'cpu s':>9}{'runs':>6}")
    for name, cost in costs.items():
        print(f"  {name:22}{cost.wall:9.3f}{cost.cpu:9.3f}{cost.runs:6}")


def _judge(table: Table, peaks: dict[str, float]) -> int:
    """Print each target beside what was measured; 1 where one is missed."""
    rows = list(_rows(table, peaks))
    print(f"\n{'target':38}{'measured':>10}{'limit':>8}{'aim':>7}")
    for name, measured, limit, aim in rows:
        verdict = "" if measured <= limit else "  MISSED"
        shown = "" if aim is None else f"{aim:.2f}"
        print(f"{name:38}{measured:10.3f}{limit:8.2f}{shown:>7}{verdict}")
    return int(any(measured > limit for _, measured, limit, _ in rows))


def _rows(
    table: Table, peaks: dict[str, float]
) -> Iterator[tuple[str, float, float, float | None]]:
    targets = tomllib.loads((HERE / "targets.toml").read_text())
    for item in targets["target"]:
        costs = table.get(item["estate"], {})
        if item["ours"] in costs and item["peer"] in costs:
            ratio = costs[item["ours"]].wall / costs[item["peer"]].wall
            yield item["name"], ratio, item["limit"], item.get("aim")
    for item in targets["peak"]:
        if item["estate"] in peaks:
            yield item["name"], peaks[item["estate"]], item["limit"], None
    for item in targets["cpu"]:
        costs = table.get(item["estate"], {})
        if item["ours"] in costs:
            yield item["name"], costs[item["ours"]].cpu, item["limit"], None


def _profile(root: Path) -> None:
    """What dominates a scan, by function, in one process."""
    script = (
        "import cProfile, pstats, sys\n"
        "from s2s_tools.scripts.inventory import scan\n"
        "options = scan.Options(processes=1)\n"
        "for name in ('groups', 'scan'):\n"
        "    told = cProfile.Profile()\n"
        "    path = sys.argv[1].encode()\n"
        "    told.runcall(getattr(scan, name), path, options=options)\n"
        "    print(name)\n"
        "    pstats.Stats(told).sort_stats('tottime').print_stats(12)\n"
    )
    command = [sys.executable, "-c", script, str(root)]
    subprocess.run(command, check=True, cwd=HERE.parent.parent)


if __name__ == "__main__":
    sys.exit(main())
