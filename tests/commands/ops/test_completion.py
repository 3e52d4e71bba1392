"""Completion works in the real shells, by the installed name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BASH = """
source <(s2s completion bash)
complete -p s2s >/dev/null || exit 9
COMP_WORDS=(s2s comp) COMP_CWORD=1
_s2s_completion s2s
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = 's2s completion fish | source; complete -C "s2s comp"'
ZSH = """
autoload -Uz compinit; compinit -u -D
source <(s2s completion zsh)
(( $+functions[_s2s_completion] )) || exit 9
[[ ${_comps[s2s]} == _s2s_completion ]] || exit 8
# The function's own words: zsh offers no completion without a line editor.
compadd() { print -rl -- "$@"; }
_describe() {
  for a in "$@"; do [[ $a != completions* ]] || print -rl -- ${(P)a}; done
}
words=(s2s comp); CURRENT=2
_s2s_completion
"""


@pytest.mark.parametrize(
    ("shell", "argv"),
    [
        ("bash", ["bash", "--norc", "-c", BASH]),
        ("fish", ["fish", "--no-config", "-c", FISH]),
        ("zsh", ["zsh", "-f", "-c", ZSH]),
    ],
)
def test_a_prefix_is_completed_in_the_real_shell(
    shell: str,
    argv: list[str],
    require_tool: Callable[[str], str],
    tmp_path: Path,
) -> None:
    require_tool(shell)
    program = tmp_path / "s2s"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m s2s_tools "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"

    done = subprocess.run(
        argv,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(_root())},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "completion" in done.stdout


def _root() -> Path:
    return Path(__file__).resolve().parents[3]
