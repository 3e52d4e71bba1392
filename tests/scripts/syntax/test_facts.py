"""What a script sources, calls, writes, lists and hands on."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.syntax import facts, marks

WRITES: dict[str, tuple[str, list[int]]] = {
    "redirection": ("echo x > run.sh\n", [1]),
    "append": ('echo x >> "$D/run.sh"\n', [1]),
    "redirection before the command": ("> a.sh echo hi\n", [1]),
    "a block": ("{ echo a\necho b; } > out.sh\n", [2]),
    "a document": ("cat > \"$D/x.sh\" <<'EOF'\nhi\nEOF\n", [1]),
    "a document, other order": ("cat <<EOF > x.sh\nhi\nEOF\n", [1]),
    "a document with a program": ("cat > \"$D/run\" <<'EOF'\n#!/bin/bash\nEOF\n", [1]),
    "a document without a program": ("cat > \"$D/readme\" <<'EOF'\n# hi\nEOF\n", []),
    "made executable": ('f=bin/go\necho x > "$f"\nchmod +x "$f"\n', [2]),
    "made executable by number": ("echo x > bin/go\nchmod 755 bin/go\n", [1]),
    "not made executable": ("echo x > go\nchmod 644 go\n", []),
    "chmod alone": ("chmod +x run.sh\n", []),
    "tee": ("echo x | sudo tee -a /srv/app/x.sh >/dev/null\n", [1]),
    "sed in place": ("sed -i 's/a/b/' run.sh\n", [1]),
    "sed in place, BSD": ("sed -i '' -e s/a/b/ run.sh\n", [1]),
    "sed to stdout": ("sed -n 's/a/b/' run.sh\n", []),
    "perl in place": ("perl -pi -e s/a/b/ run.sh\n", [1]),
    "copy to a script": ("cp template run.sh\n", [1]),
    "copy of a script": ('cp run.sh "$dir/"\n', [1]),
    "backup of a script": ('s=$D/run.sh\ncp "$s" "$s.backup"\n', []),
    "move": ('mv "$tmp" run.sh\n', [1]),
    "link": ("ln -sf a.sh b.sh\n", [1]),
    "install": ("install -m 755 x run.sh\n", [1]),
    "remove": ("rm -f old.sh\n", [1]),
    "download": ("curl -fsSL -o setup.sh https://host/s\n", [1]),
    "patch": ("patch run.sh < fix.diff\n", [1]),
    "in a loop over names": ('for f in a.sh b.sh; do sed -i x "$f"; done\n', [1, 1]),
    "through variables": ('D=/srv; S="$D/run.sh"; T=$S\necho > "$T"\n', [2]),
    "in eval": ("eval 'echo > x.sh'\n", [1]),
    "in a shell's argument": ("sudo bash -c 'echo > /srv/x.sh'\n", [1]),
    "in a shell's document": ("bash <<'EOF'\necho\necho > x.sh\nEOF\n", [3]),
    "in a quoted document": ("cat <<'EOF'\necho > x.sh\nEOF\n", []),
    "in a comment": ("# cat > x.sh\n", []),
    "in quotes": ("echo 'cat > x.sh'\n", []),
    "scratch": ("cat > /tmp/x.sh </dev/null\nrm /tmp/x.sh\n", []),
    "scratch by mktemp": ('t=$(mktemp -d)\necho > "$t/x.sh"\n', []),
    "scratch by TMPDIR": ('echo > "$TMPDIR/x.sh"\n', []),
    "reading": ("cat < x.sh\n", []),
    "a log": ("echo x >> build.log 2>&1\n", []),
}

LISTS: dict[str, tuple[str, list[int]]] = {
    "find": ("find . -name '*.sh' -type f\n", [1]),
    "find anything": ("find . -type f | wc -l\n", [1]),
    "find by a variable": ('find . -name "$pattern"\n', [1]),
    "find others": ('find . -name "*.json"\n', []),
    "find others by a variable": ('find "$D" -name "${p}_*.json"\n', []),
    "find folders": ("find . -type d\n", []),
    "find in scratch": ("find /tmp -type f -delete\n", []),
    "find in a substitution": ("n=$(find \"$D\" -name '*.sh' | wc -l)\n", [1]),
    "find for a loop": ("while read f; do :; done < <(find . -name '*.sh')\n", [1]),
    "git ls-files": ("git ls-files | xargs wc\n", [1]),
    "git ls-files in a folder": ("git -C x ls-files -z\n", [1]),
    "git ls-files of scripts": ("git ls-files '*.sh'\n", [1]),
    "git ls-files of others": ("git ls-files '*.md'\n", []),
    "git ls-files of one": ('git ls-files --error-unmatch "$f"\n', []),
    "a loop": ("for f in *.sh; do :; done\n", [1]),
    "a loop over a folder": ('for f in "$D"/*.sh lib/*.bash; do :; done\n', [1, 1]),
    "a loop over scripts/": ("for f in scripts/*; do :; done\n", [1]),
    "a loop over its own folder": ('for f in "${0%/*}"/*; do :; done\n', [1]),
    "a loop over data": ("for f in data/*; do :; done\n", []),
    "an array": ("a=(*.sh)\n", [1]),
    "an argument": ("shellcheck **/*.sh\n", [1]),
    "braces": ("ls *.{sh,bash}\n", [1]),
    "ls": ("ls\nls *\n", [2]),
    "grep with names": ("grep -rl x --include='*.sh' .\n", [1]),
    "fd": ("fd -e sh\n", [1]),
    "quoted": ("echo '*.sh' \"*.sh\" \\*.sh\n", []),
    "a test": ("[[ $f == *.sh ]]\ncase $f in *.sh) ;; esac\n", []),
    "a cut": ('echo "${f%.sh}" ${f##*.sh}\n', []),
    "scratch": ("rm -f /tmp/*.sh\n", []),
}

H, U = marks.HERE, marks.UNKNOWN
SOURCES: dict[str, tuple[str, list[bytes]]] = {
    "dot": (". ./lib.sh\n", [b"./lib.sh"]),
    "source": ("source lib.sh a b\n", [b"lib.sh"]),
    "beside itself": ('. "$(dirname "$0")/lib.sh"\n', [H + b"/lib.sh"]),
    "by a variable": (
        'D="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"\n. "$D/../a/lib.sh"\n',
        [H + b"/../a/lib.sh"],
    ),
    "two levels up": ('R=$(dirname "$(dirname "$0")")\n. $R/lib\n', [H + b"/../lib"]),
    "unknown folder": ('. "$ROOT/lib.sh"\n', [U + b"/lib.sh"]),
    "one of two": ("f=a\nx || f=b\n. $f.sh\n", [b"a.sh", b"b.sh"]),
    "guarded": ("[ -f a.sh ] && . a.sh || true\n", [b"a.sh"]),
    "with an assignment": ("x=1 . ./lib.sh\n", [b"./lib.sh"]),
    "windows line ends": (". ./lib.sh\r\n", [b"./lib.sh"]),
    "nothing known": ('. "$1"\n', []),
    "in quotes": ("echo '. lib.sh'\n", []),
    "in a quoted document": ("cat <<'EOF'\nsource lib.sh\nEOF\n", []),
    "in a script that cannot be parsed": (". lib.sh\nif )\n", [b"lib.sh"]),
}

CALLS: dict[str, tuple[str, list[bytes]]] = {
    "by path": ("./run.sh a\n", [b"./run.sh"]),
    "by a shell": ("bash -x run.sh\n", [b"run.sh"]),
    "behind prefixes": ("sudo -u x env A=1 timeout -k 1 5 ./run.sh\n", [b"./run.sh"]),
    "by exec": ('exec "$D/run.sh" "$@"\n', [U + b"/run.sh"]),
    "by a variable": ('h="$(dirname "$0")/run.sh"\n"$h" x\n', [H + b"/run.sh"]),
    "in a substitution": ("x=$(./a.sh | ./b.sh)\n", [b"./a.sh", b"./b.sh"]),
    "by xargs": ("ls | xargs -n 1 bash a.sh\n", [b"a.sh"]),
    "as an argument": ("echo run.sh\n", []),
}

HANDS_ON: dict[str, tuple[str, list[bytes]]] = {
    "cp": ("cp a.sh b.sh out/\n", [b"a.sh", b"b.sh"]),
    "scp": ("scp -i key run.sh host:/x\n", [b"key", b"run.sh"]),
    "tar": ("tar czf x.tgz scripts\n", [b"scripts", b"x.tgz"]),
    "tar out": ("tar xzf x.tgz\n", []),
    "stdin of a shell": ("bash -s x < run.sh\n", [b"run.sh"]),
    "stdin of ssh": ("ssh host < run.sh\n", [b"run.sh"]),
    "cat into ssh": ("cat run.sh | ssh host bash -s\n", [b"run.sh"]),
    "cat alone": ("cat run.sh\n", []),
    "curl into a shell": (
        "curl -s https://x/i.sh | sudo bash\n",
        [b"https://x/i.sh"],
    ),
    "curl for a shell": ("bash <(curl -s https://x/i.sh)\n", [b"https://x/i.sh"]),
    "curl alone": ("curl -s https://x/i.sh\n", []),
    "docker cp": ("docker cp run.sh box:/x\n", [b"run.sh"]),
    "docker run": ("docker run -v ./run.sh:/x img\n", [b"./run.sh"]),
    "in a script that cannot be parsed": ("cp a.sh b/\nif )\n", [b"a.sh"]),
}


def read(script: str) -> facts.Facts:
    return facts.read(script.encode())


@pytest.mark.parametrize("name", WRITES)
def test_scripts_that_it_writes(name: str) -> None:
    script, lines = WRITES[name]

    assert [write.line for write in read(script).writes] == lines


@pytest.mark.parametrize("name", LISTS)
def test_places_that_list_scripts(name: str) -> None:
    script, lines = LISTS[name]

    assert [listing.line for listing in read(script).lists] == lines


@pytest.mark.parametrize("name", SOURCES)
def test_files_that_it_sources(name: str) -> None:
    script, paths = SOURCES[name]

    assert [source.path for source in read(script).sources] == paths


@pytest.mark.parametrize("name", CALLS)
def test_scripts_that_it_calls(name: str) -> None:
    script, paths = CALLS[name]

    assert [call.path for call in read(script).calls] == paths


@pytest.mark.parametrize("name", HANDS_ON)
def test_files_that_it_hands_on(name: str) -> None:
    script, paths = HANDS_ON[name]

    assert sorted(item.path for item in read(script).hands_on) == paths


@pytest.mark.parametrize(
    ("first", "interpreter", "shell"),
    [
        (b"#!/bin/bash", "bash", True),
        (b"#! /bin/sh -e", "sh", True),
        (b"#!/usr/bin/env bash", "bash", True),
        (b"#!/usr/bin/env -S A=1 zsh -f", "zsh", True),
        (b"#!/bin/busybox sh", "busybox", True),
        (b"#!/usr/bin/env python3", "python3", False),
        (b"#!/usr/bin/env bats", "bats", False),
        (b"#!/usr/bin/perl -w", "perl", False),
        (b"#!", "", True),
        (b"#!/usr/bin/env", "", True),
        (b"echo", "", True),
        (b"#!/bin/bash\r", "bash", True),
    ],
)
def test_the_first_line_names_the_interpreter(
    first: bytes, interpreter: str, shell: bool
) -> None:
    found = facts.read(first + b"\necho ok\n")

    assert (found.interpreter, found.shell) == (interpreter, shell)


def test_documents_are_quoted_or_not() -> None:
    script = "cat <<A\nx\nA\ncat <<'B'\ny\nB\ncat <<-\\C\nz\nC\ncat <<\"D\"\nD\n"

    found = read(script).documents

    assert [(item.line, item.quoted) for item in found] == [
        (1, False),
        (4, True),
        (7, True),
        (10, True),
    ]


def test_a_long_script_is_read_to_its_end() -> None:
    text = b"# " + b"x" * 200 + b"\n"

    found = facts.read(b"#!/bin/sh\n" + text * 26_000 + b"echo > x.sh\n")

    assert [write.line for write in found.writes] == [26_002]


def test_equal_bytes_are_read_once() -> None:
    assert facts.read(b"echo once\n") is facts.read(bytes(bytearray(b"echo once\n")))


def test_what_cannot_be_parsed_is_named() -> None:
    found = read("echo > x.sh\n\necho b )\n")

    assert found.unread == (3,)
    assert found.writes == ()
