"""Which decision keeps a file."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.inventory.model import File, Member, Relation
from s2s_tools.scripts.manifest.model import Decisions


@pytest.mark.parametrize(
    ("glob", "path", "meant"),
    [
        ("setup.sh", b"setup.sh", True),
        ("setup.sh", b"a/b/setup.sh", True),
        ("setup.sh", b"a/my-setup.sh", False),
        ("vendor/", b"vendor/a.sh", True),
        ("vendor/", b"x/vendor/deep/a.sh", True),
        ("/a/*.sh", b"a/x.sh", True),
        ("a/*.sh", b"a/b/x.sh", False),
        ("a/**/x.sh", b"a/b/c/x.sh", True),
        ("a/**/x.sh", b"a/x.sh", True),
        ("*.sh", b"new\nline.sh", True),
        ("a.sh", b"axsh", False),
        ("?.sh", b"\xff.sh", True),
    ],
)
def test_a_keep_glob_reads_like_a_line_of_gitignore(
    glob: str, path: bytes, meant: bool
) -> None:
    found = reasons.decided(Decisions(keep=(glob,)), path, "0" * 64)

    assert bool(found) is meant
    assert (glob in found) is meant


def test_a_copy_of_what_main_has_committed_is_not_called_behind() -> None:
    file = File("side", b"a.sh", "0" * 40, 0o755, 9, True, True)

    said = [
        reasons.elsewhere(Member(file, Relation.STALE, n), checkout_copy=True)
        for n in (0, 1)
    ]

    assert "behind" not in said[0]
    assert "sync" not in said[0]
    assert "the canonical has changes that are not" in said[0]
    assert "1 commit behind; `s2s dedupe sync` refreshes it" in said[1]
