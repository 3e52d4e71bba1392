"""Staged wrappers, on real repositories."""

from __future__ import annotations

import dataclasses

import pytest

from s2s_tools.scripts.guard.model import Check
from s2s_tools.scripts.wrappers import render, service

FRESH = Check.WRAPPERS_FRESH
OVER = Check.NO_WRAPPER_OVER_CANONICAL
BODY = "#!/bin/sh\necho body\n"
STORE = ".s2s/canonical/"


def test_a_wrapper_with_its_body_may_be_committed(make_repo, wrapper, findings):
    repo = make_repo({f"{STORE}run.sh": BODY})
    repo.write("run.sh", wrapper("run.sh"))
    repo.write("bin/again.sh", wrapper("bin/again.sh", id="x", body="run2.sh"))
    repo.write("run2.sh", "#!/bin/sh\necho 2\n")

    assert findings(repo, *Check) == []


def test_wrappers_of_one_script_are_no_copies(make_repo, wrapper, findings):
    repo = make_repo({f"{STORE}run.sh": BODY, "run.sh": wrapper("run.sh")})
    repo.write("other/run.sh", wrapper("run.sh"))

    assert findings(repo, Check.NO_DUPLICATES) == []


def test_a_thin_wrapper_is_refused_naming_adopt(make_repo, wrapper, findings):
    repo = make_repo({"x.sh": BODY})
    repo.write("run.sh", wrapper("run.sh"))

    [(path, message)] = findings(repo, FRESH)

    assert path == b"run.sh"
    assert "this branch has no .s2s/canonical/run.sh" in message
    assert "s2s dedupe adopt" in message


def test_a_body_in_the_common_directory_does_not_make_it_thick(
    make_repo, wrapper, findings
):
    repo = make_repo({"x.sh": BODY})
    repo.write(".git/s2s/canonical/run.sh", BODY)
    repo.write("run.sh", wrapper("run.sh"))

    assert "adopt" in findings(repo, FRESH)[0][1]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda data: data + b"# more\n", "edited", id="edited"),
        pytest.param(
            lambda data: data.replace(b"wrapper:1 exec", b"wrapper:0 exec"),
            "another version",
            id="another version",
        ),
    ],
)
def test_a_wrapper_that_is_not_as_generated_is_refused(
    spoil, says, make_repo, wrapper, findings
):
    repo = make_repo({f"{STORE}run.sh": BODY})
    repo.write("run.sh", spoil(wrapper("run.sh")))

    [(path, message)] = findings(repo, FRESH)

    assert (path, says in message) == (b"run.sh", True)


def test_a_wrapper_that_was_moved_is_refused(make_repo, wrapper, findings):
    repo = make_repo({f"{STORE}run.sh": BODY, "run.sh": wrapper("run.sh")})
    repo.file("deep").mkdir()
    repo.git("mv", "run.sh", "deep/run.sh")

    assert findings(repo, FRESH)[0] == (
        b"deep/run.sh",
        "a wrapper made for run.sh; s2s wrappers build makes it anew",
    )


def test_an_entry_script_is_fresh_as_this_version_makes_it(make_repo, findings):
    row = service.entries()[0]
    repo = make_repo({"x.sh": BODY})
    repo.write(row.paths[0], render.entry(row))
    as_made = findings(repo, FRESH)
    other = dataclasses.replace(row, help="Another help.")
    repo.write(row.paths[0], render.entry(other))

    assert as_made == []
    assert [path for path, _ in findings(repo, FRESH)] == [row.paths[0].encode()]


def test_a_body_may_not_go_while_a_wrapper_needs_it(make_repo, wrapper, findings):
    repo = make_repo({f"{STORE}run.sh": BODY, "run.sh": wrapper("run.sh")})
    repo.git("rm", "-q", f"{STORE}run.sh")
    alone = findings(repo, FRESH)
    repo.git("rm", "-q", "run.sh")

    assert [path for path, _ in alone] == [b"run.sh"]
    assert findings(repo, FRESH) == []


def test_a_wrapper_in_the_store_is_refused(make_repo, wrapper, findings):
    repo = make_repo({f"{STORE}run.sh": BODY})
    repo.write(f"{STORE}run.sh", wrapper("run.sh"))

    [(path, message)] = findings(repo, OVER)

    assert (path, "take the body back" in message) == (b".s2s/canonical/run.sh", True)


def test_a_wrapper_over_the_only_body_is_refused(make_repo, wrapper, findings):
    repo = make_repo({"run.sh": BODY, ".s2s/manifest.yaml": recorded("run.sh")})
    repo.write("run.sh", wrapper("run.sh"))
    over = findings(repo, OVER)
    repo.write(f"{STORE}run.sh", BODY)

    assert [path for path, _ in over] == [b"run.sh"]
    assert findings(repo, OVER) == []


def test_a_wrapper_for_a_wrapper_is_refused(make_repo, wrapper, findings):
    repo = make_repo({"a.sh": wrapper("a.sh"), f"{STORE}a.sh": BODY})
    repo.write("b.sh", wrapper("b.sh", body="a.sh"))

    [(path, message)] = findings(repo, OVER)

    assert (path, "itself a wrapper" in message) == (b"b.sh", True)


def test_only_staged_wrappers_are_looked_at(make_repo, wrapper, findings):
    repo = make_repo({"old.sh": wrapper("old.sh") + b"# edited long ago\n"})
    repo.write("new.sh", BODY)

    assert findings(repo, *Check) == []


def recorded(path: str) -> str:
    digits = "0" * 64
    return (
        f"schema: 1\nscripts:\n  - id: {path}\n    canonical: {path}\n"
        f'    sha256: "{digits}"\n    mode: "0755"\n    strategy: link\n'
        "    copies: []\n"
    )
