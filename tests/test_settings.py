"""A repository's own configuration is read strictly."""

from __future__ import annotations

import os

import pytest

from s2s_tools import errors, settings


def load(tmp_path, *, project="", own=""):
    if project:
        (tmp_path / "pyproject.toml").write_text(project)
    if own:
        (tmp_path / ".s2s").mkdir()
        (tmp_path / ".s2s" / "config.toml").write_text(own)
    return settings.load(os.fsencode(tmp_path))


def test_without_a_file_everything_is_as_usual(tmp_path):
    assert load(tmp_path) == settings.DEFAULT


def test_a_project_of_others_says_nothing(tmp_path):
    assert load(tmp_path, project='[tool.other]\nname = "x"\n') == settings.DEFAULT


def test_a_project_that_is_not_toml_is_none_of_ours(tmp_path):
    assert load(tmp_path, project="<<<<<<< HEAD\n") == settings.DEFAULT


def test_the_project_file_is_read(tmp_path):
    found = load(
        tmp_path,
        project='[tool.s2s]\nmanifest = "ops/s2s.yaml"\n'
        '[tool.s2s.scan]\ninclude = ["*.pl"]\nexclude = ["vendor/**"]\n',
    )

    assert found.manifest == "ops/s2s.yaml"
    assert found.include == ("*.pl",)
    assert found.exclude == ("vendor/**",)


def test_our_own_file_goes_first_key_by_key(tmp_path):
    found = load(
        tmp_path,
        project='[tool.s2s]\nmanifest = "a.yaml"\nscan.exclude = ["x"]\n',
        own='manifest = "b.yaml"\n[scan]\nlanguages = ["python", "ruby"]\n',
    )

    assert found.manifest == "b.yaml"
    assert found.exclude == ("x",)
    assert found.include == ("*.py", "*.rb")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("manifst = 'a'", [".s2s/config.toml", "manifst", "unknown key"]),
        ("[scan]\nincludes = []", ["scan.includes", "unknown key"]),
        ("[scan]\ninclude = '*.py'", ["scan.include", "a list of texts"]),
        ("[scan]\ninclude = [1]", ["scan.include", "a list of texts"]),
        ("[scan]\nlanguages = ['klingon']", ["scan.languages", "klingon"]),
        ("[scan]\nignored = 1", ["scan.ignored", "true or false"]),
        ("scan = 1", ["scan", "a table"]),
        ("manifest = '../x.yaml'", ["manifest", "leads out"]),
        ("manifest = '/x.yaml'", ["manifest", "leads out"]),
        ("manifest = '.git/x.yaml'", ["manifest", "leads out"]),
        ("manifest = ''", ["manifest", "path of a file"]),
        ("manifest = 3", ["manifest", "path of a file"]),
        ("a = \n", [".s2s/config.toml", "not TOML"]),
        ("[scan]\n[scan]\n", ["not TOML"]),
    ],
)
def test_a_mistake_is_refused_with_file_and_key(tmp_path, own, words):
    with pytest.raises(errors.InvalidDocument) as caught:
        load(tmp_path, own=own)

    assert all(word in str(caught.value) for word in words)


def test_a_mistake_in_the_project_file_names_the_whole_key(tmp_path):
    with pytest.raises(errors.InvalidDocument, match=r"tool\.s2s\.scan\.exclud"):
        load(tmp_path, project="[tool.s2s.scan]\nexclud = []\n")


def test_a_huge_file_is_refused(tmp_path):
    with pytest.raises(errors.InvalidDocument, match="larger than"):
        load(tmp_path, own="#" * (2 << 20))
