"""What wrappers call the project that they belong to."""

from __future__ import annotations

from s2s_tools.scripts.inventory import generated
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.manifest import store
from s2s_tools.scripts.wrappers import project as projects


def project(scan: Scan) -> bytes:
    """One name on every machine: that of the wrappers, else the first commit's."""
    places = [item[:2] for item in scan.apart if item.reason == generated.REASON]
    texts = store.texts(scan.repository, places)
    return projects.name(scan.repository, (texts[place] for place in sorted(texts)))
