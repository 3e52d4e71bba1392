"""The one place that runs git, hardened against what a repository configures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.system import process

# A repository's configuration is data from strangers: none of its programs run
# (security table, rows 5 and 6), and nothing is ever fetched.
_CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.untrackedCache=false",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
)
# Beyond this many paths git is faster without a limit than with one.
_MANY_PATHS = 400
_INHERITED = (
    "HOME",
    "PATH",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CEILING_DIRECTORIES",
)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment every git process gets: no GIT_DIR, no prompt, no network."""
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    env |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    return env | dict(extra or {})


def run(
    cwd: bytes,
    *args: str | bytes,
    input: bytes = b"",
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
    literal: bool = True,
) -> process.Result:
    """Run one git command in `cwd`.

    `literal`: its paths are no patterns; a few commands do not know that option.
    Raises errors.GitFailed where its exit code is not in `codes`.
    """
    argv: list[str | bytes] = ["git", "--no-optional-locks"]
    argv += ["--literal-pathspecs"] if literal else []
    for setting in _CONFIG:
        argv += ["-c", setting]
    done = process.run([*argv, *args], cwd=cwd, env=environment(env), input=input)
    if done.code not in codes:
        said = done.err.decode("utf-8", "backslashreplace").strip().splitlines()
        what = os.fsdecode(args[0])
        raise errors.GitFailed(
            f"git {what} failed in {os.fsdecode(cwd)}: "
            f"{said[-1] if said else f'exit code {done.code}'}"
        )
    return done


def output(cwd: bytes, *args: str | bytes, input: bytes = b"") -> bytes:
    """The stdout of one git command; raises errors.GitFailed where it fails."""
    return run(cwd, *args, input=input).out


class Change(NamedTuple):
    """One commit gave one path new content; "" where it removed the path."""

    commit: str
    path: bytes
    content: str


def changes(
    cwd: bytes, heads: Sequence[str], paths: Sequence[bytes]
) -> tuple[Change, ...]:
    """Every change of `paths` in the history of `heads`, the newest first.

    A merge counts where its content is none of its parents'. Renames are not
    followed. Reads commits and trees only, in one process.
    """
    if not heads or not paths:
        return ()
    wanted = frozenset(paths)
    limit: list[bytes] = sorted(wanted) if len(wanted) <= _MANY_PATHS else []
    names: list[str | bytes] = ["--end-of-options", *heads, "--", *limit]
    out = output(
        cwd,
        *("-c", "log.showRoot=true", "-c", "log.follow=false"),
        *("-c", "diff.relative=false"),
        *("log", "--date-order", "--full-history", "-c", "--raw", "-z"),
        *("--no-abbrev", "--no-renames", "--no-show-signature", "-O/dev/null"),
        "--format=%H",
        *names,
    )
    return tuple(change for change in _parse_raw(out) if change.path in wanted)


def has_promisor(cwd: bytes) -> bool:
    """Whether the repository says that a remote holds objects it lacks."""
    names = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    return run(cwd, "config", "--get-regexp", names, codes=(0, 1)).code == 0


def _parse_raw(out: bytes) -> Iterator[Change]:
    """The changes in what `git log --raw -z --format=%H` prints."""
    commit = ""
    fields = iter(out.split(b"\0"))
    for field in fields:
        meta = field.lstrip(b"\n")
        if meta.startswith(b":"):
            words = meta.split(b" ")
            parents = len(meta) - len(meta.lstrip(b":"))
            content = words[2 * parents + 1].decode("ascii")
            yield Change(commit, next(fields), content.strip("0") and content)
        elif meta:
            commit = meta.decode("ascii")
