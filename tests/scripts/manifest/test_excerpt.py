"""An excerpt of a manifest says of what was asked for what the whole says."""

from __future__ import annotations

import hashlib

import pytest

from s2s_tools import document, errors
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest import codec, excerpt
from s2s_tools.scripts.manifest.model import Copy, Entry, Strategy

NAMES = (b"a\nb.sh", b"\xff.sh", b"yes", b"-x.sh", b'q"uote.sh', b"dir/plain.sh")


def entries(count: int = 400) -> list[Entry]:
    paths = [*NAMES, *(b"many/s%04d.sh" % number for number in range(count))]
    return [
        Entry(
            path,
            ".",
            path,
            hashlib.sha256(path).hexdigest(),
            0o755,
            Strategy.COPY,
            (Copy("wt", b"copy/" + path, Relation.IDENTICAL),),
        )
        for path in paths
    ]


def text(after: str = "", before: str = "schema: 1\n") -> bytes:
    data = (before + codec.text(entries()) + after).encode()
    assert len(data) > 64 * 1024
    return data


@pytest.mark.parametrize("after", ["", 'keep: ["x/**"]\n', "# end\n", "\nallow: []\n"])
@pytest.mark.parametrize("path", NAMES)
def test_what_was_asked_for_is_as_in_the_whole(path, after):
    data = text(after)
    whole = codec.decode(document.manifest(data, "m"))

    by_path = excerpt.decode(data, "m", digests=[], paths=[b"copy/" + path])
    digest = hashlib.sha256(path).hexdigest()
    by_digest = excerpt.decode(data, "m", digests=[digest], paths=[])

    [entry] = [entry for entry in whole.entries if entry.path == path]
    assert entry in by_path.entries
    assert by_digest.entries == (entry,)
    assert by_path.decisions == by_digest.decisions == whole.decisions


def test_what_was_not_asked_for_is_not_read():
    data = text().replace(b"id: many/s0007.sh\n", b"id: [\n")

    assert excerpt.decode(data, "m", digests=[], paths=[b"none"]).entries == ()


@pytest.mark.parametrize(
    "data",
    [
        text("keep: 3\n"),
        text().replace(b'  - id: "yes"\n', b'  - id: "yes"\n   odd: 1\n'),
        text("scripts: []\n"),
        text().replace(b'"yes"', b"[", 1),
    ],
    ids=["decisions", "layout", "twice", "asked for"],
)
def test_a_broken_manifest_is_refused_with_the_line_of_the_whole(data):
    with pytest.raises(errors.InvalidDocument) as whole:
        codec.decode(document.manifest(data, "m"))

    with pytest.raises(errors.InvalidDocument) as part:
        excerpt.decode(data, "m", digests=[], paths=[b"yes"])

    assert str(part.value) == str(whole.value)


def test_another_layout_is_read_whole():
    data = text().replace(
        b"\n    strategy: copy\n", b"\n    # mine\n    strategy: copy\n"
    )

    found = excerpt.decode(data, "m", digests=[], paths=[b"many/s0007.sh"])

    assert found == codec.decode(document.manifest(data, "m"))
