"""Which files are scripts."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.inventory import scan, scope

SHELL = "#!/bin/sh\necho\n"


@pytest.mark.parametrize(
    "line",
    [
        b"#!/bin/sh\n",
        b"#! /bin/bash -e\n",
        b"#!/usr/bin/env bash\n",
        b"#!/usr/bin/env -S bash -eu\n",
        b"#!/usr/bin/env -S LC_ALL=C zsh\n",
        b"#!/usr/local/bin/ksh93\r\n",
        b"#!/bin/busybox sh\n",
        b"#!dash",
    ],
)
def test_a_shells_first_line_is_known(line):
    assert scope.is_shell_line(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"#!",
        b"#!\n/bin/sh",
        b"#!/usr/bin/env\n",
        b"#!/usr/bin/env python3\n",
        b"#!/usr/bin/python -c sh\n",
        b"# /bin/sh\n",
        b"#!/bin/fish\n",
        b"#!/bin/shfmt\n",
    ],
)
def test_another_first_line_is_not(line):
    assert not scope.is_shell_line(line)


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        (b"run", True),
        (b"a.b/run", True),
        (b".profile", True),
        (b"x/.envrc", True),
        (b"run.txt", False),
        (b".config.txt", False),
        (b"a/b.", False),
    ],
)
def test_a_name_without_an_extension_is_known(path, bare):
    assert scope.is_bare(path) == bare


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.py", b"a.py", True),
        ("*.py", b"deep/down/a.py", True),
        ("*.py", b"a.pyc", False),
        ("bin/*", b"bin/run", True),
        ("bin/*", b"bin/deep/run", False),
        ("bin/*", b"x/bin/run", False),
        ("bin/**", b"bin/deep/run", True),
        ("**/bin/*", b"x/bin/run", True),
        ("**/bin/*", b"bin/run", True),
        ("vendor/", b"a/vendor/b/c.sh", True),
        ("vendor/", b"vendor.sh", False),
        ("a?.sh", b"ab.sh", True),
        ("a?.sh", b"a/.sh", False),
        ("*.sh", b"new\nline.sh", True),
        ("\udcff.sh", b"\xff.sh", True),
        ("a+(b).sh", b"a+(b).sh", True),
    ],
)
def test_a_pattern_matches_as_it_says(pattern, path, matches):
    found = scope.matcher([pattern])

    assert found is not None
    assert bool(found.fullmatch(path)) == matches


def paths(repo, **options):
    found = scan.scan(repo.root, options=scan.Options(**options))
    return {file.path: file.shell for file in found.files}


def test_scripts_are_known_by_extension_or_first_line(make_repo):
    repo = make_repo(
        {
            "a.sh": SHELL,
            "b.bash": SHELL,
            "c.zsh": SHELL,
            "d.ksh": SHELL,
            "run": SHELL,
            "plain": ("#!/bin/sh\n", 0o644),
            "tool": "#!/usr/bin/env python3\n",
            "LICENSE": "text",
            "e.py": "#!/bin/sh\n",
            "f.sh.txt": SHELL,
        }
    )
    repo.write("untracked", SHELL)
    repo.write("untracked.txt", SHELL)

    assert set(paths(repo)) == {
        *(b"a.sh", b"b.bash", b"c.zsh", b"d.ksh"),
        *(b"run", b"plain", b"untracked"),
    }


def test_an_extension_narrows_the_scan(make_repo):
    repo = make_repo({"a.sh": SHELL, "b.bash": SHELL, "run": SHELL, "c.py": SHELL})

    assert paths(repo, extensions=(".sh",)) == {b"a.sh": True}
    assert paths(repo, extensions=(".py", ".bash")) == {b"b.bash": True, b"c.py": False}


def test_other_languages_are_scanned_and_never_called_shell(make_repo):
    repo = make_repo({"a.sh": SHELL, "b.py": "x", "c.py": "x", "run": SHELL})
    repo.write(".s2s/config.toml", '[scan]\nlanguages = ["python"]\n')

    found = scan.scan(repo.root)

    assert {f.path: f.shell for f in found.files} == {
        b"a.sh": True,
        b"b.py": False,
        b"c.py": False,
        b"run": True,
    }
    assert [[f.path for f in g.files] for g in found.groups] == [
        [b"a.sh", b"run"],
        [b"b.py", b"c.py"],
    ]


def test_what_is_excluded_is_counted(make_repo):
    repo = make_repo({"a.sh": SHELL, "vendor/b.sh": SHELL, "vendor/c.txt": "x"})
    repo.write("pyproject.toml", '[tool.s2s.scan]\nexclude = ["vendor/**"]\n')

    found = scan.scan(repo.root)

    assert [file.path for file in found.files] == [b"a.sh"]
    assert found.left_out == {"excluded": 1}


IGNORED = {".gitignore": "*.tmp.sh\n/out/\n", "a.sh": SHELL}


@pytest.fixture
def untidy(make_repo):
    repo = make_repo(IGNORED)
    repo.write("new.sh", SHELL)
    repo.write("deep/down/new.sh", SHELL)
    repo.write("x.tmp.sh", SHELL)
    repo.write("deep/x.tmp.sh", SHELL)
    repo.write("out/build.sh", SHELL)
    for folder in ("node_modules", "deps", "_build", ".venv", "deep/node_modules"):
        repo.write(f"{folder}/lib/x.sh", SHELL)
    return repo


def test_untracked_scripts_are_in_and_ignored_ones_counted(untidy):
    found = scan.scan(untidy.root)

    assert [f.path for f in found.files] == [b"a.sh", b"deep/down/new.sh", b"new.sh"]
    assert found.left_out == {
        "dependency_folders": 5,
        "ignored_files": 2,
        "ignored_folders": 1,
    }


def test_ignored_scripts_are_in_when_asked_for(untidy):
    found = scan.scan(untidy.root, options=scan.Options(ignored=True))

    assert len(found.files) == 11
    assert found.left_out == {}


def test_a_tracked_script_is_never_ignored(untidy):
    untidy.git("add", "-f", "x.tmp.sh", "out/build.sh", "deps/lib/x.sh")
    untidy.write("deps/lib/y.sh", SHELL)

    found = scan.scan(untidy.root)

    tracked = {f.path for f in found.files if f.tracked}
    assert tracked == {b"a.sh", b"x.tmp.sh", b"out/build.sh", b"deps/lib/x.sh"}
    assert b"deps/lib/y.sh" not in {f.path for f in found.files}
    assert found.left_out["dependency_files"] == 1


@pytest.mark.parametrize("where", ["info/exclude", "core.excludesFile"])
def test_every_source_of_ignore_rules_counts(make_repo, tmp_path, where):
    repo = make_repo({"a.sh": SHELL})
    repo.write("new.sh", SHELL)
    if where == "info/exclude":
        (repo.path / ".git" / "info").mkdir(exist_ok=True)
        (repo.path / ".git" / "info" / "exclude").write_text("new.sh\n")
    else:
        (tmp_path / "rules").write_text("new.sh\n")
        repo.git("config", "core.excludesFile", tmp_path / "rules")

    assert scan.scan(repo.root).left_out == {"ignored_files": 1}
