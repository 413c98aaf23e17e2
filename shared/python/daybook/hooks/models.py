"""Models as files, in MLflow's layout: MLmodel, the model itself, what it needs. Bounded in size."""

import io
import json
import os
import pickle
import platform
import sys
import time
import uuid
from typing import Any, Callable, Dict, List, Optional

from ..artifacts import send_artifact, send_written
from ..clean import warn_once
from ..datasets import describe
from . import fits

MAX_BYTES = int(os.environ.get("DAYBOOK_MODEL_BYTES", str(64 << 20)))
"""Largest model that is kept, in bytes."""

EXAMPLE_ROWS = 5
"""Rows of the training data that are kept with a model, so that it can be tried."""
MAX_EXAMPLE = 100_000
"""Longest example, in characters."""


class TooBig(Exception):
    """The model is larger than `MAX_BYTES`."""


class _Bounded(io.RawIOBase):
    """A file that refuses to grow beyond `MAX_BYTES`."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._file = open(path, "wb")
        self._size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Writes, up to the bound."""
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise TooBig()
        return self._file.write(data)

    def close(self) -> None:
        """Closes the file below."""
        self._file.close()
        super().close()


def save_sklearn(fit: fits.Fit, model: Any, data: Any, answers: Any) -> None:
    """Keeps a fitted estimator (of a search: the best one) as the run's artifact `model`."""
    best = getattr(model, "best_estimator_", model)
    cloudpickle = _cloudpickle()
    format_name = "pickle" if cloudpickle is None else "cloudpickle"
    dump = pickle.dump if cloudpickle is None else cloudpickle.dump

    def write(path: str) -> None:
        with io.BufferedWriter(_Bounded(path), 1 << 20) as file:
            dump(best, file, protocol=4)

    needs = ["scikit-learn", "numpy", "scipy"] + ([] if cloudpickle is None else ["cloudpickle"])
    library = type(best).__module__.split(".")[0]
    needs += [library] if library not in ("sklearn", "__main__") else []
    flavors: Dict[str, Any] = {
        "python_function": {
            "env": {"virtualenv": "python_env.yaml"},
            "loader_module": "mlflow.sklearn",
            "model_path": "model.pkl",
            "predict_fn": "predict",
            "python_version": platform.python_version(),
        },
        "sklearn": {
            "code": None,
            "pickled_model": "model.pkl",
            "serialization_format": format_name,
            "sklearn_version": _version("scikit-learn"),
        },
    }
    save(fit, {"model.pkl": write}, flavors, needs, signature(data, answers), example(data))


def save(
    fit: fits.Fit,
    files: Dict[str, Callable[[str], None]],
    flavors: Dict[str, Any],
    needs: List[str],
    signed: Optional[Dict[str, Any]],
    rows: Optional[Dict[str, Any]] = None,
) -> None:
    """Keeps a model: its `files` (name: how to write it), MLflow's `flavors`, the packages it `needs`, example `rows`."""
    session, run_id = fit.run._session, fit.run.run_id
    for name, write in files.items():
        try:
            if not send_written(session, run_id, "model/" + name, write):
                return
        except TooBig:
            warn_once("model-size", "models of more than %d MB are not kept (DAYBOOK_MODEL_BYTES)" % (MAX_BYTES >> 20))
            fit.tags({"daybook.model": "not kept: more than %d MB" % (MAX_BYTES >> 20)})
            return
    created = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()) + ".000000"
    told: Dict[str, Any] = {
        "artifact_path": "model",
        "flavors": flavors,
        "model_uuid": uuid.uuid4().hex,
        "run_id": run_id,
        "utc_time_created": created,
    }
    if rows is not None:
        told["saved_input_example_info"] = {
            "artifact_path": "input_example.json",
            "serving_input_path": "serving_input_example.json",
            "type": "dataframe" if "dataframe_split" in rows else "ndarray",
            **({"pandas_orient": "split"} if "dataframe_split" in rows else {"format": "tf-serving"}),
        }
    requirements = ["%s==%s" % (name, _version(name)) for name in dict.fromkeys(needs) if _version(name)]
    texts = {
        "MLmodel": to_yaml({**told, "signature": signed} if signed else told),
        "requirements.txt": "\n".join(requirements) + "\n",
        "python_env.yaml": to_yaml(
            {
                "python": platform.python_version(),
                "build_dependencies": ["pip"],
                "dependencies": ["-r requirements.txt"],
            }
        ),
    }
    if rows is not None:
        texts["serving_input_example.json"] = json.dumps(rows)
        texts["input_example.json"] = json.dumps(rows.get("dataframe_split", rows))
    for name, text in texts.items():
        send_artifact(session, run_id, text.encode("utf-8"), "model/" + name)
    fit.run.tags({"mlflow.log-model.history": json.dumps([told])})


def signature(data: Any, answers: Any) -> Optional[Dict[str, Any]]:
    """MLflow's signature of a model that was fitted on `data` and `answers`."""
    inputs = _schema(data, "features")
    if inputs is None:
        return None
    return {"inputs": inputs, "outputs": _schema(answers, "features"), "params": None}


def example(data: Any) -> Optional[Dict[str, Any]]:
    """The first rows of what a model was fitted on, as the body of a request; None for what has no rows."""
    try:
        if hasattr(data, "iloc") and hasattr(data, "columns"):
            head = data.iloc[:EXAMPLE_ROWS]
            columns = [[_value(value) for value in head.iloc[:, i].tolist()] for i in range(head.shape[1])]
            names = [str(name) for name in data.columns]
            rows: Dict[str, Any] = {"dataframe_split": {"columns": names, "data": [list(row) for row in zip(*columns)]}}
        elif hasattr(data, "tolist") and hasattr(data, "shape") and len(data.shape) > 0:
            rows = {"inputs": data[:EXAMPLE_ROWS].tolist()}
        else:
            return None
        return rows if len(json.dumps(rows)) <= MAX_EXAMPLE else None
    except Exception:  # noqa: BLE001 - values that JSON does not have: the model is kept without
        return None


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return None if value != value else value
    return None if type(value).__name__ in ("NAType", "NaTType") else str(value)


def _schema(data: Any, part: str) -> Optional[str]:
    told = None if data is None else describe(data)
    if told is None:
        return None
    schema = told["schema"]
    if "mlflow_colspec" in schema:
        return json.dumps(schema["mlflow_colspec"])
    return str(schema["mlflow_tensorspec"][part])


def to_yaml(value: Any, indent: int = 0) -> str:
    """The few kinds of YAML that a model file needs: mappings, lists, texts, numbers, null."""
    pad = "  " * indent
    lines = []
    for key, held in value.items():
        if isinstance(held, dict):
            lines.append("%s%s:\n%s" % (pad, key, to_yaml(held, indent + 1)))
        elif isinstance(held, list):
            lines.append("%s%s:\n" % (pad, key) + "".join("%s- %s\n" % (pad, _scalar(item)) for item in held))
        else:
            lines.append("%s%s: %s\n" % (pad, key, _scalar(held)))
    return "".join(lines)


def _scalar(value: Any) -> str:
    # A JSON text is a YAML text too, and never taken for a date or a number.
    return "null" if value is None else json.dumps(value) if isinstance(value, str) else str(value)


def _cloudpickle() -> Any:
    """cloudpickle, which also holds classes that the user defined in the notebook; joblib brings it."""
    for name in ("cloudpickle", "joblib.externals.cloudpickle"):
        if name in sys.modules:
            return sys.modules[name]
    try:
        from joblib.externals import cloudpickle

        return cloudpickle
    except ImportError:
        return None


def _version(name: str) -> Optional[str]:
    known = _versions.get(name)
    if known is None:
        try:
            from importlib import metadata

            known = _versions[name] = metadata.version(name)
        except Exception:  # noqa: BLE001 - not installed as a distribution
            return None
    return known


_versions: Dict[str, str] = {}
