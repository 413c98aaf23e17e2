"""Which fits and numbers of scikit-learn get a linear and a do-nothing model beside them."""

import sys
from typing import Any, Dict, Optional, Tuple

from ..baselines import CLASSIFIED, ESTIMATED, Baselines, are_wanted
from . import fits

_baselines = Baselines()


def ending() -> None:
    """This process ends."""
    _baselines.hurry()


def fitted(fit: fits.Fit, model: Any, data: Any, answers: Any) -> None:
    """Keeps what a model was fitted on, if it is one that may be measured later."""
    if data is None or answers is None or not are_wanted() or type(model).__module__.startswith("sklearn.dummy"):
        return
    classes = _classifies(model)
    if classes is None:
        return
    train = _baselines.sample(data, answers)
    if train is not None:
        fit.baseline = {"classes": classes, "train": train, "told": set()}


def scored(fit: fits.Fit, model: Any, told: Optional[str], data: Any, answers: Any) -> None:
    """`model.score(data, answers)` was told as `told`; what it is, only scikit-learn's own methods say."""
    owner = next((cls for cls in type(model).__mro__ if "score" in cls.__dict__), None)
    if told is None or owner is None or owner.__module__.split(".")[0] != "sklearn" or hasattr(model, "scorer_"):
        return
    if _classifies(model) and hasattr(answers, "__len__"):
        fit.run.tags({"daybook.rows." + told: len(answers)})  # a share of so many rows
    if fit.baseline is None:
        return
    _want(fit, told, data, answers, ("accuracy_score" if fit.baseline["classes"] else "r2_score", {}))


def measured(fit: fits.Fit, told: Optional[str], data: Any, call: Tuple[Any, ...], kwargs: Dict[str, Any]) -> None:
    """A function of sklearn.metrics, `call[0]`, was called with the arguments `call[1:]` and `kwargs`."""
    name, args = call[0], list(call[1:])
    options = dict(kwargs)
    true = args.pop(0) if args else options.pop("y_true", None)
    guessed = args.pop(0) if args else options.pop("y_pred", options.pop("y_proba", None))
    known = fits.prediction(guessed)
    plain = all(value is None or isinstance(value, (str, bool, int, float)) for value in options.values())
    if args or known is None or not plain or fit.baseline is None:
        return
    if name in (CLASSIFIED if fit.baseline["classes"] else ESTIMATED):
        _want(fit, told, data, true, (name, options))


def _want(fit: fits.Fit, told: Optional[str], data: Any, answers: Any, number: Tuple[str, Dict[str, Any]]) -> None:
    if told is None or data is None or told in fit.baseline["told"]:
        return
    test = _baselines.sample(data, answers)
    if test is None:
        return
    fit.baseline["told"].add(told)
    metric, options = number
    task = {"train": fit.baseline["train"], "test": test, "classes": fit.baseline["classes"]}
    _baselines.want(fit.run, told, {**task, "metric": metric, "options": options})


def _classifies(model: Any) -> Optional[bool]:
    base = sys.modules.get("sklearn.base")
    if base is None:
        return None
    if base.is_classifier(model):
        return True
    return False if base.is_regressor(model) else None
