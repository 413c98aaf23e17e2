"""Metrics computed from a prediction after the fit, in the same cell or a later one: they belong to its run."""

import types
from typing import Any, Callable, Dict, Tuple

from ..baselines import CLASSIFIED
from . import baseline_hooks, fits, predictions
from .sklearn import _quietly, tell_metric
from .wrapping import replace_function

_NOT = ("get_scorer", "make_scorer", "check_scoring", "get_scorer_names")


def metrics(module: Any) -> None:
    """Hooks the functions of sklearn.metrics, where they are defined and where they are imported from."""
    for name in getattr(module, "__all__", []):
        function = getattr(module, name, None)
        if isinstance(function, types.FunctionType) and name not in _NOT and not name.startswith("pairwise"):
            replace_function(module, name, _on_metric)


def _on_metric(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter()
    try:
        result = original(*args, **kwargs)
        if outermost and isinstance(result, (int, float)):
            _quietly(_tell, original.__name__, args, kwargs, result)
        return result
    finally:
        fits.leave()


def _tell(name: str, args: Tuple[Any, ...], kwargs: Dict[str, Any], value: float) -> None:
    call = baseline_hooks.Call(name, args, kwargs)
    known = predictions.find(call.guessed)
    if known is None and name in CLASSIFIED:
        known = predictions.find_classes(call.guessed)
    # Of a prediction in another place (a comparison of two models, arguments the other way round) only the run is known.
    others = (predictions.find(given) for given in list(args[:3]) + list(kwargs.values()))
    place = known or next((one for one in others if one is not None), None)
    if place is None or not fits.may_tell("sklearn"):
        baseline_hooks.seen(name, value, None)
        return
    told = tell_metric(place.fit, name, value, place.data())
    baseline_hooks.measured(call, known, told, value)
