"""Worlds that differ in how and from where the wrapper is called."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.scripts.wrappers.worlds import HOSTILE, NAME, STORE, Call, World, world_of

# --- where it is called from ------------------------------------------------


@world_of
def main_tree(world: World) -> Call:
    root = world.repo()
    return Call(path=f"{root}/{NAME}", who="main")


@world_of
def relative_path(world: World) -> Call:
    return Call(path=NAME, cwd=world.tree(), who="own")


@world_of
def relative_from_elsewhere(world: World) -> Call:
    root = world.tree()
    (root / "other/deep").mkdir(parents=True)
    return Call(path=f"../../{NAME}", cwd=root / "other/deep", who="own")


@world_of
def bare_name(world: World) -> Call:
    root = world.tree()
    return Call(path="build.sh", cwd=root / "scripts", who="own")


@world_of
def bare_name_at_the_root(world: World) -> Call:
    root = world.folder / "tree"
    world.wrapper(root, "run.sh", id="run.sh")
    world.body(root, "own", f"{STORE}/run.sh")
    return Call(path="run.sh", cwd=root, who="own")


@world_of
def deep_folder(world: World) -> Call:
    root, path = world.folder / "tree", "a/b c/d/e.sh"
    world.wrapper(root, path, id=path)
    world.body(root, "own", f"{STORE}/{path}")
    return Call(path=f"{root}/{path}", who="own")


@world_of
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


@world_of
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


@world_of
def shell_finds_the_name_on_path(world: World) -> Call:
    root = world.tree()
    return Call(
        path="build.sh",
        by="path lookup",
        env={"PATH": f"/nonexistent::{root}/scripts:{os.defpath}"},
        who="own",
        file=f"{root}/{NAME}",
    )


@world_of
def folder_with_a_leading_dash(world: World) -> Call:
    world.tree("-eu")
    return Call(path=f"-eu/{NAME}", cwd=world.folder, who="own")


@world_of
def folder_with_a_leading_plus(world: World) -> Call:
    world.tree("+x")
    return Call(path=f"+x/{NAME}", cwd=world.folder, who="own")


@world_of
def hostile_names(world: World) -> Call:
    root = world.tree(HOSTILE)
    hits = frozenset({root / "hit", root / "scripts/hit"})
    return Call(path=NAME, cwd=root, who="own", absent=hits)


@world_of
def hostile_absolute_name(world: World) -> Call:
    root = world.tree(HOSTILE)
    return Call(path=f"{root}/{NAME}", who="own")


@world_of
def odd_script_name(world: World) -> Call:
    root, path = world.folder / "tree", "my *s/{{7*7}} ;[a] größe.sh"
    world.wrapper(root, path, id=path)
    world.body(root, "own", f"{STORE}/{path}")
    return Call(path=f"{root}/{path}", who="own")


@world_of
def another_disk(world: World) -> Call:
    repo = world.repo()
    # Where there is no such disk the worktree is on the same one.
    other = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else world.folder
    disk = other / f"s2s-{os.getpid()}-{id(world):x}"
    return Call(path=f"{world.linked(repo, at=disk)}/{NAME}", who="main")


# --- links ------------------------------------------------------------------


@world_of
def symlink(world: World) -> Call:
    root = world.tree()
    link = world.folder / "bin" / "b"
    link.parent.mkdir()
    link.symlink_to(root / NAME)
    return Call(path=str(link), who="own")


@world_of
def relative_symlink(world: World) -> Call:
    world.tree()
    (world.folder / "b").symlink_to(f"tree/{NAME}")
    return Call(path="b", cwd=world.folder, who="own")


@world_of
def chain_of_symlinks(world: World) -> Call:
    world.tree(HOSTILE)
    (world.folder / "bin").mkdir()
    (world.folder / "one").symlink_to(f"{HOSTILE}/{NAME}")
    (world.folder / "bin/two\n").symlink_to("../one")
    (world.folder / "-three").symlink_to("bin/two\n")
    return Call(path="./-three", cwd=world.folder, who="own")


@world_of
def long_chain_of_symlinks(world: World) -> Call:
    world.tree()
    (world.folder / "0").symlink_to(f"tree/{NAME}")
    for number in range(1, 38):
        (world.folder / str(number)).symlink_to(str(number - 1))
    return Call(path=f"{world.folder}/37", who="own")


@world_of
def symlinked_folder(world: World) -> Call:
    root = world.tree()
    (world.folder / "short").symlink_to(root / "scripts")
    return Call(path=f"{world.folder}/short/build.sh", who="own")


@world_of
def symlinked_tree(world: World) -> Call:
    root = world.tree()
    (world.folder / "short").symlink_to(root)
    return Call(path=f"{world.folder}/short/{NAME}", who="own")


@world_of
def link_in_the_tree(world: World) -> Call:
    root = world.tree()
    (root / "tools").mkdir()
    (root / "tools/b.sh").symlink_to("../scripts/build.sh")
    return Call(path="tools/b.sh", cwd=root, who="own")


# --- the environment --------------------------------------------------------


@world_of
def empty_environment(world: World) -> Call:
    return Call(path=f"{world.tree()}/{NAME}", who="own", bare_env=True)


@world_of
def empty_environment_in_a_worktree(world: World) -> Call:
    root = world.linked(world.repo())
    return Call(path=f"{root}/{NAME}", who="main", bare_env=True)


@world_of
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


@world_of
def exported_helper_names(world: World) -> Call:
    text = (world.repo() / NAME).read_text()
    names = frozenset(re.findall(r"_s2s_[a-z]+", text))
    root = world.linked(world.folder / "repo")
    env = dict.fromkeys(sorted(names), "mine")
    return Call(path=f"{root}/{NAME}", who="main", env=env, dropped=names)
