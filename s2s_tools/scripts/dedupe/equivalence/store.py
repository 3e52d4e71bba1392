"""Where proofs are kept: beside the plan's file, and the last one of all."""

from __future__ import annotations

import os

from s2s_tools import constants, errors
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import codec, families
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Proof
from s2s_tools.system import atomic, files

_SUFFIX = b".proof"
_LAST = b"proof.json"


def beside(plan_file: bytes) -> bytes:
    """The file of the proof of a saved plan."""
    return plan_file + _SUFFIX


def save(proof: Proof, file: bytes) -> None:
    """Write a proof, in place of an earlier one but of nothing else.

    Raises errors.Refused where something else is there, errors.WriteFailed.
    """
    if os.path.lexists(file) and load(file) is None:
        raise errors.Refused(
            f"{os.fsdecode(file)} is there and is no proof; name another file"
        )
    try:
        atomic.replace(file, codec.to_json(proof).encode())
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(file)} cannot be written: {exc.strerror}"
        ) from exc


def load(file: bytes) -> Proof | None:
    """The proof in `file`; None where there is no regular file.

    Raises errors.InvalidDocument where there is one that holds something else.
    """
    if not os.path.isfile(file) or os.path.islink(file):
        return None
    try:
        return codec.from_json(files.read(file))
    except errors.InvalidDocument as exc:
        raise errors.InvalidDocument(f"{os.fsdecode(file)}: {exc}") from exc


def of_plan(plan: Plan, file: bytes) -> dict[str, Judged] | None:
    """What the proof beside a saved plan says; None where there is none.

    Raises errors.FileChanged where it was made of other bytes than the plan's.
    """
    proof = load(beside(file))
    if proof is None:
        return None
    known = {one.family: one for one in proof.families}
    other = families.unlike(plan, known)
    if other:
        raise errors.FileChanged(
            f"{os.fsdecode(beside(file))} proves other bytes of {other[0]} than the "
            f"plan holds; run s2s dedupe prove {os.fsdecode(file)} again"
        )
    return known


def keep(proof: Proof, repository: Repository) -> None:
    """Remember a proof in the repository, for later checks."""
    folder = os.path.join(repository.common_dir, constants.STATE_FOLDER.encode())
    with files.folder(repository.common_dir) as fd:
        if files.look(fd, constants.STATE_FOLDER.encode()) is None:
            atomic.make_folder(fd, constants.STATE_FOLDER.encode())
    save(proof, os.path.join(folder, _LAST))


def kept(repository: Repository) -> Proof | None:
    """The remembered proof; None without one, also where it cannot be read."""
    name = os.path.join(constants.STATE_FOLDER.encode(), _LAST)
    try:
        return load(os.path.join(repository.common_dir, name))
    except errors.S2SError:
        return None
