"""`python -m tests.faults`: the whole crash harness."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import crash

if __name__ == "__main__":
    sys.exit(crash.main())
