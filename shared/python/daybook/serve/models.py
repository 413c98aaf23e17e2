"""Loads a model package in MLflow's format: the common libraries directly, everything else through mlflow."""

import json
import os
import pickle
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy

_ARGMAX = {
    *("LogisticRegression", "HistGradientBoostingClassifier", "GradientBoostingClassifier", "MLPClassifier"),
    *("RandomForestClassifier", "ExtraTreesClassifier", "DecisionTreeClassifier", "GaussianNB", "MultinomialNB"),
    *("XGBClassifier", "LGBMClassifier"),
}
"""Classifiers whose answer is the class of the highest chance: one call gives both."""


class Model:
    """What answers: `predict(table)` gives the answer and the chances of the classes (None if there are none).

    `plain`: it wants arrays by name where others want a DataFrame, which costs more than a small model.
    """

    def __init__(self, predict: Callable[[Any], Any], kind: str, plain: bool = False) -> None:
        self.kind = kind
        self.plain = plain
        self.classes: Optional[List[Any]] = None
        self.predict: Callable[[Any], Tuple[Any, Any]] = lambda table: (predict(table), None)


def load(folder: str, flavors: Dict[str, Any]) -> Model:
    """Loads it. What its libraries raise goes through."""
    converted = os.path.join(folder, "daybook-onnx.json")
    if os.path.exists(converted):
        with open(converted, encoding="utf-8") as file:
            held = json.load(file)
        return of_converted(_session(os.path.join(folder, held["file"])), held)
    for name, loader in _LOADERS.items():
        if name in flavors:
            return loader(folder, flavors)
    import mlflow.pyfunc

    loaded = mlflow.pyfunc.load_model(folder)
    return Model(loaded.predict, "mlflow")


def _sklearn(folder: str, flavors: Dict[str, Any]) -> Model:
    wanted = flavors.get("python_function", {}).get("predict_fn", "predict")
    return of_estimator(estimator_of(folder, flavors["sklearn"]), "sklearn", wanted)


def estimator_of(folder: str, flavor: Dict[str, Any]) -> Any:
    """The estimator of a package of scikit-learn, in whichever form it was written."""
    form = flavor.get("serialization_format", "pickle")
    if form == "skops":
        import mlflow.sklearn

        return mlflow.sklearn.load_model(folder)
    return _unpickle(os.path.join(folder, flavor.get("pickled_model", "model.pkl")), form)


def of_estimator(estimator: Any, kind: str, wanted: str = "predict") -> Model:
    """An estimator of scikit-learn's kind."""
    model = Model(getattr(estimator, wanted), kind)
    classes = getattr(estimator, "classes_", None)
    if wanted != "predict" or classes is None or not hasattr(estimator, "predict_proba"):
        return model
    labels = numpy.asarray(classes)
    if labels.ndim != 1:
        return model  # several answers at once
    model.classes = labels.tolist()
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator

    def one_call(table: Any) -> Tuple[Any, Any]:
        chances = estimator.predict_proba(table)
        return labels[numpy.argmax(chances, axis=1)], chances

    def two_calls(table: Any) -> Tuple[Any, Any]:
        return estimator.predict(table), estimator.predict_proba(table)

    model.predict = one_call if type(last).__name__ in _ARGMAX else two_calls
    return model


def _xgboost(folder: str, flavors: Dict[str, Any]) -> Model:
    import xgboost

    flavor = flavors["xgboost"]
    path = os.path.join(folder, flavor["data"])
    name = str(flavor.get("model_class", "xgboost.core.Booster")).rsplit(".", 1)[-1]
    if name != "Booster":
        estimator = getattr(xgboost, name)()
        estimator.load_model(path)
        return of_estimator(estimator, "xgboost")
    booster = xgboost.Booster(model_file=path)
    return Model(lambda table: booster.predict(xgboost.DMatrix(table)), "xgboost")


def _lightgbm(folder: str, flavors: Dict[str, Any]) -> Model:
    import lightgbm

    flavor = flavors["lightgbm"]
    path = os.path.join(folder, flavor.get("data", "model.lgb"))
    if str(flavor.get("model_class", "lightgbm.basic.Booster")).endswith("Booster"):
        booster = lightgbm.Booster(model_file=path)
        return Model(booster.predict, "lightgbm")
    form = flavor.get("serialization_format", "cloudpickle")
    if form == "skops":
        import mlflow.lightgbm

        return of_estimator(mlflow.lightgbm.load_model(folder), "lightgbm")
    return of_estimator(_unpickle(path, form), "lightgbm")


def _onnx(folder: str, flavors: Dict[str, Any]) -> Model:
    return of_session(_session(os.path.join(folder, flavors["onnx"]["data"])))


def _session(path: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=onnxruntime.get_available_providers())


def of_session(session: Any) -> Model:
    """An ONNX model. A single output stands for itself, several come by name."""
    run, outputs = _runner(session, {})

    def predict(given: Any) -> Any:
        said = run(given)
        return said[0] if len(said) == 1 else dict(zip(outputs, said))

    return Model(predict, "onnx", plain=True)


def of_converted(session: Any, held: Dict[str, Any]) -> Model:
    """One that stands for a model of scikit-learn, and answers as that does: `held` is what `convert.py` wrote."""
    names = {wanted.name: name for wanted, name in zip(session.get_inputs(), held["inputs"] or [])}
    run, _ = _runner(session, names)
    model = Model(lambda given: _flat(run(given)[0]), "onnx", plain=True)
    model.classes = held["classes"]
    if model.classes is not None:
        # The class, then the chances.
        model.predict = lambda given: tuple(run(given)[:2])
    return model


def _flat(values: Any) -> Any:
    return values.reshape(-1) if values.ndim == 2 and values.shape[1] == 1 else values


def _runner(session: Any, names: Dict[str, str]) -> Tuple[Callable[[Any], List[Any]], List[str]]:
    inputs, outputs = session.get_inputs(), [output.name for output in session.get_outputs()]

    def run(given: Any) -> List[Any]:
        feed = {one.name: _fit(given, one, names.get(one.name, one.name), len(inputs)) for one in inputs}
        return session.run(outputs, feed)

    return run, outputs


_ONNX_TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}


def _fit(given: Any, wanted: Any, name: str, inputs: int) -> Any:
    """What an input of the model is given: an array, the column of that name, or all columns side by side."""
    kind = _ONNX_TYPES.get(wanted.type, "float32")
    if not isinstance(given, dict):
        return numpy.asarray(given, dtype=kind)
    if name not in given and inputs == 1:
        return numpy.stack([numpy.asarray(column, dtype=kind) for column in given.values()], axis=1)
    values = numpy.asarray(given[name], dtype=kind)
    return values.reshape(-1, 1) if values.ndim == 1 and len(wanted.shape) == 2 else values


def _unpickle(path: str, form: str) -> Any:
    if form == "cloudpickle":
        try:
            import cloudpickle  # noqa: F401 - the pickle itself names it
        except ImportError:
            pass
    if form == "joblib":
        import joblib

        return joblib.load(path)
    with open(path, "rb") as file:
        return pickle.load(file)


_LOADERS: Dict[str, Callable[[str, Dict[str, Any]], Model]] = {
    "onnx": _onnx,
    "sklearn": _sklearn,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
}


def describe(model: Model) -> Dict[str, Any]:
    """What the gateway wants to know of a model that is loaded."""
    classes = model.classes
    try:
        json.dumps(classes)
    except TypeError:
        classes = [str(one) for one in classes or []]
    return {"kind": model.kind, "classes": classes}
