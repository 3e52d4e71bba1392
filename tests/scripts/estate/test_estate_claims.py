"""What the fixture estate claims, counted with git and os.walk alone."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest

EXTENSIONS = (b".sh", b".bash", b".zsh", b".ksh")
SHEBANG = re.compile(rb"#!.*\b(ba|z|k|da)?sh\b")


class Script(NamedTuple):
    """One script as the disk has it."""

    tree: str
    path: bytes
    data: bytes
    executable: bool


@pytest.fixture(scope="module")
def claims(shared_estate):
    return shared_estate.description.claims


@pytest.fixture(scope="module")
def scripts(shared_estate):
    return [
        script
        for name, repo in shared_estate.worktrees.items()
        for script in walk(name, repo)
    ]


@pytest.fixture(scope="module")
def families(scripts):
    """Scripts by family: the same path, or the same bytes inside one tree."""
    parent = {script.path: script.path for script in scripts}

    def top(path):
        return path if parent[path] == path else top(parent[path])

    first = {}
    for script in scripts:
        other = first.setdefault((script.tree, script.data), script.path)
        parent[max(top(script.path), top(other))] = min(top(script.path), top(other))
    found = {}
    for script in scripts:
        found.setdefault(top(script.path), []).append(script)
    return found


@pytest.fixture(scope="module")
def relations(shared_estate, families):
    """(relation, commits behind) of every script."""
    return {
        script[:2]: relation(shared_estate.main, script, path, members)
        for path, members in families.items()
        for script in members
    }


def walk(tree: str, repo) -> Iterator[Script]:
    """Every script below a worktree, other repositories and ignored files out."""
    for folder, folders, names in os.walk(repo.root):
        if folder != repo.root and (b".git" in folders or b".git" in names):
            folders.clear()
            continue
        folders[:] = [n for n in folders if n not in (b".git", b"node_modules")]
        for name in names:
            whole = os.path.join(folder, name)
            with open(whole, "rb") as file:
                data = file.read()
            if name.endswith(EXTENSIONS) or SHEBANG.match(data.split(b"\n")[0]):
                mode = os.lstat(whole).st_mode
                path = os.path.relpath(whole, repo.root)
                yield Script(tree, path, data, bool(mode & stat.S_IXUSR))


def relation(main, script, canonical, members) -> tuple[str, int]:
    if not [member for member in members if member.tree == "."]:
        return "only_here", 0
    if (script.tree, script.path) == (".", canonical):
        return "canonical", 0
    log = main.git("log", "--format=%H", "main", "--", canonical).decode().split()
    past = [main.git("cat-file", "blob", f"{c}:{os.fsdecode(canonical)}") for c in log]
    behind = past.index(script.data) if script.data in past else -1
    return (
        ("diverged", 0) if behind < 0 else ("stale" if behind else "identical", behind)
    )


def test_it_says_that_it_is_constructed(shared_estate):
    assert shared_estate.description.about.startswith("constructed")


def test_there_are_exactly_164_scripts_of_45_families(scripts, families, claims):
    assert len(scripts) == claims["scripts"] == 164
    assert len(families) == claims["families"] == 45
    assert len({script.data for script in scripts}) == claims["contents"]


def test_each_worktree_has_its_share(scripts, claims):
    assert Counter(script.tree for script in scripts) == claims["worktrees"]


def test_git_tracks_exactly_the_scripts_that_the_disk_has(shared_estate, scripts):
    for name, repo in shared_estate.worktrees.items():
        listed = repo.git("ls-files", "-s", "-z").split(b"\0")
        tracked = dict(line.split(b"\t", 1)[::-1] for line in listed if line)
        here = {script.path: script for script in scripts if script.tree == name}

        assert here.keys() <= tracked.keys()
        assert {path for path in tracked if path.endswith(EXTENSIONS)} <= here.keys()
        for path, script in here.items():
            mode = b"100755" if script.executable else b"100644"
            assert tracked[path].startswith(mode)


def test_every_relation_occurs_as_often_as_claimed(relations, claims):
    behind = Counter(n for kind, n in relations.values() if kind == "stale")

    assert Counter(kind for kind, _ in relations.values()) == claims["relations"]
    assert {"one": behind[1], "two": behind[2], "three": behind[3]} == claims["behind"]
    assert set(behind) == {1, 2, 3}


def test_duplicates_modes_and_endings_occur_as_often_as_claimed(
    families, scripts, claims
):
    modes = {(s.tree, s.path): s.executable for s in scripts}
    elsewhere = [
        s for path, members in families.items() for s in members if s.path != path
    ]
    mode_only = [
        s for s in scripts if modes.get((".", s.path), s.executable) != s.executable
    ]

    assert len(elsewhere) == claims["duplicates"]
    assert len(mode_only) == claims["mode_only"]
    assert sum(not s.executable for s in scripts) == claims["not_executable"]
    assert (
        sum(not s.data.endswith(b"\n") for s in scripts) == claims["no_final_newline"]
    )


def test_one_copy_differs_in_line_ends_alone_and_one_in_comments(scripts):
    bodies = {(s.tree, s.path): s.data for s in scripts}

    def code(data):
        lines = data.splitlines()
        return [line for line in lines if line.strip() and not line.startswith(b"#")]

    crlf = bodies["worktrees/lighthouse", b"report/weekly.sh"]
    comments = bodies["../lantern-mill", b"build/stamp.sh"]
    assert crlf.replace(b"\r\n", b"\n") == bodies[".", b"report/weekly.sh"] != crlf
    assert code(comments) == code(bodies[".", b"build/stamp.sh"])
    assert comments != bodies[".", b"build/stamp.sh"]


@pytest.mark.parametrize(
    "part", [b" ", b"'", b'"', b"\n", b"\x1b", b"\xe9", b"*", b"[", b"$(", b"?"]
)
def test_a_hostile_name_stands_in_three_worktrees(scripts, part):
    trees = {script.tree for script in scripts if part in script.path}

    assert trees == {".", "worktrees/harbour", "worktrees/lighthouse"}


def test_a_name_begins_with_a_dash(scripts):
    assert (".", b"-n.sh") in {(script.tree, script.path) for script in scripts}


def test_the_traits_are_in_the_texts(shared_estate, families):
    own = re.compile(rb'(dirname|readlink -f) "\$(0|\{BASH_SOURCE\[0\]\})"')
    home = re.compile(rb"/(home|Users)/robin/")
    signs = {
        "self_locating": own,
        "hard_coded": home,
        "container_path": re.compile(rb"/home/node/"),
        "enumerates": re.compile(rb"\bfind |/\*\.sh"),
        "writes_scripts": re.compile(rb"cat >.*\.sh"),
        "resolves_links": re.compile(rb"readlink -f|pwd -P"),
    }
    for path, traits in shared_estate.description.traits.items():
        [text] = {s.data for s in families[path] if s[:2] == (".", path)}
        for trait in (
            "self_locating",
            "hard_coded",
            "container_path",
            "resolves_links",
        ):
            assert bool(signs[trait].search(text)) == (trait in traits), (path, trait)
        for trait in {"enumerates", "writes_scripts"} & set(traits):
            assert signs[trait].search(text), (path, trait)


def test_tracked_files_use_the_scripts_that_say_so(shared_estate):
    main, traits = shared_estate.main, shared_estate.description.traits
    users = {
        "copied": main.read("images/reporter/Dockerfile"),
        "streamed": main.read("Makefile"),
        "packaged": main.read("package.json"),
    }
    for trait, text in users.items():
        assert [path for path in traits if trait in traits[path] and path in text]
    for path in (path for path in traits if "sourced" in traits[path]):
        main.git("check-attr", "-a", "--", path)
        assert not main.file(path).stat().st_mode & stat.S_IXUSR


def test_a_gitlink_a_nested_clone_and_ignored_copies_are_there(shared_estate):
    main = shared_estate.main

    link = main.git("ls-files", "-s", "vendor/timekit")
    assert link.startswith(b"160000 ")
    assert main.file("vendor/timekit/timekit.sh").is_file()
    assert main.file("playground/old-lantern/.git").is_dir()
    assert main.file("node_modules/kit/lib/log.sh").is_file()
    assert main.git("status", "--porcelain", "-z") == b"?? playground/\0"


def test_the_linked_worktrees_are_clean_and_one_is_detached(shared_estate):
    listed = shared_estate.main.git("worktree", "list", "--porcelain").decode()

    assert listed.count("worktree ") == 4
    assert listed.count("\ndetached") == 1
    for name, repo in shared_estate.worktrees.items():
        if name != ".":
            assert repo.git("status", "--porcelain") == b""


def test_a_branch_that_is_checked_out_nowhere_has_its_own_version(shared_estate):
    changed = shared_estate.main.git("diff", "--name-only", "main...attic")

    assert changed == b"queue/show.sh\n"
