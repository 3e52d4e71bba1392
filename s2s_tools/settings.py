"""What a repository's own configuration says: `.s2s/config.toml`, `[tool.s2s]`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from s2s_tools import constants, errors

LANGUAGES: Final = {
    "elixir": ("*.ex", "*.exs"),
    "javascript": ("*.js", "*.mjs", "*.cjs"),
    "lua": ("*.lua",),
    "make": ("Makefile", "GNUmakefile", "*.mk"),
    "perl": ("*.pl", "*.pm"),
    "php": ("*.php",),
    "powershell": ("*.ps1", "*.psm1"),
    "python": ("*.py",),
    "ruby": ("*.rb",),
    "typescript": ("*.ts",),
}
_PROJECT: Final = "pyproject.toml"
_MOST_BYTES: Final = 1 << 20


class Settings(NamedTuple):
    """A repository's settings; each has the meaning that its name says.

    `include` and `exclude` are patterns for the scan, those of the languages that
    were asked for among them.
    """

    manifest: str = constants.MANIFEST_PATH
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignored: bool = False


DEFAULT: Final = Settings()


def load(root: bytes) -> Settings:
    """The settings of the worktree at `root`; where both files speak, both hold.

    What `.s2s/config.toml` says of a key goes before `pyproject.toml`. Raises
    errors.InvalidDocument.
    """
    project = _read(root, _PROJECT)
    own = _read(root, constants.CONFIG_PATH)
    if own is None and (project is None or b"s2s" not in project):
        return DEFAULT
    found: dict[str, Any] = {}
    if project is not None and b"s2s" in project:
        tool = _toml(project, _PROJECT).get("tool", {})
        table = tool.get("s2s", {}) if isinstance(tool, dict) else {}
        found |= _checked(table, _PROJECT, "tool.s2s.")
    if own is not None:
        name = constants.CONFIG_PATH
        found |= _checked(_toml(own, name), name, "")
    return Settings(**found)


def _read(root: bytes, name: str) -> bytes | None:
    path = os.path.join(root, os.fsencode(name))
    try:
        with open(path, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise errors.FileUnreadable(f"{name}: {exc.strerror}") from exc
    if len(data) > _MOST_BYTES:
        raise errors.InvalidDocument(f"{name}: larger than 1 MiB; is that the file?")
    return data


def _toml(data: bytes, name: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise errors.InvalidDocument(f"{name}: not TOML: {exc}") from exc


def _checked(table: object, name: str, prefix: str) -> dict[str, Any]:
    top = _table(table, name, prefix.rstrip("."), ("manifest", "scan"))
    found: dict[str, Any] = {}
    if "manifest" in top:
        found["manifest"] = _inner_path(top["manifest"], f"{name}: {prefix}manifest")
    if "scan" not in top:
        return found
    where = f"{prefix}scan"
    known = ("include", "exclude", "languages", "ignored")
    asked = _table(top["scan"], name, where, known)
    found |= {
        key: _texts(asked[key], f"{name}: {where}.{key}")
        for key in ("include", "exclude")
        if key in asked
    }
    if "languages" in asked:
        languages = _languages(asked["languages"], f"{name}: {where}.languages")
        found["include"] = (*found.get("include", ()), *languages)
    if "ignored" in asked:
        found["ignored"] = _flag(asked["ignored"], f"{name}: {where}.ignored")
    return found


def _table(
    value: object, name: str, where: str, known: tuple[str, ...]
) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise errors.InvalidDocument(f"{name}: {where}: expected a table")
    for key in value:
        if key not in known:
            place = f"{where}.{key}" if where else key
            raise errors.InvalidDocument(
                f"{name}: {place}: unknown key; known here: {', '.join(sorted(known))}"
            )
    return value


def _inner_path(value: object, where: str) -> str:
    parts = value.split("/") if isinstance(value, str) else []
    if not isinstance(value, str) or not value or "\0" in value:
        raise errors.InvalidDocument(f"{where}: expected the path of a file")
    if value.startswith("/") or ".." in parts or ".git" in parts:
        raise errors.InvalidDocument(
            f"{where}: {value!r} leads out of the repository's files; "
            "give a path below its root"
        )
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise errors.InvalidDocument(f"{where}: expected a list of texts")
    return tuple(value)


def _languages(value: object, where: str) -> tuple[str, ...]:
    names = _texts(value, where)
    for name in names:
        if name not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise errors.InvalidDocument(f"{where}: {name!r} is not one of {known}")
    return tuple(pattern for name in names for pattern in LANGUAGES[name])


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise errors.InvalidDocument(f"{where}: expected true or false")
    return value
