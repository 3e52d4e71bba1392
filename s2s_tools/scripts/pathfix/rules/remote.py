"""A path on another machine or in a container."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools.scripts.pathfix import texts
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_REMOTE: Final = frozenset(
    b"ssh scp sftp rsync mosh docker podman nerdctl docker-compose kubectl oc helm "
    b"lxc vagrant ansible chroot nsenter crictl".split()
)
_LOGIN: Final = re.compile(rb"[\w.$}{-]+@[\w.$}{-]+:\Z")

# The same line in a message or a document.
_SHOWN: Final = re.compile(rb"\b(?:docker|podman|nerdctl|kubectl)[ \t]+[a-z-]+[ \t]")


def decide(spot: Spot) -> Decision | None:
    """`ssh host 'ls /p'`, `docker run -v /p:/data`, `user@host:/p`."""
    names = [command.name for command in spot.beside()]
    command = spot.command()
    own = command is not None and command.name in _REMOTE and spot.argument() != 0
    fed = spot.argument() >= 0 or spot.in_document
    piped = fed and not own and bool(_REMOTE & set(names)) and _is_fed(spot)
    if own or piped or _LOGIN.search(spot.before()) or _SHOWN.search(spot.before()):
        return Decision(
            Verdict.MANUAL, advice="the path is another host's: set it there"
        )
    return None


def _is_fed(spot: Spot) -> bool:
    """Whether the text goes down the pipe: a message or a document."""
    return spot.in_document or texts.is_message(spot)
