"""The index as we parse it is the index as git lists it."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2s_tools.scripts.inventory import gitindex

NAMES = st.lists(
    st.binary(min_size=1, max_size=9).map(
        lambda raw: b"n" + raw.replace(b"\0", b"0").replace(b"/", b"_")
    ),
    unique=True,
    min_size=1,
    max_size=40,
)


def ours(repo):
    """Mode, id, stage and path of every entry, as `git ls-files -s` tells them."""
    git_dir = os.path.join(repo.root, b".git")
    index = gitindex.read(repo.root, git_dir, 20)
    return [
        (
            gitindex.mode(index, at),
            index.data[at + gitindex.ID_AT : at + gitindex.ID_AT + 20].hex(),
            gitindex.flags(index, at)[0] >> 12 & 3,
            path,
        )
        for path, at in zip(index.paths, index.offsets, strict=True)
    ]


def gits(repo):
    rows = []
    for line in repo.git("ls-files", "-s", "-z").split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, name, stage = head.split()
        rows.append((int(mode, 8), name.decode(), int(stage), path))
    return rows


def fill(repo, names, *, start=0):
    """Put entries into the index without files."""
    lines = (
        b"%o %s 0\t%s\0"
        % (
            (0o100644, 0o100755, 0o120000)[number % 3],
            f"{number + start + 1:040x}".encode(),
            name,
        )
        for number, name in enumerate(names)
    )
    repo.git("update-index", "-z", "--index-info", input=b"".join(lines))


@pytest.mark.parametrize("version", [2, 3, 4])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=NAMES)
def test_every_name_is_parsed(make_repo, tmp_path, version, names):
    repo = make_repo(name=f"r{len(os.listdir(tmp_path))}")
    repo.git("config", "index.version", str(version))
    fill(repo, names)

    assert ours(repo) == gits(repo)


@pytest.mark.parametrize("version", [2, 4])
def test_long_names_are_parsed(make_repo, version):
    repo = make_repo()
    repo.git("config", "index.version", str(version))
    fill(repo, [b"/".join([b"d" * n] * 20) for n in range(1, 250, 7)])

    assert ours(repo) == gits(repo)


@pytest.mark.parametrize("version", [2, 4])
def test_a_split_index_with_deleted_and_replaced_entries_is_joined(make_repo, version):
    repo = make_repo()
    repo.git("config", "index.version", str(version))
    repo.git("config", "splitIndex.maxPercentChange", "100")
    names = [b"f%04d.sh" % number for number in range(1000)]
    fill(repo, names)
    repo.git("update-index", "--split-index")
    fill(repo, names[3:900:70], start=5000)
    fill(repo, [b"a_new.sh", b"f0500_new.sh", b"z_new.sh"], start=9000)
    gone = b"".join(
        b"0 %s 0\t%s\0" % (b"0" * 40, name) for name in [*names[200:420], names[999]]
    )
    repo.git("update-index", "-z", "--index-info", input=gone)
    assert b"link" in (repo.path / ".git" / "index").read_bytes()

    assert ours(repo) == gits(repo)
