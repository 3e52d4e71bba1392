"""Names the harmless-looking differences among the copies of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory.model import Family, File

_MOST = 200  # pairs of contents; a scan of more of them reads none
_Pair: TypeAlias = tuple[str, str]  # the canonical's content, a copy's


def name(repository: Repository, found: tuple[Family, ...]) -> tuple[Family, ...]:
    """The families, with the lexical class of each differing copy.

    This has to read files, which a scan of many would be slow for: beyond a
    number of differing contents the classes are left to `s2s drift`.
    """
    pairs: dict[_Pair, tuple[File, File]] = {}
    for family in found:
        if family.canonical is not None:
            pairs |= _pairs(family.canonical, family)
        if len(pairs) > _MOST:
            return found
    classes = _classes(repository, pairs) if pairs else {}
    return tuple(_named(family, classes) for family in found) if classes else found


def _pairs(canonical: File, family: Family) -> dict[_Pair, tuple[File, File]]:
    content = canonical.content
    return {
        (content, member.file.content): (canonical, member.file)
        for member in family.members
        if member.file.content != content
    }


def _classes(
    repository: Repository, pairs: Mapping[_Pair, tuple[File, File]]
) -> dict[_Pair, str]:
    from s2s_tools.scripts.inventory import lexical, texts

    source = texts.load(repository, ())
    found: dict[_Pair, str] = {}
    for pair, (canonical, file) in pairs.items():
        old, new = source.of(canonical), source.of(file)
        if old is not None and new is not None:
            said = lexical.difference(old, new, shell=canonical.shell)
            found |= {pair: said} if said else {}
    return found


def _named(family: Family, classes: Mapping[_Pair, str]) -> Family:
    canonical = family.canonical
    if canonical is None:
        return family
    members = []
    for member in family.members:
        said = classes.get((canonical.content, member.file.content))
        members.append(member._replace(difference=said) if said else member)
    return family._replace(members=tuple(members))
