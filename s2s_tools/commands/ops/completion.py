"""`s2s completion`: tab completion for bash, zsh and fish."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples(
        "s2s completion bash >> ~/.bashrc",
        's2s completion zsh > "${fpath[1]}/_s2s"',
        "s2s completion fish > ~/.config/fish/completions/s2s.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options.as_json
def completion(shell: str, as_json: bool) -> None:
    """Print the text that gives SHELL tab completion of s2s.

    Exit codes: 0 printed, 2 an unknown shell.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    from s2s_tools.cli import main

    kind = get_completion_class(shell)
    assert kind is not None
    complete = kind(main.tree(), {}, "s2s", "_S2S_COMPLETE")
    # Not complete.source(): for bash that starts the shell to ask its version.
    text = ShellComplete.source(complete)
    output.emit({"shell": shell, "text": text}, [text.rstrip()], as_json=as_json)
