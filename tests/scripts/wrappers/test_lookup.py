"""A name means one script, or says what is near."""

from __future__ import annotations

import pytest

from s2s_tools import errors
from s2s_tools.scripts.wrappers import lookup

KNOWN = {
    b"tools/build.sh": b"tools/build.sh",
    b"old/make.sh": b"tools/build.sh",
    b"a/run.sh": b"a/run.sh",
    b"b/run.sh": b"b/run.sh",
    b"c/same.sh": b"a/run.sh",
    b"d/same.sh": b"a/run.sh",
}


@pytest.mark.parametrize(
    ("name", "id"),
    [
        (b"tools/build.sh", b"tools/build.sh"),
        (b"build.sh", b"tools/build.sh"),
        (b"make.sh", b"tools/build.sh"),
        (b"same.sh", b"a/run.sh"),
    ],
)
def test_a_path_or_a_file_name_means_its_script(name: bytes, id: bytes) -> None:
    assert lookup.match(name, KNOWN) == id


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"run.sh", "a/run.sh, b/run.sh; give one"),
        (b"biuld.sh", "did you mean tools/build.sh"),
        (b"tools/bild.sh", "did you mean tools/build.sh"),
        (b"zzz", "s2s scan lists them"),
        (b"\xff\x1b", "there is no script"),
    ],
)
def test_what_means_none_or_several_is_told(name: bytes, said: str) -> None:
    with pytest.raises(errors.NotFound, match=said):
        lookup.match(name, KNOWN)
