"""What shellcheck finds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from s2s_tools import errors
from s2s_tools.scripts.portability import content
from s2s_tools.scripts.portability.model import Finding, Script, Severity
from s2s_tools.system import process

SOURCE: Final = "shellcheck"
SHELLS: Final = frozenset({"", "sh", "bash", "dash", "ksh", "busybox", "ash"})
_BATCH: Final = 20
_TIMEOUT: Final = 300.0


def program() -> str:
    """The path of shellcheck; raises errors.NotFound, saying how to get it."""
    import shutil
    import sys

    beside = os.path.dirname(sys.executable)
    path = os.pathsep.join((beside, os.environ.get("PATH", os.defpath)))
    found = shutil.which("shellcheck", path=path)
    if found is None:
        raise errors.NotFound(
            "shellcheck is not installed; run pip install 's2s_tools[lint]', "
            "or pass --no-shellcheck"
        )
    return found


def findings(scripts: Sequence[Script]) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    """What it finds in each script, by the script's place in the sequence."""
    exe = program()
    plain = [at for at, script in enumerate(scripts) if _is_plain(script.full)]
    for start in range(0, len(plain), _BATCH):
        batch = plain[start : start + _BATCH]
        names = {os.fsdecode(scripts[at].full): at for at in batch}
        comments: dict[int, list[dict[str, Any]]] = {at: [] for at in batch}
        for comment in _run(exe, list(names)):
            if comment["file"] in names:  # not so for one that was sourced
                comments[names[comment["file"]]].append(comment)
        for at in batch:
            yield at, _findings(scripts[at], comments[at])
    for at in sorted(set(range(len(scripts))) - set(plain)):
        yield at, _findings(scripts[at], _run(exe, ["-"], scripts[at].data))


def _is_plain(path: bytes) -> bool:
    """Whether its name comes back from shellcheck as it was given."""
    return path.isascii() and path.decode("ascii").isprintable()


def _run(exe: str, names: list[str], data: bytes = b"") -> list[dict[str, Any]]:
    import json

    argv = [exe, "--format=json1", "--severity=style", "--", *names]
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    env.pop("SHELLCHECK_OPTS", None)  # a baseline must not depend on the machine
    done = process.run(argv, env=env, input=data, timeout=_TIMEOUT)
    if done.code not in (0, 1):
        said = done.err.decode("utf-8", "replace").strip().splitlines()
        raise errors.S2SError(
            f"shellcheck failed: {said[-1] if said else f'exit code {done.code}'}"
        )
    comments = json.loads(done.out)["comments"]
    assert isinstance(comments, list)
    return comments


def _findings(
    script: Script, comments: Iterable[dict[str, Any]]
) -> tuple[Finding, ...]:
    lines = content.Lines(script.data)
    found = [
        Finding(
            line=comment["line"],
            column=comment["column"],
            rule=f"SC{comment['code']}",
            severity=Severity(comment["level"]),
            message=comment["message"],
            hint="",
            source=SOURCE,
            text=lines.text(comment["line"]),
        )
        for comment in comments
    ]
    return tuple(sorted(found))
