"""`s2s dedupe plan`, `apply`, `status`, `verify` and `undo`, from the command line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import s2s_tools

Repo = Any
Run = Callable[..., Any]
FREE = "#!/bin/sh\necho free\n"
BOUND = '#!/bin/sh\n. "$(dirname "$0")/lib.sh"\n'


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """A free script twice, a bound one twice, a linked worktree with all of them."""
    main = make_repo(
        {
            "bin/free.sh": FREE,
            "tools/x/free.sh": FREE,
            "bin/bound.sh": BOUND,
            "tools/bound.sh": BOUND,
            "lib.sh": "x=1\n",
        }
    )
    main.worktree("wt", branch="side")
    return main


def state(repo: Repo) -> dict[str, object]:
    """Every path outside .git with its kind, mode and bytes."""
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(repo.path):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                found[path] = os.readlink(path)
            else:
                with open(path, "rb") as stream:
                    found[path] = (os.stat(path).st_mode, stream.read())
    return found


def test_plan_shows_the_link_and_the_reason_for_what_stays(
    repo: Repo, run_s2s: Run
) -> None:
    before = state(repo)

    done = run_s2s("dedupe", "plan", cwd=repo.path)

    assert done.exit_code == 0
    assert "tools/x/free.sh -> ../../bin/free.sh" in done.stdout
    assert "tools/bound.sh" in done.stdout
    assert "it uses its own location ($0, line 2)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert state(repo) == before


def test_the_plan_follows_the_strategy_that_the_manifest_records(
    repo: Repo, run_s2s: Run
) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    manifest = Path(repo.file(".s2s/manifest.yaml"))
    text = manifest.read_text().replace("strategy: link", "strategy: leave")
    manifest.write_text(text)

    done = run_s2s("dedupe", "plan", "--json", cwd=repo.path)

    made = json.loads(done.stdout)
    own = [keep for keep in made["keeps"] if keep["worktree"] == "."]
    reasons = {keep["path"]: keep["reason"] for keep in own}
    assert made["writes"] == []
    assert reasons["tools/x/free.sh"].endswith("but the manifest says so (leave)")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("find . -name '*.sh'", "it lists the scripts of a tree (find), line 2"),
        ("cat > out.sh <<X\necho\nX", "it writes other scripts"),
        ("if then fi (", "it cannot be read as shell, line 2"),
    ],
    ids=["lists", "writes", "unread"],
)
def test_a_script_that_no_link_survives_stays(
    make_repo: Callable[..., Repo], run_s2s: Run, line: str, said: str
) -> None:
    text = f"#!/bin/sh\n{line}\n"
    repo = make_repo({"a.sh": text, "t/a.sh": text, "b.sh": FREE, "t/b.sh": FREE})

    made = json.loads(run_s2s("dedupe", "plan", "--json", cwd=repo.path).stdout)

    assert [write["path"] for write in made["writes"]] == ["t/b.sh"]
    (keep,) = made["keeps"]
    assert (keep["path"], said in keep["reason"]) == ("t/a.sh", True)


def test_plan_with_nothing_to_do_is_exit_0_too(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    done = run_s2s("dedupe", "plan", cwd=make_repo({"a.sh": FREE}).path)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "Nothing to do" in done.stdout


def test_apply_then_verify_then_undo(repo: Repo, run_s2s: Run) -> None:
    before = state(repo)

    applied = run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    verified = run_s2s("dedupe", "verify", cwd=repo.path)
    again = run_s2s("dedupe", "plan", "--json", cwd=repo.path)
    link = os.readlink(repo.file("tools/x/free.sh"))
    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert [applied.exit_code, verified.exit_code, undone.exit_code] == [0, 0, 0]
    assert link == "../../bin/free.sh"
    assert json.loads(again.stdout)["writes"] == []
    assert "s2s dedupe undo --tx" in applied.stdout
    assert state(repo) == before


def test_apply_prints_the_plan_that_it_carries_out(repo: Repo, run_s2s: Run) -> None:
    dry = json.loads(
        run_s2s("dedupe", "apply", "--dry-run", "--json", cwd=repo.path).stdout
    )
    wet = json.loads(
        run_s2s("dedupe", "apply", "--yes", "--json", cwd=repo.path).stdout
    )

    assert dry["plan"] == wet["plan"]
    assert dry["applied"] is None
    assert wet["applied"]["written"] == len(wet["plan"]["writes"]) == 1


@pytest.mark.parametrize("words", [["apply"], ["undo"], ["sync"]])
def test_without_anybody_to_ask_nothing_happens(
    repo: Repo, run_s2s: Run, words: list[str]
) -> None:
    repo.commit({"lib.sh": "x=2\n"})
    if words == ["undo"]:
        run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    before = state(repo)

    done = run_s2s("dedupe", *words, cwd=repo.path)

    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert state(repo) == before


def test_a_saved_plan_is_carried_out(repo: Repo, run_s2s: Run) -> None:
    saved = run_s2s("dedupe", "plan", "--out", "../p.json", "--json", cwd=repo.path)

    done = run_s2s("dedupe", "apply", "--plan", "../p.json", "--yes", cwd=repo.path)

    assert done.exit_code == 0
    assert json.loads((repo.path.parent / "p.json").read_text()) == json.loads(
        saved.stdout
    )
    assert repo.file("tools/x/free.sh").is_symlink()


def test_a_plan_is_not_saved_over_another_file(repo: Repo, run_s2s: Run) -> None:
    done = run_s2s("dedupe", "plan", "--out", "lib.sh", cwd=repo.path)

    assert done.exit_code == 1
    assert repo.read("lib.sh") == b"x=1\n"


@pytest.mark.parametrize("path", ["tools/x/free.sh", "bin/free.sh"])
@pytest.mark.parametrize("how", ["bytes", "mode", "gone"])
def test_a_change_since_the_plan_on_either_side_is_exit_13(
    repo: Repo, run_s2s: Run, path: str, how: str
) -> None:
    run_s2s("dedupe", "plan", "--out", "../p.json", cwd=repo.path)
    if how == "bytes":
        repo.write(path, FREE + "# edited\n")
    elif how == "mode":
        repo.file(path).chmod(0o700)
    else:
        repo.file(path).unlink()
    before = state(repo)

    done = run_s2s("dedupe", "apply", "--plan", "../p.json", "--yes", cwd=repo.path)

    assert done.exit_code == 13
    assert len(done.stderr.splitlines()) == 1
    assert state(repo) == before


def test_a_plan_of_another_repository_is_refused_in_one_line(
    repo: Repo, make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    run_s2s("dedupe", "plan", "--out", "../p.json", cwd=repo.path)
    other = make_repo({"bin/free.sh": FREE, "tools/x/free.sh": FREE}, name="other")

    done = run_s2s("dedupe", "apply", "--plan", "../p.json", "--yes", cwd=other.path)

    assert done.exit_code == 2
    assert "was made for" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', "\x00"])
def test_a_broken_plan_is_refused(repo: Repo, run_s2s: Run, text: str) -> None:
    (repo.path.parent / "p.json").write_text(text)

    done = run_s2s("dedupe", "apply", "--plan", "../p.json", "--yes", cwd=repo.path)

    assert done.exit_code == 2
    assert "p.json" in done.stderr


def test_a_bundle_of_the_backup_is_written(repo: Repo, run_s2s: Run) -> None:
    run_s2s("dedupe", "apply", "--yes", "--bundle", "../b.bundle", cwd=repo.path)

    assert b"refs/s2s/" in repo.git("bundle", "list-heads", "../b.bundle")


def test_only_the_tree_of_the_path_is_written(repo: Repo, run_s2s: Run) -> None:
    run_s2s("dedupe", "apply", repo.path / "wt/tools", "--yes", cwd=repo.path)

    assert repo.file("wt/tools/x/free.sh").is_symlink()
    assert not repo.file("tools/x/free.sh").is_symlink()


def test_an_untracked_duplicate_is_replaced_when_it_is_named(
    repo: Repo, run_s2s: Run
) -> None:
    repo.write("mine.sh", FREE)

    run_s2s("dedupe", "apply", "mine.sh", "--yes", cwd=repo.path)

    assert os.readlink(repo.file("mine.sh")) == "bin/free.sh"
    assert not repo.file("tools/x/free.sh").is_symlink()


def test_a_named_file_that_is_no_script_is_exit_11(repo: Repo, run_s2s: Run) -> None:
    repo.write("notes.txt", "n")

    assert run_s2s("dedupe", "plan", "notes.txt", cwd=repo.path).exit_code == 11


def test_it_works_without_any_commit(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    repo = make_repo()
    repo.write("a.sh", FREE)
    repo.write("b.sh", FREE)
    repo.git("add", ".")

    done = run_s2s("dedupe", "apply", "--yes", cwd=repo.path)

    assert done.exit_code == 0, done.stderr
    assert os.readlink(repo.file("b.sh")) == "a.sh"


def test_the_link_leads_to_the_canonical_that_the_manifest_names(
    repo: Repo, run_s2s: Run
) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    text = repo.read(".s2s/manifest.yaml").decode()
    wanted = "canonical: tools/x/free.sh"
    repo.write(".s2s/manifest.yaml", text.replace("canonical: bin/free.sh", wanted))

    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)

    assert os.readlink(repo.file("bin/free.sh")) == "../tools/x/free.sh"


def test_decisions_of_the_manifest_hold_until_the_content_changes(
    repo: Repo, run_s2s: Run
) -> None:
    sha = hashlib.sha256(FREE.encode()).hexdigest()
    paths = "[bin/free.sh, tools/x/free.sh]"
    repo.write(
        ".s2s/manifest.yaml",
        f"allow:\n  - {{sha256: {sha}, paths: {paths}, reason: two doors}}\n",
    )

    allowed = run_s2s("dedupe", "plan", "--json", cwd=repo.path)
    other = FREE + "echo more\n"
    repo.commit({"bin/free.sh": other, "tools/x/free.sh": other})
    changed = run_s2s("dedupe", "plan", "--json", cwd=repo.path)

    assert json.loads(allowed.stdout)["writes"] == []
    assert "two doors" in allowed.stdout
    assert len(json.loads(changed.stdout)["writes"]) == 1


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda r: r.write("tools/x/free.sh", (FREE, 0o700)), "mode is 0700"),
        (lambda r: r.git("config", "core.symlinks", "false"), "core.symlinks"),
        (
            lambda r: r.commit({"Dockerfile": "COPY tools/x/free.sh /\n"}),
            "Dockerfile l",
        ),
        (lambda r: r.commit({"img/Dockerfile": "ADD x/*.sh /\n"}), "img/Dockerfile li"),
        (
            lambda r: r.write("img/x.dockerfile", "COPY x/free.sh /\n"),
            "img/x.dockerfile line 1",
        ),
        (lambda r: r.git("rm", "-q", "--cached", "tools/x/free.sh"), "not track"),
        (
            lambda r: os.link(r.file("tools/x/free.sh"), r.path.parent / "other name"),
            "hard link",
        ),
        (
            lambda r: r.commit({".gitattributes": "tools/** text eol=crlf\n"}),
            "CRLF",
        ),
    ],
    ids=[
        "mode",
        "no links",
        "docker",
        "docker glob",
        "docker untracked",
        "untracked",
        "hard link",
        "crlf",
    ],
)
def test_a_reason_to_keep_is_found_on_the_disk(
    repo: Repo, run_s2s: Run, prepare: Callable[[Repo], object], said: str
) -> None:
    prepare(repo)
    before = state(repo)

    planned = run_s2s("dedupe", "plan", cwd=repo.path)
    applied = run_s2s("dedupe", "apply", "--yes", cwd=repo.path)

    assert said in planned.stdout
    assert applied.exit_code == 0, applied.stderr
    assert state(repo) == before


def test_a_script_of_another_language_is_never_replaced(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    config = '[scan]\nlanguages = ["python"]\n'
    python = dict.fromkeys(("x.py", "y.py"), "print(1)\n")
    repo = make_repo({".s2s/config.toml": config, **python})

    done = json.loads(run_s2s("dedupe", "plan", "--json", cwd=repo.path).stdout)

    assert done["writes"] == []
    assert "not a shell script" in done["keeps"][0]["reason"]


def test_an_edit_that_is_not_committed_keeps_the_file(repo: Repo, run_s2s: Run) -> None:
    for path in ("bin/free.sh", "tools/x/free.sh"):
        repo.write(path, FREE + "# both edited\n")

    done = run_s2s("dedupe", "plan", cwd=repo.path)

    assert "changes that are not committed" in done.stdout
    assert run_s2s("dedupe", "apply", "--yes", cwd=repo.path).exit_code == 0
    assert not repo.file("tools/x/free.sh").is_symlink()


def test_a_merge_under_way_is_said_in_the_plan_and_refused_by_apply(
    repo: Repo, run_s2s: Run
) -> None:
    repo.file(".git/MERGE_HEAD").write_text(repo.head() + "\n")
    before = state(repo)

    planned = run_s2s("dedupe", "plan", cwd=repo.path)
    applied = run_s2s("dedupe", "apply", "--yes", cwd=repo.path)

    assert "apply would refuse now: a merge is under way" in planned.stdout
    assert applied.exit_code == 1
    assert state(repo) == before


def test_hostile_names_become_links_and_come_back(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    names = [b"a\nb.sh", b"\xff/x.sh", b"-n.sh", b"$(id)/\x1b[31m.sh", b"a b/'\".sh"]
    repo = make_repo(dict.fromkeys([b"0.sh", *names], FREE))
    before = state(repo)

    done = run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    bodies = {os.path.realpath(repo.file(name)) for name in (b"0.sh", *names)}
    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert done.exit_code == undone.exit_code == 0, done.stderr
    assert len(bodies) == 1
    assert "\x1b" not in done.stdout
    assert state(repo) == before


def test_undo_keeps_a_later_edit_and_names_it(repo: Repo, run_s2s: Run) -> None:
    repo.commit({"third.sh": FREE})
    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    repo.file("third.sh").unlink()
    repo.write("third.sh", "#!/bin/sh\necho mine\n")

    verified = run_s2s("dedupe", "verify", "--json", cwd=repo.path)
    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert verified.exit_code == 1
    assert [c["path"] for c in json.loads(verified.stdout)["changed"]] == ["third.sh"]
    assert "third.sh stays" in undone.stdout
    assert repo.read("third.sh") == b"#!/bin/sh\necho mine\n"
    assert not repo.file("tools/x/free.sh").is_symlink()


def test_undo_of_a_named_transaction(repo: Repo, run_s2s: Run) -> None:
    first = run_s2s("dedupe", "apply", "--yes", "--json", cwd=repo.path)
    txid = json.loads(first.stdout)["applied"]["txid"]
    run_s2s("manifest", "build", cwd=repo.path)

    done = run_s2s("dedupe", "undo", "--tx", txid, "--yes", "--json", cwd=repo.path)

    assert json.loads(done.stdout)["txid"] == txid
    assert repo.file(".s2s/manifest.yaml").exists()
    assert not repo.file("tools/x/free.sh").is_symlink()


def test_a_dry_undo_changes_nothing(repo: Repo, run_s2s: Run) -> None:
    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    before = state(repo)

    done = run_s2s("dedupe", "undo", "--dry-run", cwd=repo.path)

    assert "would be restored" in done.stdout
    assert state(repo) == before


def test_nothing_to_undo_is_exit_11(repo: Repo, run_s2s: Run) -> None:
    done = run_s2s("dedupe", "undo", "--yes", "--json", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (11, "")
    assert json.loads(done.stderr)["exit_code"] == 11


def test_verify_names_what_waits(repo: Repo, run_s2s: Run) -> None:
    done = run_s2s("dedupe", "verify", cwd=repo.path)

    assert done.exit_code == 1
    assert "tools/x/free.sh waits" in done.stdout


def test_status_tells_what_was_done_and_what_waits(repo: Repo, run_s2s: Run) -> None:
    fresh = json.loads(run_s2s("dedupe", "status", "--json", cwd=repo.path).stdout)
    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    after = json.loads(run_s2s("dedupe", "status", "--json", cwd=repo.path).stdout)
    shown = run_s2s("dedupe", "status", cwd=repo.path)

    assert (fresh["duplicates"], fresh["transactions"]) == (1, [])
    assert fresh["manifest"] is None
    assert after["duplicates"] == 0
    assert [t["state"] for t in after["transactions"]] == ["committed"]
    assert after["half_done"] == []
    assert "s2s dedupe apply" in shown.stdout


def test_status_says_whether_the_manifest_is_true(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    true = run_s2s("dedupe", "status", cwd=repo.path)
    repo.file("lib.sh").chmod(0o755)
    untrue = run_s2s("dedupe", "status", cwd=repo.path)

    assert "agrees with the scripts" in true.stdout
    assert "s2s manifest check" in untrue.stdout


def test_status_names_a_half_done_transaction_and_the_next_run_settles_it(
    repo: Repo, run_s2s: Run
) -> None:
    before = state(repo)
    _cut_off(repo)

    half = json.loads(run_s2s("dedupe", "status", "--json", cwd=repo.path).stdout)
    run_s2s("manifest", "build", cwd=repo.path)
    after = json.loads(run_s2s("dedupe", "status", "--json", cwd=repo.path).stdout)
    repo.file(".s2s/manifest.yaml").unlink()
    repo.file(".s2s").rmdir()

    assert len(half["half_done"]) == 1
    assert after["half_done"] == []
    assert state(repo) == before


def _cut_off(repo: Repo) -> None:
    """Apply, and die right after the first path was changed."""
    code = (
        "import os, sys\n"
        "from s2s_tools.changes import apply\n"
        "from s2s_tools.scripts.dedupe import service\n"
        "planned = service.dedupe(os.fsencode(sys.argv[1]))\n"
        "def die(name):\n"
        "    if name == 'moved:0': os._exit(9)\n"
        "apply.apply(planned.plan, planned.repository, failpoint=die)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(s2s_tools.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, repo.path], env=env, check=False
    )
    assert done.returncode == 9


def test_nothing_is_staged_or_committed(repo: Repo, run_s2s: Run) -> None:
    head = repo.head()

    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)

    assert repo.head() == head
    assert repo.git("diff", "--cached", "--name-only") == b""


def test_without_a_worktree_there_is_nothing_to_plan(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    done = run_s2s("dedupe", "plan", cwd=make_repo(bare=True).path)

    assert done.exit_code == 1
    assert "no worktree" in done.stderr


def test_an_ignored_dockerfile_is_nobodys_build(repo: Repo, run_s2s: Run) -> None:
    repo.commit({".gitignore": "Dockerfile\n"})
    repo.write("Dockerfile", "COPY tools/x/free.sh /\n")

    done = run_s2s("dedupe", "plan", cwd=repo.path)

    assert "tools/x/free.sh -> ../../bin/free.sh" in done.stdout


@pytest.mark.parametrize("file", ["nowhere.json", "bin"])
def test_a_plan_file_that_is_none_is_exit_2(
    repo: Repo, run_s2s: Run, file: str
) -> None:
    done = run_s2s("dedupe", "apply", "--plan", file, "--yes", cwd=repo.path)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert file in done.stderr


def test_a_script_that_is_not_there_is_a_file_or_folder(
    repo: Repo, run_s2s: Run
) -> None:
    done = run_s2s("dedupe", "plan", "nope.sh", cwd=repo.path)

    assert (done.exit_code, done.stderr) == (
        11,
        "s2s: no such file or folder: nope.sh\n",
    )
