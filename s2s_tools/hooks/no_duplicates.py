"""pre-commit's entry point: no staged script is a copy of another."""

from __future__ import annotations

import sys

from s2s_tools.hooks import face


def main(argv: list[str] | None = None) -> int:
    """Check the commit that is being made here; 1 where it is refused."""
    return face.run("s2s-no-duplicates", sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
