"""Every trap of reading git's index, on a real repository.

Each scan here also proves two laws: equal bytes have equal content ids and
different bytes have different ones; and nothing in the repository is touched.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections import defaultdict

import pytest

from s2s_tools import errors
from s2s_tools.scripts.inventory import scan
from s2s_tools.scripts.inventory.model import File, Scan

ONE = "#!/bin/sh\necho one\n"
TWO = "#!/bin/sh\necho two\n"
SIX = "#!/bin/sh\necho six\n"  # as long as the others


def tree_digest(root):
    """What stands in a folder: kinds, modes, times, bytes, .git included."""
    told = hashlib.sha256()
    for folder, names, files in os.walk(os.fsencode(root)):
        names.sort()
        for name in sorted(names + files):
            path = os.path.join(folder, name)
            found = os.lstat(path)
            told.update(b"%s\0%o %d\0" % (path, found.st_mode, found.st_mtime_ns))
            if os.path.islink(path):
                told.update(os.readlink(path))
            elif os.path.isfile(path) and os.access(path, os.R_OK):
                with open(path, "rb") as stream:
                    told.update(stream.read())
    return told.hexdigest()


def look(repo, **options) -> Scan:
    """Scan, and prove both laws on the way."""
    before = tree_digest(repo.path.parent)
    found = scan.scan(repo.root, options=scan.Options(**options))
    short = scan.groups(repo.root, options=scan.Options(**options))
    assert tree_digest(repo.path.parent) == before
    prove_identity(found)
    assert short.scripts == len(found.files)
    assert {(s.content, s.places) for s in short.groups} == {
        (g.content, tuple(f[:2] for f in g.files)) for g in found.groups
    }
    return found


def prove_identity(found: Scan) -> None:
    folders = {tree.name: tree.path for tree in found.repository.worktrees}
    by_bytes, by_content = defaultdict(set), defaultdict(set)
    for file in found.files:
        path = os.path.join(folders[file.worktree], file.path)
        with open(path, "rb") as stream:
            data = stream.read()
        by_bytes[data].add(file.content)
        by_content[file.content].add(data)
        assert file.size == len(data)
        executable = os.stat(path).st_mode & 0o100
        assert file.mode == (0o755 if executable else 0o644)
    assert all(len(ids) == 1 for ids in by_bytes.values())
    assert all(len(texts) == 1 for texts in by_content.values())


def files(found: Scan) -> dict[bytes, File]:
    return {
        (b"" if f.worktree == "." else f.worktree.encode() + b"/") + f.path: f
        for f in found.files
    }


def same(found: Scan, one: bytes, other: bytes) -> bool:
    by_path = files(found)
    return by_path[one].content == by_path[other].content


def settle(repo) -> None:
    """Make every index entry older than the index, so that none is racy."""
    past = time.time_ns() - 10**10
    for path in repo.git("ls-files", "-z").split(b"\0")[:-1]:
        if not os.path.islink(repo.file(path)):
            os.utime(repo.file(path), ns=(past, past))
    time.sleep(0.02)
    repo.git("update-index", "-q", "--refresh")


@pytest.fixture
def repo(make_repo):
    made = make_repo({"a.sh": ONE, "b.sh": ONE, "c.sh": TWO})
    settle(made)
    return made


def test_a_clean_file_is_known_from_the_index_alone(repo):
    found = files(look(repo))

    assert all(file.clean and file.tracked for file in found.values())
    assert found[b"a.sh"].content == repo.head("HEAD:a.sh")


def test_an_edit_that_keeps_size_and_time_is_seen(repo):
    before = os.stat(repo.file("b.sh"))
    repo.write("b.sh", SIX)
    os.utime(repo.file("b.sh"), ns=(before.st_atime_ns, before.st_mtime_ns))

    found = look(repo)

    assert not same(found, b"a.sh", b"b.sh")


def test_an_edit_in_the_tick_in_which_the_index_was_written_is_seen(make_repo):
    racy = 0
    for number in range(20):
        made = make_repo({"a.sh": ONE, "b.sh": ONE}, name=f"repo{number}")
        repo_index = made.path / ".git" / "index"
        written = repo_index.stat().st_mtime_ns
        with open(made.file("b.sh"), "r+b") as stream:
            stream.write(SIX.encode())
        os.utime(made.file("b.sh"), ns=(written, written))
        racy += 1

        found = look(made)

        assert not same(found, b"a.sh", b"b.sh")
    assert racy == 20


def test_a_racy_entry_is_read_although_every_stat_field_agrees(repo):
    now = os.stat(repo.file("b.sh")).st_mtime_ns
    os.utime(repo.path / ".git" / "index", ns=(now, now))

    found = files(look(repo))

    assert not any(file.clean for file in found.values())


def test_a_smudged_entry_of_size_zero_is_read(make_repo):
    repo = make_repo({"a.sh": ONE, "b.sh": ONE})
    stamp = (repo.path / ".git" / "index").stat().st_mtime_ns
    os.utime(repo.file("b.sh"), ns=(stamp + 10**9, stamp + 10**9))
    repo.write("b.sh", SIX)
    repo.write("new.txt", "x")
    repo.git("add", "new.txt")

    assert not same(look(repo), b"a.sh", b"b.sh")


def test_an_emptied_file_is_not_taken_for_its_old_content(repo):
    repo.write("b.sh", "")

    found = look(repo)

    assert not same(found, b"a.sh", b"b.sh")
    assert files(found)[b"b.sh"].size == 0


def test_a_touched_file_is_read_and_keeps_its_content(repo):
    os.utime(repo.file("a.sh"))

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")
    assert not files(found)[b"a.sh"].clean


def test_a_symlink_is_left_out_and_never_followed(repo):
    os.symlink("a.sh", repo.file("tracked.sh"))
    os.symlink("/etc/passwd", repo.file("untracked.sh"))
    repo.git("add", "tracked.sh")

    found = look(repo)

    assert set(files(found)) == {b"a.sh", b"b.sh", b"c.sh"}
    assert found.left_out["symlinks"] == 2
    assert {item.path for item in found.apart} == {b"tracked.sh", b"untracked.sh"}


def test_a_tracked_file_that_became_a_symlink_is_left_out(repo):
    repo.file("a.sh").unlink()
    os.symlink("b.sh", repo.file("a.sh"))

    found = look(repo)

    assert b"a.sh" not in files(found)
    assert found.left_out == {"symlinks": 1}


def test_a_folder_that_became_a_symlink_is_not_followed(make_repo, tmp_path):
    repo = make_repo({"bin/a.sh": ONE, "b.sh": ONE})
    outside = tmp_path / "outside"
    repo.file("bin").rename(outside)
    os.symlink(outside, repo.file("bin"))

    found = look(repo)

    assert set(files(found)) == {b"b.sh"}
    assert found.left_out["deleted"] == 1


def test_an_edit_through_a_hard_link_is_seen_at_both_names(repo):
    repo.file("b.sh").unlink()
    os.link(repo.file("a.sh"), repo.file("b.sh"))
    repo.git("update-index", "-q", "--refresh")
    with open(repo.file("b.sh"), "r+b") as stream:
        stream.write(SIX.encode())

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")
    assert files(found)[b"a.sh"].content != repo.head("HEAD:a.sh")


def test_empty_files_are_in_families_and_in_no_group(make_repo):
    repo = make_repo({"a.sh": "", "b.sh": "", "c.sh": ONE, "d.sh": ONE})

    found = look(repo)

    assert {family.id for family in found.families} >= {"a.sh", "b.sh"}
    assert [[f.path for f in g.files] for g in found.groups] == [[b"c.sh", b"d.sh"]]


def test_an_intent_to_add_is_read_like_an_untracked_file(repo):
    repo.write("new.sh", ONE)
    repo.git("add", "-N", "new.sh")

    found = look(repo)

    assert same(found, b"new.sh", b"a.sh")
    assert not files(found)[b"new.sh"].tracked


def test_an_untracked_file_joins_the_tracked_ones_with_its_bytes(repo):
    repo.write("new.sh", ONE)
    repo.write("other.sh", SIX)

    found = look(repo)

    assert same(found, b"new.sh", b"a.sh")
    assert not files(found)[b"other.sh"].tracked


def test_files_that_differ_in_line_ends_only_have_two_contents(make_repo):
    repo = make_repo({"a.sh": ONE, "b.sh": ONE.replace("\n", "\r\n")})

    assert not same(look(repo), b"a.sh", b"b.sh")


def test_files_that_differ_in_mode_only_have_one_content(make_repo):
    repo = make_repo({"a.sh": (ONE, 0o755), "b.sh": (ONE, 0o644)})

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")
    assert [f.mode for f in found.files] == [0o755, 0o644]


@pytest.mark.parametrize(
    "name",
    [b"new\nline.sh", b"bad\xff\xfe.sh", b' ;"$(x)\\.sh', b"-x.sh", b":(glob)*.sh"],
    ids=["newline", "invalid utf-8", "shell words", "a dash", "a pathspec"],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_a_hostile_name_survives(repo, name, tracked):
    repo.write(name, ONE)
    if tracked:
        repo.git("--literal-pathspecs", "add", "--", name)

    found = look(repo)

    assert same(found, name, b"a.sh")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_to_overlook_is_seen(repo, flag):
    repo.git("update-index", flag, "b.sh")
    repo.write("b.sh", SIX)

    assert repo.git("status", "--porcelain") == b""
    assert not same(look(repo), b"a.sh", b"b.sh")


def test_a_copied_estate_is_read_and_its_index_left_alone(repo, tmp_path):
    subprocess.run(["cp", "-a", repo.path, tmp_path / "copy"], check=True)
    copy = type(repo)(tmp_path / "copy")

    found = look(copy)

    assert same(found, b"a.sh", b"b.sh")
    assert not any(file.clean for file in found.files)


@pytest.mark.parametrize(
    "attributes",
    ["*.sh text eol=crlf", "b.sh eol=crlf", "[attr]win eol=crlf\n*.sh win"],
    ids=["all", "one", "a macro"],
)
def test_a_file_converted_to_crlf_is_known_by_its_bytes(repo, attributes):
    repo.commit({".gitattributes": attributes + "\n"})
    repo.file("b.sh").unlink()
    repo.git("checkout", "b.sh")
    repo.write("raw.sh", ONE)
    settle(repo)

    found = look(repo)

    assert b"\r\n" in repo.read("b.sh")
    assert not same(found, b"b.sh", b"raw.sh")
    assert files(found)[b"b.sh"].blob == repo.head("HEAD:b.sh")


def test_a_touched_file_that_git_converts_keeps_its_place_in_history(repo):
    repo.commit({".gitattributes": "*.sh eol=crlf\n"})
    repo.file("b.sh").unlink()
    repo.git("checkout", "b.sh")
    settle(repo)
    os.utime(repo.file("b.sh"))

    assert files(look(repo))[b"b.sh"].blob == repo.head("HEAD:b.sh")


def test_autocrlf_without_any_attribute_is_noticed(repo):
    repo.git("config", "core.autocrlf", "true")
    for name in ("a.sh", "b.sh"):
        repo.file(name).unlink()
        repo.git("checkout", name)
    repo.write("raw.sh", ONE)

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")
    assert not same(found, b"a.sh", b"raw.sh")


def test_a_conversion_by_a_setting_that_is_gone_is_noticed(repo):
    tree = repo.worktree("../tree")
    for name in ("a.sh", "b.sh", "c.sh"):
        tree.file(name).unlink()
    tree.git("-c", "core.autocrlf=true", "checkout", ".")
    settle(tree)

    found = look(repo)

    assert b"\r\n" in tree.read("a.sh")
    assert not same(found, b"a.sh", b"../tree/a.sh")
    assert same(found, b"../tree/a.sh", b"../tree/b.sh")


def test_an_ident_line_is_known_by_its_bytes(repo):
    repo.commit({".gitattributes": "id*.sh ident\n", "id.sh": "# $Id$\n"})
    repo.write("raw.sh", "# $Id$\n")
    repo.file("id.sh").unlink()
    repo.git("checkout", "id.sh")
    settle(repo)

    assert not same(look(repo), b"id.sh", b"raw.sh")


def test_another_encoding_is_known_by_its_bytes(repo):
    repo.write(".gitattributes", "wide.sh working-tree-encoding=UTF-16\n")
    repo.write("wide.sh", ONE.encode("utf-16"))
    repo.commit()
    settle(repo)

    assert not same(look(repo), b"wide.sh", b"a.sh")


def test_a_filtered_file_is_known_by_its_bytes_and_no_filter_runs(repo, tmp_path):
    canary = tmp_path / "canary"
    repo.git("config", "filter.up.clean", "tr a-z A-Z")
    repo.git("config", "filter.up.smudge", f"touch {canary}; tr A-Z a-z")
    repo.commit({".gitattributes": "b.sh filter=up\n", "b.sh": ONE})
    settle(repo)
    canary.unlink(missing_ok=True)

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")
    assert files(found)[b"b.sh"].blob == repo.head("HEAD:b.sh")
    assert repo.head("HEAD:a.sh") != repo.head("HEAD:b.sh")
    assert not canary.exists()


def test_a_pointer_of_git_lfs_is_no_script(repo):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    repo.commit({"big.sh": pointer, "plain.sh": pointer})
    repo.write(".gitattributes", "big.sh filter=lfs\n")

    found = look(repo)

    assert b"big.sh" not in files(found)
    assert b"plain.sh" in files(found)
    assert found.left_out["lfs_pointers"] == 1


def test_one_blob_under_two_attributes_has_two_contents(repo):
    tree = repo.worktree("../tree")
    tree.write(".gitattributes", "*.sh eol=crlf\n")
    tree.file("a.sh").unlink()
    tree.git("checkout", "a.sh")
    settle(tree)

    found = look(repo)

    assert not same(found, b"a.sh", b"../tree/a.sh")


def test_attributes_outside_the_worktree_count(repo):
    info = repo.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("b.sh eol=crlf\n")
    repo.file("b.sh").unlink()
    repo.git("checkout", "b.sh")

    assert not same(look(repo), b"a.sh", b"b.sh")


def test_a_file_that_sparse_checkout_left_out_is_not_called_deleted(make_repo):
    repo = make_repo({"in/a.sh": ONE, "out/b.sh": TWO})
    repo.git("sparse-checkout", "set", "in")

    found = look(repo)

    assert set(files(found)) == {b"in/a.sh"}
    assert found.left_out == {"not_checked_out": 1}


def test_a_sparse_index_is_read_through_git(make_repo):
    repo = make_repo({"in/a.sh": ONE, "out/deep/b.sh": TWO, "out/c.sh": ONE})
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert b"sdir" in (repo.path / ".git" / "index").read_bytes()

    found = look(repo)

    assert set(files(found)) == {b"in/a.sh"}
    assert found.left_out == {"not_checked_out": 2}


def test_a_submodule_is_not_entered(make_repo):
    inner = make_repo({"x.sh": ONE}, name="inner")
    repo = make_repo({"a.sh": ONE})
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", inner.path, "sub"
    )
    repo.commit()

    found = look(repo)

    assert set(files(found)) == {b"a.sh"}
    assert found.left_out == {"gitlinks": 1}


def test_a_gitlink_without_a_repository_is_not_entered(repo):
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head()},gone")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head()},dir")
    repo.write("dir/x.sh", ONE)

    found = look(repo)

    assert set(files(found)) == {b"a.sh", b"b.sh", b"c.sh"}


@pytest.mark.parametrize("kind", ["clone", "linked worktree", "bare .git file"])
def test_a_nested_repository_is_not_entered(repo, make_repo, kind):
    other = make_repo({"x.sh": ONE}, name="other")
    if kind == "clone":
        repo.git("clone", "-q", other.path, repo.file("nested"))
    elif kind == "linked worktree":
        other.worktree(repo.file("nested"))
    else:
        repo.write("nested/.git", "gitdir: /nowhere\n")
        repo.write("nested/x.sh", ONE)

    found = look(repo)

    assert set(files(found)) == {b"a.sh", b"b.sh", b"c.sh"}
    assert found.left_out == {"nested_repositories": 1}


def test_a_worktree_inside_the_main_one_is_counted_once(repo):
    repo.worktree("trees/x")

    found = look(repo)

    assert len(found.files) == 6
    assert found.left_out == {}


def test_a_sha256_repository_is_read(make_repo, tmp_path):
    path = tmp_path / "wide"
    subprocess.run(
        ["git", "init", "-q", "--object-format=sha256", "-b", "main", path], check=True
    )
    repo = type(make_repo())(path)
    repo.commit({"a.sh": ONE, "b.sh": ONE, "c.sh": TWO})
    settle(repo)
    repo.write("new.sh", ONE)

    found = look(repo)

    assert same(found, b"a.sh", b"new.sh")
    assert files(found)[b"a.sh"].content == repo.head("HEAD:a.sh")
    assert files(found)[b"a.sh"].clean


@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_index_version_is_read(repo, version):
    time.sleep(1)  # git itself compares whole seconds when it refreshes
    names = [f"folder/script_{number}.sh" for number in range(40)]
    repo.commit({name: f"{ONE}# {name}\n" for name in names})
    repo.git("update-index", "--index-version", str(version))
    if version == 3:
        repo.write("new.sh", ONE)
        repo.git("add", "-N", "new.sh")
    settle(repo)

    found = files(look(repo))

    assert (repo.path / ".git" / "index").read_bytes()[7] == version
    assert sum(file.clean for file in found.values()) == 43


def test_a_split_index_is_read_through_git(repo):
    repo.git("update-index", "--split-index")
    repo.write("b.sh", SIX)
    assert b"link" in (repo.path / ".git" / "index").read_bytes()

    found = look(repo)

    assert len(found.files) == 3
    assert not same(found, b"a.sh", b"b.sh")


def test_a_file_in_conflict_is_named_and_in_no_family(repo):
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.sh": TWO + "# side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.sh": SIX + "# main\n"})
    repo.git("merge", "-q", "side", check=False)

    found = look(repo)

    assert b"a.sh" not in files(found)
    assert found.left_out == {"in_conflict": 1}
    assert [item.path for item in found.apart] == [b"a.sh"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"DIRC",
        lambda data: data[: len(data) // 2],
        lambda data: b"JUNK" + data[4:],
        lambda data: data[:7] + b"\x09" + data[8:],
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: data[:8] + b"\xff\xff\xff\xff" + data[12:-20] + bytes(20),
        lambda data: data[:-20] + b"TREE\x7f\xff\xff\xff" + bytes(20),
    ],
    ids=[
        "empty",
        "a head only",
        "cut",
        "no index",
        "a new version",
        "a flipped bit",
        "too many entries",
        "an extension without end",
    ],
)
def test_a_corrupt_index_is_one_clear_error(repo, spoil):
    index = repo.path / ".git" / "index"
    index.write_bytes(spoil(index.read_bytes()))

    with pytest.raises(errors.IndexCorrupt) as caught:
        scan.scan(repo.root)

    assert str(index) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_index_without_a_checksum_is_read(repo):
    index = repo.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))

    assert len(look(repo).files) == 3


def test_extensions_that_git_wrote_are_skipped(repo):
    repo.git("update-index", "--untracked-cache", "--force-untracked-cache")
    repo.git("write-tree")

    assert len(look(repo).files) == 3


def test_a_missing_index_means_that_nothing_is_tracked(repo):
    (repo.path / ".git" / "index").unlink()

    found = look(repo)

    assert len(found.files) == 3
    assert not any(file.tracked for file in found.files)


def test_a_repository_without_a_commit_is_scanned(make_repo):
    repo = make_repo()
    repo.write("a.sh", ONE)
    repo.write("b.sh", ONE)
    repo.git("add", "b.sh")

    found = look(repo)

    assert same(found, b"a.sh", b"b.sh")


def test_an_extension_less_script_in_conflict_is_named_too(make_repo):
    repo = make_repo({"run": ONE})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"run": TWO})
    repo.git("checkout", "-q", "main")
    repo.commit({"run": SIX})
    repo.git("merge", "-q", "side", check=False)

    assert look(repo).left_out == {"in_conflict": 1}


def test_modes_come_from_git_where_the_file_system_keeps_none(repo):
    repo.git("config", "core.fileMode", "false")
    repo.file("b.sh").chmod(0o644)
    settle(repo)

    found = files(scan.scan(repo.root))

    assert [found[name].mode for name in (b"a.sh", b"b.sh")] == [0o755, 0o755]


def test_a_deleted_file_is_counted(repo):
    repo.file("a.sh").unlink()

    found = look(repo)

    assert set(files(found)) == {b"b.sh", b"c.sh"}
    assert found.left_out == {"deleted": 1}


def test_a_tracked_file_that_became_a_folder_is_entered(repo):
    repo.file("a.sh").unlink()
    repo.write("a.sh/inner.sh", ONE)

    assert set(files(look(repo))) == {b"a.sh/inner.sh", b"b.sh", b"c.sh"}


def test_a_fifo_under_a_scripts_name_stops_nothing(repo):
    repo.file("a.sh").unlink()
    os.mkfifo(repo.file("a.sh"))
    os.mkfifo(repo.file("new.sh"))

    found = look(repo)

    assert found.left_out == {"not_a_file": 2}


@pytest.mark.parametrize(
    "setting",
    [
        ("core.fsmonitor", "touch {}; true"),
        ("core.hooksPath", "{}.hooks"),
        ("core.pager", "touch {}"),
        ("diff.external", "touch {}"),
        ("diff.evil.textconv", "touch {}"),
        ("filter.evil.clean", "touch {}; cat"),
        ("filter.evil.smudge", "touch {}; cat"),
        ("filter.evil.process", "touch {}"),
        ("core.sshCommand", "touch {}"),
        ("credential.helper", "!touch {}"),
        ("core.editor", "touch {}"),
        ("alias.ls-files", "!touch {}"),
        ("core.gitProxy", "touch {}"),
        ("gpg.program", "touch {}"),
    ],
    ids=lambda setting: setting[0],
)
def test_nothing_that_the_configuration_names_is_run(repo, tmp_path, setting):
    canary = tmp_path / "canary"
    hooks = tmp_path / "canary.hooks"
    hooks.mkdir()
    for name in ("post-index-change", "post-checkout", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {canary}\n")
        (hooks / name).chmod(0o755)
    repo.commit({".gitattributes": "*.sh filter=evil diff=evil\n", "a.sh": SIX})
    repo.commit({"a.sh": TWO})
    repo.worktree("../tree", at="HEAD~1")
    repo.write("new.sh", ONE)
    repo.write("folder/new.sh", ONE)
    repo.write("b.sh", SIX)
    repo.git("update-index", "--split-index")
    repo.git("config", setting[0], setting[1].format(canary))
    canary.unlink(missing_ok=True)

    found = look(repo)

    assert len(found.files) == 8
    assert not canary.exists()
