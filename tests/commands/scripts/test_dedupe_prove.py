"""`s2s dedupe prove`, `apply --require-proof` and `verify --prove`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.needs("bwrap")

GOOD = "#!/bin/sh\necho good\n"
SELF = '#!/bin/sh\ncd "${0%/*}" && pwd\n'
# No rule about texts can see this coming.
ODD = "#!/bin/sh\n[ -h b/odd.sh ] && echo link || echo file\n"


@pytest.fixture
def twins(make_repo: Callable[..., Any]) -> Any:
    """A tree with duplicates: one pair runs the same as a link, one does not."""
    return make_repo(
        {
            "a/good.sh": GOOD,
            "b/good.sh": GOOD,
            "a/odd.sh": ODD,
            "b/odd.sh": ODD,
        }
    )


@pytest.fixture
def trees(make_repo: Callable[..., Any]) -> Any:
    """A repository whose scripts a linked worktree has too."""
    repo = make_repo({"bin/good.sh": GOOD, "bin/self.sh": SELF})
    repo.worktree("worktrees/side", branch="side")
    return repo


def proof(run_s2s: Callable[..., Any], *args: Any, cwd: Path) -> dict[str, Any]:
    done = run_s2s("dedupe", "prove", *args, "--json", cwd=cwd)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_it_says_what_is_proved_and_what_differs(
    twins: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s("dedupe", "prove", cwd=twins.path)

    assert done.exit_code == 0
    assert "Proved (1)\n    b/good.sh (1 place)\n" in done.stdout
    assert "Differs, so it stays as it is: with --help, stdout line 1:" in done.stdout
    assert "Of 2 scripts: 1 proved, 0 static only, 0 unprovable, 1 differs" in (
        done.stdout
    )


def test_its_plan_leaves_alone_what_differs_and_says_why(
    twins: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "proved.json"

    found = proof(run_s2s, "--out", out, cwd=twins.path)

    assert found["proof"]["counts"]["differs"] == 1
    assert [w["path"] for w in found["plan"]["writes"]] == ["b/good.sh"]
    assert found["plan"] == json.loads(out.read_text())
    kept = {keep["path"]: keep["reason"] for keep in found["plan"]["keeps"]}
    assert kept["b/odd.sh"].startswith("differs: with --help, stdout line 1:")


def test_nothing_in_the_repository_changes(
    trees: Any, run_s2s: Callable[..., Any]
) -> None:
    def seen() -> dict[str, bytes]:
        names = sorted(p for p in trees.path.rglob("*") if p.is_file())
        return {str(p): p.read_bytes() for p in names}

    before = seen()
    proof(run_s2s, "--all-worktrees", cwd=trees.path)

    assert seen() == before


def test_a_saved_plan_is_proved_and_its_proof_stands_beside_it(
    twins: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    run_s2s("dedupe", "plan", "--out", plan, cwd=twins.path)

    proof(run_s2s, plan, twins.path, cwd="/")
    done = run_s2s(
        *("dedupe", "apply", "--plan", plan, "--require-proof", "--yes"), cwd=twins.path
    )

    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "plan.json.proof").exists()
    assert os.path.islink(twins.path / "b/good.sh")
    assert not os.path.islink(twins.path / "b/odd.sh")


def test_a_proof_of_another_plan_is_refused(
    twins: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    proof(run_s2s, "--out", plan, cwd=twins.path)
    for name in ("a/good.sh", "b/good.sh"):
        twins.write(name, GOOD + "echo more\n")
    twins.commit(message="more")
    assert run_s2s("dedupe", "plan", "--out", plan, cwd=twins.path).exit_code == 0

    done = run_s2s(
        *("dedupe", "apply", "--plan", plan, "--require-proof", "--yes"), cwd=twins.path
    )

    assert done.exit_code == 13
    assert "run s2s dedupe prove" in done.stderr
    assert not os.path.islink(twins.path / "b/good.sh")


def test_apply_proves_by_itself_and_verify_is_content_with_what_was_left(
    twins: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s("dedupe", "apply", "--require-proof", "--yes", cwd=twins.path)

    assert done.exit_code == 0, done.stderr
    assert os.path.islink(twins.path / "b/good.sh")
    assert not os.path.islink(twins.path / "b/odd.sh")
    assert run_s2s("dedupe", "verify", cwd=twins.path).exit_code == 0
    assert run_s2s("dedupe", "verify", "--prove", cwd=twins.path).exit_code == 0


def test_the_manifest_says_how_scripts_are_called(
    twins: Any, run_s2s: Callable[..., Any]
) -> None:
    twins.write(
        ".s2s/manifest.yaml",
        "schema: 1\n"
        "probe:\n"
        '  - {scripts: ["b/good.sh"], runs: [[], ["--json", "a b"]]}\n'
        "  - {runs: []}\n",
    )

    found = proof(run_s2s, cwd=twins.path)["proof"]["families"]

    assert {f["family"]: f["verdict"] for f in found} == {
        "b/good.sh": "proved",
        "b/odd.sh": "static only",
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{runs: --help}", "probe[0].runs: expected a list of argument lists"),
        ("{runs: [--help]}", "probe[0].runs: expected lists of texts"),
        ("{runs: [[1]]}", "probe[0].runs: expected lists of texts"),
        ("{args: []}", "probe[0].args: unknown key"),
        ('{scripts: x, runs: [["a"]]}', "probe[0].scripts: expected a list of texts"),
    ],
)
def test_a_probe_that_is_none_is_refused_with_its_line(
    row: str, said: str, twins: Any, run_s2s: Callable[..., Any]
) -> None:
    twins.write(".s2s/manifest.yaml", f"schema: 1\nprobe:\n  - {row}\n")

    done = run_s2s("dedupe", "prove", cwd=twins.path)

    assert done.exit_code == 2
    assert f".s2s/manifest.yaml:3: {said}" in done.stderr


def test_all_worktrees_are_proved_applied_and_verified(
    trees: Any, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s(
        *("dedupe", "apply", "--all-worktrees", "--require-proof", "--yes"),
        cwd=trees.path,
    )
    assert done.exit_code == 0, done.stderr
    assert b"# s2s-wrapper" in trees.read("worktrees/side/bin/good.sh")
    assert trees.read("worktrees/side/bin/self.sh") == SELF.encode()

    done = run_s2s("dedupe", "verify", "--all-worktrees", "--prove", cwd=trees.path)

    assert done.exit_code == 0, done.stdout
    assert "Proved (1)\n    bin/good.sh (2 places)" in done.stdout


def test_the_manifest_leaves_alone_what_differs_and_the_next_plan_too(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    odd = "#!/bin/sh\ntest -d .s2s && echo adopted || echo plain\n"
    repo = make_repo({"bin/good.sh": GOOD, "bin/odd.sh": odd})
    repo.worktree("worktrees/side", branch="side")

    done = run_s2s(
        *("dedupe", "apply", "--all-worktrees", "--require-proof", "--yes"),
        cwd=repo.path,
    )

    assert done.exit_code == 0, done.stdout + done.stderr
    text = repo.read(".s2s/manifest.yaml").decode()
    by_id = dict(part.split("\n", 1) for part in text.split("  - id: ")[1:])
    assert "strategy: exec" in by_id["bin/good.sh"]
    assert "strategy: leave" in by_id["bin/odd.sh"]
    assert "reason: does not depend on where it stands" in unquoted(by_id, "good")
    assert "reason: run before and after, it differs" in unquoted(by_id, "odd")
    assert "form: exec" not in by_id["bin/odd.sh"]
    assert run_s2s("manifest", "check", cwd=repo.path).exit_code == 0
    again = run_s2s("dedupe", "plan", "--all-worktrees", "--json", cwd=repo.path)
    assert json.loads(again.stdout)["writes"] == []


@pytest.fixture
def adopted(trees: Any, run_s2s: Callable[..., Any]) -> Any:
    """The same after everything was applied."""
    done = run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=trees.path)
    assert done.exit_code == 0, done.stderr
    return trees


def verify(run_s2s: Callable[..., Any], repo: Any, *args: str) -> Any:
    return run_s2s("dedupe", "verify", "--all-worktrees", *args, cwd=repo.path)


def test_verify_names_a_file_that_is_not_as_it_was_left(
    adopted: Any, run_s2s: Callable[..., Any]
) -> None:
    adopted.write("worktrees/side/bin/good.sh", GOOD)

    done = verify(run_s2s, adopted)

    assert done.exit_code == 1
    assert "worktrees/side: bin/good.sh: it was changed since" in done.stdout


def test_verify_names_a_wrapper_that_finds_no_body(
    adopted: Any, run_s2s: Callable[..., Any]
) -> None:
    (adopted.path / ".s2s/canonical/bin/good.sh").unlink()
    (adopted.path / ".git/s2s/canonical/bin/good.sh").unlink()

    done = run_s2s("dedupe", "verify", "--all-worktrees", "--json", cwd=adopted.path)

    assert done.exit_code == 1
    named = {(k["worktree"], k["path"]) for k in json.loads(done.stdout)["unresolved"]}
    assert named == {(".", "bin/good.sh"), ("worktrees/side", "bin/good.sh")}


def test_verify_names_a_new_difference_only_when_it_runs_the_scripts(
    adopted: Any, run_s2s: Callable[..., Any]
) -> None:
    body = adopted.path / ".s2s/canonical/bin/good.sh"
    shared = adopted.path / ".git/s2s/canonical/bin/good.sh"
    adopted.git("add", "--all")
    adopted.git("commit", "-q", "-m", "adopt")
    for file in (body, shared):
        file.write_text(SELF)

    done = verify(run_s2s, adopted, "--prove")

    assert done.exit_code == 1
    assert "Differs" in done.stdout
    assert "bin/good.sh (2 places)" in done.stdout


def test_verify_lists_what_is_unprovable_and_is_content(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"bin/x.sh": "#!/bin/bash\necho $RANDOM$RANDOM\n"})
    repo.worktree("worktrees/side", branch="side")
    run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=repo.path)

    done = verify(run_s2s, repo, "--prove")

    assert done.exit_code == 0
    assert "Unprovable: with --help, nothing that it shows is the same" in done.stdout


def test_verify_does_not_count_copies_that_the_plan_kept(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"bin/x.sh": GOOD, "bin/y.sh": GOOD + ":\n"})
    side = repo.worktree("worktrees/side", branch="side")
    repo.commit({"bin/x.sh": GOOD + "echo new\n"}, "newer")
    side.commit({"bin/y.sh": GOOD + "echo mine\n"}, "mine")
    run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=repo.path)

    assert verify(run_s2s, repo, "--prove").exit_code == 0


def test_the_entry_script_is_this_check_over_every_worktree() -> None:
    from s2s_tools.scripts.wrappers import service

    (entry,) = [e for e in service.entries() if e.name == "test_worktree_operations.sh"]

    assert entry.paths == ("test_worktree_operations.sh",)
    assert entry.command == ("dedupe", "verify", "--all-worktrees", "--prove")


def test_a_saved_plan_and_all_worktrees_exclude_each_other(
    twins: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    run_s2s("dedupe", "plan", "--out", plan, cwd=twins.path)

    done = run_s2s("dedupe", "prove", plan, "--all-worktrees", cwd=twins.path)

    assert done.exit_code == 2


def test_the_fixture_estate_is_proved_in_time(
    shared_estate: Any, run_s2s: Callable[..., Any]
) -> None:
    import time

    start = time.monotonic()
    found = proof(run_s2s, "--all-worktrees", cwd=shared_estate.main.path)

    assert time.monotonic() - start < 60
    counts = found["proof"]["counts"]
    assert counts["proved"] >= 5
    assert counts["differs"] == 0


def unquoted(by_id: dict[str, str], name: str) -> str:
    return by_id[f"bin/{name}.sh"].replace('"', "")
