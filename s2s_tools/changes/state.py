"""States of paths: built by planners, observed without following a link."""

from __future__ import annotations

import hashlib
import os
import stat

from s2s_tools.changes import model
from s2s_tools.system import files


def file_state(data: bytes, mode: int) -> model.State:
    """The state of a regular file with these bytes and permission bits."""
    return model.State(model.Kind.FILE, mode, hashlib.sha256(data).hexdigest())


def link_state(target: bytes) -> model.State:
    """The state of a symbolic link with this target."""
    return model.State(model.Kind.LINK, 0, hashlib.sha256(target).hexdigest())


def observe(path: bytes) -> model.State:
    """What a path holds now; its last part is never followed."""
    head, name = os.path.split(path)
    try:
        with files.folder(head or b".") as fd:
            return at(fd, name)
    except (FileNotFoundError, NotADirectoryError):
        return model.ABSENT


def at(folder_fd: int, name: bytes) -> model.State:
    """What a name in an open folder holds now."""
    return of(files.entry(folder_fd, name))


def of(found: files.Entry | None) -> model.State:
    """The state that an entry read from the disk is in."""
    if found is None:
        return model.ABSENT
    if found.data is None:
        return model.State(model.Kind.OTHER)
    if stat.S_ISLNK(found.stat.st_mode):
        return link_state(found.data)
    return file_state(found.data, stat.S_IMODE(found.stat.st_mode))
