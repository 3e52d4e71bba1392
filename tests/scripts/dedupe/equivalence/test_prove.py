"""Scripts and what replaces them, really run: what is the same, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.scripts.dedupe.equivalence import service
from s2s_tools.scripts.dedupe.equivalence.model import Limits, Verdict
from s2s_tools.scripts.inventory import discovery

PLAIN = """#!/bin/sh
# says what it got
printf '<%s>' "$@"
echo
pwd
umask
echo to stderr >&2
curl -s "http://example.invalid/?q=$1"
echo kept >>notes.txt
case $1 in fail) exit 7 ;; esac
"""
HELP, FAIL, MANY = ("--help",), ("fail",), ("a b", "*", "", "-x")


def test_a_wrapper_that_does_all_the_same_is_proved(swap: Callable[..., Any]) -> None:
    found = swap(PLAIN).judged(HELP, FAIL, MANY, ())

    assert (found.verdict, found.reason, found.unstable) == (Verdict.PROVED, "", ())
    assert found.family == "bin/x.sh"


def test_a_link_that_does_all_the_same_is_proved(swap: Callable[..., Any]) -> None:
    assert swap(PLAIN, link=True).judged(HELP, FAIL).verdict is Verdict.PROVED


def before(line: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        head, mark, tail = data.rpartition(line)
        assert mark
        return head + new + b"\n" + mark + tail

    return spoil


LAST = b'exec "$@"\n'
SPOILT = {
    "exit code": (lambda d: d.replace(LAST, b'"$@"\nexit 0\n'), "exit code 0, not 7"),
    "argument": (
        before(b'set -- "$_s2s_run"', b"[ $# = 0 ] || shift"),
        "exit code 0, not 7 (and 2 more)",
    ),
    "two in one": (
        before(b'set -- "$_s2s_run"', b'set -- "$*"'),
        "stdout line 1: <a b c>, not <a b><c>",
    ),
    "folder": (before(LAST, b"cd /tmp"), "stdout line 2: /tmp, not /"),
    "umask": (before(LAST, b"umask 077"), "stdout line 3: 0077, not 0022"),
    "stderr": (before(LAST, b"echo hello >&2"), "stderr line 1: hello, not to stderr"),
    "file at home": (before(LAST, b': >"$HOME/left"'), "/left is changed"),
    "file in /tmp": (before(LAST, b": >/tmp/left"), "/tmp/left is changed"),
    "file in the tree": (before(LAST, b": >left"), "left is changed"),
    "call": (before(LAST, b"wget x"), "calls line 1: wget x (in"),
    "environment": (before(LAST, b"TZ=CET; TERM=x; PATH=/bin"), "curl"),
    "nothing found": (
        lambda d: d.replace(b"s2s/canonical", b"s2s/other"),
        "exit code 127",
    ),
    "endless": (before(LAST, b"while :; do :; done"), "it did not finish in 1"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_fault_in_a_wrapper_is_caught(fault: str, swap: Callable[..., Any]) -> None:
    spoil, said = SPOILT[fault]
    made = swap(PLAIN, spoil=spoil)
    words = ("a b", "c") if fault == "two in one" else FAIL

    found = made.judged(words, limits=Limits(timeout=1, parallel=1, tick=0))

    assert found.verdict is Verdict.DIFFERS
    assert said in found.reason


SELF = '#!/bin/sh\n. "$(dirname "$0")/lib.sh"\nhello\n'
LIB = {"bin/lib.sh": "hello() { echo hello; }\n"}


def test_a_wrapper_for_a_script_that_finds_its_own_folder_differs(
    swap: Callable[..., Any],
) -> None:
    assert swap(SELF, others=LIB).judged().verdict is Verdict.DIFFERS


def test_a_link_for_it_is_the_same(swap: Callable[..., Any]) -> None:
    assert swap(SELF, others=LIB, link=True).judged().verdict is Verdict.PROVED


def test_a_link_for_a_script_that_follows_links_differs(
    swap: Callable[..., Any],
) -> None:
    text = '#!/bin/sh\ncd "$(dirname "$(readlink -f "$0")")" && pwd\n'

    assert swap(text, link=True).judged().verdict is Verdict.DIFFERS


def test_a_body_that_writes_beside_itself_differs(swap: Callable[..., Any]) -> None:
    text = '#!/bin/sh\necho 1 >"${0%/*}/state"\n'

    found = swap(text).judged()

    assert found.verdict is Verdict.DIFFERS
    assert "state is" in found.reason


def test_a_usage_text_may_name_the_body_but_not_its_folder(
    swap: Callable[..., Any],
) -> None:
    assert swap('#!/bin/sh\necho "usage: $0 FILE"\n').judged().verdict is Verdict.PROVED


def test_an_error_of_the_shell_may_name_the_body(swap: Callable[..., Any]) -> None:
    assert swap("#!/bin/bash\ncd /nowhere\n").judged().verdict is Verdict.PROVED


def test_a_stale_copy_is_compared_with_the_body_in_its_place(
    swap: Callable[..., Any],
) -> None:
    new = "#!/bin/sh\necho new\n"

    assert swap(new, old=b"#!/bin/sh\necho old\n").judged().verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("echo $RANDOM", "stdout line 2"),
        ("echo $$", "stdout line 2"),
        ("echo $EPOCHREALTIME", "stdout line 2"),
        ("echo $RANDOM >&2", "stderr line 1"),
        ("curl $RANDOM", "calls line 1"),
        ("echo $RANDOM >state", "file"),
        ("mktemp -q /tmp/x.XXXXXXXX >/dev/null", "names in /tmp"),
        ("exit $((RANDOM % 250))", "exit code"),
    ],
)
def test_what_varies_by_itself_is_named_and_not_a_difference(
    line: str, name: str, swap: Callable[..., Any]
) -> None:
    found = swap(f"#!/bin/bash\necho always\n{line}\n").judged()

    assert found.verdict is Verdict.PROVED
    assert len(found.unstable) == 1
    assert found.unstable[0].startswith(name)


def test_what_goes_by_the_second_is_unstable_too(swap: Callable[..., Any]) -> None:
    text = "#!/bin/bash\necho always\nprintf '%(%s)T\\n' -1\n"

    assert swap(text).judged(limits=Limits()).verdict is Verdict.PROVED


def test_a_script_of_which_all_varies_is_unprovable(swap: Callable[..., Any]) -> None:
    found = swap("#!/bin/bash\necho $RANDOM$RANDOM\n").judged()

    assert found.verdict is Verdict.UNPROVABLE
    assert "nothing that it shows is the same twice" in found.reason


def test_time_stands_still_for_date_and_sleep_takes_none(
    swap: Callable[..., Any],
) -> None:
    text = "#!/bin/sh\ndate +%s.%N\nsleep 1000\ndate -u +%F\n"

    found = swap(text).judged(limits=Limits(timeout=3, parallel=1, tick=0))

    assert (found.verdict, found.unstable) == (Verdict.PROVED, ())


@pytest.mark.parametrize(
    ("text", "mode", "verdict", "said"),
    [
        ("#!/bin/sh\n:\n", 0o644, Verdict.STATIC, "not executable"),
        (b"\x7fELF\0\0", 0o755, Verdict.UNPROVABLE, "binary"),
        ("#!/bin/sh\nwhile :; do :; done\n", 0o755, Verdict.UNPROVABLE, "finish in 1"),
        ("#!/bin/sh\nyes\n", 0o755, Verdict.UNPROVABLE, "printed more than"),
    ],
)
def test_what_a_run_cannot_tell_has_its_reason(
    text: Any, mode: int, verdict: Verdict, said: str, swap: Callable[..., Any]
) -> None:
    found = swap(text, mode=mode).judged(limits=Limits(timeout=1, parallel=1, tick=0))

    assert found.verdict is verdict
    assert said in found.reason


def test_a_script_that_asks_gets_no_answer_and_no_terminal(
    swap: Callable[..., Any],
) -> None:
    text = "#!/bin/sh\nread -r answer || echo nobody\necho x >/dev/tty\n"

    assert swap(text).judged().verdict is Verdict.PROVED


def test_a_script_that_asks_until_it_is_answered_is_unprovable(
    swap: Callable[..., Any],
) -> None:
    text = '#!/bin/sh\nwhile [ "$a" != yes ]; do read -r a; done\n'

    found = swap(text).judged(limits=Limits(timeout=1, parallel=1, tick=0))

    assert found.verdict is Verdict.UNPROVABLE


def test_without_probes_nothing_is_run(swap: Callable[..., Any]) -> None:
    made = swap("#!/bin/sh\n:\n")
    proof = service.prove(
        made.plan, discovery.find(made.repo.root), lambda path: ()
    ).proof

    assert proof.families[0].verdict is Verdict.STATIC
    assert "not to run it" in proof.families[0].reason


def test_what_differs_is_taken_out_of_the_plan_with_the_reason(
    swap: Callable[..., Any],
) -> None:
    made = swap(SELF, others=LIB)

    left = made.prove().plan

    assert left.writes == ()
    (keep,) = left.keeps
    assert keep.path == b"bin/x.sh"
    assert keep.reason.startswith("differs: with --help, ")


def test_only_what_is_proved_is_left_where_that_is_asked(
    swap: Callable[..., Any],
) -> None:
    made = swap("#!/bin/sh\n:\n", mode=0o644)

    assert made.prove().plan == made.plan
    assert made.prove(only_proved=True).plan.writes == ()


def test_a_file_that_changed_since_the_plan_is_refused(
    swap: Callable[..., Any],
) -> None:
    made = swap(PLAIN)
    made.repo.write("bin/x.sh", "#!/bin/sh\n:\n")

    with pytest.raises(errors.FileChanged, match="plan again"):
        made.prove()


def test_when_the_time_is_over_the_rest_is_unprovable(swap: Callable[..., Any]) -> None:
    found = swap(PLAIN).judged(limits=Limits(budget=0, parallel=1, tick=0))

    assert found.verdict is Verdict.UNPROVABLE
    assert "time" in found.reason


def test_each_run_begins_with_the_files_as_they_were(swap: Callable[..., Any]) -> None:
    text = """#!/bin/bash
ls -A data other; cat data; rm -rf data other; mkdir data; ln -s /etc other; chmod 0 bin
mkdir -p deep/er; echo $RANDOM >deep/er/file; chmod 500 deep
"""
    made = swap(text, others={"data": "1\n", "other/one": "2\n", "other/two": "3\n"})

    found = made.judged((), ("again",), ("once more",))

    assert found.verdict is Verdict.PROVED
    assert [name.partition(" ")[0] for name in found.unstable] == ["file"]
