"""Runs our hook right after the user's own import of a library has finished.

A finder in front of sys.meta_path lets the others find the module and only wraps its loader. A hook that
fails is told once; the import never does.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
from typing import Any, Dict, List, Optional, Tuple

from ..clean import warn_once

_waiting: Dict[str, List[Tuple[str, str]]] = {}
_finding = False


def when_imported(module: str, hook_module: str, function: str) -> None:
    """Calls `function(module)` of our `hooks.<hook_module>` after `module` was imported; at once if it is."""
    if module in sys.modules and not getattr(getattr(sys.modules[module], "__spec__", None), "_initializing", False):
        _call(sys.modules[module], hook_module, function)
        return
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _waiting.setdefault(module, []).append((hook_module, function))


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[Any]:
        """The spec that the other finders give for a module somebody waits for, with our loader around theirs."""
        if name not in _waiting:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    _wrap(spec)
                return spec
        return None


def _wrap(spec: Any) -> None:
    """Makes the loader of this one spec call our hooks after it executed the module."""
    loader = spec.loader

    class Loader(type(loader)):  # type: ignore[misc]
        """The same loader, with the same abilities (resources, source), and one thing more."""

        def exec_module(self, module: Any) -> None:
            """Executes the module, then calls who waited for it."""
            super().exec_module(module)
            for hook_module, function in _waiting.pop(module.__name__, []):
                _call(module, hook_module, function)

    try:
        loader.__class__ = Loader
    except TypeError:
        return  # a loader of fixed layout (built in): this library goes untracked


def _call(module: Any, hook_module: str, function: str) -> None:
    try:
        hook = importlib.import_module("." + hook_module, __package__)
        getattr(hook, function)(module)
    except Exception as error:  # noqa: BLE001 - the user's import must not fail because of us
        warn_once(
            "hook:" + module.__name__, "%s is not tracked: %s: %s" % (module.__name__, type(error).__name__, error)
        )
