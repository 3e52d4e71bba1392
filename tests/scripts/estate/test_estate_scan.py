"""A scan finds in the fixture estate what its description claims."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from s2s_tools.scripts.inventory import scan


@pytest.fixture(scope="module")
def found(shared_estate):
    return scan.scan(shared_estate.main.root)


@pytest.fixture(scope="module")
def claims(shared_estate):
    return shared_estate.description.claims


def members(found):
    return [member for family in found.families for member in family.members]


def test_scripts_families_and_contents_are_as_many_as_claimed(found, claims):
    assert len(found.files) == len(members(found)) == claims["scripts"]
    assert len(found.families) == claims["families"]
    assert len({file.content for file in found.files}) == claims["contents"]
    assert Counter(file.worktree for file in found.files) == claims["worktrees"]


def test_relations_and_ages_are_as_claimed(found, claims):
    ages = Counter(member.behind for member in members(found))

    assert Counter(m.relation.value for m in members(found)) == claims["relations"]
    assert {"one": ages[1], "two": ages[2], "three": ages[3]} == claims["behind"]


def test_every_file_stands_where_the_independent_count_says(found, shared_estate):
    stale = {
        (m.file.worktree, m.file.path, m.behind)
        for m in members(found)
        if m.relation.value == "stale"
    }
    diverged = {
        (m.file.worktree, m.file.path)
        for m in members(found)
        if m.relation.value == "diverged"
    }

    assert ("worktrees/lighthouse", b"bin/lantern", 2) in stale
    assert ("../lantern-mill", b"bin/lantern", 3) in stale
    assert ("../lantern-mill", b"checks/validate.sh", 3) in stale
    assert ("worktrees/harbour", b"scripts/init.sh", 1) in stale
    assert diverged == {
        ("worktrees/harbour", b"queue/drain.sh"),
        ("worktrees/lighthouse", b"host/disk.sh"),
        ("worktrees/lighthouse", b"report/weekly.sh"),
        ("../lantern-mill", b"build/stamp.sh"),
    }


def test_the_canonical_of_a_duplicated_script_is_its_first_path(found, claims):
    elsewhere = [
        member.file.path
        for family in found.families
        for member in family.members
        if member.file.path != family.canonical.path
    ]

    assert len(elsewhere) == claims["duplicates"]
    assert set(elsewhere) == {
        b"desk/rotate.sh",
        b"queue/wait.sh",
        b"sites/north/versions.sh",
        b"sites/south/versions.sh",
    }


def test_modes_that_differ_alone_are_named(found, claims):
    modes = [m.file[:2] for m in members(found) if m.difference == "mode"]

    assert len(modes) == claims["mode_only"]


def test_other_repositories_and_ignored_copies_are_left_out_and_counted(found):
    paths = {file.path for file in found.files}

    assert not [p for p in paths if p.startswith((b"vendor", b"playground", b"node_"))]
    assert found.left_out["gitlinks"] == found.left_out["nested_repositories"] == 1


def test_the_command_prints_the_same_figures(run_s2s, shared_estate, claims):
    ran = run_s2s("scan", shared_estate.main.path, "--json")

    totals = json.loads(ran.stdout)["totals"]
    wanted = {"worktrees": 4, "bodies": 164, "unknown": 0, **claims["relations"]}
    assert {key: totals[key] for key in wanted} == wanted
    for key in ("scripts", "families", "contents"):
        assert totals[key] == claims[key]
