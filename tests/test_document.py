"""A manifest is read strictly; its errors name file, line and key."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from s2s_tools import document, errors


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: 1\nscirpts: []\n", "m.yaml:2: scirpts: unknown key"),
        ("schema: 1\nkeep: []\nkeep: []\n", "m.yaml:3: keep: duplicate key"),
        ("a: {b: 1,\n b: 2}\n", "m.yaml:2: a.b: duplicate key, first on line 1"),
        ("schema: 2\n", "m.yaml:1: schema: this program reads schema 1, not 2"),
        ("schema: one\n", "m.yaml:1: schema: expected a whole number, found text"),
        ("- a\n", "m.yaml:1: expected a mapping at the top"),
        ("a: [1\n", "m.yaml:2: "),
        ("a: !!python/object/apply:os.system ['id']\n", "m.yaml:1: "),
        ("a: !!python/name:os.system ''\n", "m.yaml:1: "),
        ("a: &a {b: 1}\nc: {<<: *a}\n", "m.yaml:1: a: unknown key"),
        ("? [a]\n: b\n", "m.yaml:1: "),
        ("a: \x00\n", "m.yaml"),
        ("a: " + "[" * 40 + "]" * 40, "m.yaml:1: nested too deep"),
    ],
    ids=lambda value: str(value)[:30].strip(),
)
def test_a_fault_is_one_line_with_file_and_line(text: str, said: str) -> None:
    with pytest.raises(errors.InvalidDocument) as caught:
        document.manifest(text.encode(), "m.yaml")

    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(errors.InvalidDocument, match=r"^m\.yaml: not YAML"):
        document.manifest(b"a: \xff\xfe\n", "m.yaml")


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert document.manifest(b"", "m.yaml") == {}


def test_a_python_tag_runs_nothing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    text = f"keep: !!python/object/apply:os.mkdir ['{canary}']\n"

    with pytest.raises(errors.InvalidDocument):
        document.manifest(text.encode(), "m.yaml")

    assert not canary.exists()


def test_a_bomb_of_aliases_is_refused_in_little_memory() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    program = (
        "import sys; from s2s_tools import document, errors\n"
        "try: document.manifest(sys.stdin.buffer.read(), 'm')\n"
        "except errors.InvalidDocument as e: print(e)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_AS, (400 << 20, 400 << 20)
        ),
    )

    assert b"unknown key" in done.stdout


def test_too_many_aliases_are_refused() -> None:
    text = "a: &a x\nb: [" + ", ".join(["*a"] * 101) + "]\n"

    with pytest.raises(errors.InvalidDocument, match=r"m\.yaml:2: more than 100"):
        document.load(text.encode(), "m.yaml")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 10)

    with pytest.raises(errors.InvalidDocument, match="larger than"):
        document.manifest(b"keep: [aaaaaaaa]", "m.yaml")


def test_typed_reads_name_the_key() -> None:
    top = document.load(b"a: 1\nb: [x, 2]\nc:\n  - d: true\n", "m.yaml")

    with pytest.raises(errors.InvalidDocument, match=r"m\.yaml:1: a: expected text"):
        top.text("a")
    with pytest.raises(errors.InvalidDocument, match=r"m\.yaml:2: b: expected a list"):
        top.texts("b")
    with pytest.raises(errors.InvalidDocument, match=r"c\[0\]\.d: expected text"):
        next(top.maps("c")).text("d")
    with pytest.raises(errors.InvalidDocument, match=r"m\.yaml:1: e: missing"):
        top.text("e")
