"""Old findings are known, one more is new."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.scripts.portability import baseline, sarif
from s2s_tools.scripts.portability.model import Finding, Located, Report, Severity


def located(
    path: str, text: str, line: int = 1, rule: str = "tac-command", tree: str = "."
) -> Located:
    finding = Finding(line, 1, rule, Severity.WARNING, "message", "hint", "s2s", text)
    return Located(tree, path.encode("utf-8", "surrogateescape"), finding)


findings = st.lists(
    st.builds(
        located,
        st.sampled_from(["a.sh", "b/c.sh"]),
        st.sampled_from(["tac x", "tac y", "é\udcff"]),
        st.integers(1, 50),
        st.sampled_from(["tac-command", "SC2086"]),
        st.sampled_from([".", "../w"]),
    ),
    max_size=12,
)


@given(findings)
def test_what_was_written_down_is_known(found: list[Located]) -> None:
    known = baseline.from_json(baseline.to_json(baseline.of(found)), "here")

    assert all(item.known for item in baseline.mark(found, known))
    assert baseline.stale(found, known, {"a.sh", "b/c.sh"}) == 0


@given(findings, findings)
def test_never_more_are_known_than_were_counted(
    before: list[Located], after: list[Located]
) -> None:
    known = baseline.of(before)

    marked = [item for item in baseline.mark(after, known) if item.known]

    for tree in (".", "../w"):
        assert baseline.of(i for i in marked if i.worktree == tree) <= known


def test_a_moved_line_is_known_and_a_copy_of_it_is_new() -> None:
    known = baseline.of([located("a.sh", "tac x", 3)])

    moved = baseline.mark([located("a.sh", "tac x", 9)], known)
    copied = baseline.mark([located("a.sh", "tac x", n) for n in (3, 4)], known)
    elsewhere = baseline.mark([located("b.sh", "tac x", 3)], known)

    assert [item.known for item in moved] == [True]
    assert [item.known for item in copied] == [True, False]
    assert [item.known for item in elsewhere] == [False]


def test_what_is_gone_is_counted() -> None:
    known = baseline.of([located("a.sh", "tac x"), located("other.sh", "tac x")])

    assert baseline.stale([], known, {"a.sh"}) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"schema": 2, "findings": []}',
        b'{"schema": 1, "findings": [{}]}',
        b'{"schema": 1, "findings": [{"path": "a", "rule": "b", "fingerprint": "c", '
        b'"count": 0}]}',
        b"\xff",
    ],
)
def test_what_is_no_baseline_is_named(data: bytes) -> None:
    with pytest.raises(errors.InvalidDocument, match=r"x\.json is no baseline"):
        baseline.from_json(data, "x.json")


def report(*found: Located) -> Report:
    return Report(
        files=1, paths=frozenset(), findings=found, skipped=(), checkers=("s2s",)
    )


def test_a_sarif_fingerprint_stays_when_the_line_moves() -> None:
    before = sarif.document(report(located("a.sh", "tac x", 3)), "1.0.0")
    after = sarif.document(report(located("a.sh", "tac x", 8)), "1.0.0")

    def prints(log: dict[str, object]) -> list[object]:
        (run,) = log["runs"]  # type: ignore[misc]
        return [result["partialFingerprints"] for result in run["results"]]

    assert prints(before) == prints(after)


def test_equal_lines_have_fingerprints_of_their_own() -> None:
    log = sarif.document(
        report(*(located("a.sh", "tac x", n) for n in (1, 2))), "1.0.0"
    )

    results = log["runs"][0]["results"]
    assert len({r["partialFingerprints"]["s2sFinding/v1"] for r in results}) == 2


def test_a_sarif_log_has_its_required_parts_and_hostile_names() -> None:
    hostile = located("a b/100%\n\udcff.sh", "x", rule="SC2086", tree="../w x")

    log = json.loads(json.dumps(sarif.document(report(hostile), "1.0.0")))

    (run,) = log["runs"]
    (result,) = run["results"]
    (place,) = result["locations"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "SC2086"
    assert result["level"] in ("error", "warning", "note")
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "../w%20x/a%20b/100%25%0A%FF.sh"
