"""What models say to the rows of a table, all in one go: `score.py REQUEST`.

REQUEST is a JSON file: {"table": PATH, "models": [{"folder", "flavors", "columns", "code"}, ...], "to": PATH}. The
table is JSON, {"columns": [...], "data": [[...], ...]}, or Parquet. Written is a list with, for each model, its
answers (`values`) or why there are none (`error`).
"""

import json
import os
import sys
from typing import Any, Dict, List

# Our own files must not stand in for modules of the same name that a model wants.
_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _here]
sys.path.insert(0, os.path.dirname(os.path.dirname(_here)))


def main() -> None:
    """Answers the request."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    table = _read(request["table"])
    said = [_score(model, table) for model in request["models"]]
    with open(request["to"], "w", encoding="utf-8") as file:
        json.dump(said, file)


def _read(path: str) -> Any:
    import pandas

    if path.endswith(".parquet"):
        return pandas.read_parquet(path)
    with open(path, encoding="utf-8") as file:
        held = json.load(file)
    return pandas.DataFrame(held["data"], columns=held["columns"])


def _score(model: Dict[str, Any], table: Any) -> Dict[str, Any]:
    from daybook.serve.models import load

    try:
        sys.path.extend(model["code"])
        columns = model["columns"]
        given = table if not columns else table[columns]
        values, _ = load(model["folder"], model["flavors"]).predict(given)
        if getattr(values, "ndim", 1) == 2:
            values = values.iloc[:, 0] if hasattr(values, "iloc") else values[:, 0]
        listed: List[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
        return {"values": [_plain(value) for value in listed]}
    except Exception as error:  # noqa: BLE001 - one model that fails must not hide the others
        return {"error": "%s: %s" % (type(error).__name__, str(error).split("\n")[0][:500])}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return None if value != value else value
    return value if value is None or isinstance(value, (int, str)) else str(value)


if __name__ == "__main__":
    main()
