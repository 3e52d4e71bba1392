"""Import the code behind a row, when it is called and not before."""

from __future__ import annotations

import importlib
from typing import Any

from s2s_tools import errors
from s2s_tools.plugins.model import Row


def load(row: Row) -> Any:
    """The object that the row's target names.

    Raises errors.CommandBroken when the module cannot be imported or lacks it.
    """
    module_name, _, attribute = row.target.partition(":")
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (ImportError, SyntaxError, AttributeError) as exc:
        raise errors.CommandBroken(
            f"the command {row.name} cannot be loaded from {row.target}: {exc}"
        ) from exc
