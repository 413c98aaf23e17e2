"""Fits of LightGBM: `train`, `cv`, and the rounds inside its scikit-learn classes (whose fits sklearn.py tells)."""

import json
import platform
from typing import Any, Callable, Dict, Tuple

from ..artifacts import send_artifact
from ..datasets import name_of, send_dataset
from . import fits
from .boosting import bound, tell_booster_answers, tell_training
from .models import MAX_BYTES, save
from .sklearn import MAX_MODELS, compact
from .wrapping import replace_function

_module: Any = None


def imported(module: Any) -> None:
    """Hooks lightgbm.train and lightgbm.cv, and what its scikit-learn classes call."""
    global _module
    _module = module
    replace_function(module, "train", _on_train, getattr(module, "sklearn", None))
    replace_function(module, "cv", _on_cv)
    tell_booster_answers(module.Booster)


class Rounds:
    """A callback of LightGBM that logs what a round was evaluated to."""

    order = 25
    before_iteration = False

    def __init__(self, fit: fits.Fit) -> None:
        self._fit = fit

    def __call__(self, env: Any) -> None:
        found = env.evaluation_result_list or []
        self._fit.run.log({"%s-%s" % (one[0], one[1]): one[2] for one in found}, step=env.iteration)


def _listen(fit: fits.Fit, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    # Before early stopping (order 30), which ends the round by an exception.
    return {**kwargs, "callbacks": list(kwargs.get("callbacks") or []) + [Rounds(fit)]}


def _on_train(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    call = bound(original, args, kwargs)
    data: Any = call.get("train_set")
    # LightGBM lets go of what it was given once training has begun.
    rows, answers = getattr(data, "data", None), getattr(data, "label", None)

    def done(fit: fits.Fit, booster: Any) -> None:
        if rows is not None and not isinstance(rows, (str, bytes)):
            send_dataset(fit.run, rows, name_of(rows, name_of(data, "train_set")), "train", answers)
        _done(fit, booster)

    return tell_training("lightgbm", original, args, kwargs, _listen, lambda: _params(call), done)


def _on_cv(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True

    def done(fit: fits.Fit, result: Dict[str, Any]) -> None:
        lists = {name: values for name, values in result.items() if isinstance(values, list)}
        for step in range(max((len(values) for values in lists.values()), default=0)):
            fit.log({name: values[step] for name, values in lists.items() if step < len(values)}, step=step)

    params = lambda: {**_params(bound(original, args, kwargs)), "validation": "cv"}  # noqa: E731
    return tell_training("lightgbm", original, args, kwargs, lambda fit, given: given, params, done)


def _params(call: Dict[str, Any]) -> Dict[str, Any]:
    told = dict(call.get("params") or {})
    for name in ("num_boost_round", "early_stopping_rounds", "nfold", "stratified", "seed"):
        if name in call:
            told[name] = call[name]
    if call.get("feval") is not None:
        told["feval"] = compact(call["feval"])
    return told


def _done(fit: fits.Fit, booster: Any) -> None:
    if getattr(booster, "best_iteration", 0) > 0:
        fit.log({"best_iteration": booster.best_iteration})
    for data, metrics in (getattr(booster, "best_score", None) or {}).items():
        fit.log({"best_%s-%s" % (data, metric): value for metric, value in metrics.items()})
    gains = dict(zip(booster.feature_name(), (float(v) for v in booster.feature_importance("gain"))))
    text = json.dumps(dict(sorted(gains.items(), key=lambda pair: -pair[1])[:1000]), indent=1)
    send_artifact(fit.run._session, fit.run.run_id, text.encode(), "feature_importance_gain.json")
    if not fits.may_keep_model(fit, MAX_MODELS):
        return
    raw = booster.model_to_string().encode("utf-8")
    if len(raw) > MAX_BYTES:
        return

    def write(path: str) -> None:
        with open(path, "wb") as file:
            file.write(raw)

    flavors = {
        "python_function": {
            "env": {"virtualenv": "python_env.yaml"},
            "loader_module": "mlflow.lightgbm",
            "data": "model.lgb",
            "python_version": platform.python_version(),
        },
        "lightgbm": {
            "code": None,
            "data": "model.lgb",
            "model_class": "lightgbm.basic.Booster",
            "lgb_version": _module.__version__,
        },
    }
    save(fit, {"model.lgb": write}, flavors, ["lightgbm", "numpy", "scipy"], None)
