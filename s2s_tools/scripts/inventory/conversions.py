"""Reads the files that git converts: its ids are not of their bytes on the disk."""

from __future__ import annotations

import os
from collections.abc import Container

from s2s_tools.scripts.inventory import attributes, content, gitindex, listing
from s2s_tools.scripts.inventory.gitindex import Index
from s2s_tools.scripts.inventory.listing import CLEAN, TRACKED, Columns, Listing
from s2s_tools.scripts.inventory.task import Task

_ATTRIBUTES = b".gitattributes"


def settle(
    columns: Columns,
    task: Task,
    base: bytes,
    reader: content.Reader,
    *,
    index: Index,
    untracked: list[bytes],
) -> None:
    """Give every converted file the id of its bytes; pointers of git-lfs go.

    `untracked` are the attribute files that git does not track.
    """
    inside = gitindex.named(index, _ATTRIBUTES)
    if not _possible(task, [base + path for path in inside + untracked]):
        return
    if all(os.path.exists(base + path) for path in inside):
        told = attributes.ask(task.folder, task.git_dir, columns.paths, task.config)
    else:  # git may know attributes from an index that it is not to read here
        told = dict.fromkeys(columns.paths, attributes.CONVERTED)
    dropped = set()
    for at, path in enumerate(columns.paths):
        if path not in told:
            continue
        try:
            keep = _read(
                columns, at, base, reader, pointer=told[path] == attributes.LFS
            )
        except OSError as exc:
            columns.fail(path, exc)
            keep = False
        if not keep:
            dropped.add(at)
    columns.drop(dropped)


def reread(task: Task, found: Listing, ids: Container[bytes]) -> Listing:
    """The same listing, with clean files of these ids known by their bytes."""
    reader = content.Reader(task.width)
    keys, marks, blobs = list(found.keys), bytearray(found.marks), dict(found.blobs)
    for at, path in enumerate(found.paths):
        old = keys[at][listing.SIZE_BYTES :]
        if not marks[at] & CLEAN or old not in ids:
            continue
        read = reader.read(os.path.join(task.folder, path))
        if read is not None:
            blobs[at] = old
            keys[at] = listing.key(read.size, read.id)
            marks[at] &= ~CLEAN
    return found._replace(keys=keys, marks=bytes(marks), blobs=blobs)


def _possible(task: Task, files: list[bytes]) -> bool:
    """Whether anything may be converted between git and this worktree."""
    if task.outer_attributes or attributes.converts_line_ends(task.config):
        return True
    return attributes.any_converts(files)


def _read(
    columns: Columns, at: int, base: bytes, reader: content.Reader, *, pointer: bool
) -> bool:
    """Take one file's id from its bytes; whether the file is to be kept."""
    path = base + columns.paths[at]
    found = reader.read(path)
    if found is None:
        return False
    if pointer and content.is_pointer(found.head):
        columns.left_out["lfs_pointers"] += 1
        return False
    if columns.marks[at] & CLEAN:
        columns.blobs[at] = columns.keys[at][listing.SIZE_BYTES :]
        columns.marks[at] &= ~CLEAN
    elif columns.marks[at] & TRACKED:
        kept = reader.kept(path)
        if kept is not None:
            columns.blobs[at] = kept
    columns.keys[at] = listing.key(found.size, found.id)
    return True
