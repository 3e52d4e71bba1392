"""Whether two runs showed the same, apart from what no two runs ever share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from s2s_tools.scripts.dedupe.equivalence.model import Seen

_LENGTH = 90  # characters of a line in a reason


class Stream(NamedTuple):
    """What of a list of lines varies: some of them, or all (then `whole`)."""

    whole: bool = False
    lines: frozenset[int] = frozenset()


class Mask(NamedTuple):
    """What differed between runs of one and the same script.

    `folders`: where files come and go under other names each time.
    """

    code: bool = False
    out: Stream = Stream()
    err: Stream = Stream()
    calls: Stream = Stream()
    files: frozenset[bytes] = frozenset()
    folders: frozenset[bytes] = frozenset()


def unstable(runs: Sequence[Seen]) -> Mask:
    """What varies among runs of the same bytes in the same place."""
    first = runs[0]
    return Mask(
        code=any(run.code != first.code for run in runs),
        out=_varying([_lines(run.out) for run in runs]),
        err=_varying([_lines(run.err) for run in runs]),
        calls=_varying([run.calls for run in runs]),
        files=frozenset(_varying_files(runs)),
        folders=frozenset(_varying_folders(runs)),
    )


def names(mask: Mask) -> tuple[str, ...]:
    """What a mask hides, for people."""
    found = ["exit code"] if mask.code else []
    for name, stream in _streams(mask):
        if stream.whole:
            found.append(name)
        elif stream.lines:
            numbers = ", ".join(str(n + 1) for n in sorted(stream.lines)[:3])
            more = ", …" if len(stream.lines) > 3 else ""
            found.append(f"{name} line {numbers}{more}")
    found += [f"file {_shown(path)}" for path in sorted(mask.files)]
    found += [f"names in {_shown(path)}" for path in sorted(mask.folders)]
    return tuple(found)


def tells(seen: Seen, mask: Mask) -> bool:
    """Whether something is left that can be compared, where something varies."""
    if not names(mask):
        return True
    pairs = (
        (_lines(seen.out), mask.out),
        (_lines(seen.err), mask.err),
        (seen.calls, mask.calls),
    )
    kept = any(
        not stream.whole and len(stream.lines) < len(lines) for lines, stream in pairs
    )
    return kept or any(not _excused(path, mask) for path, _ in seen.files)


def differences(original: Seen, other: Seen, mask: Mask) -> tuple[str, ...]:
    """Each way in which `other` is not the original; empty where none shows."""
    found = []
    if other.stopped:
        return (other.stopped,)
    if not mask.code and original.code != other.code:
        found.append(f"exit code {other.code}, not {original.code}")
    pairs = (
        ("stdout", _lines(original.out), _lines(other.out), mask.out),
        ("stderr", _lines(original.err), _lines(other.err), mask.err),
        ("calls", original.calls, other.calls, mask.calls),
    )
    for name, wanted, got, stream in pairs:
        found += _stream_difference(name, wanted, got, stream)
    found += _file_differences(original, other, mask)
    return tuple(found)


def renamed(seen: Seen, aliases: Iterable[bytes], name: bytes) -> Seen:
    """The same, where what it prints of itself is the path it was called by.

    Only whole paths of the body are replaced, and only in what is printed: a body
    that hands its place on, or writes it down, does something else than before.
    """
    out, err = seen.out, seen.err
    for alias in sorted(aliases, key=len, reverse=True):
        out, err = out.replace(alias, name), err.replace(alias, name)
    return seen._replace(out=out, err=err)


def _varying(runs: Sequence[Sequence[bytes]]) -> Stream:
    first = runs[0]
    if any(len(run) != len(first) for run in runs):
        return Stream(whole=True)
    lines = (n for n, line in enumerate(first) if any(run[n] != line for run in runs))
    return Stream(lines=frozenset(lines))


def _varying_files(runs: Sequence[Seen]) -> Iterator[bytes]:
    """Files that each run leaves, but not with the same content."""
    first, *others = (dict(run.files) for run in runs)
    for path, state in first.items():
        found = [other[path] for other in others if path in other]
        if len(found) == len(others) and any(other != state for other in found):
            yield path


def _varying_folders(runs: Sequence[Seen]) -> Iterator[bytes]:
    """The folders of paths that not every run leaves."""
    left = [{path for path, _ in run.files} for run in runs]
    always = frozenset(left[0]).intersection(*left)
    for path in frozenset(left[0]).union(*left) - always:
        yield posixpath.dirname(path)


def _excused(path: bytes, mask: Mask) -> bool:
    if path in mask.files:
        return True
    while path not in (b"", b"/"):
        path = posixpath.dirname(path)
        if path in mask.folders:
            return True
    return False


def _stream_difference(
    name: str, wanted: Sequence[bytes], got: Sequence[bytes], mask: Stream
) -> Iterator[str]:
    if mask.whole:
        return
    for number, (one, other) in enumerate(zip(wanted, got, strict=False)):
        if one != other and number not in mask.lines:
            yield f"{name} line {number + 1}: {_shown(other)}, not {_shown(one)}"
            return
    if len(got) > len(wanted):
        yield f"{name}: {_shown(got[len(wanted)])} more"
    elif len(got) < len(wanted):
        yield f"{name}: {_shown(wanted[len(got)])} is missing"


def _file_differences(original: Seen, other: Seen, mask: Mask) -> Iterator[str]:
    wanted, got = dict(original.files), dict(other.files)
    for path in sorted(wanted.keys() | got.keys()):
        one, two = wanted.get(path), got.get(path)
        if one == two or (two is not None and path in mask.files):
            continue
        if path not in mask.files and _excused(path, mask):
            continue
        name = path.decode("utf-8", "surrogateescape")
        if two is None:
            yield f"file {name} is not changed"
        elif one is None:
            yield f"file {name} is changed"
        else:
            yield f"file {name}: {_shown(two)}, not {_shown(one)}"


def _streams(mask: Mask) -> tuple[tuple[str, Stream], ...]:
    return ("stdout", mask.out), ("stderr", mask.err), ("calls", mask.calls)


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)


def _shown(text: bytes) -> str:
    shown = text.decode("utf-8", "surrogateescape").strip()
    return shown if len(shown) <= _LENGTH else shown[: _LENGTH - 1] + "…"
