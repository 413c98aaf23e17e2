"""Models that the user saves with joblib: the run of a model says where, and saving one without a run makes one."""

import os
from typing import Any, Callable, Dict, Tuple

from . import fits
from .sklearn import _quietly, compact_params, is_model, library_of
from .wrapping import replace_function


def imported(module: Any) -> None:
    """Hooks joblib.dump."""
    replace_function(module, "dump", _on_dump)


def _on_dump(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    result = original(*args, **kwargs)
    if fits.inside() == 0:
        model = args[0] if args else kwargs.get("value")
        target = args[1] if len(args) > 1 else kwargs.get("filename")
        if isinstance(target, (str, os.PathLike)):
            _quietly(_tell, model, os.fspath(target))
    return result


def _tell(model: Any, path: str) -> None:
    fit = fits.fit_of(model)
    if fit is None:
        if not hasattr(model, "get_params") or not is_model(model):
            return
        fit = fits.begin(library_of(model), type(model).__name__)
        if fit is None:
            return
        fit.params(compact_params(model))
        fits.remember(model, fit)
        fits.close_without_fit(fit)
    fit.tags({"daybook.savedAs": path})
