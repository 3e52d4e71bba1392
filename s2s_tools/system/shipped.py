"""Where the data that comes with the program lies."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_IN_CHECKOUT = {"estates": os.path.join("fixtures", "estates")}


def path(name: str) -> str:
    """The folder "manifests", "wrappers" or "estates".

    Inside the package when installed from a wheel, at the top of the checkout
    when installed for development.
    """
    installed = os.path.join(_PACKAGE, "_shipped", name)
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(_PACKAGE), _IN_CHECKOUT.get(name, name))
