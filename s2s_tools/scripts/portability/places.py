"""What is here and not there: ports, files, homes, users, machines."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.portability.model import Rule, Severity, Texts

_WARNING, _INFO = Severity.WARNING, Severity.INFO

# Every gap is bounded: a line may be as long as the file.
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]{0,60}"
_HOST: Final = r"[A-Za-z0-9*_][A-Za-z0-9.*_-]{0,99}"
TEXTS: Final = (
    Texts(
        Rule(
            "fixed-port",
            _INFO,
            "a fixed port: somebody else may listen there",
            "take it from a variable with this one as its default",
        ),
        r"(?:\blocalhost|\b127\.0\.0\.1|\b0\.0\.0\.0|\[::1?\]):[0-9]{2,5}\b"
        r"|\blsof\b[^\n|;&]{0,60}?-[A-Za-z]{0,9}i\s*(?:tcp|udp)?:[0-9]{2,5}\b"
        r"|\bnc\b[^\n|;&]{0,60}?\b(?:localhost|127\.0\.0\.1) [0-9]{2,5}\b",
    ),
    Texts(
        Rule(
            "fixed-temp",
            _WARNING,
            "a fixed file in the temp folder: two runs share it, anyone may own it",
            "use mktemp",
        ),
        r"(?<![\w.}/])/(?:var/|private/)?tmp/[A-Za-z0-9_.+-]+(?![A-Za-z0-9_.+$-]|\$)",
        r"X{3,}",
    ),
    Texts(
        Rule(
            "home-path",
            _WARNING,
            "the home folder of one user",
            'use "$HOME", or s2s fix-paths',
        ),
        r"(?<![\w.}/])/(?:Users|home)/[A-Za-z0-9_][A-Za-z0-9_.-]*",
        r"/(?:home/node|home/runner|Users/Shared)$",
    ),
    Texts(
        Rule(
            "user-name",
            _WARNING,
            "compares with the name of one user",
            "ask for what is needed, not who asks",
        ),
        r"(?:\$\{?(?:USER|LOGNAME)\b[^\n;&|=!]{0,8}|(?:\bwhoami|\bid -un)\s*[)`]\"?\s*)"
        rf"(?:==?|!=)\s*[\"']?{_NAME}",
        r"root$",
    ),
    Texts(
        Rule(
            "host-name",
            _INFO,
            "the name of one machine",
            "take it from a variable",
        ),
        r"(?:\$\{?HOSTNAME\b[^\n;&|=!]{0,8}"
        r"|(?:\bhostname(?: -s)?|\buname -n)\s*[)`]\"?\s*)"
        rf"(?:==?|!=)\s*[\"']?{_HOST}"
        rf"|\b(?:ssh|scp|rsync)\s[^\n|;&]{{0,120}}?\b{_NAME}@(?!\$){_HOST}",
        r"localhost$",
    ),
)
