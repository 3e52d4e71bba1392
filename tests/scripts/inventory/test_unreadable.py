"""Files and folders that this user may not read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.scripts.inventory import scan

NOBODY = 65534
ONE = "#!/bin/sh\necho one\n"


@pytest.fixture
def repo(make_repo):
    """A repository that an ordinary user owns, where that user can reach it."""
    made = make_repo({"a.sh": ONE, "b.sh": ONE, "dir/c.sh": ONE, "dir/d.txt": "x"})
    place = Path(tempfile.mkdtemp(prefix="s2s-test-", dir="/tmp"))
    place.chmod(0o755)
    shutil.copytree(made.path, place / "repo", symlinks=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", str(NOBODY), place], check=True)
    yield type(made)(place / "repo")
    subprocess.run(["chmod", "-R", "u+rwx", place], check=True)
    shutil.rmtree(place)


def as_ordinary_user(work):
    """What `work` gives or raises when root is not asking."""
    if os.geteuid() != 0:
        return work()
    os.seteuid(NOBODY)
    try:
        return work()
    finally:
        os.seteuid(0)


def test_an_unreadable_file_is_counted_and_named(repo):
    repo.file("a.sh").chmod(0)

    found = as_ordinary_user(lambda: scan.scan(repo.root))

    assert [file.path for file in found.files] == [b"b.sh", b"dir/c.sh"]
    assert found.left_out == {"unreadable": 1}
    assert [(i.path, i.detail) for i in found.apart] == [(b"a.sh", "Permission denied")]


def test_an_unreadable_folder_is_counted_and_named(repo):
    repo.file("dir").chmod(0)

    found = as_ordinary_user(lambda: scan.scan(repo.root))

    assert [file.path for file in found.files] == [b"a.sh", b"b.sh"]
    assert found.left_out == {"unreadable": 1}
    assert [item.path for item in found.apart] == [b"dir/"]


def test_a_folder_that_can_be_listed_but_not_entered_is_reported(repo):
    repo.file("dir").chmod(0o444)

    found = as_ordinary_user(lambda: scan.scan(repo.root))

    assert [file.path for file in found.files] == [b"a.sh", b"b.sh"]
    assert found.left_out == {"unreadable": 1}


def test_an_unreadable_index_is_one_clear_error(repo):
    (repo.path / ".git" / "index").chmod(0)

    with pytest.raises(errors.FileUnreadable, match="index: Permission denied"):
        as_ordinary_user(lambda: scan.scan(repo.root))


def test_a_read_only_tree_is_scanned(repo):
    subprocess.run(["chmod", "-R", "a-w", repo.path], check=True)

    assert len(as_ordinary_user(lambda: scan.scan(repo.root)).files) == 3
