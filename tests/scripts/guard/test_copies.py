"""No staged script is a copy of another: on real repositories."""

from __future__ import annotations

import dataclasses
import hashlib
import os

import pytest

from s2s_tools import errors
from s2s_tools.scripts.guard import index, service
from s2s_tools.scripts.guard.model import Change, Check
from s2s_tools.system import git

A = "#!/bin/sh\necho a\n"
B = "#!/bin/sh\necho b\n"


def found(repo) -> list[tuple[bytes, bytes]]:
    """Path and canonical of each copy that the check refuses."""
    findings = service.check(repo.root, [Check.NO_DUPLICATES])
    return [(finding.path, finding.canonical) for finding in findings]


def test_a_staged_copy_is_refused_with_the_name_of_the_canonical(make_repo):
    repo = make_repo({"lib/a.sh": A})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


def test_what_is_only_in_the_work_tree_is_nobodys_business(make_repo):
    repo = make_repo({"lib/a.sh": A, "lib/b.sh": B})
    repo.write("lib/b.sh", A)
    repo.write("lib/c.sh", A)

    assert found(repo) == []


def test_the_staged_bytes_count_even_if_the_work_tree_has_others(make_repo):
    repo = make_repo({"lib/a.sh": A})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")
    repo.write("tools/c.sh", B)

    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([("mv", "a.sh", "b.sh")], id="renamed"),
        pytest.param([("mv", "a.sh", "b.sh"), ("add", "a.sh")], id="new at old path"),
        pytest.param([("update-index", "--chmod=-x", "a.sh")], id="mode only"),
        pytest.param([("rm", "-q", "a.sh")], id="deleted"),
    ],
)
def test_what_copies_nothing_may_be_committed(steps, make_repo):
    repo = make_repo({"a.sh": A, "other.sh": B})
    for step in steps:
        if step == ("add", "a.sh"):
            repo.write("a.sh", "#!/bin/sh\necho other\n")
        repo.git(*step)

    assert found(repo) == []


def test_a_move_with_a_copy_is_one_copy_too_many(make_repo):
    repo = make_repo({"a.sh": A})
    repo.git("mv", "a.sh", "b.sh")
    repo.write("c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"c.sh", b"b.sh")]


def test_an_extra_copy_of_a_known_duplicate_is_refused(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": A})
    repo.write("c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"c.sh", b"a.sh")]


def test_known_duplicates_may_be_edited_alike_or_moved(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": A, "x.sh": B, "y.sh": B})
    repo.write("a.sh", "#!/bin/sh\necho new\n")
    repo.write("b.sh", "#!/bin/sh\necho new\n")
    repo.git("mv", "x.sh", "z.sh")
    repo.git("add", "--all")

    assert found(repo) == []


def test_empty_files_are_alike_by_chance(make_repo):
    repo = make_repo({"a.sh": ""})
    repo.write("b.sh", "")
    repo.git("add", "--all")

    assert found(repo) == []


def test_the_first_commit_may_not_hold_copies_either(make_repo):
    repo = make_repo()
    repo.write("a.sh", A)
    repo.write("b.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"b.sh", b"a.sh")]


# --- what is written down -----------------------------------------------------


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(*, entry: str = "", decisions: str = "") -> str:
    """A manifest with one entry of script A at `entry`, and decisions."""
    rows = (
        f"scripts:\n  - id: {entry}\n    canonical: {entry}\n"
        f'    sha256: "{digest(A)}"\n    mode: "0755"\n    strategy: link\n'
        "    copies:\n"
        "      - {worktree: wt, path: old/a.sh, relation: identical}\n"
    )
    return f"schema: 1\n{decisions}" + (rows if entry else "")


ALLOWED = f"""allow:
  - sha256: "{digest(A)}"
    paths: [docker/wait.sh]
    reason: the image is built from this folder alone
"""


def test_an_allowed_copy_may_be_committed_and_no_other(make_repo):
    repo = make_repo({"lib/a.sh": A, ".s2s/manifest.yaml": manifest(decisions=ALLOWED)})
    repo.write("docker/wait.sh", A)
    repo.git("add", "--all")
    allowed = found(repo)
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")

    assert allowed == []
    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


def test_a_decision_counts_as_it_is_staged(make_repo):
    repo = make_repo({"lib/a.sh": A, ".s2s/manifest.yaml": manifest()})
    repo.write("docker/wait.sh", A)
    repo.git("add", "--all")
    repo.write(".s2s/manifest.yaml", manifest(decisions=ALLOWED))
    before = found(repo)
    repo.git("add", "--all")

    assert before == [(b"docker/wait.sh", b"lib/a.sh")]
    assert found(repo) == []


def test_what_is_kept_is_never_a_copy(make_repo):
    text = manifest(decisions='keep: ["vendor/**"]\n')
    repo = make_repo({"lib/a.sh": A, ".s2s/manifest.yaml": text})
    repo.write("vendor/x/a.sh", A)
    repo.git("add", "--all")

    assert found(repo) == []


def test_a_copy_of_a_recorded_script_is_refused_where_the_tree_lacks_it(make_repo):
    text = manifest(entry="lib/a.sh")
    repo = make_repo({".s2s/manifest.yaml": text, "x.sh": B})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


@pytest.mark.parametrize("path", ["lib/a.sh", "old/a.sh"])
def test_a_recorded_path_may_be_added(path, make_repo):
    repo = make_repo({".s2s/manifest.yaml": manifest(entry="lib/a.sh")})
    repo.write(path, A)
    repo.git("add", "--all")

    assert found(repo) == []


def test_a_recorded_script_may_be_renamed(make_repo):
    text = manifest(entry="lib/a.sh")
    repo = make_repo({".s2s/manifest.yaml": text, "lib/a.sh": A})
    repo.git("mv", "lib/a.sh", "a.sh")

    assert found(repo) == []


def test_a_linked_worktree_reads_the_main_ones_manifest(make_repo):
    repo = make_repo({"x.sh": B})
    linked = repo.worktree("../linked", branch="other")
    repo.write(".s2s/manifest.yaml", manifest(entry="lib/a.sh"))
    linked.write("tools/c.sh", A)
    linked.git("add", "--all")

    assert found(linked) == [(b"tools/c.sh", b"lib/a.sh")]


def test_a_broken_manifest_ends_the_check_with_its_line(make_repo):
    repo = make_repo({".s2s/manifest.yaml": "schema: 1\nkeep: 3\n", "a.sh": A})
    repo.write("b.sh", B)
    repo.git("add", "--all")

    with pytest.raises(errors.InvalidDocument, match=r"manifest\.yaml:2: keep"):
        found(repo)


def test_only_a_staged_manifest_is_judged_by_its_own_check(make_repo):
    repo = make_repo({".s2s/manifest.yaml": "schema: 1\nkeep: 3\n", "a.sh": A})
    repo.write("b.sh", B)
    repo.git("add", "--all")
    before = service.check(repo.root, [Check.MANIFEST_VALID])
    repo.write(".s2s/manifest.yaml", "schema: 1\nallow: 4\n")
    repo.git("add", "--all")
    [finding] = service.check(repo.root, Check)

    assert before == ()
    assert finding.check is Check.MANIFEST_VALID
    assert finding.message.startswith(".s2s/manifest.yaml:2: allow: ")


# --- git's ways to commit -------------------------------------------------------


def test_a_merge_may_bring_what_the_other_side_has(make_repo):
    repo = make_repo({"x.sh": B})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.sh": A, "b.sh": A, "x.sh": "#!/bin/sh\necho side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"x.sh": "#!/bin/sh\necho main\n"})
    repo.git("merge", "-q", "side", check=False)
    repo.git("add", "--all")
    merged = found(repo)
    repo.write("c.sh", A)
    repo.git("add", "c.sh")

    assert merged == []
    assert found(repo) == [(b"c.sh", b"a.sh")]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_every_object_format_is_read(object_format, make_repo, tmp_path):
    base = make_repo()
    path = tmp_path / "other"
    base.git("init", "-q", f"--object-format={object_format}", path)
    repo = dataclasses.replace(base, path=path)
    repo.write("a.sh", A)
    repo.write("b.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"b.sh", b"a.sh")]


@pytest.mark.parametrize(
    "name",
    [b"a\nb.sh", b"\xff\xfe.sh", b"-x.sh", b"$(id).sh", b"t\tb.sh", b":(top).sh"],
)
def test_hostile_names_are_told_as_they_are(name, make_repo):
    repo = make_repo({"0.sh": A})
    repo.write(name, A)
    repo.git("add", "--all")

    assert found(repo) == [(name, b"0.sh")]


def test_a_script_without_extension_is_known_by_its_first_line(make_repo):
    repo = make_repo({"a": A, "notes": "text\n", "a.txt": A})
    repo.write("b", A)
    repo.write("notes2", "text\n")
    repo.write("c.txt", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"b", b"a")]


def test_a_link_is_no_copy_and_a_file_in_its_place_is(make_repo):
    repo = make_repo({"a.sh": A})
    repo.file("b.sh").symlink_to("a.sh")
    repo.git("add", "--all")
    as_link = found(repo)
    repo.commit()
    repo.file("b.sh").unlink()
    repo.write("b.sh", A)
    repo.git("add", "--all")

    assert as_link == []
    assert found(repo) == [(b"b.sh", b"a.sh")]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([("update-index", "--split-index")], id="split"),
        pytest.param(
            [("sparse-checkout", "set", "--cone", "--sparse-index", "in")], id="sparse"
        ),
    ],
)
def test_an_index_in_parts_is_read_whole(steps, make_repo):
    repo = make_repo({"in/x.sh": B, "out/a.sh": A})
    for step in steps:
        repo.git(*step)
    repo.write("in/c.sh", A)
    repo.git("add", "in/c.sh")

    assert found(repo) == [(b"in/c.sh", b"out/a.sh")]


def test_nothing_that_the_repository_configures_runs(make_repo, tmp_path):
    canary = tmp_path / "canary"
    repo = make_repo({"a.sh": A, ".gitattributes": "*.sh diff=evil filter=evil\n"})
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.pager",
        "alias.diff-index",
    ):
        repo.git("config", key, f"!touch {canary}; touch {canary}")
    repo.write("b.sh", A)
    repo.git("-c", "filter.evil.process=", "-c", "core.fsmonitor=", "add", "b.sh")
    canary.unlink(missing_ok=True)
    for name in ("post-index-change", "reference-transaction"):
        repo.write(f".git/hooks/{name}", f"#!/bin/sh\ntouch '{canary}'\n")

    assert found(repo) == [(b"b.sh", b"a.sh")]
    assert not canary.exists()


def test_the_index_and_the_repository_are_not_touched(make_repo):
    repo = make_repo({"a.sh": A})
    repo.write("b.sh", A)
    repo.git("add", "--all")
    repo.write("a.sh", B)
    before = {
        path: (path.stat().st_mtime_ns, path.is_dir() or path.read_bytes())
        for path in sorted(repo.path.rglob("*"))
    }

    found(repo)

    assert before == {
        path: (path.stat().st_mtime_ns, path.is_dir() or path.read_bytes())
        for path in sorted(repo.path.rglob("*"))
    }


def test_a_broken_manifest_of_the_main_worktree_is_named_with_its_place(make_repo):
    repo = make_repo({"x.sh": B})
    linked = repo.worktree("../linked", branch="other")
    manifest_file = repo.write(".s2s/manifest.yaml", "schema: 1\nkeep: 3\n")
    linked.write("new.sh", A)
    linked.git("add", "--all")

    with pytest.raises(errors.InvalidDocument) as raised:
        found(linked)

    assert str(raised.value).startswith(f"{manifest_file}:2: keep: ")


# --- what the tests above would catch -------------------------------------------


def test_a_check_that_compares_the_work_tree_is_caught(make_repo, monkeypatch):
    repo = make_repo({"lib/a.sh": A})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")
    repo.write("tools/c.sh", B)
    right = found(repo)

    def planted(self, contents):
        for id in contents:
            paths = [c.path for c in self.changes if c.after == id]
            yield id, (repo.path / os.fsdecode(paths[0])).read_bytes()

    monkeypatch.setattr(index.Index, "changes", property(work_tree))
    monkeypatch.setattr(index.Index, "blobs", planted)

    assert right == [(b"tools/c.sh", b"lib/a.sh")]
    assert found(repo) != right


def work_tree(self) -> tuple[Change, ...]:
    """The planted bug: what differs from HEAD on the disk."""
    told = git.output(self.worktree.path, "diff-index", "--raw", "-z", "HEAD")
    words = told.split(b"\0")
    found = []
    for meta, path in zip(words[:-1:2], words[1::2], strict=True):
        old = meta.split()[2].decode()
        held = git.output(
            self.worktree.path, "hash-object", os.path.join(self.worktree.path, path)
        )
        found.append(Change(path, old if old.strip("0") else "", held.decode().strip()))
    return tuple(found)
