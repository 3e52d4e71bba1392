"""Folders that a wrapper may find itself in, built for real, for the matrix."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

Render: TypeAlias = Callable[[ExecWrapper], bytes]

NAME: Final = "scripts/build.sh"
STORE: Final = ".s2s/canonical"
PROJECT: Final = "estate"
EXIT: Final = 7
HOSTILE: Final = 'it\'s "a" $(touch hit) `touch hit` *?[a] \\ new\nline;&'
PROBE: Final = r"""
printf '%s\0' who=@WHO@ "zero=$0" "flags=$-" "pid=$$" "self=$S2S_SELF"
printf '%s\0' "umask=$(umask)" "cwd=$(pwd -P && echo .)"
for argument in "$@"; do printf 'arg=%s\0' "$argument"; done
printf 'env\0'
cat /proc/$$/environ
printf 'stdin\0'
cat
exit 7
"""


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a wrapper is called in a world, and what is to come of it.

    `who` is the body that is to run, "" where the wrapper is to fail with
    `code`. `by` is "file" (the shell opens `path`), "name" (the shell of the
    caller looks `path` up in PATH) or "path lookup" (`sh name`, found on PATH).
    """

    path: str
    who: str = ""
    code: int = EXIT
    cwd: Path = Path("/")
    env: Mapping[str, str] = field(default_factory=dict)
    bare_env: bool = False
    by: str = "file"
    file: str = ""  # where the wrapper is, if `path` does not say so
    dropped: frozenset[str] = frozenset()  # variables that the wrapper may drop
    absent: frozenset[Path] = frozenset()  # files that must not come to be


class World:
    """A folder to build in, with the wrapper that is under test."""

    def __init__(self, folder: Path, make: Render = render.exec_wrapper) -> None:
        self.folder = folder
        self.row: ExecWrapper | None = None  # what the last wrapper was made from
        self._make = make
        folder.mkdir(parents=True, exist_ok=True)

    def body(self, root: Path, who: str, path: str = f"{STORE}/{NAME}") -> Path:
        """A script that tells who it is and how it was called."""
        text = "#!/bin/sh" + PROBE.replace("@WHO@", who)
        return self.write(root / path, text.encode())

    def wrapper(
        self, root: Path, path: str = NAME, *, id: str = NAME, body: str = ""
    ) -> Path:
        """The wrapper at `path` of the tree `root`."""
        row = ExecWrapper(
            id=id.encode(),
            path=path.encode(),
            body=(body or f"{STORE}/{id}").encode(),
            project=PROJECT.encode(),
        )
        self.row = row
        return self.write(root / path, self._make(row))

    def write(self, path: Path, data: bytes, mode: int = 0o755) -> Path:
        """One file with its folders."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def tree(self, name: str = "tree", who: str = "own") -> Path:
        """A plain folder with the wrapper and, if `who`, a store of its own."""
        root = self.folder / name
        self.wrapper(root)
        if who:
            self.body(root, who)
        return root

    def repo(self, name: str = "repo", who: str = "main") -> Path:
        """A repository that has committed the wrapper, and nothing else."""
        root = self.tree(name, "")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", NAME)
        git(root, "commit", "-q", "-m", "first")
        if who:
            self.body(root, who)
        return root

    def linked(self, repo: Path, name: str = "linked", at: Path | None = None) -> Path:
        """A linked worktree without a store, beside the repository or at `at`."""
        root = at or self.folder / name
        git(repo, "worktree", "add", "-q", "--detach", str(root))
        return root


def git(cwd: Path, *args: str) -> None:
    """Run git; an error stops the test."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.invalid"}
    argv = ["git", "-c", "protocol.file.allow=always", *args]
    subprocess.run(argv, cwd=cwd, env=env, check=True, capture_output=True)


# --- where it is called from ------------------------------------------------


def main_tree(world: World) -> Call:
    root = world.repo()
    return Call(path=f"{root}/{NAME}", who="main")


def relative_path(world: World) -> Call:
    return Call(path=NAME, cwd=world.tree(), who="own")


def relative_from_elsewhere(world: World) -> Call:
    root = world.tree()
    (root / "other/deep").mkdir(parents=True)
    return Call(path=f"../../{NAME}", cwd=root / "other/deep", who="own")


def bare_name(world: World) -> Call:
    root = world.tree()
    return Call(path="build.sh", cwd=root / "scripts", who="own")


def bare_name_at_the_root(world: World) -> Call:
    root = world.folder / "tree"
    world.wrapper(root, "run.sh", id="run.sh")
    world.body(root, "own", f"{STORE}/run.sh")
    return Call(path="run.sh", cwd=root, who="own")


def deep_folder(world: World) -> Call:
    root, path = world.folder / "tree", "a/b c/d/e.sh"
    world.wrapper(root, path, id=path)
    world.body(root, "own", f"{STORE}/{path}")
    return Call(path=f"{root}/{path}", who="own")


def from_path(world: World) -> Call:
    root = world.tree()
    path = f"{root}/scripts:{os.defpath}"
    return Call(
        path="build.sh",
        by="name",
        env={"PATH": path},
        who="own",
        file=f"{root}/{NAME}",
    )


def from_a_relative_path_entry(world: World) -> Call:
    root = world.tree()
    return Call(
        path="build.sh",
        by="name",
        cwd=root,
        env={"PATH": f"scripts:{os.defpath}"},
        who="own",
        file=NAME,
    )


def shell_finds_the_name_on_path(world: World) -> Call:
    root = world.tree()
    return Call(
        path="build.sh",
        by="path lookup",
        env={"PATH": f"/nonexistent::{root}/scripts:{os.defpath}"},
        who="own",
        file=f"{root}/{NAME}",
    )


def folder_with_a_leading_dash(world: World) -> Call:
    world.tree("-eu")
    return Call(path=f"-eu/{NAME}", cwd=world.folder, who="own")


def folder_with_a_leading_plus(world: World) -> Call:
    world.tree("+x")
    return Call(path=f"+x/{NAME}", cwd=world.folder, who="own")


def hostile_names(world: World) -> Call:
    root = world.tree(HOSTILE)
    hits = frozenset({root / "hit", root / "scripts/hit"})
    return Call(path=NAME, cwd=root, who="own", absent=hits)


def hostile_absolute_name(world: World) -> Call:
    root = world.tree(HOSTILE)
    return Call(path=f"{root}/{NAME}", who="own")


def odd_script_name(world: World) -> Call:
    root, path = world.folder / "tree", "my *s/{{7*7}} ;[a] größe.sh"
    world.wrapper(root, path, id=path)
    world.body(root, "own", f"{STORE}/{path}")
    return Call(path=f"{root}/{path}", who="own")


def another_disk(world: World) -> Call:
    repo = world.repo()
    # Where there is no such disk the worktree is on the same one.
    other = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else world.folder
    disk = other / f"s2s-{os.getpid()}-{id(world):x}"
    return Call(path=f"{world.linked(repo, at=disk)}/{NAME}", who="main")


# --- links ------------------------------------------------------------------


def symlink(world: World) -> Call:
    root = world.tree()
    link = world.folder / "bin" / "b"
    link.parent.mkdir()
    link.symlink_to(root / NAME)
    return Call(path=str(link), who="own")


def relative_symlink(world: World) -> Call:
    world.tree()
    (world.folder / "b").symlink_to(f"tree/{NAME}")
    return Call(path="b", cwd=world.folder, who="own")


def chain_of_symlinks(world: World) -> Call:
    world.tree(HOSTILE)
    (world.folder / "bin").mkdir()
    (world.folder / "one").symlink_to(f"{HOSTILE}/{NAME}")
    (world.folder / "bin/two\n").symlink_to("../one")
    (world.folder / "-three").symlink_to("bin/two\n")
    return Call(path="./-three", cwd=world.folder, who="own")


def long_chain_of_symlinks(world: World) -> Call:
    world.tree()
    (world.folder / "0").symlink_to(f"tree/{NAME}")
    for number in range(1, 38):
        (world.folder / str(number)).symlink_to(str(number - 1))
    return Call(path=f"{world.folder}/37", who="own")


def symlinked_folder(world: World) -> Call:
    root = world.tree()
    (world.folder / "short").symlink_to(root / "scripts")
    return Call(path=f"{world.folder}/short/build.sh", who="own")


def symlinked_tree(world: World) -> Call:
    root = world.tree()
    (world.folder / "short").symlink_to(root)
    return Call(path=f"{world.folder}/short/{NAME}", who="own")


def link_in_the_tree(world: World) -> Call:
    root = world.tree()
    (root / "tools").mkdir()
    (root / "tools/b.sh").symlink_to("../scripts/build.sh")
    return Call(path="tools/b.sh", cwd=root, who="own")


# --- where the body is ------------------------------------------------------


def duplicate_inside_the_tree(world: World) -> Call:
    root = world.folder / "tree"
    world.wrapper(root, "tools/b.sh", body=NAME)
    world.body(root, "own", NAME)
    return Call(path=f"{root}/tools/b.sh", who="own")


def worktree_with_its_own_store(world: World) -> Call:
    root = world.linked(world.repo())
    world.body(root, "own")
    return Call(path=f"{root}/{NAME}", who="own")


def worktree_runs_the_common_store(world: World) -> Call:
    repo = world.repo()
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=f"{world.linked(repo)}/{NAME}", who="common")


def worktree_runs_the_main_tree(world: World) -> Call:
    return Call(path=f"{world.linked(world.repo())}/{NAME}", who="main")


def main_tree_runs_the_common_store(world: World) -> Call:
    repo = world.repo(who="")
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=f"{repo}/{NAME}", who="common")


def nested_worktree(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo, at=repo / "worktrees/one")
    return Call(path=NAME, cwd=root, who="main")


def worktree_with_a_relative_git_file(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    text = f"gitdir: ../{repo.name}/.git/worktrees/{root.name}\n"
    world.write(root / ".git", text.encode(), 0o644)
    return Call(path=f"scripts/../{NAME}", cwd=root, who="main")


def git_file_without_a_newline(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    text = (root / ".git").read_text().rstrip("\n")
    world.write(root / ".git", text.encode(), 0o644)
    return Call(path=f"{root}/{NAME}", who="main")


def absolute_commondir(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    common = repo / ".git/worktrees" / root.name / "commondir"
    world.write(common, f"{repo}/.git\n".encode(), 0o644)
    return Call(path=f"{root}/{NAME}", who="main")


def git_folder_with_a_hostile_name(world: World) -> Call:
    repo = world.repo(HOSTILE)
    root = world.linked(repo, f"linked {HOSTILE}")
    return Call(path=f"{root}/{NAME}", who="main")


def hostile_git_folder_common_store(world: World) -> Call:
    repo = world.repo(HOSTILE)
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=NAME, cwd=world.linked(repo), who="common")


def clone(world: World) -> Call:
    repo = world.repo()
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "store")
    git(world.folder, "clone", "-q", "--depth=1", f"file://{repo}", "clone")
    return Call(path=f"{world.folder}/clone/{NAME}", who="main")


def tarball(world: World) -> Call:
    return Call(path=f"{world.tree()}/{NAME}", who="own")


def bare_repository_common_store(world: World) -> Call:
    bare, root = _bare(world)
    world.body(bare, "common", f"s2s/canonical/{NAME}")
    return Call(path=f"{root}/{NAME}", who="common")


def bare_repository_has_no_main_tree(world: World) -> Call:
    _, root = _bare(world)
    world.body(world.folder, "planted")
    return Call(path=f"{root}/{NAME}", code=127)


def separate_git_folder(world: World) -> Call:
    repo = world.repo(who="")
    (repo / ".git").rename(world.folder / ".git")
    world.write(repo / ".git", f"gitdir: {world.folder}/.git\n".encode(), 0o644)
    world.body(world.folder, "planted")
    return Call(path=f"{repo}/{NAME}", code=127)


def submodule(world: World) -> Call:
    inner = world.repo("inner", who="")
    outer = world.repo("outer", who="planted")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    return Call(path=f"{outer}/sub/{NAME}", code=127)


def data_folder(world: World) -> Call:
    data = world.folder / "my data"
    world.body(data, "data", f"s2s/{PROJECT}/{NAME}")
    root = world.tree(who="")
    return Call(path=f"{root}/{NAME}", who="data", env={"XDG_DATA_HOME": str(data)})


def data_folder_below_home(world: World) -> Call:
    world.body(world.folder, "data", f".local/share/s2s/{PROJECT}/{NAME}")
    env = {"HOME": str(world.folder), "XDG_DATA_HOME": "relative"}
    return Call(path=f"{world.tree(who='')}/{NAME}", who="data", env=env)


def wrapper_installed_outside(world: World) -> Call:
    world.body(world.folder, "data", f"data/s2s/{PROJECT}/{NAME}")
    world.body(world.folder, "planted")
    root = world.tree(who="")
    (world.folder / "bin").mkdir()
    (root / NAME).rename(world.folder / "bin/build.sh")
    env = {"XDG_DATA_HOME": f"{world.folder}/data"}
    return Call(path=f"{world.folder}/bin/build.sh", who="data", env=env)


def s2s_root(world: World) -> Call:
    other = world.tree("other", "root")
    env = {"S2S_ROOT": str(other), "HOME": str(world.folder)}
    world.body(world.folder, "data", f".local/share/s2s/{PROJECT}/{NAME}")
    return Call(path=f"{world.tree(who='')}/{NAME}", who="root", env=env)


def s2s_root_of_another_project(world: World) -> Call:
    other = world.tree("other", "hijacker")
    return Call(path=f"{world.tree()}/{NAME}", who="own", env={"S2S_ROOT": str(other)})


def s2s_root_comes_after_the_main_tree(world: World) -> Call:
    other = world.tree("other", "hijacker")
    root = world.linked(world.repo())
    return Call(path=f"{root}/{NAME}", who="main", env={"S2S_ROOT": str(other)})


def override(world: World) -> Call:
    world.body(world.folder, "override", f"over ride/{NAME}")
    env = {
        "S2S_OVERRIDE_DIR": f"{world.folder}/over ride",
        "S2S_ROOT": str(world.tree("other", "hijacker")),
    }
    return Call(path=f"{world.tree()}/{NAME}", who="override", env=env)


def relative_override(world: World) -> Call:
    world.body(world.folder, "override", f"-over/{NAME}")
    root = world.tree()
    env = {"S2S_OVERRIDE_DIR": "-over"}
    return Call(path=f"{root}/{NAME}", cwd=world.folder, who="override", env=env)


def override_without_this_script(world: World) -> Call:
    env = {"S2S_OVERRIDE_DIR": str(world.folder)}
    return Call(path=f"{world.tree()}/{NAME}", who="own", env=env)


# --- what must not run ------------------------------------------------------


def planted_store_in_a_parent(world: World) -> Call:
    world.body(world.folder, "planted")
    world.wrapper(world.folder)
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127)


def planted_store_above_a_worktree(world: World) -> Call:
    world.body(world.folder, "planted")
    return Call(path=f"{world.linked(world.repo())}/{NAME}", who="main")


def wrapper_moved_up(world: World) -> Call:
    world.body(world.folder, "planted")
    root = world.tree()
    (root / NAME).rename(root / "build.sh")
    return Call(path=f"{root}/build.sh", code=127)


def another_repository_in_the_environment(world: World) -> Call:
    other = world.repo("other", "hijacker")
    root = world.linked(world.repo())
    env = {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other)}
    return Call(path=f"{root}/{NAME}", who="main", env=env)


def nothing_anywhere(world: World) -> Call:
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127)


def nothing_in_an_empty_environment(world: World) -> Call:
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127, bare_env=True)


def folder_in_the_place_of_the_body(world: World) -> Call:
    root = world.tree(who="")
    (root / STORE / NAME).mkdir(parents=True)
    return Call(path=f"{root}/{NAME}", code=127)


def dangling_link_in_the_place_of_the_body(world: World) -> Call:
    root = world.linked(world.repo())
    (root / STORE / "scripts").mkdir(parents=True)
    (root / STORE / NAME).symlink_to("gone")
    return Call(path=f"{root}/{NAME}", who="main")


def wrapper_in_the_place_of_the_body(world: World) -> Call:
    root = world.tree(who="")
    (root / STORE / "scripts").mkdir(parents=True)
    (root / STORE / NAME).write_bytes((root / NAME).read_bytes())
    return Call(path=f"{root}/{NAME}", code=126)


# --- the environment --------------------------------------------------------


def empty_environment(world: World) -> Call:
    return Call(path=f"{world.tree()}/{NAME}", who="own", bare_env=True)


def empty_environment_in_a_worktree(world: World) -> Call:
    root = world.linked(world.repo())
    return Call(path=f"{root}/{NAME}", who="main", bare_env=True)


def hostile_environment(world: World) -> Call:
    rc = world.write(world.folder / "rc", b"IFS=/os:; set -a\n", 0o644)
    env = {
        "IFS": "/os",
        "CDPATH": f"{world.folder}:/:/tmp",
        "ENV": str(rc),
        "BASH_ENV": str(rc),
        "PS4": "+ $(touch hit) ",
        "S2S_SELF": "1:/nonexistent",
    }
    root = world.linked(world.repo())
    return Call(
        path=NAME,
        cwd=root,
        who="main",
        env=env,
        absent=frozenset({root / "hit"}),
    )


def exported_helper_names(world: World) -> Call:
    text = (world.repo() / NAME).read_text()
    names = frozenset(re.findall(r"_s2s_[a-z]+", text))
    root = world.linked(world.folder / "repo")
    env = dict.fromkeys(sorted(names), "mine")
    return Call(path=f"{root}/{NAME}", who="main", env=env, dropped=names)


def _bare(world: World) -> tuple[Path, Path]:
    git(world.folder, "clone", "-q", "--bare", str(world.repo(who="")), "store.git")
    bare = world.folder / "store.git"
    return bare, world.linked(bare)


WORLDS: Final[dict[str, Callable[[World], Call]]] = {
    build.__name__.replace("_", " "): build
    for build in (
        main_tree,
        relative_path,
        relative_from_elsewhere,
        bare_name,
        bare_name_at_the_root,
        deep_folder,
        from_path,
        from_a_relative_path_entry,
        shell_finds_the_name_on_path,
        folder_with_a_leading_dash,
        folder_with_a_leading_plus,
        hostile_names,
        hostile_absolute_name,
        odd_script_name,
        another_disk,
        symlink,
        relative_symlink,
        chain_of_symlinks,
        long_chain_of_symlinks,
        symlinked_folder,
        symlinked_tree,
        link_in_the_tree,
        duplicate_inside_the_tree,
        worktree_with_its_own_store,
        worktree_runs_the_common_store,
        worktree_runs_the_main_tree,
        main_tree_runs_the_common_store,
        nested_worktree,
        worktree_with_a_relative_git_file,
        git_file_without_a_newline,
        absolute_commondir,
        git_folder_with_a_hostile_name,
        hostile_git_folder_common_store,
        clone,
        tarball,
        bare_repository_common_store,
        bare_repository_has_no_main_tree,
        separate_git_folder,
        submodule,
        data_folder,
        data_folder_below_home,
        wrapper_installed_outside,
        s2s_root,
        s2s_root_of_another_project,
        s2s_root_comes_after_the_main_tree,
        override,
        relative_override,
        override_without_this_script,
        planted_store_in_a_parent,
        planted_store_above_a_worktree,
        wrapper_moved_up,
        another_repository_in_the_environment,
        nothing_anywhere,
        nothing_in_an_empty_environment,
        folder_in_the_place_of_the_body,
        dangling_link_in_the_place_of_the_body,
        wrapper_in_the_place_of_the_body,
        empty_environment,
        empty_environment_in_a_worktree,
        hostile_environment,
        exported_helper_names,
    )
}
