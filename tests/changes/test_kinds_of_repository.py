"""Changes work in every kind of repository that git makes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def there_and_back(bench: Any) -> None:
    """Apply one write of three kinds, then take it back."""
    before = bench.digest()

    bench.apply(
        bench.file(b"run.sh", b"new\n"),
        bench.link(b"new/link.sh", b"../run.sh"),
        bench.gone(b"lib/plain.sh"),
    )

    assert bench.repo.read("run.sh") == b"new\n"
    bench.undo()
    assert bench.digest() == before


def test_a_repository_whose_git_folder_is_elsewhere(bench: Any, tmp_path: Path) -> None:
    bench.repo.git("worktree", "remove", "trees/side")
    bench.repo.git("init", "-q", "--separate-git-dir", tmp_path / "elsewhere")

    there_and_back(bench)

    assert (tmp_path / "elsewhere/s2s").is_dir()


def test_a_submodule(bench: Any, make_repo: Callable[..., Any]) -> None:
    above = make_repo({"README": "above\n"}, name="above")
    above.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", bench.repo.path
    )
    bench.repo.path = above.path / "repo"

    there_and_back(bench)

    assert (above.path / ".git/modules/repo/s2s").is_dir()


def test_a_repository_with_long_object_names(bench: Any, tmp_path: Path) -> None:
    argv = ["git", "init", "-q", "--object-format=sha256", str(tmp_path / "long")]
    subprocess.run(argv, check=True)
    for path in ("run.sh", "lib/plain.sh"):
        target = tmp_path / "long" / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(bench.repo.read(path))
    bench.repo.path = tmp_path / "long"
    bench.repo.commit(message="first")

    there_and_back(bench)


def test_a_shallow_clone(bench: Any, tmp_path: Path) -> None:
    bench.repo.commit({"more.sh": "more\n"})
    url = f"file://{bench.repo.path}"
    bench.repo.git("clone", "-q", "--depth", "1", url, tmp_path / "shallow")
    bench.repo.path = tmp_path / "shallow"

    there_and_back(bench)


def test_a_sparse_index(bench: Any) -> None:
    bench.repo.commit({"new/neighbour.sh": "x\n", "other/x.sh": "x\n"})
    bench.repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "lib", "new")

    there_and_back(bench)


def test_a_split_index(bench: Any) -> None:
    bench.repo.git("update-index", "--split-index")

    there_and_back(bench)


def test_modes_that_git_does_not_trust(bench: Any) -> None:
    bench.repo.git("config", "core.fileMode", "false")
    (bench.repo.path / "run.sh").chmod(0o600)

    there_and_back(bench)


def test_refs_in_a_packed_file(bench: Any) -> None:
    bench.apply(bench.file(b"lib/copy.sh", b"x\n"))
    bench.repo.git("pack-refs", "--all")

    there_and_back(bench)
    bench.undo()

    assert bench.repo.read("lib/copy.sh") == b"echo run\n"


@pytest.mark.parametrize("name", ["with space", "new\nline", "ünï", "-x"])
def test_a_repository_with_a_hostile_name(
    bench: Any, tmp_path: Path, name: str
) -> None:
    bench.repo.git("worktree", "remove", "trees/side")
    os.rename(bench.repo.path, tmp_path / name)
    bench.repo.path = tmp_path / name

    there_and_back(bench)


def test_a_corrupt_index_is_one_clear_line(bench: Any) -> None:
    from s2s_tools import errors

    write = bench.file(b"run.sh", b"new\n")
    before = bench.digest()
    repository = bench.repository
    (bench.repo.path / ".git/index").write_bytes(b"DIRC" + b"\0" * 60)
    from s2s_tools.changes import apply

    with pytest.raises(errors.S2SError) as caught:
        apply.apply(bench.plan(write), repository)

    assert "\n" not in str(caught.value)
    assert bench.digest() == before
