"""`s2s` and `python -m s2s_tools`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process and exit."""
    from s2s_tools.cli import main as boundary

    sys.exit(boundary.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
