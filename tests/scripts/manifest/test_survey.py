"""A scan that knows the manifest counts what the manifest manages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from s2s_tools.scripts.inventory import report
from s2s_tools.scripts.manifest import survey


def test_a_managed_copy_is_no_body_that_someone_may_edit(
    make_repo: Callable[..., Any],
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n:\n", "b.sh": "#!/bin/sh\necho b\n"})
    repo.worktree("../other")
    text = manifest_with("copy")
    repo.write(".s2s/manifest.yaml", text)

    managed = survey.take(repo.root).scan
    repo.write(".s2s/manifest.yaml", text.replace("strategy: copy", "strategy: keep"))
    kept = survey.take(repo.root).scan

    assert (report.bodies(managed), report.bodies(kept)) == (3, 4)


def manifest_with(strategy: str) -> str:
    digest = "0" * 63 + "a"
    return (
        "schema: 1\nscripts:\n  - id: a.sh\n    canonical: a.sh\n"
        f'    sha256: {digest}\n    mode: "0755"\n    strategy: {strategy}\n'
        "    copies: []\n"
    )
