"""The command tree, drawn from the table; a command is imported when it runs."""

from __future__ import annotations

from typing import Any

import click

from s2s_tools.plugins import loader
from s2s_tools.plugins.model import Row

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


class TableGroup(click.Group):
    """A click group whose commands are the rows of a table."""

    def __init__(self, table: tuple[Row, ...], *, within: str = "", **kw: Any) -> None:
        super().__init__(**kw)
        self._table = table
        self._within = within

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [self._word(row) for row in self._rows()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for row in self._rows():
            if cmd_name == self._word(row) or cmd_name in row.aliases:
                return self._command(row)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        command = self.get_command(ctx, args[0])
        if command is not None:
            return command.name, command, args[1:]
        raise click.UsageError(_unknown(ctx, args[0], self._known_words()), ctx)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        rows = [row for row in self._rows() if self._within or row.first]
        write_rooms(formatter, rows, self._within)
        if not self._within:
            formatter.write_paragraph()
            formatter.write_text(
                "All commands: s2s --help-all. One command: s2s COMMAND --help."
            )

    def write_all(self, formatter: click.HelpFormatter) -> None:
        """Every command of the table, those inside groups too, by room."""
        rows = [row for row in self._table if row.target]
        write_rooms(formatter, rows, "")

    def _rows(self) -> tuple[Row, ...]:
        if not self._within:
            return tuple(row for row in self._table if " " not in row.name)
        start = f"{self._within} "
        return tuple(row for row in self._table if row.name.startswith(start))

    def _word(self, row: Row) -> str:
        return row.name.rpartition(" ")[2]

    def _known_words(self) -> list[str]:
        aliases = [alias for row in self._rows() for alias in row.aliases]
        return [self._word(row) for row in self._rows()] + aliases

    def _command(self, row: Row) -> click.Command:
        if not row.target:
            return TableGroup(
                self._table,
                within=row.name,
                name=self._word(row),
                help=row.help,
                context_settings=CONTEXT,
            )
        command = loader.load(row)
        if not isinstance(command, click.Command):
            raise TypeError(f"{row.target} is not a click command")
        command.name = self._word(row)
        return command


def write_rooms(formatter: click.HelpFormatter, rows: list[Row], within: str) -> None:
    """Write rows under the heading of their room, rooms in the table's order."""
    rooms: dict[str, list[Row]] = {}
    for row in rows:
        rooms.setdefault(row.room, []).append(row)
    for room, members in rooms.items():
        with formatter.section(room):
            formatter.write_dl([(_label(row, within), row.help) for row in members])


def _label(row: Row, within: str) -> str:
    name = row.name[len(within) + 1 :] if within else row.name
    return ", ".join([name, *row.aliases])


def _unknown(ctx: click.Context, word: str, known: list[str]) -> str:
    import difflib

    from s2s_tools.cli import output

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}" if near else f"see {ctx.command_path} --help"
    return f"there is no command {output.safe(word)!r}; {hint}"
