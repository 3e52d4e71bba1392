"""The text of an exec wrapper: what may stand in it, what it never holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

SHELLCHECK = Path(sys.executable).parent / "shellcheck"
UNFIT = {
    "a newline": b"a\nb.sh",
    "a carriage return": b"a\rb.sh",
    "a tab": b"a\tb.sh",
    "an escape": b"a\x1b[31mb.sh",
    "a nul": b"a\0b.sh",
    "a dollar": b"$(id).sh",
    "a backtick": b"`id`.sh",
    "a single quote": b"it's.sh",
    "a double quote": b'a"b.sh',
    "a backslash": b"a\\b.sh",
    "a leading dash": b"-rf.sh",
    "a folder with a leading dash": b"a/-rf/b.sh",
    "bytes that are not UTF-8": b"caf\xe9.sh",
    "a bidirectional mark": "a\u202eb.sh".encode(),
    "a way up": b"../b.sh",
    "a way up in the middle": b"a/../../b.sh",
    "a dot folder": b"./b.sh",
    "an absolute path": b"/bin/b.sh",
    "two slashes": b"a//b.sh",
    "nothing": b"",
    "a space at the end": b"b.sh ",
}
FIT = {
    "spaces": b"my scripts/do it.sh",
    "globs": b"a*b?[c].sh",
    "shell signs": b"a;b&c|d<e>f(g)#h!i~j.sh",
    "a template": b"{{7*7}}{% raw %}.sh",
    "letters of other tongues": "skript/größe-腳本.sh".encode(),
}


def wrapper(
    *,
    id: bytes = b"scripts/build.sh",
    path: bytes = b"scripts/build.sh",
    body: bytes = b".s2s/canonical/scripts/build.sh",
    project: bytes = b"estate",
) -> ExecWrapper:
    """A sound wrapper, but for what a test changes."""
    return ExecWrapper(id=id, path=path, body=body, project=project)


@pytest.mark.parametrize("part", ["id", "path", "body", "project"])
@pytest.mark.parametrize("text", UNFIT.values(), ids=UNFIT)
def test_what_a_shell_could_misread_is_refused_by_name(part: str, text: bytes) -> None:
    with pytest.raises(errors.Refused, match=rf"^{part} .* may not stand in a wrapper"):
        render.exec_wrapper(wrapper(**{part: text}))


def test_a_project_is_one_folder() -> None:
    with pytest.raises(errors.Refused, match="project 'a/b'"):
        render.exec_wrapper(wrapper(project=b"a/b"))


def test_a_wrapper_over_its_own_body_is_refused() -> None:
    with pytest.raises(errors.Refused, match="holds the script itself"):
        render.exec_wrapper(wrapper(path=b"a.sh", body=b"a.sh"))


@pytest.mark.parametrize("text", FIT.values(), ids=FIT)
def test_other_names_stand_literally(text: bytes) -> None:
    row = wrapper(id=text, path=text, body=b".s2s/canonical/" + text)

    data = render.exec_wrapper(row)

    assert b"\n_s2s_id='" + text + b"'\n" in data
    assert render.read_exec(data) == row


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_any_name_is_refused_or_read_back(name: bytes, path: bytes) -> None:
    row = wrapper(id=name, path=path)
    try:
        data = render.exec_wrapper(row)
    except errors.Refused:
        return

    assert render.read_exec(data) == row
    assert data.count(b"\n") == render.exec_wrapper(wrapper()).count(b"\n")


def test_the_second_line_is_the_mark() -> None:
    lines = render.exec_wrapper(wrapper()).split(b"\n")

    assert lines[0] == b"#!/bin/sh"
    assert lines[1] == b"# s2s-wrapper:1 exec scripts/build.sh"
    assert render.is_wrapper(b"\n".join(lines))


def test_it_holds_no_absolute_path_but_its_interpreter() -> None:
    text = render.exec_wrapper(wrapper()).decode().partition("\n")[2]

    assert set(re.findall(r"""(?<![\w.}*"?/'])/[a-z][\w/]*""", text)) == {"/dev/null"}


@pytest.mark.parametrize(
    ("path", "climb"),
    [(b"a.sh", ""), (b"b/a.sh", "/.."), (b"d/c/b/a.sh", "/../../..")],
    ids=["root", "one", "three"],
)
def test_the_way_to_the_root_is_as_long_as_the_path(path: bytes, climb: str) -> None:
    text = render.exec_wrapper(wrapper(path=path)).decode()

    assert f"\n_s2s_root=${{_s2s_file%/*}}{climb}\n" in text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#!/bin/sh\necho hello\n",
        b"#!/bin/sh\n# s2s-wrapper:1 entry build.sh\n",
        b"#!/bin/sh\n# s2s-wrapper:1 exec a.sh\n",
        render.exec_wrapper(wrapper()) + b"echo more\n",
        render.exec_wrapper(wrapper()).replace(b"127", b"126"),
        render.exec_wrapper(wrapper()).replace(b"'estate'", b"'$(id)'"),
    ],
    ids=["empty", "script", "entry", "cut", "longer", "edited", "unsafe"],
)
def test_what_was_touched_is_no_wrapper_of_ours(data: bytes) -> None:
    assert render.read_exec(data) is None


@pytest.mark.parametrize("dialect", ["sh", "dash", "bash", "busybox", "ksh"])
def test_shellcheck_finds_nothing(dialect: str, tmp_path: Path) -> None:
    path = tmp_path / "wrapper.sh"
    path.write_bytes(render.exec_wrapper(wrapper()))

    done = subprocess.run(
        [SHELLCHECK, "--shell", dialect, "--severity", "style", path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")
