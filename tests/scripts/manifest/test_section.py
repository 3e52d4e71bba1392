"""A rebuilt section; the hand-written rest of the file keeps its bytes."""

from __future__ import annotations

import pytest

from s2s_tools import errors
from s2s_tools.scripts.manifest import codec, section
from s2s_tools.scripts.manifest.model import Entry, Manifest, Strategy

ENTRY = Entry(b"a.sh", ".", b"a.sh", "a" * 64, 0o755, Strategy.LINK, ())
ONE = Manifest(entries=(ENTRY,))
TEXT = codec.text([ENTRY])
NONE = Manifest()

HAND = """\
# Ours.
schema: 1   # the first
keep:
  - vendor/   # not ours

commands:
  - name: mine
"""
AFTER = """
# About the next part.
allow: []
"""


def test_a_first_manifest_says_what_it_is() -> None:
    made = section.replace(None, ONE, "m").decode()

    assert made.startswith("#")
    assert "schema: 1\n" in made
    assert made.endswith(TEXT)


@pytest.mark.parametrize("old", ["scripts: []\n", "scripts:\n", TEXT], ids=repr)
def test_only_the_section_changes(old: str) -> None:
    made = section.replace((HAND + old + AFTER).encode(), ONE, "m").decode()

    assert made == HAND + TEXT + AFTER


@pytest.mark.parametrize("old", [HAND, HAND + TEXT, TEXT + AFTER, "scripts: []"])
def test_replacing_twice_changes_no_byte(old: str) -> None:
    once = section.replace(old.encode(), ONE, "m")

    assert section.replace(once, ONE, "m") == once


def test_a_missing_section_is_added_at_the_end() -> None:
    assert section.replace(HAND[:-1].encode(), ONE, "m").decode() == HAND + TEXT


def test_an_empty_section_can_take_the_place_of_a_full_one() -> None:
    made = section.replace((TEXT + AFTER).encode(), NONE, "m").decode()

    assert made == "scripts: []\n" + AFTER


def test_windows_line_ends_stay() -> None:
    made = section.replace((HAND + TEXT).replace("\n", "\r\n").encode(), ONE, "m")

    assert made.decode() == (HAND + TEXT).replace("\n", "\r\n")


@pytest.mark.parametrize(
    "old",
    [
        "{schema: 1, scripts: []}\n",
        "{schema: 1}\n",
        "schema: 1\n...\n",
        "  schema: 1\n  scripts: []\n",
        "scripts: &a []\nkeep: *a\n",
    ],
    ids=repr,
)
def test_a_layout_that_cannot_be_cut_is_refused(old: str) -> None:
    with pytest.raises(errors.InvalidDocument, match=r"^m: its layout"):
        section.replace(old.encode(), ONE, "m")


def test_a_broken_manifest_is_refused_not_overwritten() -> None:
    with pytest.raises(errors.InvalidDocument, match="m:1"):
        section.replace(b"nonsense: 1\n", ONE, "m")
