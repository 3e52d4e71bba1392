"""What every test stands on: a private home, real repositories, the program."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

if importlib.util.find_spec("s2s_tools") is None:
    # Not installed: test the checkout. An installed one (a wheel) is never shadowed.
    sys.path.insert(0, str(Path(__file__).parents[1]))

import s2s_tools
from s2s_tools.scripts.estate import build, model

# A busy machine is no finding; on CI the same examples are tried every time.
settings.register_profile(
    "s2s",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("s2s")

# Read before the environment is cleaned of S2S_* below.
REQUIRE_ALL = os.environ.get("S2S_REQUIRE_ALL") == "1"
PACKAGE_PARENT = Path(s2s_tools.__file__).parents[1]
NOBODY = 65534
FIRST_COMMIT = 1_700_000_000
FOREIGN = ("S2S_", "AGENT_", "GIT_", "XDG_", "CLAUDE", "ANTHROPIC")

PathLike: TypeAlias = str | bytes | Path
Content: TypeAlias = str | bytes | tuple[str | bytes, int]


class Ran(NamedTuple):
    """What a command left: its exit code, stdout and stderr."""

    exit_code: int
    stdout: str
    stderr: str


# --- the machine ------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def session_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same isolation as git_env, for fixtures that live a whole session."""
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, tmp_path_factory.mktemp("session-home"))
        yield


@pytest.fixture(autouse=True)
def git_env(
    session_env: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A fresh HOME; git gets a fixed identity and no configuration of ours.

    It has its own MonkeyPatch: a test's `monkeypatch.undo()` keeps it.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        _isolate(patch, home)
        yield home


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        patch.setenv(f"XDG_{name}_HOME", str(home / f"xdg-{name.lower()}"))
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("GIT_TERMINAL_PROMPT", "0")
    for role in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{role}_NAME", "Ada Tester")
        patch.setenv(f"GIT_{role}_EMAIL", "ada@example.invalid")
        patch.setenv(f"GIT_{role}_DATE", f"{FIRST_COMMIT} +0000")
    patch.delenv("CDPATH", raising=False)
    patch.delenv("BASH_ENV", raising=False)
    patch.delenv("ENV", raising=False)


@pytest.fixture
def require_tool() -> Callable[[str], str]:
    """Return a program's path; skip, naming it, where it is not installed.

    With S2S_REQUIRE_ALL=1 a missing program fails the test.
    """
    return _require_tool


def _require_tool(name: str) -> str:
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), beside_python))
    found = shutil.which(name, path=path)
    if found is None and REQUIRE_ALL:
        pytest.fail(f"{name} is not installed and S2S_REQUIRE_ALL=1", pytrace=False)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Honour `@pytest.mark.needs("strace", "bwrap")` like require_tool."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            _require_tool(name)


# --- repositories -----------------------------------------------------------


@dataclass
class Repo:
    """A real worktree in a temporary folder, with the git one needs in a test.

    Commits are an hour apart, so ids are the same in every run.
    """

    path: Path
    clock: list[int] = field(default_factory=lambda: [FIRST_COMMIT])

    @property
    def root(self) -> bytes:
        """The folder as the bytes path that our own functions take."""
        return os.fsencode(self.path)

    def file(self, path: PathLike) -> Path:
        """Where a repository path lies on the disk."""
        return self.path / os.fsdecode(path)

    def git(
        self,
        *args: PathLike,
        input: bytes = b"",
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> bytes:
        """Run git here; its stdout. Fails the test, with stderr, where git does."""
        argv = [os.fsencode(arg) for arg in ("git", *args)]
        done = subprocess.run(
            argv,
            cwd=self.path,
            env={**os.environ, **(env or {})},
            input=input,
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"{argv} failed: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def write(self, path: PathLike, content: Content) -> Path:
        """Write one file; `content` is text, bytes, or (either, mode).

        Without a mode, content that begins with `#!` is made executable.
        """
        data, mode = content if isinstance(content, tuple) else (content, None)
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        target = self.file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
        target.chmod(mode or (0o755 if raw.startswith(b"#!") else 0o644))
        return target

    def read(self, path: PathLike) -> bytes:
        """The bytes of one file."""
        return self.file(path).read_bytes()

    def commit(
        self,
        files: Mapping[str, Content] | Mapping[bytes, Content] | None = None,
        message: str = "change",
    ) -> str:
        """Write `files`, add everything that changed, commit; the commit's id."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message, env=self._dates())
        return self.head()

    def _dates(self) -> dict[str, str]:
        self.clock[0] += 3600
        now = f"{self.clock[0]} +0000"
        return {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}

    def head(self, ref: str = "HEAD") -> str:
        """The id that a ref names."""
        return self.git("rev-parse", ref).decode().strip()

    def worktree(
        self,
        path: PathLike,
        *,
        branch: str | None = None,
        at: str = "HEAD",
    ) -> Repo:
        """Add a linked worktree (relative to this one), detached without `branch`.

        A branch that does not exist yet is made at `at`.
        """
        target = self.file(path)
        if branch is None:
            how = ["--detach", target, at]
        elif self.git("branch", "--list", branch):
            how = [target, branch]
        else:
            how = ["-b", branch, target, at]
        self.git("worktree", "add", "-q", *how)
        return Repo(target, self.clock)


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Repo]:
    """Build a repository: `make_repo({path: content}, name="repo", bare=False)`.

    With files they are committed on `main`; without any there is no commit.
    """

    def make(
        files: Mapping[str, Content] | Mapping[bytes, Content] | None = None,
        *,
        name: str = "repo",
        bare: bool = False,
    ) -> Repo:
        path = tmp_path / name
        path.mkdir(parents=True)
        repo = Repo(path)
        repo.git("init", "-q", "-b", "main", *(["--bare"] if bare else []))
        if files:
            repo.commit(files, "first")
        return repo

    return make


@pytest.fixture
def as_ordinary_user() -> Callable[[Callable[[], Any]], Any]:
    """Give what `work` gives when it is not root who asks."""

    def run(work: Callable[[], Any]) -> Any:
        if os.geteuid() != 0:
            return work()
        os.seteuid(NOBODY)
        try:
            return work()
        finally:
            os.seteuid(0)

    return run


@pytest.fixture
def make_shared(make_repo: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """As make_repo, owned by an ordinary user and where that user can reach it."""
    place = Path(tempfile.mkdtemp(prefix="s2s-test-", dir="/tmp"))
    place.chmod(0o755)

    def make(files: dict[str, Any]) -> Any:
        made = make_repo(files)
        shutil.copytree(made.path, place / "repo", symlinks=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", str(NOBODY), place], check=True)
        return type(made)(place / "repo")

    yield make
    subprocess.run(["chmod", "-R", "u+rwx", place], check=True)
    shutil.rmtree(place)


# --- the fixture estate ------------------------------------------------------


class BuiltEstate(NamedTuple):
    """The fixture estate on the disk; `worktrees` by name, "." is `main`."""

    description: model.Estate
    folder: Path
    main: Repo
    worktrees: Mapping[str, Repo]


@pytest.fixture
def estate(tmp_path: Path) -> BuiltEstate:
    """A freshly built fixture estate (164 scripts) that the test may change."""
    return _build_estate(tmp_path / "estate")


@pytest.fixture(scope="session")
def shared_estate(
    session_env: None, tmp_path_factory: pytest.TempPathFactory
) -> BuiltEstate:
    """One fixture estate for all tests that only read it."""
    return _build_estate(tmp_path_factory.mktemp("estate"))


def _build_estate(folder: Path) -> BuiltEstate:
    description = build.load()
    root = build.build(description, os.fsencode(folder))
    main = Repo(Path(os.fsdecode(root)))
    linked = [branch.worktree for branch in description.branches if branch.worktree]
    trees = {name: Repo((main.path / name).resolve(), main.clock) for name in linked}
    return BuiltEstate(description, folder, main, {".": main, **trees})


# --- the program ------------------------------------------------------------


@pytest.fixture
def run_s2s(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the program in this process: `run_s2s("scan", "--json", cwd=repo.path)`.

    Nobody is at the terminal: stdin holds `input`, stdout and stderr are pipes.
    """

    def run(*args: PathLike, cwd: PathLike | None = None, input: str = "") -> Ran:
        from s2s_tools import __main__ as program

        argv = [os.fsdecode(arg) for arg in args]
        out, err = _stream(), _stream()
        with monkeypatch.context() as patch, contextlib.ExitStack() as stack:
            if cwd is not None:
                patch.chdir(os.fsdecode(cwd))
            patch.setattr(sys, "argv", ["s2s", *argv])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input.encode())))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            code = _exit_code(program.main)
        return Ran(code, _text(out), _text(err))

    return run


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "surrogateescape")


def _exit_code(main: Callable[[], None]) -> int:
    try:
        main()
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    return 0


@pytest.fixture
def s2s_process() -> Callable[..., Ran]:
    """Run the program as a real process; `env` adds to the isolated environment."""

    def run(
        *args: PathLike,
        cwd: PathLike | None = None,
        input: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Ran:
        # -P: the folder that the program runs in must not be imported from.
        argv = [sys.executable, "-P", "-m", "s2s_tools", *map(os.fsdecode, args)]
        done = subprocess.run(
            argv,
            cwd=None if cwd is None else os.fsdecode(cwd),
            env={**os.environ, "PYTHONPATH": str(PACKAGE_PARENT), **(env or {})},
            input=input.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        out, err = (
            text.decode("utf-8", "surrogateescape")
            for text in (done.stdout, done.stderr)
        )
        return Ran(done.returncode, out, err)

    return run
