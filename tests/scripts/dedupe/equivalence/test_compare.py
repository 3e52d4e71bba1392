"""What counts as the same behaviour, and what no two runs share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.dedupe.equivalence import compare
from s2s_tools.scripts.dedupe.equivalence.model import Seen

BASE = Seen(
    code=0,
    out=b"one\ntwo\nthree\n",
    err=b"warning\n",
    calls=(b"curl http://x (in /r)",),
    files=((b"/r/log", b"0644 aaaa"),),
)
STABLE = compare.Mask()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (BASE._replace(code=1), "exit code 1, not 0"),
        (BASE._replace(out=b"one\nTWO\nthree\n"), "stdout line 2: TWO, not two"),
        (BASE._replace(out=b"one\ntwo\n"), "stdout: three is missing"),
        (BASE._replace(out=b"one\ntwo\nthree\nfour"), "stdout: four more"),
        (BASE._replace(out=b"one\ntwo\nthree"), "stdout line 3: three, not three"),
        (BASE._replace(err=b""), "stderr: warning is missing"),
        (BASE._replace(calls=()), "calls: curl http://x (in /r) is missing"),
        (BASE._replace(files=()), "file /r/log is not changed"),
        (
            BASE._replace(files=((b"/r/log", b"0755 aaaa"),)),
            "file /r/log: 0755 aaaa, not 0644 aaaa",
        ),
        (
            BASE._replace(files=(*BASE.files, (b"/tmp/x", b"0644 bbbb"))),
            "file /tmp/x is changed",
        ),
        (BASE._replace(stopped="it did not finish in 5 s"), "it did not finish in 5 s"),
    ],
)
def test_each_difference_is_named(other: Seen, said: str) -> None:
    assert compare.differences(BASE, other, STABLE) == (said,)


def test_equal_runs_do_not_differ_and_nothing_is_unstable() -> None:
    mask = compare.unstable((BASE, BASE))

    assert mask == STABLE
    assert compare.names(mask) == ()
    assert compare.differences(BASE, BASE, mask) == ()


def test_a_line_that_varies_is_left_out_and_the_others_still_count() -> None:
    mask = compare.unstable((BASE, BASE._replace(out=b"one\n22\nthree\n")))

    assert compare.names(mask) == ("stdout line 2",)
    assert not compare.differences(BASE, BASE._replace(out=b"one\n333\nthree\n"), mask)
    assert compare.differences(BASE, BASE._replace(out=b"ONE\n333\nthree\n"), mask)


def test_a_stream_of_varying_length_is_left_out_whole() -> None:
    mask = compare.unstable((BASE, BASE._replace(out=b"one\n")))

    assert compare.names(mask) == ("stdout",)
    assert compare.differences(BASE, BASE._replace(out=b"", code=3), mask) == (
        "exit code 3, not 0",
    )


def test_a_file_whose_content_varies_must_still_be_left() -> None:
    mask = compare.unstable((BASE, BASE._replace(files=((b"/r/log", b"0644 b"),))))

    assert compare.names(mask) == ("file /r/log",)
    assert not compare.differences(
        BASE, BASE._replace(files=((b"/r/log", b"0644 c"),)), mask
    )
    assert compare.differences(BASE, BASE._replace(files=()), mask)


def test_names_that_vary_excuse_their_own_folder_alone() -> None:
    first = BASE._replace(files=((b"/tmp/a.1", b"x"),))
    mask = compare.unstable((first, first._replace(files=((b"/tmp/a.2", b"x"),))))

    def third(path: bytes) -> tuple[str, ...]:
        return compare.differences(first, first._replace(files=((path, b"x"),)), mask)

    assert compare.names(mask) == ("names in /tmp",)
    assert not third(b"/tmp/a.3")
    assert not third(b"/tmp/d.9/inside")
    assert third(b"/r/a.3") == ("file /r/a.3 is changed",)


def test_a_run_whose_every_line_varies_tells_nothing() -> None:
    first = Seen(code=0, out=b"17\n", err=b"")

    assert not compare.tells(
        first, compare.unstable((first, first._replace(out=b"4\n")))
    )
    assert compare.tells(first, compare.unstable((first, first)))
    silent = Seen(code=0, out=b"", err=b"")
    assert compare.tells(silent, compare.unstable((silent, silent)))


def test_only_the_whole_path_of_the_body_is_taken_for_the_old_one() -> None:
    body = b"/r/bin/../.s2s/canonical/bin/x.sh"
    seen = Seen(0, b"Usage: " + body + b"\n", b"/r/bin/../.s2s/canonical/bin\n")

    plain = compare.renamed(seen, (body,), b"/r/bin/x.sh")

    assert plain.out == b"Usage: /r/bin/x.sh\n"
    assert plain.err == seen.err


def test_what_is_handed_on_or_written_is_never_renamed() -> None:
    body = b"/r/.s2s/canonical/x.sh"
    seen = Seen(0, b"", b"", (b"sudo " + body,), ((body, b"0644 a"),))

    assert compare.renamed(seen, (body,), b"/r/x.sh") == seen


texts = st.binary(max_size=12)
seens = st.builds(
    Seen,
    code=st.integers(0, 2),
    out=texts,
    err=texts,
    calls=st.lists(texts, max_size=2).map(tuple),
    stopped=st.just(""),
    files=st.dictionaries(
        st.sampled_from([b"/a/x", b"/a/y", b"/b"]), texts, max_size=3
    ).map(lambda found: tuple(sorted(found.items()))),
)


@given(seens, seens)
def test_a_run_never_differs_from_the_runs_that_made_the_mask(
    first: Seen, second: Seen
) -> None:
    mask = compare.unstable((first, second))

    assert compare.differences(first, second, mask) == ()
    assert compare.differences(first, first, mask) == ()


@given(seens, seens)
def test_without_unstable_parts_no_difference_means_equal(
    first: Seen, other: Seen
) -> None:
    assert (compare.differences(first, other, STABLE) == ()) == (first == other)
