"""Names and values as the store takes them; what had to be changed or left out is told once."""

import re
import sys
from typing import Any, Dict, Optional, Set

MAX_NAME = 250
MAX_PARAM = 6000
MAX_TAG = 8000

_names: Dict[Any, str] = {}
_told: Set[str] = set()
_forbidden = re.compile(r"[^\w\-. :/]", re.ASCII)


def metric_name(name: Any) -> str:
    """A name of at most 250 letters, digits and `_-. :/` that is no path out of its folder.

    Remembered: a training loop uses the same few.
    """
    known = _names.get(name)
    if known is not None:
        return known
    text = name if isinstance(name, str) else str(name)
    cleaned = _forbidden.sub("_", text)
    parts = [part for part in cleaned.split("/") if part not in ("", ".", "..")]
    cleaned = "/".join(parts)[:MAX_NAME].rstrip("/ ") or "_"
    if cleaned != text:
        warn_once("name:" + text, "%r is logged as %r" % (text, cleaned))
    if len(_names) < 100_000:
        _names[name] = cleaned
    return cleaned


def metric_value(name: str, value: Any) -> Optional[float]:
    """A float for numbers, booleans, and NumPy or tensor scalars; None, told once, for all else."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is int or kind is bool:
        return _as_float(name, value)
    if value is None or isinstance(value, (str, bytes)):
        return _no_number(name, value)
    try:
        item = getattr(value, "item", None)
        if callable(item):
            size = getattr(value, "size", 1)
            size = size() if callable(size) else size
            total = 1
            for length in size if hasattr(size, "__iter__") else (size,):
                total *= int(length)
            if total != 1:
                return _no_number(name, value)
            value = item()
        elif callable(getattr(value, "numpy", None)):
            value = value.numpy().item()
        return _as_float(name, value)
    except Exception:  # noqa: BLE001 - whatever a foreign type raises, the user's loop goes on
        return _no_number(name, value)


def param_value(value: Any) -> str:
    """Text of at most 6000 characters."""
    return shortened(value, MAX_PARAM)


def shortened(value: Any, most: int) -> str:
    """`value` as text of at most `most` characters; whatever its own str() does."""
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception as error:  # noqa: BLE001 - a foreign __str__ may raise anything
        text = "<%s: %s>" % (type(value).__name__, type(error).__name__)
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def warn_once(key: str, message: str) -> None:
    """Tells something on stderr, once in this process for each `key`."""
    if key in _told or len(_told) > 1000:
        return
    _told.add(key)
    try:
        print("daybook: " + message, file=sys.stderr)
    except Exception:  # noqa: BLE001 - a closed stderr is no reason to fail
        pass


def _as_float(name: str, value: Any) -> Optional[float]:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except (TypeError, ValueError):
        return _no_number(name, value)


def _no_number(name: str, value: Any) -> Optional[float]:
    kind = type(value).__name__
    warn_once(
        "value:%s:%s" % (name, kind),
        "metric %r is left out: a %s is not one number (text belongs in daybook.params or daybook.tags)" % (name, kind),
    )
    return None
