"""Plans made by hand: one script, and whatever is to stand in its place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from s2s_tools.changes.model import ABSENT, Kind, Plan, State, Write
from s2s_tools.scripts.dedupe import plan as links
from s2s_tools.scripts.dedupe.equivalence import service
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Limits
from s2s_tools.scripts.inventory import discovery, stored
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

HELP = (("--help",),)


class Swap(NamedTuple):
    """A repository with one script, and the plan that replaces it."""

    repo: Any
    plan: Plan

    def prove(self, *probes: tuple[str, ...], **options: Any) -> service.Proved:
        words = probes or HELP
        limits = options.pop("limits", Limits(parallel=1, tick=0))
        wish = service.Wish(limits, **options)
        repository = discovery.find(self.repo.root)
        return service.prove(self.plan, repository, lambda path: words, wish)

    def judged(self, *probes: tuple[str, ...], **options: Any) -> Judged:
        (found,) = self.prove(*probes, **options).proof.families
        return found


def state(data: bytes, mode: int = 0o755) -> State:
    return State(Kind.FILE, mode, hashlib.sha256(data).hexdigest())


def wrapper(path: bytes) -> bytes:
    row = ExecWrapper(id=path, path=path, body=stored.place(path), project=b"p")
    return render.exec_wrapper(row)


@pytest.fixture
def swap(
    make_repo: Callable[..., Any], require_tool: Callable[[str], str]
) -> Callable[..., Swap]:
    """`swap(text)`: bin/x.sh becomes a wrapper; `link=True`: a symbolic link.

    `spoil` alters the wrapper's text; `others` are more files of the repository;
    `old` is what stands at the path, where that is not the body.
    """

    def make(
        text: str | bytes,
        *,
        link: bool = False,
        spoil: Callable[[bytes], bytes] = lambda data: data,
        others: Mapping[str, Any] | None = None,
        old: bytes | None = None,
        mode: int = 0o755,
        path: bytes = b"bin/x.sh",
    ) -> Swap:
        require_tool("bwrap")
        data = text if isinstance(text, bytes) else text.encode()
        there = data if old is None else old
        name = os.fsdecode(path)
        repo = make_repo({name: (there, mode), **(others or {})})
        body = stored.place(path)
        if link:
            after = links.link_target(path, body)
            stands = State(Kind.LINK, 0, hashlib.sha256(after).hexdigest())
        else:
            after = spoil(wrapper(path))
            stands = state(after, mode)
        writes = (
            Write(
                worktree=".",
                path=body,
                before=ABSENT,
                after=state(data),
                data=data,
                reason="body",
            ),
            Write(
                worktree=".",
                path=path,
                before=state(there, mode),
                after=stands,
                data=after,
                reason="runs it",
            ),
        )
        return Swap(repo, Plan(repository=repo.root, command="t", writes=writes))

    return make
