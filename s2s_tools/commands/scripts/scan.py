"""`s2s scan`: every script of all worktrees, what is copied, stale, diverged."""

from __future__ import annotations

from collections.abc import Iterable

import click

from s2s_tools.cli import options, output, progress, scans
from s2s_tools.scripts.inventory import scan as scanning


@click.command(
    epilog=options.examples(
        "s2s scan",
        "s2s scan ~/src/app --ext .sh --json",
        "s2s scan --groups",
        "s2s scan --include '*.py' --exclude 'vendor/**'",
    )
)
@options.path
@click.option("--groups", is_flag=True, help="Only what is identical: the fast answer.")
@click.option(
    "--ext", multiple=True, metavar=".EXT", help="Only files with this extension."
)
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Only files of this pattern."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="No files of this pattern."
)
@click.option("--ignored", is_flag=True, help="Ignored files and dependencies, too.")
@click.option("--all", "whole", is_flag=True, help="List every family.")
@options.as_json
def scan(
    path: bytes,
    groups: bool,
    ext: tuple[str, ...],
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    ignored: bool,
    whole: bool,
    as_json: bool,
) -> None:
    """Show the scripts of the repository at PATH, in all its worktrees.

    Shell scripts by extension (.sh .bash .zsh .ksh) or by first line. Nothing is
    written, and no program that the repository names is run. In a GLOB, * stops
    at a slash and ** does not; one without a slash is for names anywhere.

    Exit codes: 0 whatever was found, 1 the index of the main worktree or of that
    around PATH is corrupt, 2 a broken configuration, 11 no repository.
    """
    asked = scanning.Options(
        extensions=tuple("." + extension.lstrip(".") for extension in ext),
        include=include,
        exclude=exclude,
        ignored=ignored,
        tolerant=True,
    )
    if groups:
        _groups(path, asked, as_json=as_json)
    else:
        _whole(path, asked, as_json=as_json, whole=whole)


def _groups(path: bytes, asked: scanning.Options, *, as_json: bool) -> None:
    with progress.Progress() as report:
        found = scanning.groups(path, options=asked, progress=report)
    for line in scans.troubles(found.apart):
        output.note(line)
    if as_json:
        from json import dumps
        from json.encoder import encode_basestring_ascii

        from s2s_tools.scripts.inventory import report as form

        _print(form.Encoder(encode_basestring_ascii, dumps).groups(found))
        return
    click.echo(scans.groups(found), nl=False)
    output.note(scans.summary(found))


def _whole(path: bytes, asked: scanning.Options, *, as_json: bool, whole: bool) -> None:
    from s2s_tools.scripts.manifest import survey

    with progress.Progress() as report:
        found = survey.scan_only(path, options=asked, progress=report)
    for line in scans.troubles(found.apart):
        output.note(line)
    if as_json:
        from json import dumps
        from json.encoder import encode_basestring_ascii

        from s2s_tools.scripts.inventory import report as form

        _print(form.Encoder(encode_basestring_ascii, dumps).scan(found))
        return
    _print(line + "\n" for line in scans.table(found, whole=whole))


def _print(parts: Iterable[str]) -> None:
    click.echo("".join(parts).rstrip("\n"))
