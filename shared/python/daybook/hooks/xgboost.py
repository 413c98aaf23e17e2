"""Fits of XGBoost: `train`, `cv`, and the rounds inside its scikit-learn classes (whose fits sklearn.py tells)."""

import json
import platform
from typing import Any, Callable, Dict, Tuple

from ..artifacts import send_artifact
from ..datasets import digest_of, name_of, source_of_code
from . import fits
from .boosting import bound, tell_booster_answers, tell_training
from .models import save
from .sklearn import MAX_MODELS, compact
from .wrapping import replace_function

_module: Any = None
_callback: Any = None


def imported(module: Any) -> None:
    """Hooks xgboost.train and xgboost.cv, and what its scikit-learn classes call."""
    global _module, _callback
    _module = module
    _callback = _callback_class(module.callback.TrainingCallback)
    replace_function(module, "train", _on_train, getattr(module, "sklearn", None))
    replace_function(module, "cv", _on_cv)
    tell_booster_answers(module.Booster)


def _callback_class(base: type) -> type:
    class DaybookRounds(base):  # type: ignore[misc]
        """Logs what a round was evaluated to."""

        def __init__(self, fit: fits.Fit) -> None:
            super().__init__()
            self._fit = fit

        def after_iteration(self, model: Any, epoch: int, evals_log: Dict[str, Any]) -> bool:
            """After each round; never stops the training."""
            self._fit.run.log(
                {
                    "%s-%s" % (data, metric): values[-1][0] if isinstance(values[-1], tuple) else values[-1]
                    for data, metrics in evals_log.items()
                    for metric, values in metrics.items()
                    if len(values)
                },
                step=epoch,
            )
            return False

    return DaybookRounds


def _listen(fit: fits.Fit, kwargs: Dict[str, Any]) -> Dict[str, Any]:
    return {**kwargs, "callbacks": list(kwargs.get("callbacks") or []) + [_callback(fit)]}


def _send_data(fit: fits.Fit, call: Dict[str, Any]) -> None:
    """The training data as far as a DMatrix tells: its answers, its shape, the names of its columns."""
    data = call.get("dtrain")
    if data is None:
        return
    labels = data.get_label()
    shape = {"num_rows": data.num_row(), "num_columns": data.num_col()}
    fit.run.send(
        {
            "type": "dataset",
            "name": name_of(data, "dtrain"),
            "digest": digest_of(labels, [shape, list(data.feature_names or []), list(data.feature_types or [])]),
            "source_type": "code",
            "source": json.dumps(source_of_code()),
            "schema": None,
            "profile": {**shape, "columns": list(data.feature_names or [])[:1000]},
            "context": "train",
        }
    )


def _on_train(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    call = bound(original, args, kwargs)

    def done(fit: fits.Fit, booster: Any) -> None:
        _send_data(fit, call)
        _done(fit, booster)

    return tell_training("xgboost", original, args, kwargs, _listen, lambda: _params(call), done)


def _on_cv(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True

    def done(fit: fits.Fit, result: Any) -> None:
        columns = {name: list(result[name]) for name in result}
        for step in range(max(len(values) for values in columns.values())):
            fit.log({name: values[step] for name, values in columns.items()}, step=step)

    params = lambda: {**_params(bound(original, args, kwargs)), "validation": "cv"}  # noqa: E731
    return tell_training("xgboost", original, args, kwargs, lambda fit, given: given, params, done)


def _params(call: Dict[str, Any]) -> Dict[str, Any]:
    given = call.get("params") or {}
    told = dict(given) if hasattr(given, "items") else {str(k): v for k, v in given}
    for name in ("num_boost_round", "early_stopping_rounds", "maximize", "nfold", "stratified", "seed"):
        if name in call:
            told[name] = call[name]
    data = call.get("dtrain")
    if data is not None:
        told["n_train_rows"], told["n_train_columns"] = data.num_row(), data.num_col()
    for name in ("obj", "custom_metric"):
        if call.get(name) is not None:
            told[name] = compact(call[name])
    return told


def _done(fit: fits.Fit, booster: Any) -> None:
    for name in ("best_iteration", "best_score"):
        try:
            fit.log({name: float(getattr(booster, name))})
        except (AttributeError, TypeError, ValueError):
            continue
    scores = booster.get_score(importance_type="gain")
    if scores:
        text = json.dumps(dict(sorted(scores.items(), key=lambda pair: -_number(pair[1]))[:1000]), indent=1)
        send_artifact(fit.run._session, fit.run.run_id, text.encode(), "feature_importance_gain.json")
    if not fits.may_keep_model(fit, MAX_MODELS):
        return
    raw = bytes(booster.save_raw(raw_format="ubj"))

    def write(path: str) -> None:
        with open(path, "wb") as file:
            file.write(raw)

    flavors = {
        "python_function": {
            "env": {"virtualenv": "python_env.yaml"},
            "loader_module": "mlflow.xgboost",
            "data": "model.ubj",
            "python_version": platform.python_version(),
        },
        "xgboost": {
            "code": None,
            "data": "model.ubj",
            "model_class": "xgboost.core.Booster",
            "model_format": "ubj",
            "xgb_version": _module.__version__,
        },
    }
    from .models import MAX_BYTES

    if len(raw) <= MAX_BYTES:
        save(fit, {"model.ubj": write}, flavors, ["xgboost", "numpy", "scipy"], None)


def _number(value: Any) -> float:
    return float(sum(value)) if isinstance(value, list) else float(value)
