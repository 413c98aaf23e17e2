"""What comes as bytes becomes the table or array that the model wants; what it answers becomes bytes."""

import json
from typing import Any, Dict, List, Sequence, Tuple

import numpy

Part = Dict[str, Any]
"""One column or array of a frame: name, type, shape, how many bytes."""


def read_input(head: Dict[str, Any], body: memoryview, plain: bool = False) -> Any:
    """A DataFrame of the columns (`plain`: arrays by name), or an array, or arrays by name."""
    parts: List[Tuple[Part, Any]] = []
    at = 0
    for part in head["parts"]:
        parts.append((part, _values(part, body[at : at + part["bytes"]])))
        at += part["bytes"]
    if head["form"] == "array":
        return parts[0][1]
    if head["form"] == "arrays":
        return {part["name"]: values for part, values in parts}
    columns = {part["name"]: _column(part, values) for part, values in parts}
    if plain:
        return columns
    import pandas

    return pandas.DataFrame(columns, copy=False)


def _values(part: Part, body: memoryview) -> Any:
    kind = part["dtype"]
    if kind == "json":
        return json.loads(bytes(body))
    # A copy, since a model may write into what it gets.
    array = numpy.frombuffer(body, dtype=kind).copy()
    return array.reshape(part["shape"]) if len(part["shape"]) != 1 else array


def _column(part: Part, values: Any) -> Any:
    wanted = part.get("type")
    if wanted == "datetime":
        import pandas

        return pandas.to_datetime(values)
    if isinstance(values, list):
        return objects(values)
    if wanted == "integer":
        return values.astype("int32")
    if wanted == "float":
        return values.astype("float32")
    if wanted == "boolean":
        return values.astype(bool)
    return values


def objects(values: Sequence[Any]) -> Any:
    """An array that holds these values as they are."""
    column = numpy.empty(len(values), dtype=object)
    column[:] = values
    return column


def write_output(answer: Any) -> Tuple[str, List[Part], List[bytes]]:
    """What the model said: its form (`array`, `frame`, `arrays`, `plain`), its parts, their bytes."""
    if hasattr(answer, "columns") and hasattr(answer, "iloc"):
        columns = [(str(name), answer.iloc[:, i].to_numpy()) for i, name in enumerate(answer.columns)]
        return _pack("frame", columns)
    if isinstance(answer, dict):
        return _pack("arrays", [(str(name), numpy.asarray(values)) for name, values in answer.items()])
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu().numpy()
    if hasattr(answer, "toarray"):
        answer = answer.toarray()
    if hasattr(answer, "to_numpy"):
        answer = answer.to_numpy()
    if isinstance(answer, numpy.ndarray) and answer.ndim > 0:
        return _pack("array", [("output", answer)])
    if isinstance(answer, (list, tuple)):
        return _pack("array", [("output", numpy.asarray(answer, dtype=object if _is_ragged(answer) else None))])
    return _pack("plain", [("output", numpy.asarray([answer], dtype=object))])


def pack_array(name: str, array: Any) -> Tuple[Part, bytes]:
    """One array as a part and its bytes; what is no plain number goes as JSON."""
    array = numpy.asarray(array)
    if array.dtype.kind in "fiub" and array.dtype.itemsize <= 8 and array.dtype != numpy.float16:
        array = numpy.ascontiguousarray(array)
        if array.dtype.byteorder == ">":
            array = array.astype(array.dtype.newbyteorder("<"))
        data = array.tobytes()
        return {"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "bytes": len(data)}, data
    if array.dtype.kind == "f":
        return pack_array(name, array.astype("<f4" if array.dtype == numpy.float16 else "<f8"))
    if array.dtype.kind in "mM":
        array = array.astype("datetime64[ms]").astype(str) if array.dtype.kind == "M" else array.astype(str)
    data = json.dumps([_plain(value) for value in array.ravel().tolist()]).encode("utf-8")
    return {"name": name, "dtype": "json", "shape": list(array.shape), "bytes": len(data)}, data


def _pack(form: str, columns: Sequence[Tuple[str, Any]]) -> Tuple[str, List[Part], List[bytes]]:
    packed = [pack_array(name, values) for name, values in columns]
    return form, [part for part, _ in packed], [data for _, data in packed]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return None if value != value else value
    if hasattr(value, "item"):
        return _plain(value.item())
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if type(value).__name__ in ("NAType", "NaTType") else str(value)


def _is_ragged(values: Sequence[Any]) -> bool:
    return len({len(value) if isinstance(value, (list, tuple)) else -1 for value in values}) > 1
