"""What alters the disk is called in system/ alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "s2s_tools"
OS = {
    "write",
    "pwrite",
    "writev",
    "replace",
    "rename",
    "renames",
    "unlink",
    "remove",
    "removedirs",
    "rmdir",
    "mkdir",
    "makedirs",
    "mkfifo",
    "mknod",
    "symlink",
    "link",
    "chmod",
    "fchmod",
    "lchmod",
    "chown",
    "fchown",
    "lchown",
    "truncate",
    "ftruncate",
    "utime",
    "setxattr",
    "removexattr",
    "sendfile",
    "copy_file_range",
}
METHODS = {
    "write_text",
    "write_bytes",
    "touch",
    "mkdir",
    "rmdir",
    "unlink",
    "rename",
    "chmod",
    "lchmod",
    "symlink_to",
    "hardlink_to",
}
SHUTIL = {"copy", "copy2", "copyfile", "copymode", "copystat", "copytree"}
SHUTIL |= {"move", "rmtree", "chown", "unpack_archive"}
CREATING = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}


# The demo makes and removes whole scratch folders of its own, no user's file.
SCRATCH = {
    "scripts/estate/build.py": {"os.makedirs", "os.mkdir", "os.rmdir"},
    "scripts/estate/tour.py": {"shutil.rmtree"},
}
NOT_PATHS = {"atomic", "files", "formatter"}


def writes(source: str) -> list[str]:
    """The calls in a module's source that alter the disk."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and is_write(node)
    ]


def is_write(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "open" and opens_for_writing(call, 1)
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if owner == "os":
        return os_writes(call, function.attr)
    if owner in ("io", "codecs", "shutil"):
        opens = function.attr == "open" and opens_for_writing(call, 1)
        return opens or (owner == "shutil" and function.attr in SHUTIL)
    return owner not in NOT_PATHS and path_writes(call, function.attr)


def os_writes(call: ast.Call, name: str) -> bool:
    said = {n.attr for n in ast.walk(call) if isinstance(n, ast.Attribute)}
    opens = name == "open" and said & CREATING and "devnull" not in said
    return name in OS or bool(opens)


def path_writes(call: ast.Call, name: str) -> bool:
    if name == "open":
        return opens_for_writing(call, 0)
    if name == "replace":  # a string's takes two
        return len(call.args) == 1 and not call.keywords
    return name in METHODS


def opens_for_writing(call: ast.Call, position: int) -> bool:
    given = [k.value for k in call.keywords if k.arg == "mode"]
    given += call.args[position : position + 1]
    modes = [n.value for n in given if isinstance(n, ast.Constant)]
    return any(isinstance(m, str) and set(m) & set("wax+") for m in modes)


def modules() -> list[Path]:
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "system"
    )


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_outside_system_alters_the_disk(path: Path) -> None:
    allowed = SCRATCH.get(path.relative_to(PACKAGE).as_posix(), set())

    assert set(writes(path.read_text())) - allowed == set()


@pytest.mark.parametrize(
    "line",
    [
        "os.write(1, b'')",
        "os.replace(a, b)",
        "os.open(p, os.O_WRONLY | os.O_CREAT)",
        "open(p, 'w')",
        "open(p, mode='ab')",
        "open(p, 'r+b')",
        "io.open(p, 'x')",
        "path.open('w')",
        "Path(p).write_text('')",
        "path.replace(other)",
        "path.unlink()",
        "shutil.rmtree(p)",
        "os.makedirs(p)",
    ],
)
def test_a_planted_write_is_found(line: str) -> None:
    assert writes(line)


@pytest.mark.parametrize(
    "line",
    [
        "open(p)",
        "open(p, 'rb')",
        "path.open()",
        "text.replace('a', 'b')",
        "dataclasses.replace(record, a=1)",
        "os.open(p, os.O_RDONLY)",
        "os.open(os.devnull, os.O_WRONLY)",
        "sys.stdout.write('')",
        "atomic.replace(path, data)",
        "shutil.which('git')",
    ],
)
def test_what_only_reads_is_not_taken_for_a_write(line: str) -> None:
    assert writes(line) == []
