"""Tables and arrays as inputs of a run: shape, schema as MLflow writes it, and a fingerprint. Never rows.

The fingerprint is the same in every process for the same content. Of big data it covers a sample: groups of rows at
even distances, always the same ones for the same number of rows.
"""

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from .clean import shortened

if TYPE_CHECKING:
    from .runs import Run

MAX_ROWS = 2_000
MAX_CELLS = 500_000
MAX_TEXT_CELLS = 20_000
MAX_COLUMNS = 2_000
GROUP = 8
"""Rows of a sample that stand together: each group costs a walk to a cold place in memory."""


def send_dataset(run: "Run", data: Any, name: Optional[str], context: Optional[str], target: Any = None) -> None:
    """Sends what is known of `data` (and `target`, the answers to it), once a run for the same content."""
    told = describe(data, target)
    if told is None:
        return
    sent = run.__dict__.setdefault("_datasets_sent", set())
    if (told["digest"], context) in sent or len(sent) >= 50:
        return
    sent.add((told["digest"], context))
    run.send(
        {
            "type": "dataset",
            "name": name or "dataset",
            "digest": told["digest"],
            "source_type": "code",
            "source": json.dumps(source_of_code()),
            "schema": told["schema"],
            "profile": told["profile"],
            "context": context,
        }
    )


def source_of_code() -> Dict[str, Any]:
    """Where data comes from that code made: the notebook or script, as mlflow writes it."""
    notebook = os.environ.get("DAYBOOK_NOTEBOOK")
    script = os.path.basename(sys.argv[0]) if sys.argv else ""
    kind = "NOTEBOOK" if notebook else "LOCAL"
    tags = {"mlflow.source.type": kind, "mlflow.source.name": notebook or script}
    return {"tags": tags, "reproduce": "cannot be reproduced"}


def digest_of(values: Any, about: Any, most_cells: int = MAX_CELLS) -> str:
    """A fingerprint (16 hexadecimal digits) of an array, sampled, and of what else is known in JSON's terms."""
    digest = hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode("utf-8", "replace"))
    found = _columns(values)
    if found is not None:
        _add(digest, found[0], found[1], most_cells)
    return digest.hexdigest()[:16]


def describe(data: Any, target: Any = None) -> Optional[Dict[str, Any]]:
    """Digest (16 hexadecimal digits), schema and profile of a table or array; None for what is neither."""
    table = _columns(data)
    if table is None:
        return None
    rows, columns, is_frame = table
    digest = hashlib.sha256(("%d\0%d" % (rows, len(columns))).encode())
    _add(digest, rows, columns)
    answers = None if target is None else _columns(target)
    if answers is not None:
        _add(digest, answers[0], answers[1])
    shape = [int(n) for n in getattr(data, "shape", (rows, len(columns)))]
    elements = 1
    for length in shape:
        elements *= length
    profile: Dict[str, Any] = {"num_rows": rows, "num_elements": elements, "num_columns": len(columns)}
    if is_frame:
        schema: Any = {"mlflow_colspec": [_colspec(name, values) for name, values in columns[:MAX_COLUMNS]]}
    else:
        specs = {"features": json.dumps([_tensor(data, shape)])}
        if answers is not None:
            outputs = [answers[0]] + ([len(answers[1])] if len(answers[1]) > 1 else [])
            specs["targets"] = json.dumps([_tensor(target, outputs)])
        schema = {"mlflow_tensorspec": specs}
        profile["features_shape"] = shape
    return {"digest": digest.hexdigest()[:16], "schema": schema, "profile": profile}


def name_of(value: Any, default: str) -> str:
    """The name that the user's code gave to `value`; `default` if none is found."""
    frame: Any = sys._getframe(1)
    depth = 0
    while frame is not None and depth < 60:
        if _is_users(frame):
            for names in (frame.f_locals, frame.f_globals):
                for name, held in list(names.items()):
                    if held is value and not name.startswith("_"):
                        return str(name)
        frame = frame.f_back
        depth += 1
    return default


def _is_users(frame: Any) -> bool:
    if frame.f_globals.get("__name__") == "__main__":
        return True
    path = frame.f_code.co_filename
    return not ("site-packages" in path or "dist-packages" in path or "/lib/python" in path or path.startswith(_OWN))


_OWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")

Columns = List[Tuple[str, Any]]


def _columns(data: Any) -> Optional[Tuple[int, Columns, bool]]:
    """Number of rows, columns (name and values), and whether they have names of their own."""
    kind = type(data)
    home = (kind.__module__ or "").split(".")[0]
    if home == "pandas" and hasattr(data, "columns"):
        names = [shortened(name, 250) for name in list(data.columns)[:MAX_COLUMNS]]
        return len(data), [(name, data.iloc[:, i]) for i, name in enumerate(names)], True
    if home == "pandas" and hasattr(data, "to_frame") and hasattr(data, "name"):
        return len(data), [(shortened(data.name or "0", 250), data)], True
    if home == "polars" and hasattr(data, "get_columns"):
        return data.height, [(column.name, column) for column in data.get_columns()[:MAX_COLUMNS]], True
    if home == "pyarrow" and hasattr(data, "column_names"):
        names = data.column_names[:MAX_COLUMNS]
        return data.num_rows, [(name, data.column(i)) for i, name in enumerate(names)], True
    if hasattr(data, "tocsr") and hasattr(data, "nnz"):
        return data.shape[0], [("sparse", data)], False
    if hasattr(data, "dtype") and hasattr(data, "shape") and len(data.shape) >= 1:
        return int(data.shape[0]), [("array", data)], False
    if kind in (list, tuple) and data:
        return len(data), [("list", data)], False
    return None


def _add(digest: Any, rows: int, columns: Columns, most_cells: int = MAX_CELLS) -> None:
    texts = sum(1 for _, values in columns if _is_text(values)) or 1
    known: Dict[int, Any] = {}
    for name, values in columns:
        digest.update(("%s\0%s\0" % (name, getattr(values, "dtype", ""))).encode("utf-8", "replace"))
        most = MAX_TEXT_CELLS // texts if _is_text(values) else most_cells // (len(columns) * _width(values))
        most = max(1, min(MAX_ROWS, most))
        if most not in known:
            known[most] = _places(rows, most)
        _add_values(digest, values, known[most])


def _add_values(digest: Any, values: Any, places: Any) -> None:
    if hasattr(values, "tocsr"):
        sample = values.tocsr() if places is None else values.tocsr()[places]
        for part in (sample.indptr, sample.indices, sample.data):
            digest.update(part.tobytes())
        return
    if hasattr(values, "iloc"):
        sample = values if places is None else values.iloc[places]
    elif hasattr(values, "gather"):
        sample = values if places is None else values.gather(places)
    elif hasattr(values, "take") and hasattr(values, "to_pylist"):
        sample = values if places is None else values.take(places)
    elif isinstance(values, (list, tuple)):
        sample = values if places is None else [values[i] for i in places]
    else:
        sample = values if places is None else values[places]
    if hasattr(sample, "detach"):
        sample = sample.detach().cpu()
    if not _is_text(values) and hasattr(sample, "__array__"):
        array = _as_array(sample)
        if array is not None and array.dtype.kind in "biufcmM":
            digest.update(array.tobytes())
            return
    listed = sample.to_pylist() if hasattr(sample, "to_pylist") else sample
    listed = listed.tolist() if hasattr(listed, "tolist") else listed
    digest.update("\x1f".join(shortened(value, 200) for value in listed).encode("utf-8", "replace"))


def _as_array(sample: Any) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    try:
        return numpy.ascontiguousarray(numpy.asarray(sample))
    except Exception:  # noqa: BLE001 - a type of another library that does not convert
        return None


def _places(rows: int, most: int) -> Any:
    """Which rows are looked at: all (None), or `most` of them, in groups at even distances."""
    if rows <= most:
        return None
    group = min(GROUP, most)
    groups = most // group
    places = [i * rows // groups + j for i in range(groups) for j in range(group)]
    numpy = sys.modules.get("numpy")
    # An array once, where each column would make one of the list again.
    return places if numpy is None else numpy.array(places)


def _width(values: Any) -> int:
    width = 1
    for length in tuple(getattr(values, "shape", ()))[1:]:
        width *= max(1, int(length))
    return width


def _is_text(values: Any) -> bool:
    if isinstance(values, (list, tuple)):
        return True
    kind = str(getattr(values, "dtype", getattr(values, "type", ""))).lower()
    return kind.startswith(("object", "str", "category", "utf8", "cat", "large_string", "dictionary", "enum", "<u"))


def _colspec(name: str, values: Any) -> Dict[str, Any]:
    return {"type": _mlflow_type(values), "name": name, "required": not _has_gaps(values)}


def _mlflow_type(values: Any) -> str:
    kind = str(getattr(values, "dtype", getattr(values, "type", ""))).lower()
    if kind.startswith(("bool",)):
        return "boolean"
    if kind.startswith(("int8", "int16", "int32", "uint8", "uint16")):
        return "integer"
    if kind.startswith(("int", "uint")):
        return "long"
    if kind.startswith(("float16", "float32", "halffloat")) or kind == "float":
        return "float"
    if kind.startswith(("float", "double")):
        return "double"
    if kind.startswith(("datetime", "date", "timestamp")):
        return "datetime"
    return "binary" if kind.startswith("binary") else "string"


def _has_gaps(values: Any) -> bool:
    try:
        if hasattr(values, "null_count"):
            count = values.null_count
            return bool(count() if callable(count) else count)
        if hasattr(values, "hasnans"):
            return bool(values.hasnans)
        return bool(values.isnull().any())
    except Exception:  # noqa: BLE001 - a column type that cannot tell
        return True


def _tensor(data: Any, shape: List[int]) -> Dict[str, Any]:
    kind = str(getattr(data, "dtype", "object")).replace("torch.", "")
    return {"type": "tensor", "tensor-spec": {"dtype": kind, "shape": [-1] + shape[1:]}}
