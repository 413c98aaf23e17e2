"""Fits of Keras models: each epoch a step, the summary and (if small) the model as files."""

import functools
import os
import shutil
import tempfile
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..artifacts import send_artifact, send_written
from ..datasets import name_of, send_dataset
from . import fits, predictions
from .models import MAX_BYTES
from .sklearn import MAX_MODELS, _quietly, compact
from .wrapping import wrap_in_class

_callback: Any = None


def imported(module: Any) -> None:
    """Hooks fit, evaluate and predict of keras.Model (which may come from its trainer class)."""
    global _callback
    _callback = _callback_class(module.callbacks.Callback)
    for name, tell in (("fit", _on_fit), ("evaluate", _on_evaluate), ("predict", _on_predict)):
        for owner in module.Model.__mro__:
            if name in owner.__dict__ and owner.__module__.split(".")[0] == "keras":
                wrap_in_class(owner, name, tell)
                break


def _callback_class(base: type) -> type:
    class DaybookEpochs(base):  # type: ignore[misc]
        """Logs what an epoch came to."""

        def __init__(self, fit: fits.Fit) -> None:
            super().__init__()
            self._fit = fit

        def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
            """After each epoch."""
            self._fit.log(logs or {}, step=epoch)

    return DaybookEpochs


def _on_fit(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    if fits.is_within_itself(model):
        return original(model, *args, **kwargs)
    outermost = fits.enter(model)
    fit = None
    try:
        if outermost:
            fit = _quietly(_begin, model, args, kwargs)
        if fit is not None:
            callbacks = kwargs.get("callbacks")
            if callbacks is None or isinstance(callbacks, (list, tuple)):
                kwargs = {**kwargs, "callbacks": list(callbacks or []) + [_callback(fit)]}
        try:
            result = original(model, *args, **kwargs)
        except BaseException as error:
            if fit is not None:
                fits.finish(fit, error)
            raise
        if fit is not None:
            told = fit
            fits.remember(model, told)
            fits.finish_quietly(lambda: _keep(told, model))
            fits.finish(told, None)
        return result
    finally:
        fits.leave()


def _begin(model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Optional[fits.Fit]:
    fit = fits.begin("keras", type(model).__name__) if fits.may_tell("tensorflow") else None
    if fit is None:
        return None
    params: Dict[str, Any] = {}
    for name in ("epochs", "batch_size", "validation_split", "shuffle", "steps_per_epoch", "initial_epoch"):
        if kwargs.get(name) is not None:
            params[name] = kwargs[name]
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        params["optimizer_name"] = type(optimizer).__name__
        params.update({"optimizer_" + k: compact(v) for k, v in optimizer.get_config().items() if k != "name"})
    params["loss"] = compact(getattr(model, "loss", None))
    if model.built:
        params["total_parameters"] = model.count_params()
    fit.params({name: compact(value) for name, value in list(params.items())[:100]})
    data = kwargs.get("x", args[0] if args else None)
    if hasattr(data, "shape"):
        answers = kwargs.get("y", args[1] if len(args) > 1 else None)
        send_dataset(fit.run, data, name_of(data, "x"), "train", answers)
    return fit


def _keep(fit: fits.Fit, model: Any) -> None:
    lines: List[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line), line_length=100)
    send_artifact(fit.run._session, fit.run.run_id, "\n".join(lines).encode(), "model_summary.txt")
    size = sum(int(weight.size) * 4 for weight in model.get_weights())
    if size <= MAX_BYTES and fits.may_keep_model(fit, MAX_MODELS):
        send_written(fit.run._session, fit.run.run_id, "model/model.keras", lambda path: _save(model, path), size)


def _save(model: Any, path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "model.keras")  # Keras goes by the ending
        model.save(file)
        shutil.copyfile(file, path)


def _on_evaluate(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter(model)
    try:
        result = original(model, *args, **kwargs)
        if outermost:
            _quietly(_tell_evaluation, model, result)
        return result
    finally:
        fits.leave()


def _tell_evaluation(model: Any, result: Any) -> None:
    fit = fits.fit_of(model)
    if fit is None or not fits.may_tell("tensorflow"):
        return
    if isinstance(result, dict):
        values = result
    elif hasattr(model, "get_metrics_result"):
        values = model.get_metrics_result()
    else:
        values = dict(zip(model.metrics_names, result if isinstance(result, (list, tuple)) else [result]))
    fit.log({"test_" + name: value for name, value in values.items()})


def _on_predict(original: Callable[..., Any], model: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    # partial() adds no line of ours to a user's traceback.
    call = functools.partial(original, model, *args, **kwargs)
    return predictions.answer(call, model, lambda: args[0] if args else kwargs.get("x"), of=model)
