"""Which tracked files copy, stream, pack or start a script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.syntax import mentions
from s2s_tools.scripts.syntax.mention import How

COPIES, STREAMS, PACKS, STARTS = How.COPIES, How.STREAMS, How.PACKS, How.STARTS
HOST = "https://example.invalid"

# (file, its text, the script asked about, what it does on which line)
FOUND: dict[str, tuple[str, str, str, tuple[How, int] | None]] = {
    "COPY": ("Dockerfile", "FROM x\nCOPY a.sh /x\n", "a.sh", (COPIES, 2)),
    "ADD a folder": ("Dockerfile", "ADD bin/ /x/\n", "bin/a.sh", (COPIES, 1)),
    "COPY of a folder's folder": ("Dockerfile", "COPY s /x\n", "s/t/a.sh", (COPIES, 1)),
    "COPY several": ("Dockerfile", "copy x a.sh /y/\n", "a.sh", (COPIES, 1)),
    "COPY with flags": (
        "Dockerfile",
        "COPY --chown=a:b --chmod=755 a.sh /y/\n",
        "a.sh",
        (COPIES, 1),
    ),
    "COPY as JSON": ("Dockerfile", 'COPY ["a b.sh", "/x"]\n', "a b.sh", (COPIES, 1)),
    "COPY over lines": (
        "Dockerfile",
        "COPY x \\\n  a.sh \\\n /y\n",
        "a.sh",
        (COPIES, 1),
    ),
    "COPY a pattern": ("Dockerfile", "COPY bin/*.sh /x/\n", "bin/a.sh", (COPIES, 1)),
    "COPY by an argument": ("Dockerfile", "COPY $D/a.sh /x\n", "bin/a.sh", (COPIES, 1)),
    "COPY in another file": ("dev.Dockerfile", "COPY a.sh /\n", "a.sh", (COPIES, 1)),
    "COPY below": ("app/Dockerfile", "COPY run.sh /\n", "app/run.sh", (COPIES, 1)),
    "COPY below, from above": ("app/Dockerfile", "COPY a.sh /\n", "a.sh", (COPIES, 1)),
    "COPY the app": ("app/Dockerfile", "COPY . .\n", "app/bin/a.sh", (COPIES, 1)),
    "COPY another app": ("app/Dockerfile", "COPY . .\n", "web/a.sh", None),
    "COPY the whole tree": ("Dockerfile", "COPY . /app\n", "a.sh", None),
    "COPY from a stage": ("Dockerfile", "COPY --from=b a.sh /x\n", "a.sh", None),
    "COPY to": ("Dockerfile", "COPY x a.sh\n", "a.sh", None),
    "RUN": ("Dockerfile", "RUN ./a.sh\n", "a.sh", None),
    "COPY in a comment": ("Dockerfile", "# COPY a.sh /x\n", "a.sh", None),
    "no Dockerfile": ("notes.txt", "COPY a.sh /x\n", "a.sh", None),
    "mount": ("compose.yaml", "volumes:\n  - ./a.sh:/x:ro\n", "a.sh", (COPIES, 2)),
    "mount a folder": ("compose.yml", '  - "./bin:/x"\n', "bin/a.sh", (COPIES, 1)),
    "mount by name": (
        "docker-compose.dev.yml",
        "    source: ./bin\n",
        "bin/a.sh",
        (COPIES, 1),
    ),
    "mount the whole tree": ("compose.yaml", "  - .:/app\n", "a.sh", None),
    "curl": ("README.md", f"curl -fsSL {HOST}/x/a.sh | sh\n", "a.sh", (STREAMS, 1)),
    "curl to sudo bash": (
        "README.md",
        f"\n    curl -s {HOST}/a.sh | sudo -E bash -s -- x\n",
        "b/a.sh",
        (STREAMS, 2),
    ),
    "curl of a bare name": (
        "install.md",
        f"curl {HOST}/install | sh\n",
        "install",
        (STREAMS, 1),
    ),
    "curl for a shell": (
        "x.md",
        f'sh -c "$(curl {HOST}/a.sh)"\n',
        "a.sh",
        (STREAMS, 1),
    ),
    "curl in a process": ("x.md", f"bash <(curl {HOST}/a.sh)\n", "a.sh", (STREAMS, 1)),
    "wget": ("x.md", f"wget -qO- {HOST}/a.sh | bash\n", "a.sh", (STREAMS, 1)),
    "curl alone": ("x.md", f"curl -O {HOST}/a.sh\n", "a.sh", None),
    "stdin": ("ci.yml", "  run: bash -s x < bin/a.sh\n", "bin/a.sh", (STREAMS, 1)),
    "stdin of ssh": ("x.md", "ssh host 'bash -s' < a.sh\n", "a.sh", (STREAMS, 1)),
    "cat": ("x.py", 'os.system("cat a.sh | ssh host sh")\n', "a.sh", (STREAMS, 1)),
    "scp": ("x.md", "scp bin/a.sh host:/srv\n", "bin/a.sh", (STREAMS, 1)),
    "scp from there": ("x.md", "scp host:/srv/a.sh .\n", "a.sh", None),
    "rsync": ("Makefile", "up:\n\trsync -a bin/ host:/x\n", "bin/a.sh", (STREAMS, 2)),
    "make install": (
        "Makefile",
        "install:\n\tinstall -m 755 bin/a.sh $(DESTDIR)/bin/a\n",
        "bin/a.sh",
        (COPIES, 2),
    ),
    "make cp": ("Makefile", "x:\n\t@cp a.sh out/\n", "a.sh", (COPIES, 2)),
    "make tar": ("GNUmakefile", "x:\n\ttar -czf x.tgz bin\n", "bin/a.sh", (COPIES, 2)),
    "make runs": ("Makefile", "x:\n\t./a.sh\n\tbash a.sh\n", "a.sh", None),
    "workflow": (
        ".github/workflows/x.yml",
        "  - run: cp a.sh dist/\n",
        "a.sh",
        (COPIES, 1),
    ),
    "configmap": (
        "Makefile",
        "x:\n\tkubectl create configmap c --from-file=bin/a.sh\n",
        "bin/a.sh",
        (COPIES, 2),
    ),
    "npm files": ("package.json", '{\n "files": ["bin/"]}', "bin/a.sh", (PACKS, 2)),
    "npm bin": ("w/package.json", '{"bin": {"a": "./a.sh"}}', "w/a.sh", (PACKS, 1)),
    "npm scripts": ("package.json", '{"scripts": {"a": "./a.sh"}}', "a.sh", None),
    "broken npm": ("package.json", '{"files": ["a.sh"', "a.sh", None),
    "hatch": (
        "pyproject.toml",
        '[tool.hatch.build.targets.wheel.force-include]\n"a.sh" = "x/a.sh"\n',
        "a.sh",
        (PACKS, 2),
    ),
    "setuptools": (
        "pyproject.toml",
        '[tool.setuptools]\nscript-files = ["bin/a.sh"]\n',
        "bin/a.sh",
        (PACKS, 2),
    ),
    "broken toml": ("pyproject.toml", 'include = ["a.sh"', "a.sh", None),
    "setup.py": ("setup.py", "setup(scripts=['bin/a.sh'])\n", "bin/a.sh", (PACKS, 1)),
    "MANIFEST.in": (
        "MANIFEST.in",
        "x\nrecursive-include b *.sh\n",
        "b/a.sh",
        (PACKS, 2),
    ),
    "cargo": ("Cargo.toml", '[package]\ninclude = ["a.sh"]\n', "a.sh", (PACKS, 2)),
    "mix package": (
        "mix.exs",
        "[files: ~w(lib bin mix.exs)]\n",
        "bin/a.sh",
        (PACKS, 1),
    ),
    "mix priv": ("app/mix.exs", "x\n", "app/priv/a.sh", (PACKS, 1)),
    "mix lib": ("app/mix.exs", "x\n", "app/scripts/a.sh", None),
    "gemspec": ("x.gemspec", "s.files = ['a.sh']\n", "a.sh", (PACKS, 1)),
    "debian": ("debian/x.install", "bin/a.sh usr/bin\n", "bin/a.sh", (PACKS, 1)),
    "service": (
        "x.service",
        "[Service]\nExecStart=/srv/app/bin/a.sh -d\n",
        "bin/a.sh",
        (STARTS, 2),
    ),
    "cron": ("etc/cron.d/x", "* * * * * root cd /x && ./a.sh\n", "a.sh", (STARTS, 1)),
    "nothing": ("README.md", "Run `./a.sh` first, or bash a.sh.\n", "a.sh", None),
    "binary": ("Dockerfile", "COPY a.sh /\n\0", "a.sh", None),
    "another script": ("Dockerfile", "COPY ba.sh /\n", "a.sh", None),
    "case": ("Dockerfile", "COPY BIN/A.SH /\n", "bin/a.sh", (COPIES, 1)),
}


@pytest.mark.parametrize("name", FOUND)
def test_who_uses_a_script(name: str) -> None:
    file, text, script, expected = FOUND[name]

    found = mentions.mentions([(file.encode(), text.encode())])

    hits = {
        (mention.how, mention.line)
        for mention in found
        if mentions.covers(mention.target, script.encode())
    }
    assert hits == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ("*\n!bin\n", True),
        (".*\n", True),
        ("/.s2s/\n", True),
        ("node_modules\n", False),
    ],
)
def test_an_image_of_the_whole_tree_may_lack_the_store(
    ignored: str, left: bool
) -> None:
    files = [(b"Dockerfile", b"COPY . .\n"), (b".dockerignore", ignored.encode())]

    found = mentions.mentions(files)

    assert bool(mentions.carriers(found, b"bin/a.sh")) is left


def test_what_only_starts_a_script_does_not_carry_it() -> None:
    found = mentions.mentions([(b"x.service", b"ExecStart=/srv/a.sh\n")])

    assert found
    assert mentions.carriers(found, b"a.sh") == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"Dockerfile", True),
        (b"a/dev.Dockerfile", True),
        (b"web/package.json", True),
        (b"Makefile", True),
        (b"x.service", True),
        (b".github/workflows/ci.yml", True),
        (b"lib/a.ex", False),
        (b"README.md", False),
    ],
)
def test_some_files_are_worth_reading_for_their_names(
    path: bytes, expected: bool
) -> None:
    assert mentions.always(path) is expected


def test_a_minified_line_is_passed_over() -> None:
    line = b"curl /a.sh;" * 40_000 + b"\n"

    assert mentions.mentions([(b"x.js", line)]) == ()


NAMES = st.sampled_from(
    b"Dockerfile compose.yml package.json pyproject.toml MANIFEST.in mix.exs "
    b"Makefile x.service x.md setup.py debian/install".split()
)


@given(NAMES, st.binary(max_size=200))
def test_reading_never_raises(name: bytes, data: bytes) -> None:
    for mention in mentions.mentions([(name, data)]):
        assert mention.path == name
