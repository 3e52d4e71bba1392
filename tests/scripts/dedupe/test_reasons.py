"""Which paths a keep: glob means."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.dedupe import reasons


@pytest.mark.parametrize(
    ("glob", "path", "meant"),
    [
        ("setup.sh", b"setup.sh", True),
        ("setup.sh", b"a/b/setup.sh", True),
        ("setup.sh", b"a/my-setup.sh", False),
        ("vendor/", b"vendor/a.sh", True),
        ("vendor/", b"x/vendor/deep/a.sh", True),
        ("vendor/", b"vendor", False),
        ("vendor", b"vendor/a.sh", True),
        ("/a/*.sh", b"a/x.sh", True),
        ("a/*.sh", b"a/b/x.sh", False),
        ("a/**/x.sh", b"a/b/c/x.sh", True),
        ("a/**/x.sh", b"a/x.sh", True),
        ("a/**", b"a/b/x.sh", True),
        ("*.sh", b"new\nline.sh", True),
        ("[ab].sh", b"a.sh", True),
        ("[!ab].sh", b"a.sh", False),
        ("a[.sh", b"a[.sh", True),
        ("a.sh", b"axsh", False),
        ("?.sh", b"\xff.sh", True),
    ],
)
def test_a_glob_means_what_gitignore_would_mean(
    glob: str, path: bytes, meant: bool
) -> None:
    assert reasons.matches(glob, path) is meant
