"""The lines that tell a script where its repository is, as they stand in scripts."""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

_BEGIN: Final = re.compile(rb"^# s2s-root:1((?: [A-Za-z_][A-Za-z_0-9]*| [+])*)\n", re.M)
_END: Final = b"# s2s-root end\n"
TREE: Final = b"S2S_TREE"


class Preamble(NamedTuple):
    """What a script's preamble does.

    `root` names the variable for the main tree, b"" for none; `needs` are variables
    of the environment that must not be empty.
    """

    root: bytes = b"S2S_ROOT"
    exported: bool = False
    checked: bool = False
    needs: tuple[bytes, ...] = ()

    def joined(self, other: Preamble) -> Preamble:
        """A preamble that does what both do."""
        return Preamble(
            self.root or other.root,
            self.exported or other.exported,
            self.checked or other.checked,
            tuple(sorted({*self.needs, *other.needs})),
        )


class Found(NamedTuple):
    """A preamble in a script, bytes `start` to `end`."""

    start: int
    end: int
    what: Preamble


@functools.cache
def text(what: Preamble) -> bytes:
    """The lines, POSIX shell, right under `set -eu`."""
    root = what.root
    parts = [b"# s2s-root:1", *([root] if root else [])]
    parts += [b"+ exported"] * what.exported + [b"+ checked"] * what.checked
    parts += [b"+ " + name for name in what.needs]
    head = b" ".join(parts) + b"\n"
    body = _ROOT.replace(b"@ROOT@", root) if root else b""
    if root and what.exported:
        body += b"export " + root + b"\n"
    if root and what.checked:
        body += _CHECKED.replace(b"@ROOT@", root)
    for name in what.needs:
        body += b': "${%s:?is not set}"\n' % name
    return head + body + _END


def find(data: bytes) -> Found | None:
    """The preamble of a script; None where none stands there unchanged."""
    for match in _BEGIN.finditer(data):
        what = _read(match[1])
        if what is not None and data.startswith(text(what), match.start()):
            return Found(match.start(), match.start() + len(text(what)), what)
    return None


def blanked(data: bytes) -> bytes:
    """The script with blanks where its preamble stands; all lines keep their place."""
    found = find(data)
    if found is None:
        return data
    lines = re.sub(rb"[^\n]", b" ", data[found.start : found.end])
    return data[: found.start] + lines + data[found.end :]


def _read(flags: bytes) -> Preamble | None:
    words = flags.split(b" + ")
    root = words[0].strip()
    rest = [word.strip() for word in words[1:]]
    if flags.startswith(b" +"):
        root, rest = b"", [word.strip() for word in flags[2:].split(b" + ")]
    needs = tuple(sorted({word for word in rest if word not in _FLAGS}))
    what = Preamble(root, b"exported" in rest, b"checked" in rest, needs)
    return None if b" " in root or not (root or needs) else what


_FLAGS: Final = frozenset({b"exported", b"checked"})

_ROOT: Final = b"""\
# Made by s2s fix-paths. @ROOT@ is the repository's main tree, S2S_TREE this one.
# shellcheck disable=SC2128,SC3028 # not every shell has it
_s2s_at=${BASH_SOURCE:-$0}
if [ "$_s2s_at" = "$0" ]; then
  case ${S2S_SELF-} in "$$:"*) _s2s_at=${S2S_SELF#*:} ;; esac
fi
case $_s2s_at in
  */*) ;;
  *) [ -f "./$_s2s_at" ] || _s2s_at=$(command -v "$_s2s_at") || : ;;
esac
case $_s2s_at in /*) ;; *) _s2s_at=./$_s2s_at ;; esac
_s2s_left=40
while [ -h "$_s2s_at" ] && [ "$_s2s_left" -gt 0 ]; do
  _s2s_left=$((_s2s_left - 1))
  _s2s_link=$(readlink "$_s2s_at" && echo .) || break
  case /$_s2s_link in
    */s2s/canonical/*) break ;; # a body kept outside the trees
    //*) _s2s_at=${_s2s_link%??} ;;
    *) _s2s_at=${_s2s_at%/*}/${_s2s_link%??} ;;
  esac
done
_s2s_at=$(CDPATH='' command cd -P "${_s2s_at%/*}/" 2>/dev/null && pwd -P && echo .) || :
_s2s_at=${_s2s_at%??}
while [ -n "$_s2s_at" ] && [ ! -e "$_s2s_at/.git" ]; do
  [ ! -f "$_s2s_at/.s2s/manifest.yaml" ] || break
  _s2s_at=${_s2s_at%/*}
done
S2S_TREE=$_s2s_at
if [ -f "$S2S_TREE/.git" ]; then
  IFS= read -r _s2s_link <"$S2S_TREE/.git" || :
  case $_s2s_link in
    'gitdir: /'*) _s2s_at=${_s2s_link#gitdir: } ;;
    *) _s2s_at=$S2S_TREE/${_s2s_link#gitdir: } ;;
  esac
  if [ -f "$_s2s_at/commondir" ]; then
    IFS= read -r _s2s_link <"$_s2s_at/commondir" || :
    case $_s2s_link in /*) ;; *) _s2s_link=$_s2s_at/$_s2s_link ;; esac
    _s2s_at=$(CDPATH='' command cd -P "$_s2s_link" 2>/dev/null && pwd -P && echo .) || :
    case $_s2s_at in
      */.git??) _s2s_at=${_s2s_at%/.git??} ;;
      *) _s2s_at= ;; # no main tree
    esac
  elif [ -f "$_s2s_at/HEAD" ]; then
    _s2s_at=$S2S_TREE # a submodule
  else
    _s2s_at=
  fi
fi
case ${@ROOT@-} in
  /*) [ ! -d "$@ROOT@" ] || _s2s_at=$@ROOT@ ;;
  ?*) [ ! -d "./$@ROOT@" ] || _s2s_at=$(command cd -P "./$@ROOT@" && pwd -P) ;;
esac
if [ -z "$_s2s_at" ]; then
  echo "${0##*/}: cannot find its repository; set @ROOT@ to the main tree" >&2
  case $- in *i*) return 1 ;; esac
  exit 1
fi
@ROOT@=$_s2s_at
S2S_TREE=${S2S_TREE:-$@ROOT@}
unset _s2s_at _s2s_link _s2s_left
"""

_CHECKED: Final = b"""\
case $@ROOT@ in
  *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./@+=:,-]*)
    echo "${0##*/}: @ROOT@ has characters that this script cannot bear: $@ROOT@" >&2
    case $- in *i*) return 1 ;; esac
    exit 1
    ;;
esac
"""
