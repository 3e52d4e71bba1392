"""Wrappers and manifests as they are committed."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.guard import service
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

BODY = "#!/bin/sh\necho body\n"


@pytest.fixture
def wrapper():
    """The text of the wrapper at a path, for the body of that id."""

    def make(path: str, *, id: str = "", body: str = "") -> bytes:
        id = id or path
        row = ExecWrapper(
            id=id.encode(),
            path=path.encode(),
            body=(body or f".s2s/canonical/{id}").encode(),
            project=b"proj",
        )
        return render.exec_wrapper(row)

    return make


@pytest.fixture
def findings():
    """The findings of the named checks, as (path, message)."""

    def ask(repo, *checks) -> list[tuple[bytes, str]]:
        repo.git("add", "--all")
        return [(f.path, f.message) for f in service.check(repo.root, checks)]

    return ask
