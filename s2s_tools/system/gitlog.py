"""What git's history says about paths."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from s2s_tools.system import git

# git's cost grows with paths times files: beyond this many, patterns are cheaper.
_MANY_PATHS = 12
_MANY_PATTERNS = 6
_PLAIN_LOG = (
    *("-c", "log.showRoot=true", "-c", "log.follow=false", "-c", "diff.relative=false"),
    *("log", "--date-order", "--full-history", "-c", "--raw", "-z", "--no-abbrev"),
    *("--no-renames", "--no-show-signature", "-O/dev/null", "--format=%H"),
)


class Change(NamedTuple):
    """One commit gave one path new content or mode; "" where it removed the path."""

    commit: str
    path: bytes
    content: str


def changes(
    cwd: bytes, heads: Iterable[str], paths: Iterable[bytes]
) -> tuple[Change, ...]:
    """Every change of `paths` in the history of `heads`, the newest first.

    A merge counts where its content is none of its parents'. Renames are not
    followed. Reads commits and trees only, in one process.
    """
    tips, wanted = sorted(set(heads)), frozenset(paths)
    if not tips or not wanted:
        return ()
    names: list[str | bytes] = ["--end-of-options", *tips, "--", *_limit(wanted)]
    out = git.run(cwd, *_PLAIN_LOG, *names, literal=False).out
    return tuple(change for change in _parse(out) if change.path in wanted)


def renames(cwd: bytes, commits: Iterable[str]) -> dict[tuple[str, bytes], bytes]:
    """What each path was called before one of these commits renamed it."""
    wanted = sorted(set(commits))
    if not wanted:
        return {}
    out = git.output(
        cwd,
        *("diff-tree", "--stdin", "-r", "-z", "-M", "-l1000", "--diff-filter=R"),
        *("--name-status", "-O/dev/null"),
        input="\n".join(wanted).encode() + b"\n",
    )
    return dict(_parse_renames(out))


def _limit(paths: frozenset[bytes]) -> Sequence[bytes]:
    """Pathspecs that cover the paths; none where that is the cheapest."""
    if len(paths) <= _MANY_PATHS:
        return [b":(top,literal)" + path for path in sorted(paths)]
    ends = {posixpath.splitext(path)[1] or path for path in paths}
    plain = all(end.replace(b"/", b"").replace(b".", b"").isalnum() for end in ends)
    if len(ends) > _MANY_PATTERNS or not plain:
        return []
    return [b":(top)*" + end for end in sorted(ends)]


def _parse(out: bytes) -> Iterator[Change]:
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


def _parse_renames(out: bytes) -> Iterator[tuple[tuple[str, bytes], bytes]]:
    """The renames in what `git diff-tree --stdin -z --name-status` prints."""
    commit = ""
    fields = iter(out.split(b"\0"))
    for field in fields:
        if field.startswith(b"R"):
            before, after = next(fields), next(fields)
            yield (commit, after), before
        elif field:
            commit = field.decode("ascii").strip()
