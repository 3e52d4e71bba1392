"""Bytes before and after a change, kept as git objects under refs/s2s/backup."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from s2s_tools import constants, errors
from s2s_tools import model as repositories
from s2s_tools.changes import codec, model, place
from s2s_tools.system import atomic, git

# Objects must be on the disk before a file that they save is touched.
_DURABLE = {
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "core.fsync",
    "GIT_CONFIG_VALUE_0": "all",
    "GIT_CONFIG_KEY_1": "core.fsyncMethod",
    "GIT_CONFIG_VALUE_1": "fsync",
}
_WHO = b"s2s <s2s@localhost>"
_GIT_MODES = {model.Kind.LINK: b"120000", model.Kind.FILE: b"100644"}


@dataclass(frozen=True, slots=True)
class Image:
    """What a path held before a change and is to hold after; None: nothing."""

    step: model.Step
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a backup is made of."""

    images: tuple[Image, ...]
    when: int
    command: str


def save(where: place.Place, txid: str, source: Source, *, heads: Iterable[str]) -> str:
    """Keep the images under the transaction's ref; returns the commit's id.

    Raises errors.WriteFailed; nothing but objects and one ref is written.
    """
    try:
        _ensure(where)
        parents = sorted(set(heads)) if where.inside else []
        _import(where, ref(txid), source, parents)
        return _git(where, "rev-parse", "--verify", ref(txid)).decode().strip()
    except errors.GitFailed as exc:
        raise errors.WriteFailed(
            f"no backup could be made: {exc}; nothing was changed"
        ) from exc


def bundle(where: place.Place, txid: str, source: Source, path: bytes) -> None:
    """Write the images, without any history, as a git bundle to `path`."""
    name = f"refs/s2s/bundle/{txid}"
    try:
        _ensure(where)
        _import(where, name, source, [])
        try:
            data = _git(where, "bundle", "create", "--quiet", "-", name)
        finally:
            _git(where, "update-ref", "-d", name)
        atomic.replace(path, data, mode=0o600)
    except (errors.GitFailed, OSError) as exc:
        why = exc.strerror or exc if isinstance(exc, OSError) else exc
        raise errors.WriteFailed(
            f"the bundle {os.fsdecode(path)} cannot be written: {why}; "
            "nothing was changed, name a file in a folder that is there"
        ) from exc


def fetch(
    where: place.Place, commit: str, wanted: Sequence[tuple[str, model.Step]]
) -> dict[int, bytes]:
    """Bytes by step number; `wanted` names "before" or "after" of steps.

    Raises errors.Refused where one is missing or is not what it was.
    """
    names = [f"{commit}:{side}/{step.number}" for side, step in wanted]
    out = b""
    if names:
        asked = "".join(f"{name}\n" for name in names).encode()
        out = _git(where, "cat-file", "--batch", input=asked)
    found: dict[int, bytes] = {}
    at = 0
    for side, step in wanted:
        end = out.find(b"\n", at)
        parts = out[at : max(end, at)].split(b" ")
        if len(parts) != 3 or parts[1] != b"blob":
            raise _gone(where, commit, step)
        start, size = end + 1, int(parts[2])
        data, at = out[start : start + size], start + size + 1
        state = step.before if side == "before" else step.after
        if hashlib.sha256(data).hexdigest() != state.sha256:
            raise _gone(where, commit, step)
        found[step.number] = data
    return found


def forget(where: place.Place, txid: str) -> None:
    """Let a backup go; its objects stay until git collects them."""
    if where.inside or os.path.isdir(where.git_dir):
        _git(where, "update-ref", "-d", ref(txid))


def known(where: place.Place) -> tuple[tuple[str, int], ...]:
    """The transactions whose backups are in a place, and when they were made."""
    if not where.inside and not os.path.isdir(where.git_dir):
        return ()
    prefix = f"{constants.BACKUP_REFS}/"
    shape = "--format=%(refname) %(creatordate:unix)"
    lines = _git(where, "for-each-ref", shape, prefix).decode().splitlines()
    pairs = (line.removeprefix(prefix).rpartition(" ") for line in lines)
    return tuple((txid, int(when or 0)) for txid, _, when in pairs)


def mirrors(repository: repositories.Repository) -> tuple[str, ...]:
    """Remotes to which `git push` would send the backups as well."""
    pattern = r"^remote\..*\.(mirror|push)$"
    done = git.run(
        repository.common_dir, "config", "-z", "--get-regexp", pattern, codes=(0, 1)
    )
    found = []
    for item in done.out.split(b"\0")[:-1]:
        key, _, value = item.partition(b"\n")
        remote, _, name = codec.text(key).removeprefix("remote.").rpartition(".")
        off = value.lower() in (b"false", b"no", b"off", b"0")
        every = value.lstrip(b"+").startswith((b"refs/*", b"refs/s2s/"))
        if (name == "mirror" and not off) or (name == "push" and every):
            found.append(remote)
    return tuple(dict.fromkeys(found))


def _gone(where: place.Place, commit: str, step: model.Step) -> errors.Refused:
    return errors.Refused(
        f"the backup of {step.path.decode('utf-8', 'surrogateescape')} is not in "
        f"commit {commit} of {os.fsdecode(where.git_dir)} any more; nothing was changed"
    )


def ref(txid: str) -> str:
    """The ref that keeps a transaction's backup."""
    return f"{constants.BACKUP_REFS}/{txid}"


def _git(where: place.Place, *args: str | bytes, input: bytes = b"") -> bytes:
    env = _DURABLE | {"GIT_DIR": os.fsdecode(where.git_dir)}
    return git.run(where.path, *args, input=input, env=env).out


def _ensure(where: place.Place) -> None:
    if not where.inside and not os.path.isdir(where.git_dir):
        git.run(where.path, "init", "--quiet", "--bare", "--template=", where.git_dir)


def _import(
    where: place.Place, target: str, source: Source, parents: Iterable[str]
) -> None:
    out = [b"feature done\n"]
    files = _files(source)
    for mark, (_, _, data) in enumerate(files, 1):
        out.append(b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(data), data))
    message = f"s2s: backup before {source.command}\n"
    text = message.encode("utf-8", "backslashreplace")
    head = (target.encode(), _WHO, source.when, len(text), text)
    out.append(b"commit %s\ncommitter %s %d +0000\ndata %d\n%s\n" % head)
    out += [b"merge %s\n" % parent.encode() for parent in parents]
    out += [
        b"M %s :%d %s\n" % (mode, mark, name)
        for mark, (name, mode, _) in enumerate(files, 1)
    ]
    out.append(b"\ndone\n")
    _git(where, "fast-import", "--quiet", "--done", input=b"".join(out))


def _files(source: Source) -> list[tuple[bytes, bytes, bytes]]:
    """Name, mode and bytes of all that a backup's tree holds."""
    found = [(b"plan.json", b"100644", _description(source))]
    for image in source.images:
        step, number = image.step, b"%d" % image.step.number
        if image.before is not None:
            found.append((b"before/" + number, _git_mode(step.before), image.before))
        if image.after is not None:
            found.append((b"after/" + number, _git_mode(step.after), image.after))
    return found


def _git_mode(state: model.State) -> bytes:
    if state.kind is model.Kind.FILE and state.mode & 0o100:
        return b"100755"
    return _GIT_MODES[state.kind]


def _description(source: Source) -> bytes:
    import json

    steps = [
        {
            "number": image.step.number,
            "worktree": image.step.worktree,
            "path": codec.text(image.step.path),
            "before": codec.state_out(image.step.before),
            "after": codec.state_out(image.step.after),
        }
        for image in source.images
    ]
    return (
        json.dumps({"command": source.command, "steps": steps}, indent=1).encode()
        + b"\n"
    )
