"""The README names only what exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from s2s_tools.cli import main
from s2s_tools.plugins import shipped

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = [
    line.strip().removeprefix("$ ")
    for block in re.findall(
        r"^```\w*\n(.*?)^```|((?:^    .*\n)+)", README, re.DOTALL | re.MULTILINE
    )
    for line in "".join(block).splitlines()
]
COMMANDS = [line for line in CODE if line.startswith("s2s ")]
LINKS = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
TARGETS = [line.split()[1] for line in CODE if line.startswith("make ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_is_one_that_the_program_understands(line):
    words = shlex.split(line.partition(" #")[0].partition(" > ")[0])[1:]

    command, rest = resolve(words)

    known = {option for param in command.params for option in param.opts}
    known |= {option for param in command.params for option in param.secondary_opts}
    used = {word.split("=")[0] for word in rest if word.startswith("--")}
    assert used <= known | {"--help"}


@pytest.mark.parametrize("link", LINKS)
def test_every_link_leads_to_a_file(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_demonstration_is_called_constructed():
    assert "constructed" in README.lower()


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    tree = main.tree()
    for count in (2, 1):
        name = " ".join(words[:count])
        if any(
            name in (row.name, *row.aliases) and row.target for row in shipped.COMMANDS
        ):
            command = tree
            for word in words[:count]:
                command = command.get_command(click.Context(command), word)
            return command, words[count:]
    if words[0].startswith("-"):
        return tree, words
    pytest.fail(f"there is no command s2s {' '.join(words)}")
