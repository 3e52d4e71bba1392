"""pre-commit's entry point: a managed copy is changed through its body."""

from __future__ import annotations

import sys

from s2s_tools.hooks import face


def main(argv: list[str] | None = None) -> int:
    """Check the commit that is being made here; 1 where it is refused."""
    return face.run("s2s-canonical-only", sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
