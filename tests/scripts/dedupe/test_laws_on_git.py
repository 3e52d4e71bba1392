"""The laws on real repositories: nothing lost, twice is once, there and back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2s_tools.changes import apply, undo
from s2s_tools.scripts.dedupe import service
from s2s_tools.scripts.manifest import service as manifests

TEXTS = (
    b"#!/bin/sh\necho one\n",
    b"#!/bin/sh\necho two",
    b'#!/bin/sh\ncd "${0%/*}"\n',
    b"",
    b"#!/bin/bash\r\necho crlf\r\n",
)
NAMES = (b"a.sh", b"b/a.sh", b"b/c/x\ny.sh", b"b/\xff.sh", b"d e/'q\".sh", b"run")
contents = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.sampled_from(TEXTS), st.sampled_from((0o755, 0o644))),
    min_size=1,
)
FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def built(*versions: dict[bytes, tuple[bytes, int]]) -> Iterator[bytes]:
    """A repository with a commit for each version, a worktree at the first one."""
    folder = tempfile.mkdtemp()
    root = os.fsencode(os.path.join(folder, "repo"))
    try:
        os.mkdir(root)
        _git(root, "init", "-q", "-b", "main")
        for number, version in enumerate(versions):
            for path, (text, mode) in version.items():
                target = Path(os.fsdecode(os.path.join(root, path)))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text)
                target.chmod(mode)
            _git(root, "add", "-A")
            _git(root, "commit", "-q", "--allow-empty", "-m", str(number))
            if number == 0:
                _git(root, "worktree", "add", "-q", "--detach", "../wt")
        yield root
    finally:
        shutil.rmtree(folder)


def _git(root: bytes, *args: str) -> None:
    subprocess.run(["git", *args], cwd=root, check=True, capture_output=True)


def tree(root: bytes) -> dict[bytes, object]:
    """Every file and link of both worktrees with its mode and bytes."""
    found: dict[bytes, object] = {}
    for folder, folders, names in os.walk(os.path.dirname(root)):
        folders[:] = [name for name in folders if name != b".git"]
        for name in names:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            link = os.path.islink(path)
            body = os.readlink(path) if link else Path(os.fsdecode(path)).read_bytes()
            found[path] = (info.st_mode, body)
    return found


def seen(root: bytes) -> dict[bytes, bytes]:
    """What each path gives to whoever reads it, through links."""
    return {path: Path(os.fsdecode(path)).read_bytes() for path in tree(root)}


@FEW
@given(contents)
@pytest.mark.usefixtures("git_env")
def test_links_change_what_no_reader_sees_and_undo_brings_all_back(
    files: dict[bytes, tuple[bytes, int]],
) -> None:
    with built(files) as root:
        before, read = tree(root), seen(root)

        planned = service.dedupe(root)
        done = apply.apply(planned.plan, planned.repository)
        between = seen(root)
        again = service.dedupe(root)
        if done.txid:
            undo.undo(planned.repository)

        assert done.written == len(planned.plan.writes)
        assert between == read
        assert again.plan.writes == ()
        assert tree(root) == before


@FEW
@given(contents, contents)
@pytest.mark.usefixtures("git_env")
def test_a_refresh_is_done_once_and_undo_brings_all_back(
    old: dict[bytes, tuple[bytes, int]], new: dict[bytes, tuple[bytes, int]]
) -> None:
    with built(old, new) as root:
        before = tree(root)

        planned = service.refresh(root)
        done = apply.apply(planned.plan, planned.repository)
        again = service.refresh(root)
        if done.txid:
            undo.undo(planned.repository)

        assert again.plan.writes == ()
        assert all(write.worktree == "../wt" for write in planned.plan.writes)
        assert tree(root) == before


@FEW
@given(contents, contents)
@pytest.mark.usefixtures("git_env")
def test_a_manifest_is_built_once_and_then_true(
    old: dict[bytes, tuple[bytes, int]], new: dict[bytes, tuple[bytes, int]]
) -> None:
    with built(old, new) as root:
        first = manifests.build(root)
        manifests.write(first)

        again = manifests.build(root)

        assert again.plan.writes == ()
        assert manifests.differences(root)[1] == ()
        assert root not in first.plan.writes[0].data  # type: ignore[operator]
