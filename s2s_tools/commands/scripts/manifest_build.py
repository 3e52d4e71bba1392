"""`s2s manifest build`: record the canonical scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.changes.apply import Applied
    from s2s_tools.scripts.manifest.service import Built


@click.command(
    epilog=options.examples(
        "s2s manifest build", "s2s manifest build ~/src/app --dry-run"
    )
)
@options.path
@options.dry_run
@options.as_json
def manifest_build(path: bytes, dry_run: bool, as_json: bool) -> None:
    """Write one entry for each script: canonical, sha-256, mode, copies.

    The manifest is .s2s/manifest.yaml of the main worktree, of the first one where
    the repository is bare. Only its scripts: part is written: decisions (keep:,
    allow:), every other part and what is recorded of scripts that cannot be read
    stay as they are. Building twice changes nothing.

    Exit codes: 0 written or up to date, 1 refused, 2 a broken manifest, 11 no
    repository, 13 the manifest changed meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import progress, scans
    from s2s_tools.scripts.manifest import service

    with progress.Progress() as report:
        built = service.build(path, progress=report)
    for line in scans.troubles(built.apart):
        output.note(f"{line}; what is recorded of it stays")
    done = None if dry_run or not built.plan.writes else service.write(built)
    output.emit(_document(built, done), [_line(built, done, dry_run)], as_json=as_json)


def _document(built: Built, done: Applied | None) -> dict[str, Any]:
    from s2s_tools.cli import manifests, plans

    return {
        "schema": 1,
        "manifest": built.name,
        "worktree": built.worktree,
        "changes": bool(built.plan.writes),
        "scripts": [manifests.entry(entry) for entry in built.manifest.entries],
        "applied": None if done is None else plans.applied(done),
    }


def _line(built: Built, done: Applied | None, dry_run: bool) -> str:
    name = output.safe(built.name)
    if built.elsewhere:
        tree = "main worktree" if built.worktree == "." else output.safe(built.worktree)
        name = f"{tree}: {name}"
    many = output.count(len(built.manifest.entries), "script")
    if not built.plan.writes:
        return f"{name} is up to date: {many}."
    if dry_run or done is None:
        return f"{name} would be written: {many}. Nothing was changed (dry run)."
    return f"{name} written: {many}; s2s dedupe undo --tx {done.txid} takes it back."
