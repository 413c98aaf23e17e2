"""What the variables of this kernel are: name, type, shape, size and a short preview, for an editor to show.

Asked by a silent request, often on a subshell while a cell runs: it reads, takes 150 ms at most, and calls no
code of the user's: only types that are known are looked into.
"""

import sys
import time
import types
from typing import Any, Dict, List, Optional, Tuple

BUDGET_S = 0.15
MAX_VARIABLES = 500
MAX_PREVIEW = 120
MAX_ITEMS = 8

_ARRAYS = frozenset(
    ("numpy", "pandas", "polars", "torch", "tensorflow", "jax", "jaxlib", "scipy", "cupy", "pyarrow", "xarray")
)
_SHORT_REPR = frozenset(("datetime", "decimal", "fractions", "pathlib", "uuid", "sklearn", "xgboost", "lightgbm"))
_SCALARS = (bool, int, float, complex, type(None))


class Report:
    """The answer; IPython turns it into JSON."""

    def __init__(self, variables: List[Dict[str, Any]], more: int) -> None:
        self.variables = variables
        self.more = more

    def _repr_json_(self) -> Dict[str, Any]:
        return {"variables": self.variables, "more": self.more}

    def __repr__(self) -> str:
        return "%d variables" % len(self.variables)


def report() -> Report:
    """The variables of the running kernel, by name."""
    shell = sys.modules["IPython"].get_ipython()
    hidden = getattr(shell, "user_ns_hidden", {})
    return describe(dict(shell.user_ns), hidden)


def describe(namespace: Dict[str, Any], hidden: Any = ()) -> Report:
    """The variables in a namespace, without modules, functions, classes and what IPython put there."""
    until = time.monotonic() + BUDGET_S
    names = sorted(
        (name for name, value in namespace.items() if _is_variable(name, value, namespace, hidden)),
        key=lambda name: (name.lower(), name),
    )
    rows: List[Dict[str, Any]] = []
    for name in names[:MAX_VARIABLES]:
        if time.monotonic() > until:
            break
        rows.append(_row(name, namespace[name]))
    return Report(rows, len(names) - len(rows))


def _is_variable(name: str, value: Any, namespace: Dict[str, Any], hidden: Any) -> bool:
    if name.startswith("_") or isinstance(value, (types.ModuleType, type)):
        return False
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return False
    if name not in hidden:
        return True
    # IPython hides what it put there itself, by name: one that the user has given another value counts.
    return isinstance(hidden, dict) and hidden[name] is not value


def _row(name: str, value: Any) -> Dict[str, Any]:
    row: Dict[str, Any] = {
        "name": name,
        "type": type(value).__name__,
        "shape": None,
        "sizeBytes": None,
        "preview": "",
    }
    try:
        row["shape"] = _shape(value)
        row["sizeBytes"] = _size(value)
        row["preview"] = _clip(_preview(value, 2))
    except Exception as error:  # noqa: BLE001 - one odd value must not hide the others
        row["preview"] = "(%s)" % type(error).__name__
    return row


def _library(value: Any) -> str:
    return (getattr(type(value), "__module__", "") or "").partition(".")[0]


def _shape(value: Any) -> Optional[str]:
    if _library(value) in _ARRAYS:
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and all(isinstance(size, int) for size in shape):
            if len(shape) == 1:
                return "{:,}".format(shape[0])
            return " × ".join("{:,}".format(size) for size in shape) if shape else None
        return None
    if type(value) in (list, tuple, dict, set, frozenset, range) or _library(value) == "collections":
        count = len(value)
        return "1 item" if count == 1 else "{:,} items".format(count)
    if type(value) in (str, bytes, bytearray):
        return "{:,} {}".format(len(value), "characters" if isinstance(value, str) else "bytes")
    return None


def _size(value: Any) -> Optional[int]:
    library = _library(value)
    if library == "pandas" and hasattr(value, "memory_usage"):
        usage = value.memory_usage(deep=False)
        return int(usage if isinstance(usage, int) else usage.sum())
    if library == "polars" and hasattr(value, "estimated_size"):
        return int(value.estimated_size())
    if library == "torch" and hasattr(value, "element_size"):
        return int(value.element_size() * value.nelement())
    if library in _ARRAYS:
        held = getattr(value, "nbytes", None)
        return int(held) if isinstance(held, int) else None
    return sys.getsizeof(value, 0) or None


def _preview(value: Any, depth: int) -> str:
    kind = type(value)
    library = _library(value)
    if kind in _SCALARS or (library == "numpy" and getattr(value, "shape", None) == ()):
        return _number(value)
    if kind in (str, bytes, bytearray):
        return repr(value[: MAX_PREVIEW + 1])
    if kind in (list, tuple, set, frozenset, dict):
        return _items(value, depth)
    if library == "pandas" or library == "polars":
        return _frame(value)
    if library == "numpy" and kind.__name__ == "ndarray":
        head = [_preview(one, 0) for one in value.ravel()[:MAX_ITEMS]] if value.dtype != object else []
        more = ", …" if value.size > len(head) else ""
        return "%s [%s%s]" % (value.dtype, ", ".join(head), more)
    if library in _ARRAYS:
        return str(getattr(value, "dtype", "") or "")
    if library in _SHORT_REPR:
        return " ".join(repr(value).split())
    return ""


def _number(value: Any) -> str:
    # Millions of digits take long to write.
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 400:
        return "a number of %d bits" % value.bit_length()
    if type(value).__name__ in ("datetime64", "timedelta64", "str_", "bytes_", "void"):
        return str(value)
    return repr(getattr(value, "item", lambda: value)())


def _items(value: Any, depth: int) -> str:
    opening, closing = {list: "[]", tuple: "()", dict: "{}"}.get(type(value), "{}")
    if not value:
        return "set()" if isinstance(value, (set, frozenset)) else opening + closing
    if depth == 0:
        return opening + "…" + closing
    shown: List[str] = []
    for one in _first(value):
        if isinstance(value, dict):
            shown.append("%s: %s" % (_name_of(one[0], depth), _name_of(one[1], depth)))
        else:
            shown.append(_name_of(one, depth))
    more = ", …" if len(value) > len(shown) else ""
    return opening + ", ".join(shown) + more + closing


def _name_of(value: Any, depth: int) -> str:
    return _preview(value, depth - 1) or type(value).__name__


def _first(value: Any) -> Tuple[Any, ...]:
    found = []
    for one in value.items() if isinstance(value, dict) else value:
        found.append(one)
        if len(found) == MAX_ITEMS:
            break
    return tuple(found)


def _frame(value: Any) -> str:
    columns = getattr(value, "columns", None)
    if columns is None:
        name = getattr(value, "name", None)
        kind = str(getattr(value, "dtype", ""))
        return kind if name is None else "%s: %s" % (name, kind)
    names = [str(name) for name in list(columns[: MAX_ITEMS + 1])]
    more = ", …" if len(names) > MAX_ITEMS else ""
    return ", ".join(names[:MAX_ITEMS]) + more


def _clip(text: str) -> str:
    return text if len(text) <= MAX_PREVIEW else text[: MAX_PREVIEW - 1] + "…"
