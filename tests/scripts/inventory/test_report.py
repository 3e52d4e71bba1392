"""The JSON document of a scan: its fast text is its slow value."""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii

import pytest

from s2s_tools.scripts.inventory import report, scan

ONE = "#!/bin/sh\necho one\n"
NAMES = [b"plain.sh", b'quo"te\\.sh', b"new\nline.sh", b"bad\xff.sh", "ü.sh".encode()]


@pytest.fixture
def repo(make_repo):
    made = make_repo({name: ONE for name in NAMES})
    made.commit({b"plain.sh": ONE + "# newer\n"})
    made.worktree("tree", at="HEAD~1")
    made.write("only.sh", "#!/bin/sh\necho only\n")
    made.write("empty.sh", "")
    return made


def test_the_fast_text_of_a_scan_is_its_document(repo):
    found = scan.scan(repo.root)

    text = "".join(report.Encoder(encode_basestring_ascii, json.dumps).scan(found))

    assert json.loads(text) == json.loads(json.dumps(report.document(found)))
    assert list(json.loads(text)) == list(report.document(found))


def test_the_fast_text_of_groups_is_their_document(repo):
    found = scan.groups(repo.root)

    text = "".join(report.Encoder(encode_basestring_ascii, json.dumps).groups(found))

    assert json.loads(text) == report.short_document(found)


def test_the_document_has_the_stable_form(repo):
    found = report.document(scan.scan(repo.root))

    assert list(found) == [
        *("schema", "root", "totals", "worktrees", "families", "groups", "left_out")
    ]
    assert list(found["totals"]) == [
        *("worktrees", "scripts", "contents", "families", "canonical", "identical"),
        *("stale", "diverged", "only_here", "unknown", "bodies", "history"),
    ]
    assert found["totals"]["stale"] == 1
    assert found["totals"]["history"] == "full"
    family = next(f for f in found["families"] if f["id"] == "plain.sh")
    assert list(family) == ["id", "canonical", "files"]
    assert [list(file) for file in family["files"]] == [
        ["worktree", "path", "content", "mode", "relation", "behind"]
    ] * 2
    assert [(f["relation"], f["behind"], f["mode"]) for f in family["files"]] == [
        ("canonical", None, "0755"),
        ("stale", 1, "0755"),
    ]
    assert all(
        list(place) == ["worktree", "path"]
        for group in found["groups"]
        for place in group["files"]
    )


def test_hostile_names_come_back_as_the_same_bytes(repo):
    found = json.loads(json.dumps(report.document(scan.scan(repo.root))))

    paths = {
        file["path"].encode("utf-8", "surrogateescape")
        for family in found["families"]
        for file in family["files"]
    }
    assert paths == {*NAMES, b"only.sh", b"empty.sh"}


def test_the_short_document_is_the_long_one_restricted(repo):
    long = report.document(scan.scan(repo.root))
    short = report.short_document(scan.groups(repo.root))

    assert short["root"] == long["root"]
    assert short["groups"] == long["groups"]
    assert short["left_out"] == long["left_out"]
    assert short["totals"] == {
        key: long["totals"][key] for key in ("worktrees", "scripts", "contents")
    }
