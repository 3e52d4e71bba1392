"""The one boundary: arguments in, exit code out, errors as one line."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

import click

import s2s_tools
from s2s_tools import constants, errors
from s2s_tools.cli import group, output
from s2s_tools.plugins import shipped

_HELP = """Find, deduplicate and safely change the shell scripts that git
worktrees have multiplied."""
_NO_OUTPUT = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT, errno.EFBIG)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; never raises S2SError."""
    as_json = "--json" in _before_dashes(arguments)
    try:
        if sys.stdout is None:
            raise errors.OutputFailed("stdout is closed; open it, /dev/null will do")
        result = _invoke(arguments)
        sys.stdout.flush()
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except BrokenPipeError:
        output.give_up_stdout()
        return constants.EXIT_FAILURE
    except click.exceptions.NoArgsIsHelpError as exc:
        return _missing(as_json, exc)
    except (Exception, KeyboardInterrupt) as exc:
        return _fail(as_json, *_explain(exc))
    return result if isinstance(result, int) else constants.EXIT_DONE


def _invoke(arguments: Sequence[str]) -> object:
    root = tree()
    if "_S2S_COMPLETE" in os.environ:
        root.main(args=list(arguments), prog_name="s2s")  # answers and exits
    # Not root.main(): it prints a line of its own when it is interrupted.
    with root.make_context("s2s", list(arguments)) as ctx:
        return root.invoke(ctx)


def tree() -> group.TableGroup:
    """The root of the command tree."""
    root = group.TableGroup(
        shipped.COMMANDS,
        name="s2s",
        help=_HELP,
        context_settings=group.CONTEXT,
        no_args_is_help=True,
    )
    root.params += [
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Print the version.",
        ),
        click.Option(
            ["--help-all"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_help_all,
            help="Print the help with every command.",
        ),
    ]
    root.callback = lambda: None
    return root


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"s2s {s2s_tools.__version__}")
        ctx.exit()


def _help_all(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or not isinstance(ctx.command, group.TableGroup):
        return
    formatter = ctx.make_formatter()
    ctx.command.format_usage(ctx, formatter)
    ctx.command.format_help_text(ctx, formatter)
    click.Command.format_options(ctx.command, ctx, formatter)
    ctx.command.write_all(formatter)
    click.echo(formatter.getvalue().rstrip("\n"))
    ctx.exit()


def _before_dashes(arguments: Sequence[str]) -> Sequence[str]:
    words = list(arguments)
    return words[: words.index("--")] if "--" in words else words


def _missing(as_json: bool, exc: click.exceptions.NoArgsIsHelpError) -> int:
    """A group without a command: its help, on stderr."""
    if as_json or exc.ctx is None:
        said = "a command is missing; see --help"
        return _fail(as_json, "UsageFault", constants.EXIT_USAGE, said)
    click.echo(exc.ctx.get_help(), err=True)
    return constants.EXIT_USAGE


def _explain(exc: BaseException) -> tuple[str, int, str]:
    """Name, exit code and line for what ended a command."""
    if isinstance(exc, errors.S2SError):
        return type(exc).__name__, exc.exit_code, str(exc)
    if isinstance(exc, OSError) and exc.filename is None and exc.errno in _NO_OUTPUT:
        output.give_up_stdout()
        said = f"the output cannot be written: {exc.strerror}"
        return "OutputFailed", constants.EXIT_FAILURE, said
    if isinstance(exc, click.UsageError):
        return "UsageFault", constants.EXIT_USAGE, _usage(exc)
    if isinstance(exc, click.ClickException):
        return "S2SError", exc.exit_code, exc.format_message()
    if isinstance(exc, KeyboardInterrupt | click.Abort):
        return "Interrupted", constants.EXIT_INTERRUPTED, "interrupted"
    return "Bug", constants.EXIT_BUG, _bug(exc)


def _usage(exc: click.UsageError) -> str:
    hint = ""
    if exc.ctx is not None and "--help" not in exc.format_message():
        hint = f"; see {exc.ctx.command_path} --help"
    return " ".join(exc.format_message().split()).rstrip(".") + hint


def _fail(as_json: bool, kind: str, code: int, message: str) -> int:
    if as_json:
        import json

        said = {"error": kind, "exit_code": code, "message": message}
        click.echo(json.dumps(said), err=True)
    else:
        click.echo(f"s2s: {output.safe(message)}", err=True)
    return code


def _bug(exc: BaseException) -> str:
    from s2s_tools.system import statelog

    where = statelog.record(exc, s2s_tools.__version__)
    return f"this is a bug in s2s: {type(exc).__name__}: {exc}; details in {where}"
