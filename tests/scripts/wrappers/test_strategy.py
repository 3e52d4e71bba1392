"""What may stand where a copy of a script stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.syntax import facts, usage
from s2s_tools.scripts.wrappers import strategy
from s2s_tools.scripts.wrappers.strategy import Kind, Policy

EXEC, SYMLINK, COPY, LEAVE = Kind.EXEC, Kind.SYMLINK, Kind.COPY, Kind.LEAVE
PLAIN = "echo ok\n"
LOCATING = 'cd "$(dirname "$0")"\n'
RESOLVING = 'cd "$(dirname "$(readlink -f "$0")")"\n'
NAMED = 'case "$(basename "$0")" in start.sh) x;; esac\n'
EVERYWHERE = Policy(all_worktrees=True)
SOURCED = usage.Usage(sourced=(usage.Place(b"run.sh", 3, "."),))
CARRIED = usage.Usage(carried=(usage.Place(b"Dockerfile", 7, "copies"),))


def decide(
    script: str,
    used: usage.Usage = usage.NONE,
    policy: Policy = EVERYWHERE,
    *,
    first: str = "#!/bin/bash\n",
) -> strategy.Strategy:
    found = facts.read((first + script).encode())
    return strategy.decide(found, used, policy, path=b"bin/a.sh")


@pytest.mark.parametrize(
    ("script", "used", "everywhere", "inside", "no_links", "elsewhere"),
    [
        (PLAIN, usage.NONE, EXEC, SYMLINK, COPY, COPY),
        ('echo "usage: $0"\n', usage.NONE, EXEC, SYMLINK, COPY, COPY),
        ('[ "$0" = "$BASH_SOURCE" ] && x\n', usage.NONE, EXEC, SYMLINK, COPY, COPY),
        ('exec sudo "$0" "$@"\n', usage.NONE, EXEC, SYMLINK, COPY, COPY),
        (LOCATING, usage.NONE, SYMLINK, SYMLINK, COPY, COPY),
        (RESOLVING, usage.NONE, COPY, COPY, COPY, COPY),
        (PLAIN, SOURCED, SYMLINK, SYMLINK, COPY, COPY),
        (LOCATING, SOURCED, SYMLINK, SYMLINK, COPY, COPY),
        (RESOLVING, SOURCED, COPY, COPY, COPY, COPY),
        (PLAIN, CARRIED, LEAVE, LEAVE, LEAVE, LEAVE),
        ("echo > x.sh\n", usage.NONE, LEAVE, LEAVE, LEAVE, LEAVE),
        ("find . -name '*.sh'\n", usage.NONE, LEAVE, LEAVE, LEAVE, LEAVE),
        ("if )\n", usage.NONE, LEAVE, LEAVE, LEAVE, LEAVE),
    ],
)
def test_what_a_script_gets(
    script: str,
    used: usage.Usage,
    everywhere: Kind,
    inside: Kind,
    no_links: Kind,
    elsewhere: Kind,
) -> None:
    policies = [
        (everywhere, EVERYWHERE),
        (inside, Policy()),
        (no_links, Policy(symlinks=False)),
        (elsewhere, Policy(body_in_tree=False)),
    ]

    for expected, policy in policies:
        assert decide(script, used, policy).kind is expected


@pytest.mark.parametrize(
    ("script", "used", "place", "reason"),
    [
        ("\necho > x.sh\n", usage.NONE, "bin/a.sh:3", "writes other scripts (>)"),
        ("for f in *.sh; do :; done\n", usage.NONE, "bin/a.sh:2", "lists the scripts"),
        (PLAIN, CARRIED, "Dockerfile:7", "its bytes are handed on (copies)"),
        (PLAIN, SOURCED, "run.sh:3", "it is sourced"),
        (LOCATING, usage.NONE, "bin/a.sh:2", "finds its own folder ($0)"),
        (RESOLVING, usage.NONE, "bin/a.sh:2", "resolves links to itself"),
        ("\n\necho )\n", usage.NONE, "bin/a.sh:4", "cannot be read as shell"),
        (PLAIN, usage.NONE, "", "does not depend on where it stands"),
    ],
)
def test_a_decision_names_its_reason_and_place(
    script: str, used: usage.Usage, place: str, reason: str
) -> None:
    found = decide(script, used)

    assert found.place == place
    assert found.reason.startswith(reason)


def test_another_interpreter_is_left_alone() -> None:
    found = decide("print(1)\n", first="#!/usr/bin/env python3\n")

    assert found.kind is LEAVE
    assert "python3" in found.reason


def test_a_script_without_a_first_line_gets_no_wrapper() -> None:
    assert decide(PLAIN, first="").kind is SYMLINK


def test_a_script_that_asks_for_its_name_needs_it() -> None:
    renamed = Policy(all_worktrees=True, renamed=True)

    assert decide(NAMED).kind is EXEC
    assert decide(NAMED, policy=renamed).kind is SYMLINK
    assert decide(PLAIN, policy=renamed).kind is EXEC


@pytest.mark.parametrize("glob", ["bin/*", "*.sh", "bin/a.sh"])
def test_what_the_manifest_keeps_is_left_alone(glob: str) -> None:
    found = decide(PLAIN, policy=Policy(keep=("x", glob)))

    assert (found.kind, found.reason) == (LEAVE, f"kept by {glob}")


def test_the_manifest_overrides() -> None:
    for kind in Kind:
        assert decide(LOCATING, policy=Policy(chosen=kind)).kind is kind


def test_an_id_that_another_one_hides_is_left_alone() -> None:
    found = decide(PLAIN, policy=Policy(all_worktrees=True, clash="bin/A.sh"))

    assert found.kind is LEAVE
    assert "bin/A.sh" in found.reason


@pytest.mark.parametrize(
    ("ids", "clashing"),
    [
        ([b"a.sh", b"b.sh"], {}),
        ([b"a.sh", b"A.sh"], {b"a.sh": b"A.sh", b"A.sh": b"a.sh"}),
        (
            ["\u00e9.sh".encode(), "e\u0301.sh".encode()],
            {"\u00e9.sh".encode(): "e\u0301.sh".encode()}
            | {"e\u0301.sh".encode(): "\u00e9.sh".encode()},
        ),
        ([b"bin", b"Bin/a.sh"], {b"bin": b"Bin/a.sh", b"Bin/a.sh": b"bin"}),
        ([b"bin/a.sh", b"bin/b.sh", b"binary"], {}),
        ([b"\xff.sh", b"\xfe.sh"], {}),
        (["ß".encode(), b"SS"], {"ß".encode(): b"SS", b"SS": "ß".encode()}),
    ],
)
def test_ids_are_compared_as_a_disk_may_see_them(
    ids: list[bytes], clashing: dict[bytes, bytes]
) -> None:
    assert strategy.clashes(ids) == clashing
    assert strategy.clashes(reversed(ids)) == clashing


SCRIPTS = st.lists(
    st.sampled_from([PLAIN, LOCATING, RESOLVING, NAMED, "echo $0\n", "x=$0\n", ". x\n"])
).map("".join)
POLICIES = st.builds(
    Policy,
    all_worktrees=st.booleans(),
    body_in_tree=st.booleans(),
    symlinks=st.booleans(),
    renamed=st.booleans(),
)
USAGES = st.sampled_from([usage.NONE, SOURCED, CARRIED])


@given(SCRIPTS, USAGES, POLICIES)
def test_no_wrapper_ever_hides_a_scripts_own_place(
    script: str, used: usage.Usage, policy: Policy
) -> None:
    found = facts.read(b"#!/bin/sh\n" + script.encode())
    kind = strategy.decide(found, used, policy, path=b"a").kind

    if found.locates or used.sourced or used.carried or not policy.all_worktrees:
        assert kind is not EXEC
    if kind is SYMLINK:
        assert policy.symlinks
        assert policy.body_in_tree
        assert found.resolves is None
