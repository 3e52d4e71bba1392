"""Scripts that mean harm, run for a proof: nothing outside the copies changes."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.dedupe.equivalence.model import Limits, Verdict

QUICK = Limits(timeout=2, parallel=1, tick=0)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every name below a folder with its mode and bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        data = b"" if path.is_dir() or path.is_symlink() else path.read_bytes()
        found[str(path)] = (info.st_mode, data)
    return found


@pytest.fixture
def outside(tmp_path: Path, git_env: Path) -> Iterator[Path]:
    """A folder that no script may touch; checked, with the home, at the end."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_text("precious\n")
    (git_env / "diary").write_text("dear diary\n")
    before = snapshot(folder), snapshot(git_env)
    yield folder
    assert (snapshot(folder), snapshot(git_env)) == before


def attack(made: Any, limits: Limits = QUICK) -> Any:
    """Prove it, and see that the repository is as it was."""
    before = snapshot(made.repo.path)
    found = made.judged((), limits=limits)
    assert snapshot(made.repo.path) == before
    return found


def test_a_script_cannot_write_outside_the_copies(
    swap: Callable[..., Any], outside: Path
) -> None:
    home = Path(os.environ["HOME"])
    text = f"""#!/bin/sh
cd "$(dirname "$0")/.."
rm -rf {outside} {home} * .git
mkdir -p {home} {outside}
echo pwned >{home}/diary; echo pwned >{outside}/precious; echo pwned >bin/x.sh
ln -s {outside} bin; ln -s {outside}/precious link; echo pwned >link
for folder in /usr /bin /etc / /var /run /dev /proc/sys /sys; do
  echo pwned >$folder/s2s-pwned
done
exit 0
"""

    attack(swap(text))

    for folder in ("/usr", "/bin", "/etc", "/", "/var", "/run", "/dev"):
        assert not os.path.lexists(f"{folder}/s2s-pwned")


def test_a_folder_that_becomes_a_link_leads_no_restoring_hand_outside(
    swap: Callable[..., Any], outside: Path
) -> None:
    text = f"""#!/bin/sh
cd "${{0%/*}}/.." || exit
mv data gone; ln -s {outside} data
mv /tmp/* /tmp/.[!.]* away 2>/dev/null; true
"""
    others = {"data/precious": "mine\n", "data/sub/precious": "mine too\n"}

    attack(swap(text, others=others))


def test_a_script_cannot_reach_the_network(swap: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        text = f"#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{port} && echo connected\n"

        found = attack(swap(text))

        with pytest.raises(TimeoutError):
            server.accept()
    assert found.verdict is Verdict.PROVED  # both failed alike


def test_a_script_cannot_see_or_end_other_processes(swap: Callable[..., Any]) -> None:
    text = f"""#!/bin/sh
kill -9 {os.getpid()} {os.getppid()} $PPID -1
kill -9 -1
"""

    attack(swap(text))

    os.kill(os.getppid(), 0)


def test_what_a_script_leaves_running_does_not_survive_it(
    swap: Callable[..., Any],
) -> None:
    mark = f"s2s-survivor-{os.getpid()}"
    text = f"""#!/bin/bash
for n in 1 2 3; do
  (trap '' HUP TERM; setsid bash -c 'exec -a {mark} /bin/sleep 60' \\
    >/dev/null 2>&1 </dev/null &)
done
"""

    attack(swap(text))

    time.sleep(0.1)
    named = [
        folder
        for folder in Path("/proc").glob("[0-9]*")
        if mark.encode() in _command(folder)
    ]
    assert named == []


def _command(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def test_more_processes_than_allowed_are_ended(swap: Callable[..., Any]) -> None:
    text = "#!/bin/bash\nfor n in {1..3000}; do /bin/sleep 30 & done\nwait\n"
    limits = Limits(timeout=5, parallel=1, tick=0, processes=40)

    found = attack(swap(text), limits)

    assert found.verdict is not Verdict.DIFFERS


def test_a_script_cannot_fill_the_disk(swap: Callable[..., Any]) -> None:
    text = "#!/bin/sh\nfor n in 1 2 3 4 5 6; do yes | head -c 90000000 >big$n; done\n"
    limits = Limits(timeout=10, parallel=1, tick=0, disk=100 << 20)

    found = attack(swap(text), limits)

    assert found.verdict is not Verdict.DIFFERS


def test_folders_deeper_than_a_path_are_put_away(swap: Callable[..., Any]) -> None:
    text = """#!/bin/bash
name=$(printf 'd%.0s' {1..200})
for n in {1..60}; do mkdir $name && cd $name || exit; done
"""

    attack(swap(text))


def test_locked_folders_are_put_away(swap: Callable[..., Any]) -> None:
    text = "#!/bin/sh\nmkdir -p a/b; echo 1 >a/b/c; chmod 0 a/b/c a/b a; chmod 0 .\n"

    assert attack(swap(text)).verdict is Verdict.PROVED


def test_the_record_of_calls_may_be_anything(
    swap: Callable[..., Any], outside: Path
) -> None:
    text = f"""#!/bin/sh
curl a
log=/run/s2s/log
rm -f $log/calls; ln -s {outside}/precious $log/calls
curl b; mkfifo $log/pipe; echo torn >$log/other
"""

    attack(swap(text))


def test_hostile_names_of_files_and_arguments_are_only_bytes(
    swap: Callable[..., Any],
) -> None:
    text = "#!/bin/bash\nprintf x >$'a\\n\\e[31m\\xff'; curl $'\\n' \"\" $'\\xff'\n"
    made = swap(text, path=b"bin/a b*[x].sh")

    assert made.judged((), ("--", "$(touch x)")).verdict is Verdict.PROVED


def test_a_link_in_place_of_the_store_leads_nowhere(
    swap: Callable[..., Any], outside: Path
) -> None:
    text = f"""#!/bin/sh
for folder in .s2s/canonical/bin .s2s/canonical .s2s bin; do
  mv $folder $folder-gone; ln -s {outside} $folder
done
"""

    attack(swap(text))
