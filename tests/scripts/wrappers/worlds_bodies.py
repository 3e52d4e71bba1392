"""Worlds that differ in where the body is, or in what must not be taken for it."""

from __future__ import annotations

from pathlib import Path

from tests.scripts.wrappers.worlds import (
    HOSTILE,
    NAME,
    PROJECT,
    STORE,
    Call,
    World,
    git,
    world_of,
)

# --- where the body is ------------------------------------------------------


@world_of
def duplicate_inside_the_tree(world: World) -> Call:
    root = world.folder / "tree"
    world.wrapper(root, "tools/b.sh", body=NAME)
    world.body(root, "own", NAME)
    return Call(path=f"{root}/tools/b.sh", who="own")


@world_of
def worktree_with_its_own_store(world: World) -> Call:
    root = world.linked(world.repo())
    world.body(root, "own")
    return Call(path=f"{root}/{NAME}", who="own")


@world_of
def worktree_runs_the_common_store(world: World) -> Call:
    repo = world.repo()
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=f"{world.linked(repo)}/{NAME}", who="common")


@world_of
def worktree_runs_the_main_tree(world: World) -> Call:
    return Call(path=f"{world.linked(world.repo())}/{NAME}", who="main")


@world_of
def main_tree_runs_the_common_store(world: World) -> Call:
    repo = world.repo(who="")
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=f"{repo}/{NAME}", who="common")


@world_of
def nested_worktree(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo, at=repo / "worktrees/one")
    return Call(path=NAME, cwd=root, who="main")


@world_of
def worktree_with_a_relative_git_file(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    text = f"gitdir: ../{repo.name}/.git/worktrees/{root.name}\n"
    world.write(root / ".git", text.encode(), 0o644)
    return Call(path=f"scripts/../{NAME}", cwd=root, who="main")


@world_of
def git_file_without_a_newline(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    text = (root / ".git").read_text().rstrip("\n")
    world.write(root / ".git", text.encode(), 0o644)
    return Call(path=f"{root}/{NAME}", who="main")


@world_of
def absolute_commondir(world: World) -> Call:
    repo = world.repo()
    root = world.linked(repo)
    common = repo / ".git/worktrees" / root.name / "commondir"
    world.write(common, f"{repo}/.git\n".encode(), 0o644)
    return Call(path=f"{root}/{NAME}", who="main")


@world_of
def git_folder_with_a_hostile_name(world: World) -> Call:
    repo = world.repo(HOSTILE)
    root = world.linked(repo, f"linked {HOSTILE}")
    return Call(path=f"{root}/{NAME}", who="main")


@world_of
def hostile_git_folder_common_store(world: World) -> Call:
    repo = world.repo(HOSTILE)
    world.body(repo, "common", f".git/s2s/canonical/{NAME}")
    return Call(path=NAME, cwd=world.linked(repo), who="common")


@world_of
def clone(world: World) -> Call:
    repo = world.repo()
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "store")
    git(world.folder, "clone", "-q", "--depth=1", f"file://{repo}", "clone")
    return Call(path=f"{world.folder}/clone/{NAME}", who="main")


@world_of
def tarball(world: World) -> Call:
    return Call(path=f"{world.tree()}/{NAME}", who="own")


@world_of
def bare_repository_common_store(world: World) -> Call:
    bare, root = _bare(world)
    world.body(bare, "common", f"s2s/canonical/{NAME}")
    return Call(path=f"{root}/{NAME}", who="common")


@world_of
def bare_repository_has_no_main_tree(world: World) -> Call:
    _, root = _bare(world)
    world.body(world.folder, "planted")
    return Call(path=f"{root}/{NAME}", code=127)


@world_of
def separate_git_folder(world: World) -> Call:
    repo = world.repo(who="")
    (repo / ".git").rename(world.folder / ".git")
    world.write(repo / ".git", f"gitdir: {world.folder}/.git\n".encode(), 0o644)
    world.body(world.folder, "planted")
    return Call(path=f"{repo}/{NAME}", code=127)


@world_of
def submodule(world: World) -> Call:
    inner = world.repo("inner", who="")
    outer = world.repo("outer", who="planted")
    git(outer, "submodule", "add", "-q", str(inner), "sub")
    return Call(path=f"{outer}/sub/{NAME}", code=127)


@world_of
def data_folder(world: World) -> Call:
    data = world.folder / "my data"
    world.body(data, "data", f"s2s/{PROJECT}/{NAME}")
    root = world.tree(who="")
    return Call(path=f"{root}/{NAME}", who="data", env={"XDG_DATA_HOME": str(data)})


@world_of
def data_folder_below_home(world: World) -> Call:
    world.body(world.folder, "data", f".local/share/s2s/{PROJECT}/{NAME}")
    env = {"HOME": str(world.folder), "XDG_DATA_HOME": "relative"}
    return Call(path=f"{world.tree(who='')}/{NAME}", who="data", env=env)


@world_of
def wrapper_installed_outside(world: World) -> Call:
    world.body(world.folder, "data", f"data/s2s/{PROJECT}/{NAME}")
    world.body(world.folder, "planted")
    root = world.tree(who="")
    (world.folder / "bin").mkdir()
    (root / NAME).rename(world.folder / "bin/build.sh")
    env = {"XDG_DATA_HOME": f"{world.folder}/data"}
    return Call(path=f"{world.folder}/bin/build.sh", who="data", env=env)


@world_of
def s2s_root(world: World) -> Call:
    other = world.tree("other", "root")
    env = {"S2S_ROOT": str(other), "HOME": str(world.folder)}
    world.body(world.folder, "data", f".local/share/s2s/{PROJECT}/{NAME}")
    return Call(path=f"{world.tree(who='')}/{NAME}", who="root", env=env)


@world_of
def s2s_root_of_another_project(world: World) -> Call:
    other = world.tree("other", "hijacker")
    return Call(path=f"{world.tree()}/{NAME}", who="own", env={"S2S_ROOT": str(other)})


@world_of
def s2s_root_comes_after_the_main_tree(world: World) -> Call:
    other = world.tree("other", "hijacker")
    root = world.linked(world.repo())
    return Call(path=f"{root}/{NAME}", who="main", env={"S2S_ROOT": str(other)})


@world_of
def override(world: World) -> Call:
    world.body(world.folder, "override", f"over ride/{NAME}")
    env = {
        "S2S_OVERRIDE_DIR": f"{world.folder}/over ride",
        "S2S_ROOT": str(world.tree("other", "hijacker")),
    }
    return Call(path=f"{world.tree()}/{NAME}", who="override", env=env)


@world_of
def relative_override(world: World) -> Call:
    world.body(world.folder, "override", f"-over/{NAME}")
    root = world.tree()
    env = {"S2S_OVERRIDE_DIR": "-over"}
    return Call(path=f"{root}/{NAME}", cwd=world.folder, who="override", env=env)


@world_of
def override_without_this_script(world: World) -> Call:
    env = {"S2S_OVERRIDE_DIR": str(world.folder)}
    return Call(path=f"{world.tree()}/{NAME}", who="own", env=env)


# --- what must not run ------------------------------------------------------


@world_of
def planted_store_in_a_parent(world: World) -> Call:
    world.body(world.folder, "planted")
    world.wrapper(world.folder)
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127)


@world_of
def planted_store_above_a_worktree(world: World) -> Call:
    world.body(world.folder, "planted")
    return Call(path=f"{world.linked(world.repo())}/{NAME}", who="main")


@world_of
def wrapper_moved_up(world: World) -> Call:
    world.body(world.folder, "planted")
    root = world.tree()
    (root / NAME).rename(root / "build.sh")
    return Call(path=f"{root}/build.sh", code=127)


@world_of
def another_repository_in_the_environment(world: World) -> Call:
    other = world.repo("other", "hijacker")
    root = world.linked(world.repo())
    env = {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other)}
    return Call(path=f"{root}/{NAME}", who="main", env=env)


@world_of
def nothing_anywhere(world: World) -> Call:
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127)


@world_of
def nothing_in_an_empty_environment(world: World) -> Call:
    return Call(path=f"{world.tree(who='')}/{NAME}", code=127, bare_env=True)


@world_of
def folder_in_the_place_of_the_body(world: World) -> Call:
    root = world.tree(who="")
    (root / STORE / NAME).mkdir(parents=True)
    return Call(path=f"{root}/{NAME}", code=127)


@world_of
def dangling_link_in_the_place_of_the_body(world: World) -> Call:
    root = world.linked(world.repo())
    (root / STORE / "scripts").mkdir(parents=True)
    (root / STORE / NAME).symlink_to("gone")
    return Call(path=f"{root}/{NAME}", who="main")


@world_of
def wrapper_in_the_place_of_the_body(world: World) -> Call:
    root = world.tree(who="")
    (root / STORE / "scripts").mkdir(parents=True)
    (root / STORE / NAME).write_bytes((root / NAME).read_bytes())
    return Call(path=f"{root}/{NAME}", code=126)


def _bare(world: World) -> tuple[Path, Path]:
    git(world.folder, "clone", "-q", "--bare", str(world.repo(who="")), "store.git")
    bare = world.folder / "store.git"
    return bare, world.linked(bare)
