"""Commits under the real pre-commit and prek, in main and in linked worktrees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import s2s_tools

PACKAGE_PARENT = Path(s2s_tools.__file__).parents[1]
ROOT = Path(__file__).parents[2]
TOOLS = ("pre-commit", "prek")
BUILT_FROM = (
    ".pre-commit-hooks.yaml",
    "hatch_build.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "manifests",
    "wrappers",
    "fixtures/estates",
    "s2s_tools",
)
REQUIRE_ALL = os.environ.get("S2S_REQUIRE_ALL") == "1"
# What pip and uv say where the package index cannot be reached.
OFFLINE = ("Could not find a version", "error sending request", "Failed to fetch")
A = "#!/bin/sh\necho a\n"
B = "#!/bin/sh\necho b\n"
REFUSED = "copy.sh: a copy of a.sh (2 paths would hold these bytes, 1 did before)"


@pytest.fixture(params=TOOLS)
def tool(request, require_tool) -> str:
    """The path of pre-commit, then of prek."""
    return require_tool(request.param)


@pytest.fixture(autouse=True)
def surroundings(tmp_path_factory, monkeypatch) -> None:
    """Their caches outside any home; s2s and both tools on PATH."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "s2s"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m s2s_tools "$@"\n')
    program.chmod(0o755)
    beside_python = Path(sys.executable).parent
    path = os.environ.get("PATH", os.defpath)
    monkeypatch.setenv("PATH", f"{folder}:{beside_python}:{path}")
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE_PARENT))
    caches = tmp_path_factory.getbasetemp() / "hook-caches"
    monkeypatch.setenv("PRE_COMMIT_HOME", str(caches / "pre-commit"))
    monkeypatch.setenv("PREK_HOME", str(caches / "prek"))


@pytest.fixture
def repo(tool, make_repo):
    """A repository whose hooks are ours, run by the program under test."""
    found = make_repo({"a.sh": A, ".pre-commit-config.yaml": local_config()})
    install(tool, found)
    return found


def hooks() -> list[dict[str, object]]:
    """The hooks as this project offers them."""
    return yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def local_config() -> str:
    """The same hooks, without an environment of their own."""
    own = [
        hook
        | {"language": "system"}
        | {"entry": str(hook["entry"]).replace("python", sys.executable, 1)}
        for hook in hooks()
    ]
    return yaml.safe_dump({"repos": [{"repo": "local", "hooks": own}]})


def install(tool: str, repo) -> None:
    subprocess.run([tool, "install"], cwd=repo.path, check=True, capture_output=True)


def commit(repo, *args: str) -> tuple[int, str]:
    """Commit what is staged; the exit code and everything that was said."""
    done = subprocess.run(
        ["git", "commit", "-m", "x", *args],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def stage(repo, path: str, text: str) -> None:
    repo.write(path, text)
    repo.git("add", path)


def test_a_copy_is_refused_and_another_script_committed(repo):
    stage(repo, "copy.sh", A)
    code, said = commit(repo)
    stage(repo, "copy.sh", B)

    assert (code, REFUSED in said) == (1, True)
    assert commit(repo)[0] == 0


def test_a_linked_worktree_is_checked_too(repo):
    linked = repo.worktree("../li nked", branch="other")
    stage(linked, "copy.sh", A)

    code, said = commit(linked)

    assert (code, REFUSED in said) == (1, True)


def test_what_commit_all_would_take_is_checked(repo):
    repo.git("rm", "-q", "--cached", ".pre-commit-config.yaml")
    repo.commit({"copy.sh": B})
    repo.write("copy.sh", A)

    code, said = commit(repo, "-a")

    assert (code, REFUSED in said) == (1, True)


def test_a_file_that_is_staged_in_part_counts_as_staged(repo):
    stage(repo, "copy.sh", A)
    repo.write("copy.sh", B)
    refused = commit(repo)
    stage(repo, "copy.sh", B)
    repo.write("copy.sh", A)

    assert REFUSED in refused[1]
    assert commit(repo)[0] == 0
    assert repo.read("copy.sh") == A.encode()


def test_a_deletion_alone_runs_the_checks_and_passes(repo):
    repo.git("rm", "-q", "a.sh")

    code, said = commit(repo)

    assert code == 0
    assert said.count("Passed") == len(hooks())


def test_a_broken_manifest_is_one_line_of_one_check(repo):
    stage(repo, ".s2s/manifest.yaml", "schema: 1\nkeep: 3\n")

    code, said = commit(repo)

    assert code == 1
    problem = ".s2s/manifest.yaml:2: keep: expected a list of texts"
    assert f"{problem} [s2s-manifest-valid]" in said


def test_every_file_of_a_clean_tree_passes(repo, tool):
    done = subprocess.run(
        [tool, "run", "--all-files"], cwd=repo.path, capture_output=True, check=False
    )

    assert done.returncode == 0


@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_git_s_own_hook_and_theirs_live_together(first, tool, make_repo, run_s2s):
    only_valid = [hook for hook in hooks() if hook["id"] == "s2s-manifest-valid"]
    config = yaml.safe_load(local_config())
    config["repos"][0]["hooks"] = config["repos"][0]["hooks"][-len(only_valid) :]
    repo = make_repo({"a.sh": A, ".pre-commit-config.yaml": yaml.safe_dump(config)})
    if first == "theirs":
        install(tool, repo)
    assert run_s2s("hooks", "install", cwd=repo.path).exit_code == 0
    if first == "ours":
        install(tool, repo)
    stage(repo, "copy.sh", A)

    code, said = commit(repo)
    stage(repo, "copy.sh", B)
    stage(repo, ".s2s/manifest.yaml", "schema: 2\n")

    assert (code, REFUSED in said) == (1, True)
    assert "a staged manifest keeps its schema" in said
    assert commit(repo)[0] == 1
    assert run_s2s("hooks", "status", cwd=repo.path).exit_code == 0


# --- as users have it: from a repository, in an environment of its own ---------------


def test_the_published_hooks_work_from_a_clone(tool, make_repo, monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    source = publish(make_repo)
    config = {
        "repos": [
            {
                "repo": source.path.as_uri(),
                "rev": source.head(),
                "hooks": [{"id": hook["id"]} for hook in hooks()],
            }
        ]
    }
    repo = make_repo({"a.sh": A, ".pre-commit-config.yaml": yaml.safe_dump(config)})
    linked = repo.worktree("../linked", branch="other")
    prepare(tool, repo)
    install(tool, repo)

    for tree in (repo, linked):
        stage(tree, "copy.sh", A)
        code, said = commit(tree)
        assert REFUSED in said, said
        assert code == 1
        stage(tree, "copy.sh", B)
        assert commit(tree)[0] == 0


def publish(make_repo):
    """A repository with what the package is built from, as it is now."""
    source = make_repo(name="published")
    skip = shutil.ignore_patterns("__pycache__")
    for name in BUILT_FROM:
        target = source.file(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=skip)
        else:
            shutil.copy(ROOT / name, target)
    source.commit()
    return source


def prepare(tool: str, repo) -> None:
    """Let the tool build the environment; skip where no package index answers."""
    done = subprocess.run(
        [tool, "run", "--all-files"],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if done.returncode and not REQUIRE_ALL and any(words in said for words in OFFLINE):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, said
