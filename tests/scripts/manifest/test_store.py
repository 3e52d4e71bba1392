"""The manifest file in a real repository, and the scripts that it speaks of."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes.model import Kind
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.manifest import store
from s2s_tools.scripts.manifest.model import Strategy

Repo = Any
PATH = ".s2s/manifest.yaml"


def load(repo: Repo) -> store.Record:
    return store.load(discovery.find(repo.root))


def test_no_manifest_is_an_empty_one(make_repo: Callable[..., Repo]) -> None:
    record = load(make_repo({"a.sh": "#!/bin/sh\n"}))

    assert record.data is None
    assert record.manifest.entries == ()
    assert record.state.kind is Kind.ABSENT
    assert record.name == PATH


def test_it_lies_in_the_main_worktree_also_when_asked_from_another(
    make_repo: Callable[..., Repo],
) -> None:
    main = make_repo({PATH: "keep: [x]\n"})
    side = main.worktree("wt")

    record = load(side)

    assert record.worktree.path == main.root
    assert record.manifest.decisions.keep == ("x",)


def test_it_lies_where_the_settings_say(make_repo: Callable[..., Repo]) -> None:
    repo = make_repo(
        {".s2s/config.toml": 'manifest = "ops/m.yaml"\n', "ops/m.yaml": "keep: [y]\n"}
    )

    record = load(repo)

    assert record.name == "ops/m.yaml"
    assert record.manifest.decisions.keep == ("y",)


def test_a_link_in_its_place_is_refused(make_repo: Callable[..., Repo]) -> None:
    repo = make_repo({"a.sh": "", ".s2s/x": ""})
    os.symlink("x", repo.file(PATH))

    with pytest.raises(errors.Refused, match="regular file"):
        load(repo)


def test_a_bare_repository_uses_its_first_worktree(
    make_repo: Callable[..., Repo],
) -> None:
    make_repo({"a.sh": "", PATH: "keep: [z]\n"})
    bare = make_repo(name="bare", bare=True)
    bare.git("fetch", "-q", "../repo", "main:main")
    bare.git("worktree", "add", "-q", "../one", "main")

    assert load(bare).manifest.decisions.keep == ("z",)


def test_a_bare_repository_without_worktrees_is_refused(
    make_repo: Callable[..., Repo],
) -> None:
    with pytest.raises(errors.Refused, match="no worktree"):
        load(make_repo(bare=True))


def test_bodies_tell_digest_and_strategy_and_skip_what_cannot_be_read(
    make_repo: Callable[..., Repo],
) -> None:
    repo = make_repo(
        {
            "free.sh": "#!/bin/sh\necho\n",
            "bound.sh": '#!/bin/sh\ncd "$(dirname "$0")"\n',
            "other.py": "#!/usr/bin/env python3\n",
            "real/in.sh": "#!/bin/sh\n",
        }
    )
    os.symlink("free.sh", repo.file("link.sh"))
    os.symlink("real", repo.file("folder"))
    paths = [b"free.sh", b"bound.sh", b"other.py", b"link.sh", b"folder/in.sh", b"no"]

    bodies = store.bodies(discovery.find(repo.root), [(".", path) for path in paths])

    assert {path: body.strategy for (_, path), body in bodies.items()} == {
        b"free.sh": Strategy.LINK,
        b"bound.sh": Strategy.KEEP,
        b"other.py": Strategy.KEEP,
    }
