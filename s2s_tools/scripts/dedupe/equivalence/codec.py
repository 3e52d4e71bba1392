"""Proofs as JSON text, read strictly: what is not known is refused."""

from __future__ import annotations

from typing import Any, Final

from s2s_tools import errors
from s2s_tools.changes import codec
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Proof, Verdict

SCHEMA: Final = 1
_PROOF = {
    "schema": int,
    "repository": str,
    "sandbox": str,
    "families": list,
    "notes": list,
}
_FAMILY = {
    "family": str,
    "verdict": str,
    "reason": str,
    "places": list,
    "unstable": list,
    "digest": str,
}
_PLACE = {"worktree": str, "path": str}


def to_json(proof: Proof) -> str:
    """A proof as one JSON document, with a final newline."""
    import json

    return json.dumps(document(proof), indent=1) + "\n"


def document(proof: Proof) -> dict[str, Any]:
    """A proof as plain values."""
    return {
        "schema": SCHEMA,
        "repository": codec.text(proof.repository),
        "sandbox": proof.sandbox,
        "families": [_family_out(one) for one in proof.families],
        "notes": list(proof.notes),
    }


def from_json(source: str | bytes) -> Proof:
    """The proof in a JSON document; raises errors.InvalidDocument."""
    try:
        found = codec.fields(codec.load(source), "proof", _PROOF)
        if found["schema"] != SCHEMA:
            raise codec.invalid(f"proof: schema {found['schema']} is unknown")
        return Proof(
            repository=codec.raw(found["repository"], "proof.repository"),
            sandbox=found["sandbox"],
            families=tuple(
                _family_in(value, f"proof.families[{n}]")
                for n, value in enumerate(found["families"])
            ),
            notes=tuple(codec.strings(found["notes"], "proof.notes")),
        )
    except errors.InvalidDocument as exc:
        text = str(exc).removesuffix("; make the plan anew")
        raise errors.InvalidDocument(f"{text}; prove the plan anew") from exc


def _family_out(one: Judged) -> dict[str, Any]:
    return {
        "family": one.family,
        "verdict": one.verdict.value,
        "reason": one.reason,
        "places": [
            {"worktree": worktree, "path": codec.text(path)}
            for worktree, path in one.places
        ],
        "unstable": list(one.unstable),
        "digest": one.digest,
    }


def _family_in(value: object, where: str) -> Judged:
    found = codec.fields(value, where, _FAMILY)
    try:
        verdict = Verdict(found["verdict"])
    except ValueError as exc:
        raise codec.invalid(f"{where}.verdict is unknown") from exc
    places = []
    for number, item in enumerate(found["places"]):
        place = codec.fields(item, f"{where}.places[{number}]", _PLACE)
        path = codec.raw(place["path"], f"{where}.places[{number}].path")
        places.append((place["worktree"], path))
    return Judged(
        family=found["family"],
        verdict=verdict,
        reason=found["reason"],
        places=tuple(places),
        unstable=tuple(codec.strings(found["unstable"], f"{where}.unstable")),
        digest=found["digest"],
    )
