"""Functions and methods of other libraries, replaced by ones that tell us.

What stands in a library must stay picklable in every way (pickle by name, cloudpickle by value into a worker
process that has no Daybook): a wrapper refers to our hook by one free variable only, and the hook pickles as
None, upon which the wrapper just calls the original.
"""

import copy
import functools
import types
from typing import Any, Callable, Dict, Tuple

Told = Callable[[Callable[..., Any], Any, Tuple[Any, ...], Dict[str, Any]], Any]
"""A hook for methods: (original, instance, args, kwargs) -> result."""


class Hook:
    """Calls `tell` of ours; copies to another process as None."""

    def __init__(self, tell: Callable[..., Any]) -> None:
        self._tell = tell

    def __call__(self, *args: Any) -> Any:
        __tracebackhide__ = True
        return self._tell(*args)

    def __reduce__(self) -> Any:
        return copy.copy, (None,)

    def __deepcopy__(self, memo: Any) -> "Hook":
        return self


def wrapped_method(original: Callable[..., Any], tell: Told) -> Callable[..., Any]:
    """A method that has `tell` call the original."""
    hook = Hook(tell)

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if hook is None:
            return original(self, *args, **kwargs)
        return hook(original, self, args, kwargs)

    method._daybook = True  # type: ignore[attr-defined]
    return method


def wrapped_function(original: Callable[..., Any], tell: Callable[..., Any]) -> Callable[..., Any]:
    """A function that has `tell(original, args, kwargs)` call the original."""
    hook = Hook(tell)

    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if hook is None:
            return original(*args, **kwargs)
        return hook(original, args, kwargs)

    function._daybook = True  # type: ignore[attr-defined]
    return function


def is_wrapped(function: Any) -> bool:
    """Whether this is one of ours already."""
    return getattr(function, "_daybook", False) is True


def wrap_in_class(owner: type, name: str, tell: Told) -> None:
    """Wraps the method `name` that `owner` itself defines, plain or behind a descriptor that holds it as `fn`."""
    found = owner.__dict__.get(name)
    if isinstance(found, types.FunctionType):
        if not is_wrapped(found):
            setattr(owner, name, wrapped_method(found, tell))
        return
    # scikit-learn's available_if: the method is there only if the estimator inside has it.
    inner = getattr(found, "fn", None)
    if isinstance(inner, types.FunctionType) and not is_wrapped(inner):
        found.fn = wrapped_method(inner, tell)  # type: ignore[union-attr]


def replace_function(module: Any, name: str, tell: Callable[..., Any], *others: Any) -> None:
    """Replaces `module.name`, where it is defined too (pickle looks there), and in `others` that imported it."""
    import sys

    original = getattr(module, name, None)
    if not isinstance(original, types.FunctionType) or is_wrapped(original):
        return
    replacement = wrapped_function(original, tell)
    home = sys.modules.get(original.__module__)
    for place in (module, home) + others:
        if place is not None and getattr(place, name, None) is original:
            setattr(place, name, replacement)


def argument(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any], name: str, at: int) -> Any:
    """The argument `name` of a call, given by name or as number `at` (counted without self)."""
    if name in kwargs:
        return kwargs[name]
    return args[at] if len(args) > at else None
