"""Programs that are only recorded when a script calls them during a proof."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from s2s_tools.scripts.syntax import tree

# What really runs: it computes, and inside the sandbox it can do no harm.
_REAL_NAMES: Final = """
. : [ alias ash awk b2sum base32 base64 basename bash bg bind break builtin
busybox bzip2 cal caller case cat cd chmod cksum cmp column comm command
compgen complete continue cp csplit cut dash dd declare diff diff3 dir
dircolors dirname dirs disown do done du echo egrep elif else enable env
esac eval exec exit expand export expr factor false fc fg fgrep fi file find
fmt fold for function gawk getopt getopts grep groups gunzip gzip hash head
hexdump history iconv id if in install jobs join jq kill ksh let link ln
local logout ls mapfile mawk md5sum mkdir mkfifo mksh mktemp mv nawk nice nl
nohup od openssl paste patch pathchk perl popd pr printenv printf pushd pwd
python python3 read readarray readlink readonly realpath return rev rm rmdir
sed select seq set sh sha1sum sha224sum sha256sum sha384sum sha512sum shasum
shift shopt shuf sort source split stat stdbuf strings stty sum suspend sync
tac tail tar tee test then time timeout times touch tput tr trap true
truncate tsort tty type typeset ulimit umask unalias uname unexpand uniq
unlink unset until unxz unzip vdir wait wc which while whoami xargs xxd xz
yes yq zcat zip zsh
"""
# Scripts find these in any case, named in their text or in what they source.
_USUAL_NAMES: Final = """
apk apt apt-get at brew bun cargo chgrp chown claude crontab curl date deno
df dig doas docker docker-compose elixir erl free ftp gcloud gh git go halt
helm hostname hostnamectl iex ifconfig ip iptables journalctl killall
kubectl launchctl lsof mail mix mkfs mount mysql nc netcat netstat nginx
nmap node nohup npm npx nslookup open osascript pbcopy pgrep ping pip pip3
pkill pnpm podman poweroff ps psql reboot redis-cli rsync say scp screen
sendmail service sftp shutdown sleep ss ssh ssh-add ssh-keygen su sudo
swapoff swapon sysctl systemctl telnet terraform tmux top umount uptime
useradd usermod vmstat wget xdg-open yarn
"""
_REAL: Final = frozenset(_REAL_NAMES.split())
_USUAL: Final = frozenset(_USUAL_NAMES.split())
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}")
_FIXED: Final = 1767225600  # what `date` says: 2026-01-01 00:00:00 UTC
_RECORD: Final = """\
#!/bin/sh
{ printf '%s\\0' "$#" "$PWD" NAME "$@"; } >>LOG
"""
_SPECIAL: Final = {
    "date": """\
PATH=/usr/local/bin:/usr/bin:/bin
for word do
  case $word in -[dfrs]* | --date* | --file* | --reference*) exec date "$@" ;; esac
done
exec date -d @FIXED "$@"
""",
    "git": """\
case "$1 $2" in
  'rev-parse --show-toplevel')
    folder=$PWD
    while [ ! -e "$folder/.git" ] && [ "$folder" ]; do folder=${folder%/*}; done
    [ "$folder" ] && printf '%s\\n' "$folder" ;;
  'rev-parse --is-inside-work-tree') echo true ;;
esac
""",
}


def names(scripts: Iterable[bytes]) -> tuple[str, ...]:
    """What is to be recorded: the usual, and what these scripts name themselves."""
    found = set(_USUAL) - _REAL
    for data in scripts:
        whole = tree.parse(data)
        for node in whole.each("command_name"):
            word = whole.text(node).decode("utf-8", "replace")
            if _NAME.fullmatch(word) and word not in _REAL:
                found.add(word)
    return tuple(sorted(found))


def text(name: str, log: str) -> bytes:
    """The program that stands for `name`; `log` is where it writes its calls."""
    text = _RECORD.replace("NAME", name).replace("LOG", log)
    return (text + _SPECIAL.get(name, "").replace("FIXED", str(_FIXED))).encode()


def calls(log: bytes) -> tuple[bytes, ...]:
    """What was recorded, a line for each call; torn records as they are."""
    parts = log.split(b"\0")
    found: list[bytes] = []
    while len(parts) > 1:
        count = parts[0]
        if not count.isdigit() or len(parts) < int(count) + 4:
            return (*found, b" ".join(parts))
        folder, name, *words = parts[1 : int(count) + 3]
        words = [word.replace(b"\n", b"\\n") for word in words]
        found.append(b" ".join([name, *words]) + b" (in " + folder + b")")
        parts = parts[int(count) + 3 :]
    return tuple(found)
