"""Plans saved in files, to be read and carried out later."""

from __future__ import annotations

import os

from s2s_tools import errors
from s2s_tools.changes import codec, model
from s2s_tools.system import atomic, files


def save(plan: model.Plan, file: bytes) -> None:
    """Write a plan to `file`, in place of an earlier plan but of nothing else.

    Raises errors.Refused where something else is there, errors.WriteFailed.
    """
    if os.path.lexists(file) and not _is_plan(file):
        raise errors.Refused(
            f"{os.fsdecode(file)} is there and is no plan; name another file"
        )
    try:
        atomic.replace(file, codec.to_json(plan).encode())
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(file)} cannot be written: {exc.strerror}"
        ) from exc


def load(file: bytes) -> model.Plan:
    """The plan in `file`; raises errors.FileUnreadable, errors.InvalidDocument."""
    try:
        return codec.from_json(files.read(file))
    except errors.InvalidDocument as exc:
        raise errors.InvalidDocument(f"{os.fsdecode(file)}: {exc}") from exc


def _is_plan(file: bytes) -> bool:
    try:
        load(file)
    except errors.S2SError:
        return False
    return not os.path.islink(file)
