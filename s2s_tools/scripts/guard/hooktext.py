"""The text of the hooks that git calls."""

from __future__ import annotations

import re
from typing import Final

CHECKS: Final = ("pre-commit", "pre-merge-commit")
REFRESHES: Final = ("post-commit", "post-merge")
HOOKS: Final = CHECKS + REFRESHES
CHAINED: Final = ".s2s-chained"

_MARK: Final = re.compile(rb"#![^\n]*\n# s2s-hook:\d+ ")
# Hooks that find their work by the name or the place they are called by.
_OWN_NAME: Final = re.compile(
    rb"basename[^\n]*(?:\$\{?0|__FILE__|\$PROGRAM_NAME)|\$\{0##|"
    rb"^[ \t]*\.[ \t][^\n]*\$\{?0",
    re.MULTILINE,
)
_HEAD: Final = """\
#!/bin/sh
# s2s-hook:1 @HOOK@
# Written by `s2s hooks install`. `s2s hooks uninstall` takes it away and puts the
# hook that stood here back, which is kept beside it as @HOOK@@CHAINED@.
case $0 in
  */*) s2s_folder=${0%/*} ;;
  *) s2s_folder=. ;;
esac
s2s_code=0
if [ -f "$s2s_folder/@HOOK@@CHAINED@" ] && [ -x "$s2s_folder/@HOOK@@CHAINED@" ]; then
  "$s2s_folder/@HOOK@@CHAINED@" "$@" || s2s_code=$?
fi
"""
_CHECK: Final = """\
[ "$s2s_code" -eq 0 ] || exit "$s2s_code"
if [ -n "${S2S:-}" ]; then
  exec "$S2S" hooks run @HOOK@
fi
if command -v s2s >/dev/null 2>&1; then
  exec s2s hooks run @HOOK@
fi
echo "@HOOK@: s2s is not on PATH and S2S does not name it, so nothing was checked;" \\
  "install it, run s2s hooks uninstall, or commit with --no-verify" >&2
exit 127
"""
_REFRESH: Final = """\
# Only the main worktree's commits change what is kept in the common directory.
[ -d "${GIT_DIR:-.git}/s2s/canonical" ] || exit "$s2s_code"
if [ -n "${S2S:-}" ]; then
  "$S2S" hooks run @HOOK@ >&2 || s2s_code=$?
elif command -v s2s >/dev/null 2>&1; then
  s2s hooks run @HOOK@ >&2 || s2s_code=$?
else
  echo "@HOOK@: s2s is not on PATH and S2S does not name it, so the scripts in" \\
    ".git/s2s/canonical were not refreshed; run s2s dedupe sync" >&2
  s2s_code=127
fi
exit "$s2s_code"
"""


def text(hook: str) -> bytes:
    """The hook of that name; it pins no path, so one serves every worktree."""
    whole = _HEAD + (_CHECK if hook in CHECKS else _REFRESH)
    return whole.replace("@HOOK@", hook).replace("@CHAINED@", CHAINED).encode()


def is_ours(data: bytes) -> bool:
    """Whether a hook begins as ours do; it may have been edited since."""
    return _MARK.match(data) is not None


def needs_its_name(data: bytes) -> bool:
    """Whether a hook would not do its work under another name."""
    return _OWN_NAME.search(data) is not None
