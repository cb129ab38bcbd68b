# SPDX-License-Identifier: MIT OR Apache-2.0
"""To hear of the import of a module that the program may never import."""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["imported", "when_imported"]

_wanted: dict[str, list[Callable[[Any], None]]] = {}


class _Finder:
    """Finds what is wanted as the finders after it do, and is there when it has been executed."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Called by the import statement, for each module."""
        if name not in _wanted:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            _attend(name, spec.loader)
        return spec


def _attend(name: str, loader: Any) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        if module.__name__ == name:
            loader.__dict__.pop("exec_module", None)
            for function in _wanted.pop(name, []):
                function(module)
            if not _wanted:
                sys.meta_path.remove(_finder)

    loader.exec_module = exec_module


_finder = _Finder()


def imported(name: str) -> Any:
    """Return a module that the program has imported to its end, else None. Any thread."""
    module = sys.modules.get(name)
    return None if getattr(getattr(module, "__spec__", None), "_initializing", False) else module


def when_imported(name: str, function: Callable[[Any], None]) -> None:
    """Call function(module) at the end of the module's import, or now if it has been imported.

    Any thread. What is raised then comes out of the import statement.
    """
    module = imported(name)
    if module is not None:
        function(module)
        return
    _wanted.setdefault(name, []).append(function)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
