"""The emitted library, in real shells."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.scripts.environment import render, table
from tests.scripts.environment.sourced import PRINT, SHELLS, argv, clean, run, values

Tool = Callable[[str], str]
SH = "lib/s2s-env.sh"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, require_tool: Tool) -> list[str]:
    require_tool(request.param)
    return argv(request.param)


def linked(place: Any) -> Path:
    return place.path.parent / "linked tree"


def test_sourced_it_finds_both_roots_from_any_folder(
    place: Any, shell: list[str], tmp_path: Path
) -> None:
    code = f'set -eu; . "$1"; {PRINT}'

    main = run([*shell, "-c", code, "x", str(place.path / SH)], tmp_path)
    tree = run([*shell, "-c", code, "x", str(linked(place) / SH)], Path("/"))

    assert main.stderr == tree.stderr == ""
    assert values(main.stdout)["S2S_ROOT"] == str(place.path)
    assert values(main.stdout)["S2S_TREE"] == str(place.path)
    assert values(tree.stdout)["S2S_ROOT"] == str(place.path)
    assert values(tree.stdout)["S2S_TREE"] == str(linked(place))


def test_a_script_sources_it_by_a_relative_path(place: Any, shell: list[str]) -> None:
    text = f"set -eu\n. ../lib/s2s-env.sh\n{PRINT}\n"
    place.write("bin/call.sh", text)

    done = run([*shell, "./call.sh"], place.path / "bin")

    assert done.stderr == ""
    assert values(done.stdout)["S2S_TREE"] == str(place.path)


def test_what_hangs_on_the_roots(place: Any, shell: list[str]) -> None:
    code = f'. "$1"; {PRINT}'

    done = run([*shell, "-c", code, "x", str(linked(place) / SH)], Path("/"))

    root, tree, found = str(place.path), str(linked(place)), values(done.stdout)
    assert found["COORDINATION_DIR"] == f"{root}/agent_coordination"
    assert found["S2S_WORK_CLAIMS"] == f"{root}/agent_coordination/work_claims.json"
    assert found["S2S_WORKTREES"] == f"{root}/worktrees"
    assert found["S2S_SCRIPTS"] == f"{tree}/scripts"
    assert found["S2S_ENVIRONMENT"] == "development"
    assert found["S2S_LOG_LEVEL"] == "DEBUG"
    assert found.keys() == set(table.NAMES)


def test_what_the_caller_set_stays(
    place: Any, shell: list[str], tmp_path: Path
) -> None:
    given = {name: f"mine {name}" for name in table.NAMES}
    given |= {"S2S_ROOT": str(tmp_path), "S2S_TREE": "/", "S2S_LOG_LEVEL": ""}

    done = run(
        [*shell, "-c", f'set -eu; . "$1"; {PRINT}', "x", str(place.path / SH)],
        tmp_path,
        clean(**given),
    )

    assert values(done.stdout) == given


def test_unexported_values_of_the_caller_stay_and_are_exported(
    place: Any, shell: list[str]
) -> None:
    code = 'COORDINATION_DIR="/x  y"; . "$1"; env'

    done = run([*shell, "-c", code, "x", str(place.path / SH)], place.path)

    lines = done.stdout.splitlines()
    assert "COORDINATION_DIR=/x  y" in lines
    assert "S2S_WORK_CLAIMS=/x  y/work_claims.json" in lines


def test_sourcing_twice_changes_nothing(place: Any, shell: list[str]) -> None:
    code = f'. "$1"; {PRINT}; . "$1"; {PRINT}'

    done = run([*shell, "-c", code, "x", str(place.path / SH)], place.path)

    half = len(done.stdout) // 2
    assert done.stdout[:half] == done.stdout[half:] != ""


def test_it_leaves_the_callers_shell_alone(place: Any, shell: list[str]) -> None:
    code = 'set -- a "b c"; IFS=x; . "$1"; printf "%s|" "$#" "$2" "$IFS" "$PWD"; set'
    code = code.replace('"$1"', '"$LIB"')
    env = clean(LIB=str(place.path / SH))

    done = run([*shell, "-c", code], Path("/tmp"), env)

    assert done.stdout.startswith("2|b c|x|/tmp|")
    assert "_s2s_env" not in done.stdout.replace("_s2s_env_line='", "")


@pytest.mark.parametrize("options", ["-eu", "-euf", "-euC", "-eua"])
def test_it_works_under_every_option(
    place: Any, shell: list[str], options: str
) -> None:
    code = f'set {options}; . "$1"; echo "$S2S_ROOT"'

    done = run([*shell, "-c", code, "x", str(place.path / SH)], place.path)

    assert (done.stdout, done.stderr) == (f"{place.path}\n", "")


def test_run_it_prints_lines_that_a_shell_reads_back(
    place: Any, shell: list[str]
) -> None:
    done = run([*shell, SH], linked(place))

    back = run([*shell, "-c", f'eval "$1"; {PRINT}', "x", done.stdout], Path("/"))

    assert done.returncode == 0
    assert done.stderr == ""
    assert values(back.stdout)["S2S_ROOT"] == str(place.path)
    assert values(back.stdout)["S2S_TREE"] == str(linked(place))


def test_run_with_a_command_it_runs_that(place: Any, shell: list[str]) -> None:
    words = [
        *shell,
        str(place.path / SH),
        "sh",
        "-c",
        'echo "$1 $S2S_ROOT"',
        "x",
        "a b",
    ]

    done = run(words, Path("/"))

    assert done.stdout == f"a b {place.path}\n"


def test_through_a_link_from_outside_it_finds_its_own_place(
    place: Any, shell: list[str], tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "env.sh"
    link.symlink_to(place.path / SH)

    done = run([*shell, "-c", '. "$1"; echo "$S2S_ROOT"', "x", str(link)], tmp_path)

    assert done.stdout == f"{place.path}\n"


def test_a_callers_cd_and_cdpath_do_not_lead_astray(
    place: Any, shell: list[str]
) -> None:
    code = 'cd() { echo astray; }; CDPATH=/:/tmp; . "$1"; echo "$S2S_ROOT"'

    done = run([*shell, "-c", code, "x", f"./{SH}"], place.path)

    assert done.stdout == f"{place.path}\n"


def test_in_no_repository_one_line_tells_and_nothing_is_set(
    shell: list[str], tmp_path: Path
) -> None:
    library = tmp_path / "s2s-env.sh"
    library.write_bytes(render.library("sh"))
    code = '. "$1" || echo "refused [${S2S_ROOT-unset}]"'

    done = run([*shell, "-c", code, "x", str(library)], tmp_path)
    ran = run([*shell, str(library)], tmp_path)

    assert done.stdout == "refused [unset]\n"
    assert done.stderr.count("\n") == 1
    assert "set S2S_ROOT" in done.stderr
    assert (ran.returncode, ran.stdout) == (1, "")


def test_under_set_e_a_root_that_is_no_folder_ends_the_script(
    place: Any, shell: list[str]
) -> None:
    code = 'set -e; . "$1"; echo went on'

    done = run(
        [*shell, "-c", code, "x", str(place.path / SH)],
        place.path,
        clean(S2S_ROOT="/nowhere/at all"),
    )

    assert done.returncode != 0
    assert done.stdout == ""
    assert "S2S_ROOT is /nowhere/at all, which is no folder" in done.stderr


def test_a_tree_without_git_is_found_by_what_stands_at_its_top(
    shell: list[str], tmp_path: Path
) -> None:
    top = tmp_path / "deployed here"
    (top / "agent_coordination").mkdir(parents=True)
    (top / "agent_coordination" / "coordination_helper.sh").touch()
    library = top / "s2s-env.sh"
    library.write_bytes(render.library("sh"))

    done = run([*shell, "-c", '. "$1"; echo "$S2S_ROOT"', "x", str(library)], tmp_path)

    assert done.stdout == f"{top}\n"


def test_a_worktree_whose_repository_is_gone_is_an_error(
    place: Any, shell: list[str]
) -> None:
    tree = linked(place)
    place.path.rename(place.path.parent / "moved")

    done = run([*shell, str(tree / SH)], tree)

    assert done.returncode == 1
    assert "which is not there" in done.stderr


def test_a_folder_with_line_ends_in_its_name_is_found(
    place: Any, shell: list[str], tmp_path: Path
) -> None:
    odd = tmp_path / "two\nlines\n"
    shutil.copytree(place.path, odd, symlinks=True)
    code = 'set -eu; . "$1"; printf "%s" "$S2S_ROOT"'

    done = run([*shell, "-c", code, "x", str(odd / SH)], tmp_path)

    assert (done.stdout, done.stderr) == (str(odd), "")


def test_a_moved_clone_finds_itself(
    place: Any, shell: list[str], tmp_path: Path
) -> None:
    shutil.copytree(place.path, tmp_path / "moved clone", symlinks=True)

    done = run([*shell, SH], tmp_path / "moved clone")

    assert f"S2S_ROOT='{tmp_path}/moved clone'" in done.stdout


def test_the_bash_library_does_the_same(place: Any) -> None:
    code = f'set -eu; . "$1"; {PRINT}'
    folder = linked(place) / "lib"

    own = run(["bash", "-c", code, "x", str(folder / "s2s-env.bash")], Path("/"))
    sh = run(["bash", "-c", code, "x", str(folder / "s2s-env.sh")], Path("/"))
    ran = run([str(folder / "s2s-env.bash"), "env"], Path("/"))

    assert values(own.stdout) == values(sh.stdout) != {}
    assert f"S2S_TREE={linked(place)}" in ran.stdout.splitlines()


def test_the_fish_library_does_the_same(
    place: Any, require_tool: Tool, tmp_path: Path
) -> None:
    require_tool("fish")
    library = str(linked(place) / "lib/s2s-env.fish")
    shown = "; ".join(f'printf "%s=%s\\0" {n} "${n}"' for n in table.NAMES)
    code = f"source $argv[1]; or exit 9; {shown}"

    fish = run(["fish", "-c", code, library], tmp_path)
    bash = run(
        ["bash", "-c", f'. "$1"; {PRINT}', "x", str(linked(place) / SH)], tmp_path
    )
    ran = run(["fish", library, "env"], tmp_path)
    kept = run(["fish", library, "env"], tmp_path, clean(S2S_SCRIPTS="", CI="1"))

    assert fish.stderr == ""
    assert values(fish.stdout) == values(bash.stdout)
    assert f"S2S_ROOT={place.path}" in ran.stdout.splitlines()
    assert "S2S_SCRIPTS=" in kept.stdout.splitlines()
    assert "S2S_ENVIRONMENT=ci" in kept.stdout.splitlines()


def test_fish_outside_of_every_repository_fails(
    require_tool: Tool, tmp_path: Path
) -> None:
    require_tool("fish")
    library = tmp_path / "s2s-env.fish"
    library.write_bytes(render.library("fish"))

    done = run(
        ["fish", "-c", "source $argv[1]; or echo refused", str(library)], tmp_path
    )

    assert done.stdout == "refused\n"
    assert "set S2S_ROOT" in done.stderr


@pytest.mark.parametrize("name", ["sh", "bash"])
def test_shellcheck_is_content(name: str, require_tool: Tool, tmp_path: Path) -> None:
    library = tmp_path / "s2s-env.sh"
    library.write_bytes(render.library(name))

    done = run([require_tool("shellcheck"), str(library)], tmp_path)

    assert done.stdout == ""


@pytest.mark.parametrize("name", table.SHELLS)
def test_nobodys_home_and_no_absolute_place_is_in_it(name: str) -> None:
    text = render.library(name).decode()

    assert "/Users" not in text
    assert "/home" not in text
    assert text == render.library(name).decode()


def test_for_another_shell_there_is_none() -> None:
    with pytest.raises(errors.UsageFault, match="tcsh"):
        render.library("tcsh")


def test_run_by_a_wrapper_it_finds_the_wrappers_tree(
    place: Any, shell: list[str]
) -> None:
    body = place.write(".git/s2s/canonical/lib/s2s-env.sh", place.read(SH))
    code = 'S2S_SELF="$$:$1"; export S2S_SELF; shift; exec "$@"'
    words = [str(linked(place) / SH), *shell, str(body)]

    done = run(["sh", "-c", code, "x", *words], Path("/"))
    stale = run([*shell, str(body)], Path("/"), clean(S2S_SELF=f"1:{words[0]}"))

    quoted = str(place.path).replace("'", "'\\''")
    assert f"S2S_TREE='{linked(place)}'\n" in done.stdout
    assert f"S2S_ROOT='{quoted}'\n" in done.stdout
    assert f"S2S_TREE='{quoted}'\n" in stale.stdout


def test_without_a_home_and_with_little_else(place: Any, shell: list[str]) -> None:
    code = '. "$1"; echo "$S2S_ROOT"'
    words = [*shell, "-c", code, "x", str(linked(place) / SH)]

    done = run(words, Path("/"), {"PATH": "/usr/bin:/bin"})

    assert (done.stdout, done.stderr) == (f"{place.path}\n", "")
