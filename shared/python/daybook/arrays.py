"""Arrays of NumPy as tables: which are, what their columns are called, and their values as plain bytes.

A table is a structured array, or a plain one of numbers in two dimensions that has the form of one: many more rows
than columns. Weights, images and distances are none.
"""

from typing import Any, Iterator, Optional, Tuple

MIN_ROWS = 30

Column = Tuple[str, str, str, Optional[bytes], Optional[bytes], Any]


def is_table(value: Any) -> bool:
    """Whether it is an array that is looked at as a frame is."""
    kind = type(value)
    if (kind.__module__ or "").split(".")[0] != "numpy" or kind.__name__ not in ("ndarray", "recarray"):
        return False
    if value.dtype.names is not None:
        return bool(value.ndim == 1 and value.shape[0] >= MIN_ROWS)
    if value.ndim != 2 or value.dtype.kind not in "biuf":
        return False
    rows, columns = value.shape
    return bool(rows >= MIN_ROWS and rows >= 2 * columns)


def shape(array: Any, most: int) -> Tuple[int, Tuple[str, ...], Tuple[str, ...]]:
    """Rows, names and types of at most so many columns; a plain array's are called by their place, from 0."""
    if array.dtype.names is not None:
        names = _fields(array)[:most]
        return int(array.shape[0]), names, tuple(str(array.dtype[name]) for name in names)
    columns = min(int(array.shape[1]), most)
    return int(array.shape[0]), tuple("column %d" % i for i in range(columns)), (str(array.dtype),) * columns


def columns(array: Any, step: int, most: int) -> Iterator[Column]:
    """Name, kind and type of each column; its numbers (8-byte floats) and a byte each that marks what is missing, or,
    where it has none, its values."""
    _, names, types = shape(array, most)
    for i, (name, type_name) in enumerate(zip(names, types)):
        values = (array[name] if array.dtype.names is not None else array[:, i])[::step]
        kind = values.dtype.kind
        if kind in "biuf":
            numbers = values.astype("float64")
            missing = numbers != numbers
            marks = missing.astype("uint8").tobytes() if missing.any() else None
            yield name, {"b": "boolean", "f": "number"}.get(kind, "integer"), type_name, numbers.tobytes(), marks, None
        elif kind == "M":
            moments = values.astype("datetime64[ms]").astype("int64").astype("float64")
            yield name, "timestamp", type_name, moments.tobytes(), (values != values).astype("uint8").tobytes(), None
        else:
            texts = [value.decode("utf-8", "replace") for value in values.tolist()] if kind == "S" else values.tolist()
            yield name, "text", type_name, None, None, texts


def _fields(array: Any) -> Tuple[str, ...]:
    """Fields that hold one value a row: tables in tables are left out."""
    return tuple(name for name in array.dtype.names if not array.dtype[name].shape and array.dtype[name].names is None)
