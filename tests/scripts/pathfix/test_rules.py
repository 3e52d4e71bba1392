"""Each context of a hard-coded path is rewritten in its own way, or left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from s2s_tools.scripts.pathfix import fix, prove, rules
from s2s_tools.scripts.pathfix.model import Place, Verdict

SHELL = Path(__file__).resolve().parents[3] / "fixtures" / "shell"
PLACES = [Place(b"/old/project", b"S2S_ROOT")]
PAIRS = sorted(path.parent.name for path in SHELL.glob("*/in.sh"))
KEPT = sorted(path.parent.name for path in SHELL.glob("*/same.sh"))
REWRITTEN = {Verdict.AUTO, Verdict.CHECKED}


def read(name: str, file: str) -> bytes:
    return (SHELL / name / file).read_bytes()


def found(text: str) -> list[tuple[str, Verdict]]:
    fixed = fix.fix(text.encode(), PLACES)
    return [(o.context, o.verdict) for o in fixed.occurrences]


def test_every_rule_has_its_scripts_and_seventy_contexts_are_written_out() -> None:
    contexts = sum(
        len(fix.fix(read(name, "in.sh"), PLACES).occurrences) for name in PAIRS
    )

    assert set(PAIRS) <= set(KEPT)
    assert set(KEPT) == set(rules.RULES)
    assert contexts >= 70


@pytest.mark.parametrize("name", PAIRS)
def test_the_rule_rewrites_its_contexts_as_written_out(name: str) -> None:
    fixed = fix.fix(read(name, "in.sh"), PLACES)

    assert {o.context for o in fixed.occurrences} == {name}
    assert {o.verdict for o in fixed.occurrences} <= REWRITTEN
    assert fix.text(fixed) == read(name, "out.sh")


@pytest.mark.parametrize("name", PAIRS)
def test_what_the_rule_writes_is_proved(name: str) -> None:
    proof = prove.prove(fix.fix(read(name, "in.sh"), PLACES))

    assert proof.failure == ""
    assert proof.words > 0


@pytest.mark.parametrize("name", KEPT)
def test_what_only_looks_like_it_stays_the_same(name: str) -> None:
    fixed = fix.fix(read(name, "same.sh"), PLACES)

    assert fixed.occurrences
    assert fix.text(fixed) == fixed.data
    assert not {o.verdict for o in fixed.occurrences} & REWRITTEN
    assert all(o.advice for o in fixed.occurrences)


@pytest.mark.parametrize("name", PAIRS)
def test_a_rewritten_script_names_the_folder_no_more(name: str) -> None:
    fixed = fix.fix(read(name, "out.sh"), PLACES)

    assert fixed.occurrences == ()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("[[ $x =~ ^/old/project/a.c$ ]]", Verdict.AUTO),
        ("[[ $x =~ /srv/a ]]", None),
        (": ${A:=/old/project}", Verdict.CHECKED),
        (': "${A:=/old/project}"', Verdict.AUTO),
        ("sudo bash -c 'ls /old/project'", Verdict.CHECKED),
        ("env -i sh -c 'ls /old/project && x'", Verdict.CHECKED),
        ("echo '/old/project' | bash", Verdict.CHECKED),
        ("echo '/old/project' | ssh host", Verdict.MANUAL),
        ("sed -i s/a/b/ /old/project/file", Verdict.AUTO),
        ("awk '{print}' /old/project/file", Verdict.AUTO),
        ("grep x /old/project/file", Verdict.AUTO),
        ("docker ps; ls /old/project", Verdict.AUTO),
        ('ssh h "$(cat /old/project/x)"', Verdict.AUTO),
    ],
)
def test_what_stands_around_decides(text: str, verdict: Verdict | None) -> None:
    wanted = [] if verdict is None else [verdict]

    assert [seen for _, seen in found(text)] == wanted


def test_a_prefix_that_is_special_in_a_regular_expression_is_left_to_people() -> None:
    place = Place(b"/old/a.b", b"S2S_ROOT")

    fixed = fix.fix(b"[[ $x =~ ^/old/a.b/ ]]\n[[ $x == /old/a.b ]]\n", [place])

    verdicts = [o.verdict for o in fixed.occurrences]
    assert verdicts == [Verdict.MANUAL, Verdict.AUTO]


def test_a_path_with_odd_characters_is_found_as_scripts_write_it() -> None:
    place = Place(b"/old/my project", b"S2S_ROOT")
    data = b"cd /old/my\\ project/a; cd '/old/my project'; cd \"/old/my project\"\n"

    fixed = fix.fix(data, [place])

    assert fix.text(fixed) == (
        b'cd "${S2S_ROOT}"/a; cd "${S2S_ROOT}"; cd "${S2S_ROOT}"\n'
    )
    assert prove.prove(fixed).failure == ""


def test_of_two_folders_that_begin_at_one_place_the_longer_counts() -> None:
    places = [Place(b"/home/ada", b"HOME"), Place(b"/home/ada/work", b"S2S_ROOT")]

    fixed = fix.fix(b'cp "/home/ada/work/x" "/home/ada/y"\n', places)

    assert fix.text(fixed) == b'cp "${S2S_ROOT}/x" "${HOME}/y"\n'


@pytest.mark.parametrize(
    "line",
    ["S2S_ROOT=/x", "read -r S2S_ROOT", 'echo "${S2S_ROOT:=/x}"', "unset S2S_ROOT"],
)
def test_a_script_that_sets_the_variable_itself_is_not_edited(line: str) -> None:
    fixed = fix.fix(f'cd "/old/project"\n{line}\n'.encode(), PLACES)

    assert fixed.edits == ()
    assert "line 2" in fixed.barrier
    assert [o.verdict for o in fixed.occurrences] == [Verdict.MANUAL]


@pytest.mark.parametrize(
    "line", ["# S2S_ROOT=/x", "echo S2S_ROOT", "echo 'S2S_ROOT=1'", 'x="$S2S_ROOT"']
)
def test_a_script_that_only_speaks_of_the_variable_is_edited(line: str) -> None:
    fixed = fix.fix(f'cd "/old/project"\n{line}\n'.encode(), PLACES)

    assert len(fixed.edits) == (0 if line.startswith("echo S2S") else 1)


def test_a_script_with_a_syntax_error_is_not_edited() -> None:
    fixed = fix.fix(b'cd "/old/project"\nif then fi (\n', PLACES)

    assert fixed.edits == ()
    assert "cannot be read as shell" in fixed.barrier
