"""`s2s hooks`: what is printed, and the exit codes."""

from __future__ import annotations

import importlib
import json

import pytest

from s2s_tools.scripts.guard.model import Check

A = "#!/bin/sh\necho a\n"


@pytest.fixture
def copied(make_repo):
    """A repository with a staged copy."""
    repo = make_repo({"a.sh": A})
    repo.write("b\x1b[2J.sh", A)
    repo.git("add", "--all")
    return repo


def test_run_refuses_and_says_why(copied, run_s2s):
    ran = run_s2s("hooks", "run", "pre-commit", cwd=copied.path)

    assert ran.exit_code == 1
    assert ran.stdout == (
        "b\\x1b[2J.sh: a copy of a.sh (2 paths would hold these bytes, 1 did before); "
        "call that one, or list this path under allow: in .s2s/manifest.yaml "
        "[s2s-no-duplicates]\n"
    )


def test_run_as_json_is_one_document(copied, run_s2s):
    ran = run_s2s("hooks", "run", "s2s-no-duplicates", "--json", cwd=copied.path)
    told = json.loads(ran.stdout)

    assert (ran.exit_code, told["schema"], told["refreshed"]) == (1, 1, [])
    [finding] = told["findings"]
    assert finding["path"] == "b\x1b[2J.sh"
    assert (finding["check"], finding["canonical"]) == ("s2s-no-duplicates", "a.sh")


def test_what_git_adds_changes_nothing(make_repo, run_s2s):
    repo = make_repo({"a.sh": A})

    ran = run_s2s("hooks", "run", "post-merge", "0", cwd=repo.path)

    assert ran == (0, "", "")


def test_an_unknown_hook_is_a_usage_fault(make_repo, run_s2s):
    repo = make_repo({"a.sh": A})

    ran = run_s2s("hooks", "run", "pre-comit", cwd=repo.path)

    assert (ran.exit_code, "there is no hook 'pre-comit'" in ran.stderr) == (2, True)


def test_a_broken_manifest_is_one_line(make_repo, run_s2s):
    repo = make_repo({".s2s/manifest.yaml": "schema: 1\nkeep: 3\n"})
    repo.write("b.sh", A)
    repo.git("add", "--all")

    ran = run_s2s("hooks", "run", "s2s-no-duplicates", cwd=repo.path)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "s2s: .s2s/manifest.yaml:2: keep: expected a list of texts\n"


def test_outside_a_repository_is_11(tmp_path, run_s2s):
    for words in (("run", "pre-commit"), ("install",), ("status",), ("uninstall",)):
        assert run_s2s("hooks", *words, cwd=tmp_path).exit_code == 11


def test_a_git_dir_of_another_repository_is_refused(make_repo, run_s2s, monkeypatch):
    repo = make_repo({"a.sh": A})
    other = make_repo({"a.sh": A}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other.file(".git")))

    ran = run_s2s("hooks", "run", "pre-commit", cwd=repo.path)

    assert (ran.exit_code, "GIT_DIR names" in ran.stderr) == (1, True)


def test_install_status_uninstall(make_repo, run_s2s):
    repo = make_repo({"a.sh": A})
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n")

    absent = run_s2s("hooks", "status", "--json", cwd=repo.path)
    dry = run_s2s("hooks", "install", "--dry-run", cwd=repo.path)
    installed = run_s2s("hooks", "install", cwd=repo.path)
    status = run_s2s("hooks", "status", "--json", cwd=repo.path)
    again = run_s2s("hooks", "install", "--json", cwd=repo.path)
    removed = run_s2s("hooks", "uninstall", cwd=repo.path)

    states = [hook["state"] for hook in json.loads(absent.stdout)["hooks"]]
    assert (absent.exit_code, states) == (1, ["foreign", "absent", "absent", "absent"])
    assert "4 hooks would be installed" in dry.stdout
    assert "pre-commit        installed, after the hook that was there" in (
        installed.stdout
    )
    told = json.loads(status.stdout)
    assert (status.exit_code, told["shared"], told["outside"]) == (0, True, False)
    assert told["hooks"][0] == {"name": "pre-commit", "state": "ours", "chained": True}
    assert json.loads(again.stdout)["installed"] == 0
    assert "4 hooks taken away." in removed.stdout


@pytest.mark.parametrize("check", Check)
def test_each_check_has_an_entry_point_that_ignores_file_names(
    check, copied, monkeypatch, capsys
):
    name = check.removeprefix("s2s-").replace("-", "_")
    entry = importlib.import_module(f"s2s_tools.hooks.{name}")
    monkeypatch.chdir(copied.path)

    code = entry.main(["some/file.sh"])

    assert code == (1 if check is Check.NO_DUPLICATES else 0)
    assert (f"[{check}]" in capsys.readouterr().out) == bool(code)
