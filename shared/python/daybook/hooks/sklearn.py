"""Fits, predictions and scores of everything that is a scikit-learn estimator, the user's own classes included."""

import functools
import sys
import types
import weakref
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ..clean import shortened, warn_once
from ..datasets import name_of, send_dataset
from . import baseline_hooks, fits, predictions
from .wrapping import argument, wrap_in_class

MAX_PARAMS = 100
MAX_MODELS = 20
"""Models kept for one cell or run; later ones are logged without their file."""

_OURS = __name__.split(".")[0] + "."
_FITS = ("fit", "fit_predict", "fit_transform", "partial_fit")
_ANSWERS = ("predict", "predict_proba", "predict_log_proba", "decision_function")
_CURVES = {
    "loss_curve_": "loss",
    "validation_scores_": "validation_score",
    "train_score_": "train_score",
    "validation_score_": "validation_score",
}


def base(module: Any) -> None:
    """Hooks all estimator classes: those that exist, and each one that will be defined."""
    root = module.BaseEstimator
    own = root.__dict__.get("__init_subclass__")

    def init_subclass(cls: Any, **kwargs: Any) -> None:
        if own is not None:
            own.__func__(cls, **kwargs)
        else:
            super(root, cls).__init_subclass__(**kwargs)
        _hook_class(cls)

    root.__init_subclass__ = classmethod(init_subclass)  # type: ignore[arg-type]
    waiting = [root]
    while waiting:
        cls = waiting.pop()
        _hook_class(cls)
        waiting.extend(cls.__subclasses__())


def _hook_class(cls: type) -> None:
    try:
        for owner in cls.__mro__:
            if owner is object or owner.__module__.split(".")[0] in ("torch", "builtins", "typing", "abc"):
                continue
            for name in _FITS:
                if name in owner.__dict__:
                    wrap_in_class(owner, name, _on_fit)
            for name in _ANSWERS:
                if name in owner.__dict__:
                    wrap_in_class(owner, name, _on_answer)
            if "score" in owner.__dict__:
                wrap_in_class(owner, "score", _on_score)
    except Exception as error:  # noqa: BLE001 - the user's class must come into being
        warn_once("class:" + cls.__name__, "%s is not tracked: %s" % (cls.__name__, error))


def _on_fit(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    if fits.is_within_itself(model):
        return original(model, *args, **kwargs)
    outermost = fits.enter(model)
    fit = None
    try:
        if outermost:
            fit = _quietly(_begin, original, model, args, kwargs)
        try:
            result = original(model, *args, **kwargs)
        except BaseException as error:
            if fit is not None:
                fits.finish(fit, error)
            raise
        if fit is not None:
            data = argument(original, args, kwargs, "X", 0)
            _quietly(_end, fit, model, data, argument(original, args, kwargs, "y", 1), result, original.__name__)
        return result
    finally:
        fits.leave()


def _begin(
    original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]
) -> Optional[fits.Fit]:
    if not is_model(model) or _called_by_sklearn():
        return None
    library = library_of(model)
    again = original.__name__ == "partial_fit"
    if again and fits.fit_of(model) is not None:
        return None  # one fit in many steps
    fit = fits.begin(library, type(model).__name__)
    if fit is None:
        return None
    cls = type(model)
    fit.tags({"estimator_name": cls.__name__, "estimator_class": cls.__module__ + "." + cls.__name__})
    fit.params(compact_params(model))
    data, answers = argument(original, args, kwargs, "X", 0), argument(original, args, kwargs, "y", 1)
    if data is not None:
        try:
            fit.training_data = weakref.ref(data)
        except TypeError:
            pass
        send_dataset(fit.run, data, name_of(data, "X"), "train", answers)
    fits.remember(model, fit)
    return fit


def _end(fit: fits.Fit, model: Any, data: Any, answers: Any, result: Any, method: str) -> None:
    fits.finish_quietly(lambda: _tell_result(fit, model))
    if method == "fit_predict":
        predictions.remember(result, fit, data, "predict")
    if method == "fit":
        fits.finish_quietly(lambda: baseline_hooks.fitted(fit, model, data, answers))
    if fits.may_keep_model(fit, MAX_MODELS) and method != "partial_fit":
        from .models import save_sklearn

        fits.finish_quietly(lambda: save_sklearn(fit, model, data, answers))
    fits.finish(fit, None)


def _tell_result(fit: fits.Fit, model: Any) -> None:
    for attribute, name in _CURVES.items():
        curve = model.__dict__.get(attribute)
        if curve is not None and hasattr(curve, "__len__") and 1 < len(curve) <= 100_000:
            every = max(1, len(curve) // 1000)
            for step in range(0, len(curve), every):
                fit.log({name: curve[step]}, step=step)
    rounds = model.__dict__.get("n_iter_")
    if isinstance(rounds, int):
        fit.log({"n_iter": rounds})
    if "cv_results_" in model.__dict__:
        from .sklearn_search import tell_search

        tell_search(fit, model)


def _on_answer(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    # partial() adds no line of ours to a user's traceback.
    call = functools.partial(original, model, *args, **kwargs)
    data = functools.partial(argument, original, args, kwargs, "X", 0)
    return predictions.answer(call, model, data, method=original.__name__)


def _on_score(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter()
    try:
        result = original(model, *args, **kwargs)
        if outermost:
            fit = fits.fit_of(model)
            if fit is not None and fits.may_tell(library_of(model)):
                data = argument(original, args, kwargs, "X", 0)
                told = _quietly(tell_metric, fit, "score", result, data)
                answers = argument(original, args, kwargs, "y", 1)
                _quietly(baseline_hooks.scored, fit, model, told, (data, answers), result)
        return result
    finally:
        fits.leave()


def tell_metric(fit: fits.Fit, name: str, value: Any, data: Any) -> Optional[str]:
    """Logs a number that was measured on `data` after the fit: `<name>_<name of the data>`, or `training_<name>`.

    Gives the name under which it was told, if the data is other than what the model was fitted on.
    """
    trained_on = fit.training_data() if fit.training_data is not None else None
    if data is not None and data is trained_on:
        fit.log({"training_" + name: value})
        return None
    where = "" if data is None else name_of(data, "")
    if data is not None:
        send_dataset(fit.run, data, where or "X", "eval")
    told = name + ("_" + where if where else "")
    fit.log({told: value})
    return told


def is_model(model: Any) -> bool:
    """Whether an estimator answers something: transformers alone (scalers, encoders, PCA) are no models."""
    try:
        if hasattr(model, "predict") or hasattr(model, "fit_predict"):
            return True
        if hasattr(model, "score_samples") and not hasattr(model, "transform"):
            return True  # a density
        # A search or pipeline may know only after its fit what it can do.
        inner = getattr(model, "estimator", None)
        return inner is not None and hasattr(model, "cv") and hasattr(inner, "fit")
    except Exception:  # noqa: BLE001 - a property of a foreign class
        return False


def library_of(model: Any) -> str:
    """The library whose autologging is meant for this model, by mlflow's name."""
    for cls in type(model).__mro__:
        home = cls.__module__.split(".")[0]
        if home in ("xgboost", "lightgbm"):
            return home
    return "sklearn"


def _called_by_sklearn() -> bool:
    """Whether scikit-learn itself wants this fit for some computation (a pruning path): nobody trained a model."""
    frame: Any = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_OURS):
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__", "")).startswith("sklearn.")


def compact_params(model: Any) -> Dict[str, str]:
    """At most 100 parameters as short texts; the estimator's own before those of what is inside it."""
    try:
        own = model.get_params(deep=False)
        deep = model.get_params(deep=True)
    except Exception:  # noqa: BLE001 - a user's class that does not keep scikit-learn's rules
        return {}
    order: List[str] = list(own) + [name for name in sorted(deep) if name not in own]
    return {name: compact(deep.get(name, own.get(name))) for name in order[:MAX_PARAMS]}


def compact(value: Any, depth: int = 0) -> str:
    """A parameter's value in few words."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return shortened(value, 500)
    if isinstance(value, type) or isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        return value.__name__
    if hasattr(value, "get_params"):
        return type(value).__name__
    if isinstance(value, Mapping) and depth < 3:
        return shortened("{%s}" % ", ".join("%r: %s" % (k, compact(v, depth + 1)) for k, v in value.items()), 500)
    if isinstance(value, (list, tuple)) and depth < 3:
        ends = "[%s]" if isinstance(value, list) else "(%s)"
        return shortened(ends % ", ".join(compact(v, depth + 1) for v in value[:100]), 500)
    shape = getattr(value, "shape", None)
    if shape is not None and shape != ():
        return "%s%s" % (type(value).__name__, tuple(shape))
    return shortened(value, 500)


def _quietly(tell: Callable[..., Any], *args: Any) -> Any:
    """What we tell must not make the user's fit fail."""
    try:
        return tell(*args)
    except Exception as error:  # noqa: BLE001
        warn_once("sklearn:" + tell.__name__, "a fit is not fully tracked: %s: %s" % (type(error).__name__, error))
        return None


def loaded(name: str) -> Any:
    """A module that the user has imported, or None."""
    return sys.modules.get(name)
