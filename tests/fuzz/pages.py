"""All pages that there are, and addresses of them."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

from metier.http import pages

ANY_ID = "01kakq0v9x8m4t2c6r5n7p3wjd"


def paths_of(method: str) -> list[str]:
    """Return the paths of all pages that take a method."""
    modules = [import_module(f"{pages.__name__}.{one.name}") for one in pkgutil.iter_modules(pages.__path__)]
    routes = [route for module in modules if hasattr(module, "router") for route in module.router.routes]
    return sorted({route.path for route in routes if method in route.methods})


def filled(path: str, ids: dict[str, str]) -> str:
    """Return a path with ids in it, those that are not known made up."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: ids.get(found[1], ANY_ID), path)
