"""How a plan is shown to people."""

from __future__ import annotations

from s2s_tools.changes import state as states
from s2s_tools.changes.apply import Applied
from s2s_tools.changes.model import Keep, Plan, Write
from s2s_tools.changes.recover import Recovered
from s2s_tools.cli import plans


def link(path: bytes, tree: str = ".", reason: str = "the same bytes as a") -> Write:
    return Write(
        worktree=tree,
        path=path,
        before=states.file_state(b"x", 0o755),
        after=states.link_state(b"a"),
        data=b"a",
        reason=reason,
    )


def keeps(count: int, reason: str, tree: str = ".") -> tuple[Keep, ...]:
    return tuple(
        Keep(worktree=tree, path=b"k%d" % number, reason=reason)
        for number in range(count)
    )


def shown(plan: Plan, here: str = ".", *, whole: bool = False) -> list[str]:
    return list(plans.lines(plan, here, whole=whole))


def test_files_stand_under_their_common_reason() -> None:
    plan = Plan(repository=b"/r", command="c", writes=(link(b"b"), link(b"c")))

    assert shown(plan) == [
        "Becomes a link (2 files):",
        "  the same bytes as a (2):",
        "    b -> a",
        "    c -> a",
        "",
    ]


def test_a_long_list_is_cut_unless_all_of_it_is_wanted() -> None:
    plan = Plan(repository=b"/r", command="c", keeps=keeps(20, "why"))

    assert "    … 13 more; --all lists them" in shown(plan)
    assert "    k19" in shown(plan, whole=True)


def test_the_rare_reason_comes_first_and_the_own_tree_before_others() -> None:
    kept = (*keeps(1, "far", "wt"), *keeps(3, "often"), *keeps(1, "rare"))

    text = "\n".join(shown(Plan(repository=b"/r", command="c", keeps=kept)))

    assert text.index("rare") < text.index("often") < text.index("far")


def test_another_tree_is_named_and_the_main_one_in_words() -> None:
    plan = Plan(repository=b"/r", command="c", keeps=keeps(1, "why"))

    assert shown(plan, "wt")[0] == "Stays as it is in the main worktree:"
    assert shown(plan)[0] == "Stays as it is in this tree:"


def test_nothing_commands_the_terminal() -> None:
    evil = "\x1b]52;c;aGk=\x07\u202e\udcff"
    raw = evil.encode("utf-8", "surrogateescape")
    plan = Plan(
        repository=b"/r",
        command="c",
        writes=(link(raw, evil, evil),),
        keeps=keeps(1, evil, evil),
        notes=(evil,),
    )

    assert all(line.isprintable() for line in shown(plan))


def test_a_long_reason_is_wrapped() -> None:
    plan = Plan(repository=b"/r", command="c", keeps=keeps(1, "very long " * 20))

    assert max(map(len, shown(plan))) <= 80


def test_what_an_earlier_run_left_is_said() -> None:
    recovered = Recovered(finished=("000001-a",), rolled_back=("000002-b",))

    said = list(plans.outcome(Applied(txid=None, written=0, recovered=recovered)))

    assert "000001-a" in said[0]
    assert "000002-b" in said[1]
    assert said[2] == "Nothing was changed."
