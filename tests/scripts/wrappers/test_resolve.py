"""The wrapper's rules as values; the matrix compares them with real shells."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable
from pathlib import Path

import pytest

from s2s_tools.changes.model import ABSENT, Kind, Plan, State, Write
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.wrappers import look, render, resolve
from s2s_tools.scripts.wrappers.model import ExecWrapper
from s2s_tools.scripts.wrappers.resolve import Source
from tests.scripts.wrappers import worlds, worlds_bodies
from tests.scripts.wrappers.worlds import NAME, STORE, World

ROW = ExecWrapper(
    id=b"a.sh", path=b"bin/a.sh", body=b".s2s/canonical/a.sh", project=b"estate"
)
WRAPPER = render.exec_wrapper(ROW)
BODY = b"#!/usr/bin/env bash\necho hello\n"
EVERYTHING = {
    b"/over/a.sh": BODY,
    b"/w/.s2s/canonical/a.sh": BODY,
    b"/r/.git/s2s/canonical/a.sh": BODY,
    b"/r/.s2s/canonical/a.sh": BODY,
    b"/other/.s2s/canonical/a.sh": BODY,
    b"/data/s2s/estate/a.sh": BODY,
}
LINKED = {
    b"/w/bin/a.sh": WRAPPER,
    b"/w/.git": b"gitdir: /r/.git/worktrees/w\n",
    b"/r/.git/worktrees/w/commondir": b"../..\n",
}
ENVIRON = {
    b"S2S_OVERRIDE_DIR": b"/over",
    b"S2S_ROOT": b"/other",
    b"XDG_DATA_HOME": b"/data",
}


class Files(dict[bytes, bytes]):
    """A disk of files alone, by plain path."""

    def is_file(self, path: bytes) -> bool:
        return posixpath.normpath(path) in self

    def link(self, path: bytes) -> bytes | None:
        return None

    def read(self, path: bytes) -> bytes | None:
        return self.get(posixpath.normpath(path))


def test_the_places_are_asked_in_order() -> None:
    files = Files(LINKED | EVERYTHING)
    order = []
    while True:
        found = resolve.resolve(ROW, b"/w/bin/a.sh", files, environ=ENVIRON)
        if found.body is None:
            break
        order.append(found.source)
        del files[posixpath.normpath(found.body)]

    assert order == list(Source)
    assert found.code == resolve.NOT_FOUND
    assert [place.source for place in found.places] == list(Source)


def test_a_planner_without_an_environment_sees_the_repository_alone() -> None:
    files = Files(LINKED | EVERYTHING)

    found = resolve.resolve(ROW, b"/w/bin/a.sh", files, environ={})

    assert [place.source for place in found.places] == [
        Source.TREE,
        Source.COMMON,
        Source.MAIN,
    ]


def test_the_answer_names_the_interpreter_and_the_reason() -> None:
    files = Files(LINKED | {b"/r/.s2s/canonical/a.sh": BODY})

    found = resolve.resolve(ROW, b"/w/bin/a.sh", files, environ={})

    assert found.interpreter == (b"/usr/bin/env", b"bash")
    assert (found.code, found.why) == (0, "main tree has it, and comes first")


def test_a_wrapper_in_the_place_of_the_body_is_not_run() -> None:
    files = Files(LINKED | {b"/w/.s2s/canonical/a.sh": WRAPPER})

    found = resolve.resolve(ROW, b"/w/bin/a.sh", files, environ={})

    assert (found.code, found.source) == (resolve.NOT_RUN, Source.TREE)
    assert "merge" in found.why


def test_a_moved_wrapper_says_so() -> None:
    files = Files({b"/w/a.sh": WRAPPER, b"/.s2s/canonical/a.sh": BODY})

    found = resolve.resolve(ROW, b"/w/a.sh", files, environ={})

    assert found.code == resolve.NOT_FOUND
    assert "does not stand at bin/a.sh" in found.why


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"#!/bin/sh", (b"/bin/sh",)),
        (b"#! /bin/sh -e ", (b"/bin/sh", b"-e")),
        (b"#!\t/usr/bin/env  -S sh  -e", (b"/usr/bin/env", b"-S sh  -e")),
        (b"echo", (b"sh",)),
        (b"", (b"sh",)),
    ],
)
def test_the_first_line_is_read_as_the_kernel_reads_it(
    line: bytes, words: tuple[bytes, ...]
) -> None:
    assert resolve.interpreter(line + b"\nmore\n") == words


# --- what a planner asks ----------------------------------------------------

UNREACHABLE = {
    "bare repository": worlds_bodies.bare_repository_has_no_main_tree,
    "separate git folder": worlds_bodies.separate_git_folder,
    "submodule": worlds_bodies.submodule,
    "no store anywhere": worlds_bodies.nothing_anywhere,
}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_a_tree_that_cannot_reach_a_body_is_told_before_a_write(
    name: str, tmp_path: Path
) -> None:
    world = World(tmp_path)
    call = UNREACHABLE[name](world)
    assert world.row is not None

    found = resolve.resolve(world.row, call.path.encode(), look.Disk(), environ={})

    assert (found.code, found.body) == (resolve.NOT_FOUND, None)


def test_a_sparse_tree_without_the_store_runs_the_common_one(tmp_path: Path) -> None:
    world = World(tmp_path)
    repo = world.repo()
    worlds.git(repo, "add", "-A")
    worlds.git(repo, "commit", "-q", "-m", "store")
    root = world.linked(repo)
    worlds.git(root, "sparse-checkout", "set", "scripts")
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    assert world.row is not None
    assert not (root / ".s2s").exists()

    path = f"{root}/{NAME}".encode()
    found = resolve.resolve(world.row, path, look.Disk(), environ={})

    assert found.source is Source.COMMON


def repository(*trees: Path) -> Repository:
    """A repository of the trees, the first of them main."""
    return Repository(
        root=bytes(trees[0]),
        common_dir=bytes(trees[0] / ".git"),
        worktrees=tuple(
            Worktree(
                name="." if number == 0 else tree.name,
                path=bytes(tree),
                git_dir=b"",
            )
            for number, tree in enumerate(trees)
        ),
    )


def write(
    worktree: str, path: str, data: bytes | None, kind: Kind = Kind.FILE
) -> Write:
    """A write of a plan; `None` removes the path."""
    after = State(kind, 0o755 if kind is Kind.FILE else 0, _digest(data or b""))
    return Write(
        worktree=worktree,
        path=path.encode(),
        before=ABSENT,
        after=ABSENT if data is None else after,
        data=data,
        reason="",
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., resolve.Resolution]:
    """Plan the writes, then ask which body the linked tree's wrapper would run."""
    world = World(tmp_path)
    repo = world.repo(who="")
    root = world.linked(repo)
    row = world.row
    assert row is not None

    def get(*writes: Write) -> resolve.Resolution:
        known = repository(repo, root)
        plan = Plan(repository=b"", command="", writes=writes)
        disk = look.After(plan, known)
        path = known.worktrees[1].path + b"/" + row.path
        return resolve.resolve(row, path, disk, environ={})

    return get


def test_a_body_that_is_only_planned_is_found(
    ask: Callable[..., resolve.Resolution],
) -> None:
    assert ask().code == resolve.NOT_FOUND

    assert ask(write(".", f"{STORE}/{NAME}", BODY)).source is Source.MAIN
    assert ask(write("linked", f"{STORE}/{NAME}", BODY)).source is Source.TREE


def test_a_wrapper_planned_over_the_body_is_seen(
    ask: Callable[..., resolve.Resolution],
) -> None:
    found = ask(write(".", f"{STORE}/{NAME}", WRAPPER))

    assert found.code == resolve.NOT_RUN


def test_a_planned_link_is_followed_and_a_planned_removal_counts(
    ask: Callable[..., resolve.Resolution],
) -> None:
    link = write("linked", f"{STORE}/{NAME}", b"../../../kept.sh", Kind.LINK)

    assert ask(link).code == resolve.NOT_FOUND
    assert ask(link, write("linked", "kept.sh", BODY)).source is Source.TREE
    assert ask(
        write("linked", NAME, None), write(".", f"{STORE}/{NAME}", BODY)
    ).code == (resolve.NOT_FOUND)
