"""The laws: undo after apply is nothing, applying twice is once."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.changes import apply, journal, model, state, undo
from s2s_tools.scripts.inventory import discovery

NAMES = st.sampled_from(
    [
        b"a.sh",
        b"with space",
        b"new\nline",
        b"inv\xff\xfealid",
        b"-rf",
        b"$(id)",
        b"'quote\"",
        "ünï".encode(),
        b"tab\t",
        b"*",
        b".hidden",
        b"back\\slash",
        b"x" * 200,
    ]
)
FOLDERS = st.lists(st.sampled_from([b"d", b"e\nf", b"\xfe", b" "]), max_size=2).map(
    tuple
)
PLACES = st.dictionaries(
    st.tuples(FOLDERS, NAMES).map(lambda pair: b"/".join([*pair[0], pair[1]])),
    st.tuples(
        # before, after: None, (bytes, mode), or a link's target
        st.one_of(
            st.none(),
            st.tuples(
                st.binary(max_size=30), st.sampled_from([0o644, 0o755, 0o600, 0o4 << 6])
            ),
            st.sampled_from([b"a.sh", b"../x", b"/nowhere", b"\xff"]),
        ),
        st.one_of(
            st.none(),
            st.tuples(st.binary(max_size=30), st.sampled_from([0o644, 0o755, 0o700])),
            st.sampled_from([b"a.sh", b"d/../a.sh", b"\xfe\n"]),
        ),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def empty(session_env: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository to copy."""
    path = tmp_path_factory.mktemp("empty")
    subprocess.run(["git", "init", "-q", "--template=", str(path)], check=True)
    return path


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(places=PLACES, commit=st.booleans())
def test_undo_after_apply_is_as_before(
    empty: Path, places: dict[bytes, Any], commit: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = os.path.join(os.fsencode(name), b"repo")
        shutil.copytree(os.fsencode(empty), root)
        for path, (before, _) in places.items():
            put(os.path.join(root, path), before)
        if commit:
            subprocess.run(["git", "add", "-A"], cwd=root, check=True)
            argv = ["git", "commit", "-q", "--allow-empty", "-m", "first"]
            subprocess.run(argv, cwd=root, check=True)
        repository = discovery.find(root)
        plan = model.Plan(
            repository=repository.common_dir,
            command="law",
            writes=tuple(write(root, p, after) for p, (_, after) in places.items()),
        )
        before = digest(root)

        done = apply.apply(plan, repository)

        wanted = {w.path: w.after for w in plan.writes}
        for path, after in wanted.items():
            assert state.observe(os.path.join(root, path)) == after
        if done.txid is None:
            assert digest(root) == before
            return
        with pytest.raises(errors.FileChanged):
            apply.apply(plan, repository)
        undo.undo(repository)
        assert digest(root) == before
        assert [t.state.value for t in journal.transactions(repository)] == [
            "undone",
            "committed",
        ]


def put(path: bytes, what: Any) -> None:
    if what is None:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(what, bytes):
        os.symlink(what, path)
        return
    with open(path, "wb") as file:
        file.write(what[0])
    os.chmod(path, what[1])


def write(root: bytes, path: bytes, after: Any) -> model.Write:
    data = after[0] if isinstance(after, tuple) else after
    if after is None:
        target = model.ABSENT
    elif isinstance(after, bytes):
        target = state.link_state(after)
    else:
        target = state.file_state(*after)
    return model.Write(
        worktree=".",
        path=path,
        before=state.observe(os.path.join(root, path)),
        after=target,
        data=data,
        reason="law",
    )


def digest(root: bytes) -> dict[bytes, Any]:
    found = {}
    for folder, folders, files in os.walk(root):
        if folder == root:
            folders.remove(b".git")
        for name in [*folders, *files]:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            link = os.path.islink(path)
            data = os.readlink(path) if link else b""
            if not link and os.path.isfile(path):
                with open(path, "rb") as file:
                    data = file.read()
            found[path] = (info.st_mode, data)
    return found
