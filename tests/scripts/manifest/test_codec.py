"""The manifest's text: stable, strict, and true to every byte of a name."""

from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import document, errors
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest import codec
from s2s_tools.scripts.manifest.model import Copy, Entry, Form, Strategy

SHA = "a" * 64
WORDS = ["null", "true", "no", "on", "y", "~", "-", "1", "1e5", "0x1", ".5", ".inf"]
NAMES = [*WORDS, "2024-01-01", "a b", "a: b", "- a", "#a", "{a}", "a,b", "é", "日本"]
HOSTILE = [
    b"new\nline.sh",
    b"\"quotes' and \\.sh",
    b"\x1b[31m.sh",
    b"\xff\xfe.sh",
    b"tab\there",
    b"trailing ",
    " nel\x85ls\u2028bom\ufeffbidi\u202e.sh".encode(),
    "astral \U0001f600\U000e0001".encode(),
    b"caf\xc3",
    b"*alias",
    b"&anchor",
    b"!tag",
    b"%dir",
    b"@at",
    b"`back`",
    b"$(id)",
]

part = st.binary(min_size=1, max_size=8).filter(
    lambda b: b not in (b".", b"..") and not set(b) & {0, 0x2F}
)
paths = st.lists(part, min_size=1, max_size=3).map(b"/".join)
worktrees = st.one_of(
    st.sampled_from([".", "../other", "worktrees/x"]),
    paths.map(lambda p: p.decode("utf-8", "surrogateescape")),
)
digests = st.one_of(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.text(string.digits, min_size=64, max_size=64),
    st.just("1e" + "0" * 62),
    st.just("0" * 63 + "e"),
)
copies = st.builds(
    Copy,
    worktrees,
    paths,
    st.sampled_from(list(Relation)),
    form=st.none() | st.sampled_from(list(Form)),
    to=st.just(b"") | paths,
)
entries = st.builds(
    Entry,
    id=paths,
    worktree=worktrees,
    path=paths,
    sha256=digests,
    mode=st.sampled_from([0o644, 0o755]),
    strategy=st.sampled_from(list(Strategy)),
    copies=st.lists(copies, max_size=3).map(tuple),
)
families = st.lists(entries, max_size=4, unique_by=lambda entry: entry.id)


def read(text: str) -> tuple[Entry, ...]:
    return codec.decode(document.manifest(text.encode(), "m.yaml")).entries


@given(families)
def test_what_is_written_reads_back_the_same(found: list[Entry]) -> None:
    assert read(codec.text(found)) == codec.ordered(found)


@given(families, st.randoms())
def test_the_order_of_the_input_does_not_change_the_text(
    found: list[Entry], random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert codec.text(shuffled) == codec.text(found)


@pytest.mark.parametrize("name", [*map(str.encode, NAMES), *HOSTILE], ids=repr)
def test_a_hostile_name_reads_back_as_its_bytes_in_a_block_and_in_a_row(
    name: bytes,
) -> None:
    scalar = codec.scalar(name)

    for text in (f"k: {scalar}\n", f"k: [{scalar}, {{k: {scalar}}}]\n"):
        value = yaml.safe_load(text)["k"]
        first = value if isinstance(value, str | bytes) else value[0]
        assert (first if isinstance(first, bytes) else first.encode()) == name
    assert scalar.isprintable()


def test_the_text_is_what_a_person_would_write() -> None:
    entry = Entry(
        id=b"scripts/a.sh",
        worktree=".",
        path=b"scripts/a.sh",
        sha256=SHA,
        mode=0o755,
        strategy=Strategy.LINK,
        copies=(Copy("worktrees/x", b"scripts/a.sh", Relation.STALE),),
    )

    assert codec.text([entry]) == (
        "scripts:\n"
        "  - id: scripts/a.sh\n"
        "    canonical: scripts/a.sh\n"
        f"    sha256: {SHA}\n"
        '    mode: "0755"\n'
        "    strategy: link\n"
        "    copies:\n"
        "      - {worktree: worktrees/x, path: scripts/a.sh, relation: stale}\n"
    )


GOOD = f"""\
scripts:
  - id: a.sh
    canonical: a.sh
    sha256: {SHA}
    mode: "0755"
    strategy: link
"""
BAD = {
    "an unknown key": (GOOD + "    more: 1\n", "m.yaml:7: scripts[0].more: unknown"),
    "a missing digest": (GOOD.replace("sha256", "copies"), "[0].sha256: missing"),
    "a short digest": (GOOD.replace(SHA, "abc"), "m.yaml:4: scripts[0].sha256"),
    "a mode as a number": (GOOD.replace('"0755"', "0755"), "scripts[0].mode"),
    "an unknown strategy": (GOOD.replace("link", "magic"), "known: link, keep"),
    "a path that leaves": (GOOD.replace(": a.sh", ": a/../../b"), "without . or .."),
    "an absolute path": (GOOD.replace("canonical: a", "canonical: /a"), "inside"),
    "a NUL": (GOOD.replace("canonical: a", 'canonical: "\\0a" #'), "inside"),
    "an absolute worktree": (GOOD + "    worktree: /x\n", "relative to"),
    "the same id twice": (GOOD + GOOD[9:], "m.yaml:7: scripts[1].id: a second"),
    "an allow without a reason": (
        f"allow:\n  - sha256: {SHA}\n    paths: [a.sh]\n    reason: ''\n",
        "m.yaml:4: allow[0].reason",
    ),
    "an allow without paths": (
        f"allow:\n  - {{sha256: {SHA}, paths: [], reason: r}}\n",
        "allow[0].paths",
    ),
    "keep as text": ("keep: a\n", "m.yaml:1: keep"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_a_bad_manifest_is_refused_with_file_line_and_key(text: str, said: str) -> None:
    with pytest.raises(errors.InvalidDocument, match=r"^m") as caught:
        read(text)

    assert said in str(caught.value)


def test_decisions_are_read() -> None:
    text = (
        f"keep: ['vendor/']\nallow:\n  - {{sha256: {SHA}, paths: [a, b], reason: r}}\n"
    )

    decisions = codec.decode(document.manifest(text.encode(), "m")).decisions

    assert decisions.keep == ("vendor/",)
    assert decisions.allow[0].paths == (b"a", b"b")
    assert decisions.allow[0].reason == "r"


def test_the_reason_of_a_strategy_comes_back() -> None:
    entry = Entry(
        b"a.sh", ".", b"a.sh", "a" * 64, 0o755, Strategy.COPY, (), 'finds "$0", x:3'
    )

    written = codec.text([entry])

    assert codec.decode(document.manifest(written.encode(), "m")).entries == (entry,)
    assert "    reason: " in written
