"""Who uses each script of a tree."""

from __future__ import annotations

from s2s_tools.scripts.syntax import facts, mentions, usage


def build(
    scripts: dict[str, str], others: dict[str, str] | None = None
) -> dict[bytes, usage.Usage]:
    found = mentions.mentions(
        (path.encode(), text.encode()) for path, text in (others or {}).items()
    )
    known = {path.encode(): facts.read(text.encode()) for path, text in scripts.items()}
    return usage.build(known, found)


def places(found: tuple[usage.Place, ...]) -> list[str]:
    return [str(place) for place in found]


def test_a_reference_that_the_text_resolves_means_one_file() -> None:
    found = build(
        {
            "a/lib.sh": "",
            "b/lib.sh": "",
            "b/run.sh": 'D=$(cd "$(dirname "$0")" && pwd)\n. "$D/lib.sh"\n',
        }
    )

    assert places(found[b"b/lib.sh"].sourced) == ["b/run.sh:2"]
    assert found[b"a/lib.sh"].sourced == ()


def test_a_reference_with_an_unknown_folder_means_every_file_of_that_name() -> None:
    found = build({"a/lib.sh": "", "b/LIB.sh": "", "run.sh": '. "$R/lib.sh"\n'})

    assert places(found[b"a/lib.sh"].sourced) == ["run.sh:1"]
    assert places(found[b"b/LIB.sh"].sourced) == ["run.sh:1"]


def test_an_absolute_path_means_the_file_at_its_end() -> None:
    found = build({"a/x.sh": "", "b/x.sh": "", "run.sh": ". /home/me/repo/a/x.sh\n"})

    assert places(found[b"a/x.sh"].sourced) == ["run.sh:1"]
    assert found[b"b/x.sh"].sourced == ()


def test_a_folder_known_in_part_counts() -> None:
    found = build({"a/x.sh": "", "b/x.sh": "", "run.sh": '. "$R/b/x.sh"\n'})

    assert found[b"a/x.sh"].sourced == ()
    assert places(found[b"b/x.sh"].sourced) == ["run.sh:1"]


def test_calls_and_copies_are_told_apart() -> None:
    found = build({"a.sh": "", "run.sh": "./a.sh\ncp a.sh out/\n"})[b"a.sh"]

    assert places(found.called) == ["run.sh:1"]
    assert places(found.carried) == ["run.sh:2"]
    assert found.sourced == ()


def test_a_copied_folder_carries_what_is_in_it() -> None:
    script = 'R="$(dirname "$0")/.."\ncp -r "$R/lib" /srv/\n'

    found = build({"lib/a.sh": "", "lib2/b.sh": "", "bin/run.sh": script})

    assert places(found[b"lib/a.sh"].carried) == ["bin/run.sh:2"]
    assert found[b"lib2/b.sh"].carried == ()


def test_a_copied_pattern_carries_what_it_matches() -> None:
    found = build({"lib/a.sh": "", "b.sh": "", "run.sh": "scp lib/*.sh host:\n"})

    assert places(found[b"lib/a.sh"].carried) == ["run.sh:1"]
    assert found[b"b.sh"].carried == ()


def test_other_files_carry_too() -> None:
    found = build({"a.sh": ""}, {"Dockerfile": "FROM x\nCOPY a.sh /\n"})[b"a.sh"]

    assert places(found.carried) == ["Dockerfile:2"]
    assert found.carried[0].what == "copies"


def test_a_script_is_no_user_of_itself() -> None:
    found = build({"a.sh": ". ./a.sh\n./a.sh\ncp a.sh x/\n"})

    assert found[b"a.sh"] == usage.NONE


def test_what_several_trees_say_is_put_together() -> None:
    one = build({"a.sh": "", "b.sh": ". ./a.sh\n"})[b"a.sh"]
    other = build({"a.sh": "", "b.sh": "\n. ./a.sh\n./a.sh\n"})[b"a.sh"]

    merged = usage.merge([one, other, one])

    assert places(merged.sourced) == ["b.sh:1", "b.sh:2"]
    assert places(merged.called) == ["b.sh:3"]
