"""What the hooks of XGBoost and LightGBM share: a call of `train` or `cv` as a fit, its rounds as metric steps."""

import functools
import inspect
from typing import Any, Callable, Dict, Optional, Tuple

from ..clean import warn_once
from . import fits, predictions
from .sklearn import compact


def tell_training(
    library: str,
    original: Callable[..., Any],
    args: Tuple[Any, ...],
    kwargs: Dict[str, Any],
    listen: Callable[[fits.Fit, Dict[str, Any]], Dict[str, Any]],
    params: Callable[[], Dict[str, Any]],
    done: Callable[[fits.Fit, Any], None],
) -> Any:
    """Runs `train`. `listen` adds our callback to its arguments, `done` tells of the result.

    Inside a fit of the library's scikit-learn interface only the callback is added.
    """
    __tracebackhide__ = True
    outermost = fits.enter()
    fit: Optional[fits.Fit] = None
    own = False
    try:
        try:
            if outermost:
                fit = fits.begin(library, getattr(original, "__name__", "train"))
                own = fit is not None
                if fit is not None:
                    fit.params({name: compact(value) for name, value in list(params().items())[:100]})
            elif fits.inside() == 2:
                fit = fits.current()  # fit() of the estimator that calls us, not one of many in a search
            if fit is not None:
                kwargs = listen(fit, kwargs)
        except Exception as error:  # noqa: BLE001 - training goes on, told or not
            warn_once("boost:" + library, "training is not fully tracked: %s: %s" % (type(error).__name__, error))
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            if fit is not None and own:
                fits.finish(fit, error)
            raise
        if fit is not None and own:
            told = fit
            fits.remember(result, told)
            fits.finish_quietly(lambda: done(told, result))
            fits.finish(told, None)
        return result
    finally:
        fits.leave()


def tell_booster_answers(cls: type) -> None:
    """Notes which fit a booster's prediction came from, so that metrics computed from it find their run."""
    from .wrapping import wrap_in_class

    wrap_in_class(cls, "predict", _on_answer)


def _on_answer(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    # partial() adds no line of ours to a user's traceback.
    call = functools.partial(original, model, *args, **kwargs)
    return predictions.answer(call, model, lambda: args[0] if args else kwargs.get("data"))


def bound(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Dict[str, Any]:
    """The call's arguments by name, also those given by place that are meant to be given by name."""
    return {**dict(zip(_names(original), args)), **kwargs}


@functools.lru_cache(maxsize=16)
def _names(original: Callable[..., Any]) -> Tuple[str, ...]:
    return tuple(inspect.signature(original).parameters)
