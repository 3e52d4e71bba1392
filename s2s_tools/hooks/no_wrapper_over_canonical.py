"""pre-commit's entry point: no wrapper stands where a body should."""

from __future__ import annotations

import sys

from s2s_tools.hooks import face


def main(argv: list[str] | None = None) -> int:
    """Check the commit that is being made here; 1 where it is refused."""
    return face.run(
        "s2s-no-wrapper-over-canonical", sys.argv[1:] if argv is None else argv
    )


if __name__ == "__main__":
    sys.exit(main())
