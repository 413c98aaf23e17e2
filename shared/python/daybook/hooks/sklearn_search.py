"""Searches and cross-validation: one run, its best candidates (or its folds) as children, all results as a table."""

import csv
import io
import time
from typing import Any, Callable, Dict, List, Tuple

from ..artifacts import send_artifact
from ..clean import shortened
from ..runs import FINISHED
from . import fits, predictions
from .sklearn import _quietly, compact, compact_params
from .wrapping import argument, replace_function

MAX_CHILDREN = 5
MAX_FOLDS = 10
MAX_TABLE_ROWS = 10_000


def tell_search(fit: fits.Fit, search: Any) -> None:
    """Best parameters and score of a finished search, its best candidates as children, cv_results_ as a table."""
    results: Dict[str, Any] = search.cv_results_
    candidates = results.get("params", [])
    fit.log({"n_candidates": len(candidates), "n_splits": getattr(search, "n_splits_", 0)})
    best = getattr(search, "best_params_", None)
    if isinstance(best, dict):
        fit.params({"best_" + name: compact(value) for name, value in list(best.items())[:50]})
    score = getattr(search, "best_score_", None)
    if score is not None:
        fit.log({"best_cv_score": score})
    metric = (
        "score"
        if "rank_test_score" in results
        else next((name[len("rank_test_") :] for name in results if name.startswith("rank_test_")), None)
    )
    if metric is not None:
        ranks = results["rank_test_" + metric]
        for place in sorted(range(len(candidates)), key=lambda i: (ranks[i], i))[:MAX_CHILDREN]:
            child = fits.child_run(fit, "candidate %d" % place)
            child.params({name: compact(value) for name, value in list(candidates[place].items())[:50]})
            numbers = {"rank": ranks[place]}
            for column in ("mean_test_", "std_test_", "mean_train_"):
                values = results.get(column + metric)
                if values is not None:
                    numbers[(column + metric).replace("_test_score", "_cv_score")] = values[place]
            numbers["mean_fit_seconds"] = results["mean_fit_time"][place]
            child.log(numbers)
            child.end(FINISHED)
    send_artifact(fit.run._session, fit.run.run_id, _table(results), "cv_results.csv")


def model_selection(module: Any) -> None:
    """Hooks the functions that fit clones of an estimator: each call is one fit."""
    replace_function(module, "cross_validate", _on_cross_validate)
    for name in (
        "cross_val_score",
        "cross_val_predict",
        "learning_curve",
        "validation_curve",
        "permutation_test_score",
    ):
        replace_function(module, name, _on_cross_validate)


def _on_cross_validate(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter()
    fit = None
    begun = time.time()
    try:
        if outermost:
            fit = _quietly(_begin, original, args, kwargs)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            if fit is not None:
                fits.finish(fit, error)
            raise
        if fit is not None:
            _quietly(_tell, fit, original.__name__, result, begun, argument(original, args, kwargs, "X", 1))
            fits.finish(fit, None)
        return result
    finally:
        fits.leave()


def _begin(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    from ..datasets import name_of, send_dataset
    from .sklearn import is_model, library_of

    model = argument(original, args, kwargs, "estimator", 0)
    if not is_model(model):
        return None
    fit = fits.begin(library_of(model), "%s %s" % (type(model).__name__, original.__name__))
    if fit is None:
        return None
    cls = type(model)
    fit.tags({"estimator_name": cls.__name__, "estimator_class": cls.__module__ + "." + cls.__name__})
    fit.params({**compact_params(model), "cv": compact(kwargs.get("cv")), "validation": original.__name__})
    data = argument(original, args, kwargs, "X", 1)
    if data is not None:
        send_dataset(fit.run, data, name_of(data, "X"), "train", argument(original, args, kwargs, "y", 2))
    return fit


def _tell(fit: fits.Fit, name: str, result: Any, begun_s: float, data: Any) -> None:
    if name == "cross_val_predict":
        predictions.remember(result, fit, data, "")
        return
    scores: Dict[str, Any] = {}
    if name == "cross_validate":
        scores = {key[5:]: values for key, values in result.items() if key.startswith("test_")}
    elif name == "cross_val_score":
        scores = {"score": result}
    elif name == "permutation_test_score":
        fit.log({"score": result[0], "p_value": result[2]})
    else:  # curves: one step for each size or value, the mean over the folds
        shift = 1 if name == "learning_curve" else 0
        for step in range(len(result[shift])):
            at = int(result[0][step]) if shift else step
            fit.log({"train_score": result[shift][step].mean(), "cv_score": result[shift + 1][step].mean()}, step=at)
    for metric, values in scores.items():
        known = "cv_score" if metric == "score" else "cv_" + metric
        fit.log({"mean_" + known: values.mean(), "std_" + known: values.std()})
    folds: List[Any] = list(next(iter(scores.values()), []))
    if 0 < len(folds) <= MAX_FOLDS:
        for fold in range(len(folds)):
            child = fits.child_run(fit, "fold %d" % fold, at_ms=int(begun_s * 1000))
            child.params({"fold": fold})
            child.log({metric: values[fold] for metric, values in scores.items()})
            child.end(FINISHED)


def _table(results: Dict[str, Any]) -> bytes:
    """cv_results_ as CSV, at most 10,000 rows."""
    columns = [name for name in results if name != "params"]
    rows = len(results.get("params", []))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in range(min(rows, MAX_TABLE_ROWS)):
        writer.writerow([_cell(results[name][row]) for name in columns])
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, (int, float, str)):
        return value
    number = getattr(value, "item", None)
    if callable(number) and getattr(value, "size", 2) == 1:
        return value.item()
    return "" if type(value).__name__ == "MaskedConstant" else shortened(compact(value), 500)
