"""A script's tree is total, exact about its bytes, and bounded in its work."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.syntax import tree

SHELL_PIECES = st.sampled_from(
    [
        *b"$( ) \" ' ` ${ } <<E a E = ( [[ ]] if fi ; | # \\ \xff $0".split(b" "),
        b"\n",
        b" ",
    ]
)


@pytest.mark.parametrize(
    ("script", "unread"),
    [
        (b"", ()),
        (b"\n", ()),
        (b"# only a comment\n", ()),
        (b"echo a", ()),
        (b"echo \xff\xfe\n", ()),
        ("echo café\n".encode(), ()),
        (b"if x\r\nthen\r\n  y\r\nfi\r\n", ()),
        (b"echo a\nif x; then\n", (2,)),
        (b"echo a\n\necho b )\n", (3,)),
        (b"\x7fELF\x00\x01", (1,)),
        (b"echo a\nb\0c\n", (2,)),
        (b"echo ${(%):-%x}\n", (1,)),
    ],
)
def test_what_is_no_shell_is_named_by_its_line(
    script: bytes, unread: tuple[int, ...]
) -> None:
    assert tree.parse(script).unread == unread


@pytest.mark.parametrize(
    "script",
    [b"a=(" * 20_000, b">" * 30_000, b"\0" * 100_000, b"echo a|b;" * 600_000],
    ids=["nested arrays", "redirects", "zeros", "too many nodes"],
)
def test_a_script_made_to_be_slow_is_given_up(script: bytes) -> None:
    assert tree.parse(script).unread == (1,)


def test_a_long_script_is_read_whole() -> None:
    script = b"# %s\necho 'a few words' >/dev/null\n" % (b"x" * 200) * 22_000

    parsed = tree.parse(script)

    assert len(script) > 5_000_000
    assert parsed.unread == ()
    assert parsed.line(parsed.root.children[-1]) == 44_000


def test_depth_does_not_matter() -> None:
    parsed = tree.parse(b"$(" * 20_000)

    assert sum(1 for _ in parsed.root.walk()) > 20_000


def test_the_smallest_node_at_a_byte_knows_what_is_around_it() -> None:
    script = b'cd "$(dirname "$0")/.."\n'
    parsed = tree.parse(script)

    node = parsed.at(script.index(b"0"))

    assert parsed.text(node) == b"0"
    assert [above.kind for above in node.ancestors()] == [
        "simple_expansion",
        "string",
        "command",
        "command_substitution",
        "string",
        "command",
        "program",
    ]


@given(st.one_of(st.binary(max_size=200), st.lists(SHELL_PIECES).map(b"".join)))
def test_parsing_never_raises_and_nodes_nest(script: bytes) -> None:
    parsed = tree.parse(script)

    for node in parsed.root.walk():
        assert 0 <= node.start <= node.end <= len(script)
        for child in node.children:
            assert child.parent is node
            assert node.start <= child.start <= child.end <= node.end


def test_giving_up_in_the_middle_of_a_scan_does_not_end_the_process() -> None:
    program = (
        "from s2s_tools.scripts.syntax import tree\n"
        "import sys\n"
        "data = sys.stdin.buffer.read()\n"
        "assert tree.parse(data).unread\n"
        "assert not tree.parse(b'echo hi\\n').unread"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], input=CRASHER, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


# Its scan asks for more than 128 pieces; ended by an empty one it read past the end.
CRASHER = bytes.fromhex(
    "726d202d2d2022246578706f7274204d453d2224643d24286469726e616d6520"
    "222428726561646c63617365202224302220696e202a73746172742e73682963"
    "64202224287265616c706174682022247b424153485f643d247b303a68ece34a"
    "e482b942f34c022ed1d831d250e0e4cee1"
)
