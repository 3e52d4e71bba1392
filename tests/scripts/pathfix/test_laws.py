"""Whatever contexts are nested in each other, a rewriting changes nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from s2s_tools.scripts.pathfix import fix, prove, rewriting
from s2s_tools.scripts.pathfix.model import Place, Verdict

OLD = b"/old/project"
PLACES = [Place(OLD, b"S2S_ROOT")]
# A hole is filled with a path or with another context; W where a word may stand,
# Q where text inside double quotes may, S where a whole command may.
WORDS = (
    "%P",
    '"%Q"',
    "'%P'",
    "$'a\\t%P'",
    '"${unset:-%P}"',
    '"${unset:-%Q}"',
    '${unset:-"%Q"}',
    "${unset:-%P}",
    "${unset-'%P'}",
    "%P\"/q\"'/r'",
    "--opt=%P",
    '"$( %S )"',
    '"${known#%P}"',
    '"${known##"%Q"}"',
    "${known%/*}:%P",
    '"a:%Q:b"',
    "{%P,b}",
    "$( %S )",
    "`echo %P`",
    '"${unset:+%P}${known:+%P}"',
)
QUOTED = (
    "%P",
    "$known %P",
    "${unset:-%Q}",
    "$( %S )",
    "%P and %P",
    "\\$ %P",
    '${unset:-"%Q"}',
    "${known%%%P}",
)
COMMANDS = (
    "show %W",
    'x=%W; show "$x"',
    'x=%P:~:%W; show "$x"',
    "local_of %W",
    'for i in %W %W; do show "$i"; done',
    "case %W in %P*) show yes %W ;; *) show no ;; esac",
    "if [[ $known == %P/* ]]; then show %W; fi",
    "[[ $known =~ ^%P ]] && show yes",
    "[ %W = %W ] && show same",
    'a=(%W %P); show "${a[@]}"',
    "show <<<%W; cat <<<%W",
    "( %S )",
    "{ %S; }",
    "%S; %S",
    "if true; then %S; fi",
    "eval 'show %P'",
    "bash -c 'echo %P' | cat",
    "trap 'show %P' EXIT; trap - EXIT",
    "known=%W show x",
    "show %W | cat",
    "f() { %S; }; f",
    'export EXPORTED=%W; show "$EXPORTED"',
)
DOCUMENTS = (
    "cat <<EOF\n%P $known %P ${unset:-%P} $( %S )\nEOF",
    "cat <<-EOF\n\t%P\n\tEOF",
    "cat <<'EOF'\n%P\nEOF",
)
HEAD = """#!/usr/bin/env bash
show() { printf '<%s>' "$@"; echo; }
local_of() { local here="$1"; show "$here"; }
known=/old/project/sub/name
"""
PATHS = st.sampled_from(["/old/project", "/old/project/a", "/old/project/a-b_c.d/e"])


@st.composite
def filled(draw: st.DrawFn, choices: tuple[str, ...], depth: int) -> str:
    """One of the contexts with its holes filled."""
    plain = tuple(
        c
        for c in choices
        if not {"%W", "%Q", "%S"} & {c[i : i + 2] for i in range(len(c))}
    )
    text = draw(st.sampled_from(choices if depth else plain or ("show %P",)))
    parts = []
    at = 0
    while at < len(text):
        hole = text[at : at + 2]
        if hole in HOLES:
            inner = HOLES[hole]
            parts.append(
                draw(filled(inner, depth - 1)) if inner and depth else draw(PATHS)
            )
            at += 2
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


HOLES = {"%P": (), "%W": WORDS, "%Q": QUOTED, "%S": COMMANDS}


@st.composite
def scripts(draw: st.DrawFn) -> bytes:
    lines = draw(st.lists(filled(COMMANDS + DOCUMENTS, 4), min_size=1, max_size=3))
    return (HEAD + "\n".join(lines) + "\n").encode()


def run(script: bytes, root: str, folder: Path) -> tuple[int, bytes]:
    done = subprocess.run(
        ["bash", "--norc", "-s"],
        input=script,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "S2S_ROOT": root, "HOME": "/home/x"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout


SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@SLOW
@given(scripts())
def test_a_rewriting_never_changes_what_bash_prints(
    tmp_path: Path, script: bytes
) -> None:
    fixed = fix.fix(script, PLACES)

    after = fix.text(fixed)

    assert run(after, OLD.decode(), tmp_path) == run(script, OLD.decode(), tmp_path)


@SLOW
@given(scripts())
def test_what_is_rewritten_whole_moves_with_the_root(
    tmp_path: Path, script: bytes
) -> None:
    fixed = fix.fix(script, PLACES)
    code, out = run(script, OLD.decode(), tmp_path)

    assume({o.verdict for o in fixed.occurrences} == {Verdict.AUTO})
    moved = run(fix.text(fixed), "/moved/to", tmp_path)

    assert moved == (code, out.replace(OLD, b"/moved/to"))


@SLOW
@given(scripts())
def test_every_rewriting_is_proved(script: bytes) -> None:
    proof = prove.prove(fix.fix(script, PLACES))

    assert proof.failure == ""


@SLOW
@given(scripts())
def test_a_second_rewriting_finds_nothing_to_do(script: bytes) -> None:
    once = rewriting.rewrite(script, PLACES, b"S2S_ROOT").result

    if once is not None:
        assert rewriting.rewrite(once, PLACES, b"S2S_ROOT").result is None


@pytest.mark.parametrize("command", COMMANDS + DOCUMENTS)
def test_each_context_by_itself_is_rewritten_or_reported(command: str) -> None:
    text = command
    for hole in HOLES:
        text = text.replace(
            hole, "show /old/project" if hole == "%S" else "/old/project"
        )

    fixed = fix.fix((HEAD + text + "\n").encode(), PLACES)

    assert fixed.barrier == ""
    assert all(o.verdict is not Verdict.MANUAL or o.advice for o in fixed.occurrences)
    assert prove.prove(fixed).failure == ""
