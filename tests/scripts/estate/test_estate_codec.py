"""Reading the description of an estate."""

from __future__ import annotations

import pytest

from s2s_tools import errors
from s2s_tools.scripts.estate import codec

GOOD = """\
schema: 1
name: small
about: constructed
author: A <a@b.invalid>
main:
  - {id: one, message: first}
  - {id: two, message: second}
scripts:
  - {path: 'odd%0A%FF.sh', text: a, since: one, versions: {two: b}}
"""


def decode(text: str):
    return codec.estate(
        text.encode(), "e.yaml", lambda name: b"#!/bin/sh\n# %s\n" % name.encode()
    )


def test_a_script_stands_in_the_commits_that_its_versions_name():
    one, two = decode(GOOD).main

    assert [(e.path, e.data, e.mode) for e in one.entries] == [
        (b"odd\n\xff.sh", b"#!/bin/sh\n# a", 0o755)
    ]
    assert [e.data for e in two.entries] == [b"#!/bin/sh\n# b"]


def test_crlf_and_final_newlines_come_from_the_description():
    text = GOOD.replace("since: one", "since: one, newline: true")
    branch = """\
branches:
  - name: side
    from: one
    message: m
    changes: [{path: a.sh, text: a, crlf: true, executable: false}]
"""

    estate = decode(text + branch)

    [entry] = estate.branches[0].commit.entries
    assert (entry.data, entry.mode) == (b"#!/bin/sh\r\n# a", 0o644)
    assert estate.branches[0].fork == 1
    assert estate.main[0].entries[0].data.endswith(b"# a\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("since: one", "since: three", "main has no commit three"),
        ("two: b", "three: b", "main has no commit three"),
        ("text: a", "txet: a", "txet: unknown key"),
        ("since: one", "since: one, traits: [odd]", "unknown trait odd"),
        ("schema: 1", "schema: 2", "reads schema 1"),
        ("versions: {two: b}", "versions: 3", "expected a mapping"),
    ],
)
def test_an_error_names_file_line_and_key(old, new, said):
    with pytest.raises(errors.InvalidDocument, match=rf"e\.yaml:\d+: .*{said}"):
        decode(GOOD.replace(old, new))
