"""Each rule finds what it is for, and nothing that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.portability import own, rules

FOUND = [
    ("sed-in-place", "sed -i 's/a/b/' f"),
    ("sed-in-place", "sed -i '' 's/a/b/' f"),
    ("sed-in-place", "sed -E -ni 's/a/b/p' f"),
    ("sed-in-place", "sed --in-place=.bak s/a/b/ f"),
    ("sed-in-place", "find . | xargs -0 sed -i s/a/b/"),
    ("sed-in-place", "sudo sed -i s/a/b/ f"),
    ("sed-in-place", "x=$(cat f | (/usr/bin/sed -i s/a/b/ f))"),
    ("sed-in-place", "bash -c 'sed -i s/a/b/ f'"),
    ("sed-in-place", "trap 'sed -i s/a/b/ f' EXIT"),
    ("readlink-canonical", 'd=$(dirname "$(readlink -f "$0")")'),
    ("realpath-relative", "realpath --relative-to=a b"),
    ("stat-format", "stat -c %s f"),
    ("stat-format", "stat --printf=%s f"),
    ("stat-bsd-format", "stat -f %z f"),
    ("date-nanoseconds", "id=agent_$(date +%s%N)"),
    ("date-nanoseconds", 'date "+%s.%3N"'),
    ("date-parse", "date -d yesterday"),
    ("date-parse", "date -ud @0"),
    ("checksum-command", "md5sum f | cut -c1-8"),
    ("checksum-command", "a && sha256sum f"),
    ("timeout-command", "timeout 5 curl x"),
    ("timeout-command", "if timeout -k 1 5 x; then y; fi"),
    ("timeout-command", "sudo timeout 5 x"),
    ("grep-perl", "grep -oP 'a(?=b)' f"),
    ("base64-wrap", "base64 -w0 f"),
    ("base64-wrap", "base64 --wrap=0 f"),
    ("sort-version", "sort -rV f"),
    ("tac-command", "tac f"),
    ("xargs-no-run", "ls | xargs -r rm"),
    ("xargs-no-run", "ls | xargs -0r rm -r"),
    ("xargs-delimiter", "xargs -d '\\n' rm"),
    ("mktemp-suffix", "mktemp --suffix=.json"),
    ("nproc-command", "make -j$(nproc)"),
    ("find-printf", "find . -printf '%p'"),
    ("head-all-but", "head -n -1 f"),
    ("bash4-mapfile", "mapfile -t a <f"),
    ("bash4-mapfile", "readarray a <f"),
    ("bash4-globstar", "shopt -s globstar"),
    ("bash4-printf-time", "printf '%(%s)T' -1"),
    ("bash4-wait-n", "wait -n"),
    ("bash4-declare", "declare -A m"),
    ("bash4-declare", "f() { local -n r=$1; }"),
    ("bash4-declare", "declare -g -A m"),
    ("bash4-case-change", 'echo "${x^^}"'),
    ("bash4-case-change", "echo ${x,}"),
    ("bash4-transform", "echo ${x@Q}"),
    ("bash4-negative-index", 'echo "${a[-1]}"'),
    ("bash4-operator", "ls &>> f"),
    ("bash4-operator", "ls |& cat"),
    ("bash4-test-v", "[[ -v x ]]"),
    ("bash4-variable", "echo $EPOCHSECONDS"),
    ("fixed-port", "curl http://localhost:4000/x"),
    ("fixed-port", "lsof -ti:4000"),
    ("fixed-port", "nc -z localhost 4000"),
    ("fixed-temp", "echo x >/tmp/out.log"),
    ("fixed-temp", 'mkdir -p "/tmp/work/$name"'),
    ("fixed-temp", "x=${LOG:-/tmp/out.log}"),
    ("home-path", "cd /Users/ada/dev/app"),
    ("home-path", 'x="${D:-/home/ada/x}"'),
    ("user-name", '[ "$USER" = "ada" ]'),
    ("user-name", "[[ $(whoami) == ada ]]"),
    ("host-name", '[[ "$(hostname)" == *local* ]]'),
    ("host-name", "ssh deploy@build.example.org ls"),
]
NOT_FOUND = [
    "sed -i.bak s/a/b/ f",
    "sed -n 's/-i/x/p' f",
    "echo sed -i s/a/b/ f",
    "echo 'timeout 5 x'",
    "# timeout 5 x; sed -i x; /tmp/fixed localhost:4000 /Users/ada/x",
    "if command -v timeout >/dev/null; then x; fi",
    "command -v sha256sum || x",
    "type nproc",
    "timeout() { x; }\ntimeout 5 y",
    "readlink f",
    "stat f",
    "date +%s",
    "date +%Y-%m-%dT%H:%M:%SZ",
    "grep -e P f",
    "grep -- -P f",
    "sort -t. -k1,1n",
    "xargs -0 rm -r",
    "mktemp -d",
    "head -n 5 f",
    "find . -print0",
    "declare -a m",
    "declare -r x=1",
    "echo ${x#^}",
    "echo ${x%,}",
    'echo "${#a[@]}"',
    "ls >>f 2>&1",
    "echo ${PORT:-4000}",
    "curl http://localhost:$PORT/",
    "mktemp /tmp/x.XXXXXX",
    'f="/tmp/x.$$"',
    "f=/tmp/$name",
    'cd "${TMPDIR:-/tmp}"',
    "ls /tmp",
    "ls /var/lib/home/x",
    "docker run -v x:/home/node/.n8n y",
    '[ "$USER" = root ]',
    '[ "$USER" = "$OWNER" ]',
    'ssh "$user@$host" ls',
]


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_a_rule_finds_what_it_is_for(rule: str, text: str) -> None:
    data = f"#!/bin/bash\n\n{text}\n".encode()

    found = own.findings(data)

    assert [f.line for f in found if f.rule == rule] == [3]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_it_is_not_found(text: str) -> None:
    assert own.findings(f"#!/bin/bash\n{text}\n".encode()) == ()


def test_every_rule_of_the_table_has_an_example() -> None:
    assert {rule for rule, _ in FOUND} == rules.ALL.keys() - {"not-read"}


def test_bash_4_matters_only_to_bash() -> None:
    text = b"mapfile -t a <f\necho ${x^^}\n"

    for shell, expected in ((b"bash", 2), (b"zsh", 0), (b"ksh", 0)):
        assert len(own.findings(b"#!/bin/" + shell + b"\n" + text)) == expected


def test_a_finding_tells_line_column_and_the_lines_text() -> None:
    (found,) = own.findings(b"#!/bin/sh\nif x; then\n\tsed -i s/a/b/ f # why\nfi\n")

    assert (found.line, found.column) == (3, 2)
    assert found.text == "sed -i s/a/b/ f # why"
    assert found.hint


def test_line_ends_of_dos_change_nothing() -> None:
    text = b"#!/bin/sh\nx\nsed -i s/a/b/ f\ntac f\n"

    assert own.findings(text.replace(b"\n", b"\r\n")) == own.findings(text)


def test_where_the_grammar_stops_is_said() -> None:
    found = own.findings(b"#!/bin/bash\nsed -i x f\nif ((( then\n")

    assert "not-read" in {f.rule for f in found}


@pytest.mark.parametrize(
    "piece", [b"/tmp/a ", b"ssh a ", b"lsof -", b"$USER", b"$(", b"sed -i x y;", b"a"]
)
def test_a_line_as_long_as_a_file_takes_no_more_than_its_length(piece: bytes) -> None:
    found = own.findings(b"#!/bin/bash\necho " + piece * (200_000 // len(piece)))

    assert all(len(finding.text) <= 200 for finding in found)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    lines = data.replace(b"\r\n", b"\n").count(b"\n") + 1

    assert all(1 <= found.line <= lines for found in own.findings(data))
