"""An estate's history as the text that `git fast-import` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from s2s_tools.scripts.estate.model import Commit, Entry, Estate, Nested

_FIRST = 1_700_000_000  # when the first commit was made; one follows each day
_DAY = 86_400


def history(estate: Estate, links: Mapping[bytes, str], *, plain: bool) -> bytes:
    """Main and every branch; `links` gives the commit of each nested repository.

    With `plain` no file gets a name that some file systems refuse. The same
    arguments give the same commit ids.
    """
    author = estate.author.encode()
    parts: list[bytes] = []
    for number, commit in enumerate(estate.main, 1):
        parts += _commit(b"refs/heads/main", commit, number, author, links, plain)
    for number, branch in enumerate(estate.branches, len(estate.main) + 1):
        kind = "tags" if branch.detached else "heads"
        ref = f"refs/{kind}/{branch.name}".encode()
        lines = _commit(ref, branch.commit, number, author, links, plain)
        parts += [*lines[:-1], b"from :%d\n" % branch.fork, lines[-1]]
    parts.append(b"reset %s\nfrom :1\n\n" % mark_ref(estate.name).encode())
    return b"".join(parts)


def nested(repository: Nested, author: str) -> bytes:
    """The one commit of a nested repository."""
    ref = b"refs/heads/main"
    parts = _commit(ref, repository.commit, 1, author.encode(), {}, False)
    return b"".join(parts)


def mark_ref(name: str) -> str:
    """The ref that says: this repository was built from the estate `name`."""
    return f"refs/estate/{name}"


def _commit(
    ref: bytes,
    commit: Commit,
    number: int,
    author: bytes,
    links: Mapping[bytes, str],
    plain: bool,
) -> list[bytes]:
    """Two parts: the head of the commit and, after a possible `from`, its files."""
    when = b"%s %d +0000" % (author, _FIRST + number * _DAY)
    message = commit.message.encode()
    head = b"commit %s\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
        ref,
        number,
        when,
        when,
        len(message),
        message,
    )
    return [head, b"".join(_changes(commit, links, plain))]


def _changes(
    commit: Commit, links: Mapping[bytes, str], plain: bool
) -> Iterable[bytes]:
    for entry in commit.entries:
        mode = b"100755" if entry.mode == 0o755 else b"100644"
        path = _quote(_name(entry, plain))
        yield b"M %s inline %s\ndata %d\n" % (mode, path, len(entry.data))
        yield entry.data + b"\n"
    for link in commit.links:
        yield b"M 160000 %s %s\n" % (links[link].encode(), _quote(link))
    yield b"\n"


def _name(entry: Entry, plain: bool) -> bytes:
    return entry.plain if plain and entry.plain is not None else entry.path


def _quote(path: bytes) -> bytes:
    """A path as a C string: every byte that is not plain as an octal escape."""
    safe = b"-._/"
    return b'"%s"' % b"".join(
        bytes([c]) if bytes([c]).isalnum() or c in safe else b"\\%03o" % c for c in path
    )
