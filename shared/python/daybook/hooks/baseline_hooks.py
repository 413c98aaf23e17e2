"""Which fits and numbers of scikit-learn get a linear and a do-nothing model beside them.

A number that is logged by hand gets them too, if it is the very value of a measure that was taken before, its name
says so, and no other measure came to the same value on other rows or in another way.
"""

import re
import sys
import weakref
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Tuple

from .. import runs
from ..baselines import CLASSIFIED, ESTIMATED, RANKED, SCORED, Baselines, Task, are_wanted
from . import fits, predictions

MOST_SEEN = 300
"""Values that are known when they are logged, the latest ones."""
MOST_MEASURES = 20
"""Measures that come to the same value; what more of them do is not followed."""
_NAMES = {
    "score": r"score|accuracy|acc|r2",
    "accuracy_score": r"accuracy|acc",
    "average_precision_score": r"average_precision|ap|auprc|pr_?auc",
    "balanced_accuracy_score": r"balanced_acc(uracy)?|bal_acc(uracy)?|bacc",
    "brier_score_loss": r"brier",
    "cohen_kappa_score": r"kappa",
    "log_loss": r"log_?loss|loss|nll|cross_?entropy",
    "matthews_corrcoef": r"mcc|matthews",
    "mean_absolute_error": r"mae",
    "mean_absolute_percentage_error": r"mape",
    "mean_squared_error": r"mse",
    "median_absolute_error": r"medae",
    "precision_score": r"precision",
    "recall_score": r"recall|sensitivity|tpr",
    "roc_auc_score": r"auc|auroc|rocauc",
    "root_mean_squared_error": r"rmse",
}
"""What a logged number is called, beside the name of the function (without `_score`) that measured it."""

_baselines = Baselines()


class Call:
    """A call of a function of sklearn.metrics: what is true, what was guessed, and all else."""

    def __init__(self, name: str, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> None:
        rest, self.options = list(args), dict(kwargs)
        self.name = name
        self.true = rest.pop(0) if rest else self.options.pop("y_true", None)
        names = [one for one in ("y_pred", "y_score", "y_proba", "y_prob") if one in self.options]
        self.guessed = rest.pop(0) if rest else self.options.pop(names[0], None) if names else None
        plain = all(one is None or isinstance(one, (str, bool, int, float)) for one in self.options.values())
        self.is_plain = plain and not rest
        """Whether no option stands for rows or classes, so that the same call can be made for another model."""


class _Seen:
    """Measures that came to the same value: by which function, and how they are taken of a simple model, if at all."""

    def __init__(self) -> None:
        self.measures: List[Tuple[str, Optional[Task]]] = []

    def logged(self, run: runs.Run, name: str) -> None:
        """The value was logged as `name`."""
        if not fits.inside() and fits.may_tell("sklearn"):  # by the user's own code, and ours to tell
            fits.finish_quietly(lambda: self._want(run, name))

    def _want(self, run: runs.Run, name: str) -> None:
        tasks = [task for measure, task in self.measures if _says(name, measure)]
        told = run.__dict__.setdefault("_beside", set())
        if tasks and name not in told and None not in tasks:
            told.add(name)
            _baselines.want(run, name, [task for task in tasks if task is not None])


_seen: "OrderedDict[float, _Seen]" = OrderedDict()


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
        fit.baseline = {"classes": classes, "train": weakref.ref(train), "told": set()}


def scored(fit: fits.Fit, model: Any, told: Optional[str], rows: Tuple[Any, Any], value: float) -> None:
    """`model.score(*rows)` was told as `told`; what it is, only scikit-learn's own methods say."""
    data, answers = rows
    owner = next((cls for cls in type(model).__mro__ if "score" in cls.__dict__), None)
    if owner is None or owner.__module__.split(".")[0] != "sklearn" or hasattr(model, "scorer_"):
        seen("score", value, None)
        return
    if told is not None and _classifies(model) and hasattr(answers, "__len__"):
        fit.run.tags({"daybook.rows." + told: len(answers)})  # a share of so many rows
    metric = "accuracy_score" if _classifies(model) else "r2_score"
    seen("score", value, _want(fit, told, (data, answers), {"metric": metric, "options": {}, "chances": None}))


def measured(call: Call, known: Optional[predictions.Prediction], told: Optional[str], value: float) -> None:
    """A function of sklearn.metrics came to `value`, told as `told`; `known`: what it was that was guessed."""
    task = None
    if known is not None and known.fit.baseline is not None and call.is_plain and predictions.find(call.true) is None:
        asked = _asked(call, known)
        if asked is not None:
            task = _want(known.fit, told, (known.data(), call.true), asked)
    seen(call.name, value, task)


def seen(measure: str, value: float, task: Optional[Task]) -> None:
    """Notes that a measure came to `value`, for when it is logged by hand."""
    value = float(value)
    if value != value:
        return
    known = _seen.setdefault(value, _Seen())
    _seen.move_to_end(value)
    if len(known.measures) > MOST_MEASURES:
        task = None
    if (measure, task) not in known.measures:
        known.measures.append((measure, task))
    runs.measured[value] = known.logged
    while len(_seen) > MOST_SEEN:
        runs.measured.pop(_seen.popitem(last=False)[0], None)


def _asked(call: Call, known: predictions.Prediction) -> Optional[Dict[str, Any]]:
    """How the same number is taken of another model; None if it means nothing there."""
    asked = {"metric": call.name, "options": call.options, "chances": None}
    classifies = known.fit.baseline["classes"]
    if known.method == "predict":
        return asked if call.name in (CLASSIFIED if classifies else ESTIMATED) else None
    if not classifies or call.name not in SCORED or not known.classes:
        return None
    if known.method == "predict_proba":
        return {**asked, "chances": {"classes": known.classes, "column": known.column}}
    if known.method == "decision_function" and call.name in RANKED and len(known.classes) == 2:
        # Only the order counts: the chance of the second class orders rows as its distance from the border does.
        return {**asked, "chances": {"classes": known.classes, "column": 1}}
    return None


def _want(fit: fits.Fit, told: Optional[str], rows: Tuple[Any, Any], asked: Dict[str, Any]) -> Optional[Task]:
    """Has a number of a fit worked out, the first time that it is told; gives how that is done, where it is known."""
    train = None if told is None or fit.baseline is None else fit.baseline["train"]()
    if train is None or any(part is None for part in rows):
        return None
    again = told in fit.baseline["told"]
    test = _baselines.known(*rows) if again else _baselines.sample(*rows)
    if test is None:
        return None
    task = Task(train, test, {**asked, "classes": fit.baseline["classes"]})
    if not again:
        fit.baseline["told"].add(told)
        _baselines.want(fit.run, told, [task])
    return task


def _says(name: str, measure: str) -> bool:
    """Whether a number that is logged as `name` is called after what was measured."""
    words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    own = re.sub(r"_score$", "", measure)
    return re.search(r"(^|_)(%s)(_|$)" % "|".join(filter(None, (own, _NAMES.get(measure)))), words) is not None


def _classifies(model: Any) -> Optional[bool]:
    base = sys.modules.get("sklearn.base")
    if base is None:
        return None
    if base.is_classifier(model):
        return True
    return False if base.is_regressor(model) else None
