"""The one place that runs git, hardened against what a repository configures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from s2s_tools import errors
from s2s_tools.system import process

if TYPE_CHECKING:
    from git import Commit as LibraryCommit

# A repository's configuration is data from strangers: none of its programs run
# (security table, rows 5 and 6), and nothing is ever fetched.
_CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.untrackedCache=false",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
)
_INHERITED = (
    "HOME",
    "PATH",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CEILING_DIRECTORIES",
)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment every git process gets: no GIT_DIR, no prompt, no network."""
    env = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    env |= {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    return env | dict(extra or {})


def run(
    cwd: bytes,
    *args: str | bytes,
    input: bytes = b"",
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
    literal: bool = True,
) -> process.Result:
    """Run one git command in `cwd`.

    `literal`: its paths are no patterns; a few commands do not know that option.
    Raises errors.GitFailed where its exit code is not in `codes`.
    """
    argv: list[str | bytes] = ["git", "--no-optional-locks"]
    argv += ["--literal-pathspecs"] if literal else []
    for setting in _CONFIG:
        argv += ["-c", setting]
    done = process.run([*argv, *args], cwd=cwd, env=environment(env), input=input)
    if done.code not in codes:
        raise errors.GitFailed(
            f"git {os.fsdecode(args[0])} failed in {os.fsdecode(cwd)}: {_cause(done)}"
        )
    return done


def _cause(done: process.Result) -> str:
    """Why git failed, in one line: its last message that names an error."""
    said = done.err.decode("utf-8", "backslashreplace").strip().splitlines()
    if not said:
        return f"exit code {done.code}"
    named = [line for line in said if line.startswith(("fatal: ", "error: "))]
    cause = named[-1].partition(": ")[2] if named else said[-1].strip()
    if "dubious ownership" in cause:
        allow = said[-1].strip()
        return f"{cause}; run as its owner, or allow yourself: {allow}"
    return cause


def without_index(git_dir: bytes) -> dict[str, str]:
    """The environment in which git finds no index, and so writes nothing.

    Where an index is split, git renews the shared one's time as it reads it.
    """
    return {"GIT_INDEX_FILE": os.fsdecode(os.path.join(git_dir, b"s2s-no-index"))}


def output(cwd: bytes, *args: str | bytes, input: bytes = b"") -> bytes:
    """The stdout of one git command; raises errors.GitFailed where it fails."""
    return run(cwd, *args, input=input).out


class Commit(NamedTuple):
    """Who made a commit, when (ISO 8601), and its first line."""

    id: str
    author: str
    date: str
    summary: str


def commits(git_dir: bytes, ids: Iterable[str]) -> dict[str, Commit]:
    """The commits of these ids that are there.

    The library knows neither SHA-256 repositories nor commits in another
    encoding: for those git is asked.
    """
    wanted = sorted(set(ids))
    if any(len(name) != 40 for name in wanted):
        return _ask_for_commits(git_dir, wanted)
    found = _read_commits(git_dir, wanted) if wanted else {}
    odd = [c.id for c in found.values() if "\ufffd" in c.author + c.summary]
    return found | (_ask_for_commits(git_dir, odd) if odd else {})


def merge(ours: bytes, base: bytes, theirs: bytes) -> int | None:
    """How many conflicts a three-way merge of texts has; None for binary ones.

    Works in a temporary folder; no repository takes part.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="s2s-merge-") as folder:
        names = ("ours", "base", "theirs")
        for name, data in zip(names, (ours, base, theirs), strict=True):
            with open(os.path.join(folder, name), "wb") as stream:
                stream.write(data)
        args = ("merge-file", "-p", "-q", *names)
        env = {"GIT_CEILING_DIRECTORIES": os.path.dirname(folder)}
        done = run(os.fsencode(folder), *args, env=env, codes=tuple(range(256)))
    return done.code if done.code < 128 else None


def _read_commits(git_dir: bytes, ids: Iterable[str]) -> dict[str, Commit]:
    import git

    found = {}
    with git.Repo(os.fsdecode(git_dir), expand_vars=False) as repo:
        repo.git.update_environment(**environment(_settings()))
        for name in ids:
            try:
                found[name] = _commit(name, git.Commit(repo, bytes.fromhex(name)))
            except ValueError:
                continue
    return found


def _settings() -> dict[str, str]:
    """The same settings for a git that the library starts."""
    env = {"GIT_CONFIG_COUNT": str(len(_CONFIG))}
    for number, setting in enumerate(_CONFIG):
        name, _, value = setting.partition("=")
        env |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return env


def _commit(name: str, commit: LibraryCommit) -> Commit:
    author = commit.author.name or commit.author.email or ""
    summary = commit.summary
    text = summary.decode("utf-8", "replace") if isinstance(summary, bytes) else summary
    return Commit(name, author, commit.authored_datetime.isoformat(), text)


def _ask_for_commits(cwd: bytes, ids: Sequence[str]) -> dict[str, Commit]:
    shape = "--format=%H%n%an%n%aI%n%s"
    asked = "\n".join(ids).encode("ascii") + b"\n"
    out = output(
        cwd,
        *("log", "--no-walk=unsorted", "-z", "--encoding=UTF-8", shape, "--stdin"),
        input=asked,
    )
    texts = out.decode("utf-8", "replace").split("\0")
    rows = [Commit(*text.split("\n", 3)) for text in texts if text]
    return {commit.id: commit for commit in rows}
