"""Makes an ONNX model of a package's scikit-learn model, if it says the same: `start.py convert REQUEST`.

REQUEST is a JSON file: {"folder", "flavors", "code", "example"}, the example being {"columns": [{"name", "type",
"values"}, ...]} or {"array": [[...], ...], "dtype"}. Both models are asked the example and rows like it; only when all
classes are the same and all numbers agree, `model.onnx` and `daybook-onnx.json` are written into the folder, which the
worker then takes instead of the pickle. Printed is {"converted", "says"}.
"""

import json
import os
import sys
from typing import Any, Dict, List

import numpy

FILE = "daybook-onnx.json"
"""Beside MLmodel: the ONNX file, its classes and inputs."""

TOLERANCE = 1e-4
"""ONNX counts with 32 bits where a model has no operator of 64: so much two numbers may differ, relatively."""

ROWS = 500
"""So many rows like the example are asked as well."""


def main() -> None:
    """Prints what came of it."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    try:
        says = convert(request)
        print(json.dumps({"converted": True, "says": says}))
    except Exception as error:  # noqa: BLE001 - whatever the reason, the model itself answers then
        print(json.dumps({"converted": False, "says": _words(error)}))


class Differs(Exception):
    """The ONNX model does not say what the model says."""


def convert(request: Dict[str, Any]) -> str:
    """Writes both files. Raises what stands in the way."""
    import onnxruntime
    from skl2onnx import to_onnx

    from . import models

    folder = request["folder"]
    sys.path[:0] = request.get("code", [])
    estimator = models.estimator_of(folder, request["flavors"]["sklearn"])
    table = _table(request["example"])
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    classifies = getattr(last, "classes_", None) is not None
    options = {id(last): {"zipmap": False}} if classifies else None
    held = {"file": "model.onnx", "classes": _classes(last) if classifies else None}
    target = os.path.join(folder, "model.onnx")
    wrong: List[BaseException] = []
    for form in _forms(table):
        held["inputs"] = list(form.columns) if hasattr(form, "columns") else None
        try:
            made = to_onnx(estimator, form[:1], options=options).SerializeToString()
            session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
            converted = models.of_converted(session, held)
            for asked in (table, _like(table)):
                _compare(estimator, converted, asked, classifies)
        except Exception as error:  # noqa: BLE001 - the next form may do
            wrong.append(error)
            continue
        with open(target, "wb") as file:
            file.write(made)
        with open(os.path.join(folder, FILE), "w", encoding="utf-8") as file:
            json.dump(held, file)
        return "ONNX says the same as scikit-learn to the example and %d rows like it" % ROWS
    # That both differ tells more than that one form of the table was not taken.
    raise next((error for error in wrong if isinstance(error, Differs)), wrong[0])


def _forms(table: Any) -> List[Any]:
    """Ways to hand the table over: some converters want numbers of 32 bits, some all columns as one array."""
    if not hasattr(table, "columns"):
        return [table] if table.dtype.kind != "f" else [table, table.astype("float32")]
    single = table.copy()
    for name in single.columns:
        if single[name].dtype == "float64":
            single[name] = single[name].astype("float32")
    if any(table[name].dtype.kind not in "fiu" for name in table.columns):
        return [table, single]
    whole = table.to_numpy(dtype="float64")
    return [whole, whole.astype("float32"), table, single]


def _compare(estimator: Any, converted: Any, table: Any, classifies: bool) -> None:
    wanted = numpy.asarray(estimator.predict(table))
    said, chances = converted.predict(_columns(table))
    said = numpy.asarray(said).reshape(wanted.shape)
    if not classifies:
        return _close(said, wanted, "answers")
    different = int(numpy.sum(said.astype(str) != wanted.astype(str)))
    if different:
        raise Differs("%d of %d rows get another class" % (different, len(wanted)))
    if hasattr(estimator, "predict_proba"):
        _close(chances, estimator.predict_proba(table), "chances")
    return None


def _close(said: Any, wanted: Any, what: str) -> None:
    said, wanted = numpy.asarray(said, dtype=float), numpy.asarray(wanted, dtype=float)
    off = numpy.abs(said - wanted) / numpy.maximum(1.0, numpy.abs(wanted))
    if not numpy.all(off <= TOLERANCE):
        raise Differs("its %s differ by up to %.2g" % (what, float(numpy.max(off))))


def _table(example: Dict[str, Any]) -> Any:
    if "array" in example:
        return numpy.asarray(example["array"], dtype=example["dtype"])
    import pandas

    from . import tables

    columns = {}
    for column in example["columns"]:
        kind = {"double": "float64", "float": "float32", "long": "int64", "integer": "int32", "boolean": bool}
        values = column["values"]
        if None in values and column["type"] in ("double", "float"):
            values = [numpy.nan if value is None else value for value in values]
        dtype = kind.get(column["type"])
        columns[column["name"]] = tables.objects(values) if dtype is None else numpy.asarray(values, dtype=dtype)
    return pandas.DataFrame(columns)


def _columns(table: Any) -> Any:
    """As the worker gives a converted model its rows: no pandas."""
    if not hasattr(table, "columns"):
        return table
    return {str(name): table[name].to_numpy() for name in table.columns}


def _like(table: Any) -> Any:
    """Rows like the example: each value from any of its rows, numbers moved by up to half their spread."""
    random = numpy.random.default_rng(0)

    def drawn(values: Any) -> Any:
        picked = values[random.integers(0, len(values), ROWS)]
        if values.dtype.kind != "f":
            return picked
        spread = float(numpy.nanstd(values)) or 1.0
        return (picked + random.normal(0, spread / 2, ROWS)).astype(values.dtype)

    if hasattr(table, "columns"):
        return type(table)({name: drawn(table[name].to_numpy()) for name in table.columns})
    flat = table.reshape(len(table), -1)
    moved = numpy.stack([drawn(flat[:, i]) for i in range(flat.shape[1])], axis=1)
    return moved.reshape((ROWS,) + table.shape[1:])


def _classes(estimator: Any) -> List[Any]:
    return numpy.asarray(estimator.classes_).tolist()


def _words(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        name = str(error.name or "").split(".")[0]
        return "%s has no %s: %s -m pip install %s" % (sys.executable, name, sys.executable, name)
    first = " ".join(str(error).split())[:300]
    return first if isinstance(error, Differs) else "%s: %s" % (type(error).__name__, first)


if __name__ == "__main__":
    main()
