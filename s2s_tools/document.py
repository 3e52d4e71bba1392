"""Strict YAML documents whose errors name file, line and key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from s2s_tools import errors

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_ALIASES: Final = 100
MAX_DEPTH: Final = 32
MANIFEST_SECTIONS: Final = frozenset(
    {
        "schema",
        "commands",
        "entries",
        "scripts",
        "keep",
        "allow",
        "probe",
        "former_roots",
    }
)


class Map(dict[str, Any]):
    """A mapping that knows where it stands and the line of each of its keys."""

    def __init__(self, name: str, where: str, line: int) -> None:
        super().__init__()
        self.name = name
        self.where = where
        self.line = line
        self.lines: dict[str, int] = {}

    def fail(self, key: str, problem: str) -> errors.InvalidDocument:
        """The error that names file, line and key; to be raised by the caller."""
        path = f"{self.where}.{key}" if self.where else key
        line = self.lines.get(key, self.line)
        return errors.InvalidDocument(f"{self.name}:{line}: {path}: {problem}")

    def only(self, *keys: str) -> None:
        """Refuse every key that is not one of `keys`."""
        for key in self:
            if key not in keys:
                known = ", ".join(sorted(keys))
                raise self.fail(key, f"unknown key; known here: {known}")

    def text(self, key: str, default: str | None = None) -> str:
        """The text under `key`; without a default the key must be there."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.fail(key, f"expected text, found {_kind(value)}")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """The whole number under `key`."""
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fail(key, f"expected a whole number, found {_kind(value)}")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """The true or false under `key`."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, f"expected true or false, found {_kind(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; empty where the key is absent."""
        value = self.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.fail(key, "expected a list of texts")
        return tuple(value)

    def maps(self, key: str) -> Iterator[Map]:
        """Each mapping of the list under `key`; nothing where the key is absent."""
        value = self.get(key, [])
        if not isinstance(value, list):
            raise self.fail(key, f"expected a list, found {_kind(value)}")
        for item in value:
            if not isinstance(item, Map):
                raise self.fail(key, f"expected mappings, found {_kind(item)}")
            yield item

    def _get(self, key: str, default: object) -> object:
        if key not in self and default is None:
            raise self.fail(key, "missing")
        return self.get(key, default)


def load(data: bytes, name: str) -> Map:
    """Read one YAML mapping from `data`; `name` is what errors call it.

    Only plain data is built (PyYAML's safe tags, `!!binary` gives bytes).
    Raises errors.InvalidDocument on bad syntax, duplicate keys, other tags, more
    than MAX_BYTES bytes, MAX_ALIASES aliases or MAX_DEPTH levels.
    """
    import yaml

    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise errors.InvalidDocument(f"{name}: larger than {limit} MiB; split it")
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_shape(yaml, loader_class, data, name)
        loader = loader_class(data)
        try:
            node = loader.get_single_node()
            builder = _Builder(yaml, loader, name)
            value = builder.value(node, "") if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark is not None else 1
        problem = exc.problem or "not YAML"
        raise errors.InvalidDocument(f"{name}:{line}: {problem}") from exc
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as exc:
        problem = str(exc).splitlines()[0]
        raise errors.InvalidDocument(f"{name}: not YAML: {problem}") from exc
    if value is None:
        return Map(name, "", 1)
    if not isinstance(value, Map):
        raise errors.InvalidDocument(f"{name}:1: expected a mapping at the top")
    return value


def manifest(data: bytes, name: str) -> Map:
    """Read a manifest: schema 1 with the sections that every reader knows.

    Each section is decoded by the room that owns it. Raises
    errors.InvalidDocument, also for an unknown section or a newer schema.
    """
    top = load(data, name)
    top.only(*MANIFEST_SECTIONS)
    schema = top.number("schema", 1)
    if schema != 1:
        raise top.fail("schema", f"this program reads schema 1, not {schema}; upgrade")
    return top


def _check_shape(yaml: Any, loader_class: Any, data: bytes, name: str) -> None:
    aliases = depth = 0
    for event in yaml.parse(data, Loader=loader_class):
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        line = event.start_mark.line + 1
        if aliases > MAX_ALIASES:
            raise errors.InvalidDocument(f"{name}:{line}: more than 100 aliases")
        if depth > MAX_DEPTH:
            raise errors.InvalidDocument(f"{name}:{line}: nested too deep")


class _Builder:
    """Builds plain values from a node graph; an aliased node is built once."""

    def __init__(self, yaml: Any, loader: Any, name: str) -> None:
        self._yaml = yaml
        self._loader = loader
        self._name = name
        self._built: dict[Any, Any] = {}

    def value(self, node: Any, where: str) -> Any:
        if node not in self._built:
            self._built[node] = self._value(node, where)
        return self._built[node]

    def _value(self, node: Any, where: str) -> Any:
        if isinstance(node, self._yaml.ScalarNode):
            return self._loader.construct_object(node)
        kind = "map" if isinstance(node, self._yaml.MappingNode) else "seq"
        if node.tag != f"tag:yaml.org,2002:{kind}":
            line = node.start_mark.line + 1
            raise errors.InvalidDocument(
                f"{self._name}:{line}: {where}: the tag {node.tag} is not allowed"
            )
        if kind == "map":
            return self._map(node, where)
        return [
            self.value(item, f"{where}[{index}]")
            for index, item in enumerate(node.value)
        ]

    def _map(self, node: Any, where: str) -> Map:
        result = Map(self._name, where, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, self._yaml.ScalarNode):
                raise errors.InvalidDocument(
                    f"{self._name}:{line}: {where}: a key must be text"
                )
            key = key_node.value
            first = result.lines.get(key)
            result.lines[key] = line
            if first is not None:
                raise result.fail(key, f"duplicate key, first on line {first}")
            below = f"{where}.{key}" if where else key
            result[key] = self.value(value_node, below)
        return result


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "a number or another kind"
