"""Which tracked files copy, stream, pack or start a script."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from typing import Final

from s2s_tools.scripts.syntax import docker, packages, snippets
from s2s_tools.scripts.syntax.mention import How, Mention

_DOCKERFILE: Final = re.compile(
    rb"(?:.*/)?(?:(?:docker|container)file(?:\.[^/]*)?|[^/]*\.(?:docker|container)file)"
)
_COMPOSE: Final = re.compile(rb"(?:.*/)?(?:docker-)?compose[^/]*\.ya?ml")
_BUILD: Final = re.compile(
    rb"(?:.*/)?(?:(?:gnu)?makefile|[^/]*\.mk|justfile|taskfile\.ya?ml|pkgbuild"
    rb"|[^/]*\.spec|[^/]*\.nix|\.gitlab-ci\.yml|\.travis\.yml|jenkinsfile|procfile"
    rb"|vagrantfile)|\.github/.*\.ya?ml|\.circleci/.*\.ya?ml"
)
_STARTS: Final = re.compile(
    rb"(?:.*/)?(?:[^/]*\.(?:service|cron|crontab|plist)|crontab[^/]*)"
    rb"|(?:.*/)?cron\.(?:d|daily|hourly|weekly|monthly)/.*"
)
# `git grep -F -l` for these finds every other file that can matter.
WORDS: Final = ("curl", "wget", "scp", "rsync", "sh <", "bash", "ssh")


def always(path: bytes) -> bool:
    """Whether a file is worth reading for its name alone."""
    folded = path.lower()
    kinds = (_DOCKERFILE, _COMPOSE, _BUILD, _STARTS)
    return packages.reads(folded) or any(kind.fullmatch(folded) for kind in kinds)


def mentions(files: Iterable[tuple[bytes, bytes]]) -> tuple[Mention, ...]:
    """What the files of one tree, as (path, content), do with scripts.

    Shell scripts are not for here: their syntax trees tell more.
    """
    known = dict(files)
    left_out = docker.leaves_out_store(known)
    found = {m for path, data in known.items() for m in _in_file(path, data, left_out)}
    return tuple(sorted(found))


def covers(target: bytes, path: bytes) -> bool:
    """Whether a mention's target is this file, or a folder or pattern around it."""
    target, path = target.lower(), path.lower()
    if target.startswith(b"**/"):
        tail = target[3:]
        return fnmatch.fnmatchcase(path, tail) or fnmatch.fnmatchcase(
            path, b"*/" + tail
        )
    if target == b".":
        return True
    return any(
        fnmatch.fnmatchcase(path, glob) for glob in (target, target + b"/*")
    ) or path.startswith(target + b"/")


def carriers(found: Iterable[Mention], path: bytes) -> tuple[Mention, ...]:
    """The mentions that hand the file's very bytes on."""
    return tuple(
        mention
        for mention in found
        if mention.how is not How.STARTS and covers(mention.target, path)
    )


def _in_file(path: bytes, data: bytes, store_left_out: bool) -> Iterator[Mention]:
    folded = path.lower()
    if b"\0" in data[:8000]:
        return
    if _DOCKERFILE.fullmatch(folded):
        yield from docker.dockerfile(path, data, store_left_out=store_left_out)
    elif _COMPOSE.fullmatch(folded):
        yield from docker.compose(path, data)
    elif packages.reads(folded):
        yield from packages.packages(path, data)
    elif _STARTS.fullmatch(folded):
        yield from snippets.starts(path, data)
    if _BUILD.fullmatch(folded):
        yield from snippets.copies(path, data)
    yield from snippets.streams(path, data)
