"""`s2s` and `python -m s2s_tools`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command line (default: this process's) and exit with its code."""
    try:
        from s2s_tools.cli import main as boundary
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(boundary.run(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    main()
