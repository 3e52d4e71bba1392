"""`s2s scan` as people and programs run it."""

from __future__ import annotations

import json
import os

import pytest

ONE = "#!/bin/sh\necho one\n"
TWO = "#!/bin/sh\necho two\n"


@pytest.fixture
def repo(make_repo):
    made = make_repo({"a.sh": ONE, "bin/b.sh": ONE, "c.sh": TWO})
    made.commit({"c.sh": TWO + "# newer\n"})
    made.worktree("tree", at="HEAD~1")
    return made


def test_the_table_says_what_there_is(repo, run_s2s):
    done = run_s2s("scan", repo.path)

    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith("6 scripts of 2 families in 2 worktrees")
    assert lines[1] == "6 bodies that someone may edit, where 2 would do"
    assert "total" in done.stdout
    assert done.stderr == ""
    assert max(map(len, lines[1:])) <= 80


def test_the_worst_family_comes_first(repo, run_s2s):
    repo.file("tree/a.sh").write_text("#!/bin/sh\necho mine\n")

    lines = run_s2s("scan", cwd=repo.path).stdout.splitlines()

    first = lines.index(next(line for line in lines if line.startswith("family")))
    assert lines[first + 1].startswith("a.sh")
    assert lines[first + 2].startswith("c.sh")


def test_groups_are_paragraphs_of_paths(repo, run_s2s):
    done = run_s2s("scan", "--groups", cwd=repo.path)

    assert done.stdout == "a.sh\nbin/b.sh\ntree/a.sh\ntree/bin/b.sh\n\n"
    assert "6 scripts" in done.stderr


def test_nothing_identical_prints_no_group(make_repo, run_s2s):
    repo = make_repo({"a.sh": ONE})

    assert run_s2s("scan", "--groups", cwd=repo.path).stdout == ""


@pytest.mark.parametrize("extra", [[], ["--groups"]])
def test_json_is_one_document(repo, run_s2s, extra):
    done = run_s2s("scan", "--json", *extra, cwd=repo.path)

    assert done.exit_code == 0
    assert json.loads(done.stdout)["totals"]["scripts"] == 6


@pytest.mark.parametrize("extra", [["--all"], ["--groups"]])
def test_no_name_commands_the_terminal(make_repo, run_s2s, extra):
    names = [b"\x1b]0;x\x07.sh", b"new\nline.sh", b"bad\xff.sh", "\u202e.sh".encode()]
    repo = make_repo({name: ONE for name in names})
    if extra == ["--all"]:
        for number, name in enumerate(names):
            repo.write(name, f"{ONE}# {number}\n")
    repo.worktree(os.fsdecode(b"../tree\x1b[31m\xff"))

    done = run_s2s("scan", *extra, cwd=repo.path)

    assert done.exit_code == 0
    assert done.stdout.replace("\n", "").isprintable()
    assert "bad\\xff.sh" in done.stdout


def test_options_narrow_the_scan(repo, run_s2s):
    repo.write("x.py", "print()\n")

    def count(*args):
        return json.loads(run_s2s("scan", "--json", *args, cwd=repo.path).stdout)[
            "totals"
        ]["scripts"]

    assert count("--ext", "py") == 1
    assert count("--include", "c.*") == 2
    assert count("--exclude", "bin/") == 4


def test_a_manifest_names_the_canonical(repo, run_s2s):
    run_s2s("manifest", "build", cwd=repo.path)

    assert run_s2s("scan", cwd=repo.path).exit_code == 0


def test_no_repository_is_exit_11(tmp_path, run_s2s):
    done = run_s2s("scan", "--json", tmp_path)

    assert done.exit_code == 11
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"] == "NotARepository"


def test_a_corrupt_index_is_exit_1_and_one_line(repo, run_s2s):
    (repo.path / ".git" / "index").write_bytes(b"junk")

    done = run_s2s("scan", repo.path)

    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "git reset" in done.stderr


def test_a_broken_configuration_is_exit_2(repo, run_s2s):
    repo.write(".s2s/config.toml", "x = 1\n")

    assert run_s2s("scan", repo.path).exit_code == 2


def test_a_bare_repository_without_worktrees_has_no_scripts(make_repo, run_s2s):
    repo = make_repo(bare=True)

    done = run_s2s("scan", "--json", repo.path)

    assert json.loads(done.stdout)["totals"]["scripts"] == 0


@pytest.mark.parametrize("args", [["--groups"], ["--json"], []])
def test_a_scan_imports_no_heavy_module(repo, s2s_process, args):
    probe = (
        "import sys, atexit\n"
        "heavy = {'yaml', 'jinja2', 'git', 'anthropic', 'rich', 'pydantic'}\n"
        "atexit.register(lambda: sys.stderr.write(repr(heavy & set(sys.modules))))\n"
    )
    (repo.path.parent / "probe").mkdir()
    (repo.path.parent / "probe" / "sitecustomize.py").write_text(probe)
    path = os.pathsep.join(
        [str(repo.path.parent / "probe"), os.fspath(_package_parent())]
    )

    done = s2s_process("scan", *args, cwd=repo.path, env={"PYTHONPATH": path})

    assert done.exit_code == 0
    assert done.stderr.endswith("set()")


def _package_parent():
    import s2s_tools

    return os.path.dirname(os.path.dirname(s2s_tools.__file__))


@pytest.fixture
def spoilt(repo):
    """A repository whose linked worktree has an index that is too short."""
    (repo.path / ".git/worktrees/tree/index").write_bytes(b"DIRC")
    return repo


@pytest.mark.parametrize("extra", [(), ("--groups",), ("--json",)])
def test_a_bad_index_elsewhere_is_named_and_left_out(spoilt, run_s2s, extra):
    done = run_s2s("scan", *extra, cwd=spoilt.path)

    assert done.exit_code == 0
    assert "worktree tree is left out: " in done.stderr
    assert "it is too short" in done.stderr
    assert "tree/a.sh" not in done.stdout


def test_a_worktree_left_out_stands_in_the_json(spoilt, run_s2s):
    told = json.loads(run_s2s("scan", "--json", cwd=spoilt.path).stdout)

    assert told["left_out"] == {"unreadable_worktrees": 1}
    assert [bool(tree["unreadable"]) for tree in told["worktrees"]] == [False, True]


def test_the_bad_index_around_path_is_an_error(spoilt, run_s2s):
    done = run_s2s("scan", spoilt.path / "tree", cwd="/")

    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1


def test_drift_goes_on_without_a_worktree_whose_index_is_bad(spoilt, run_s2s):
    done = run_s2s("drift", cwd=spoilt.path)

    assert done.exit_code == 0
    assert "worktree tree is left out: " in done.stderr
