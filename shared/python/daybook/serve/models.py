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
    """What answers: `predict(table)` gives the answer and the chances of the classes (None if there are none)."""

    def __init__(self, predict: Callable[[Any], Any], kind: str) -> None:
        self.kind = kind
        self.classes: Optional[List[Any]] = None
        self.predict: Callable[[Any], Tuple[Any, Any]] = lambda table: (predict(table), None)


def load(folder: str, flavors: Dict[str, Any]) -> Model:
    """Loads it. What its libraries raise goes through."""
    for name, loader in _LOADERS.items():
        if name in flavors:
            return loader(folder, flavors)
    import mlflow.pyfunc

    loaded = mlflow.pyfunc.load_model(folder)
    return Model(loaded.predict, "mlflow")


def _sklearn(folder: str, flavors: Dict[str, Any]) -> Model:
    flavor = flavors["sklearn"]
    path = os.path.join(folder, flavor.get("pickled_model", "model.pkl"))
    form = flavor.get("serialization_format", "pickle")
    if form == "skops":
        import mlflow.sklearn

        estimator = mlflow.sklearn.load_model(folder)
    else:
        estimator = _unpickle(path, form)
    wanted = flavors.get("python_function", {}).get("predict_fn", "predict")
    return of_estimator(estimator, "sklearn", wanted)


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
    return of_estimator(_unpickle(path, "cloudpickle"), "lightgbm")


def _onnx(folder: str, flavors: Dict[str, Any]) -> Model:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = os.path.join(folder, flavors["onnx"]["data"])
    session = onnxruntime.InferenceSession(path, options, providers=onnxruntime.get_available_providers())
    inputs, outputs = session.get_inputs(), [output.name for output in session.get_outputs()]

    def predict(given: Any) -> Any:
        feed = {wanted.name: _fit(given, wanted, len(inputs)) for wanted in inputs}
        said = session.run(outputs, feed)
        # Of a classifier the labels are the answer; a single output stands for itself.
        return said[0] if len(said) == 1 else dict(zip(outputs, said))

    return Model(predict, "onnx")


_ONNX_TYPES = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
    "tensor(string)": "object",
}


def _fit(given: Any, wanted: Any, inputs: int) -> Any:
    kind = _ONNX_TYPES.get(wanted.type, "float32")
    if isinstance(given, dict):
        return numpy.asarray(given[wanted.name], dtype=kind)
    if hasattr(given, "columns"):
        if inputs > 1 or wanted.name in given.columns:
            return given[wanted.name].to_numpy().astype(kind).reshape(-1, 1)
        return given.to_numpy().astype(kind)
    return numpy.asarray(given, dtype=kind)


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
