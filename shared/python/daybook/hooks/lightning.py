"""Fits of PyTorch Lightning: what the model logs, at the global step; hyperparameters; the best checkpoint."""

import os
from typing import Any, Callable, Dict, Optional, Tuple

from ..artifacts import send_artifact
from . import fits
from .models import MAX_BYTES
from .sklearn import MAX_MODELS, _quietly, compact
from .wrapping import wrap_in_class

_callbacks: Dict[str, Any] = {}


def imported(module: Any) -> None:
    """Hooks Trainer.fit, of `lightning.pytorch` or `pytorch_lightning`."""
    base = getattr(module, "Callback", None) or module.callbacks.Callback
    _callbacks[module.Trainer.__module__.split(".")[0]] = _callback_class(base)
    wrap_in_class(module.Trainer, "fit", _on_fit)


def _callback_class(base: type) -> type:
    class DaybookSteps(base):  # type: ignore[misc]
        """Logs what Lightning has collected."""

        def __init__(self, fit: fits.Fit) -> None:
            super().__init__()
            self._fit = fit

        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            """Optimizers are known now."""
            _quietly(_tell_optimizer, self._fit, trainer)

        def on_train_batch_end(self, trainer: Any, *args: Any, **kwargs: Any) -> None:
            """After a batch: what is logged by step, as often as the trainer logs."""
            if trainer.global_step % max(1, trainer.log_every_n_steps) == 0:
                self._log(trainer, trainer.logged_metrics)

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            """After an epoch."""
            self._log(trainer, {**trainer.callback_metrics, "epoch": trainer.current_epoch})

        def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
            """After a validation; not the one that only tries whether it works."""
            if not trainer.sanity_checking:
                self._log(trainer, trainer.callback_metrics)

        def _log(self, trainer: Any, metrics: Dict[str, Any]) -> None:
            self._fit.run.log(metrics, step=int(trainer.global_step))

    return DaybookSteps


def _on_fit(original: Callable[..., Any], trainer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter(trainer)
    fit: Optional[fits.Fit] = None
    ours: Any = None
    try:
        if outermost:
            fit = _quietly(_begin, trainer, args, kwargs)
        if fit is not None:
            ours = _callbacks[type(trainer).__module__.split(".")[0]](fit)
            trainer.callbacks.append(ours)
        try:
            result = original(trainer, *args, **kwargs)
        except BaseException as error:
            if fit is not None:
                fits.finish(fit, error)
            raise
        if fit is not None:
            told = fit
            fits.finish_quietly(lambda: _keep_best(told, trainer))
            fits.finish(told, _interruption(trainer))
        return result
    finally:
        if ours in trainer.callbacks:
            trainer.callbacks.remove(ours)
        fits.leave()


def _begin(trainer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Optional[fits.Fit]:
    if type(trainer).__module__.split(".")[0] not in _callbacks:
        return None
    model: Any = kwargs.get("model", args[0] if args else None)
    fit = fits.begin("pytorch", type(model).__name__)
    if fit is None:
        return None
    params: Dict[str, Any] = {name: compact(value) for name, value in dict(getattr(model, "hparams", {})).items()}
    for name in ("max_epochs", "max_steps", "accumulate_grad_batches", "gradient_clip_val", "precision", "world_size"):
        value = getattr(trainer, name, None)
        if value is not None:
            params.setdefault(name, compact(value))
    params["total_parameters"] = sum(part.numel() for part in model.parameters())
    fit.params(dict(list(params.items())[:100]))
    return fit


def _tell_optimizer(fit: fits.Fit, trainer: Any) -> None:
    if trainer.optimizers:
        optimizer = trainer.optimizers[0]
        fit.params({"optimizer_name": type(optimizer).__name__, "optimizer_lr": optimizer.param_groups[0].get("lr")})


def _keep_best(fit: fits.Fit, trainer: Any) -> None:
    keeper: Any = getattr(trainer, "checkpoint_callback", None)
    path = getattr(keeper, "best_model_path", "") or getattr(keeper, "last_model_path", "")
    if not path or not os.path.isfile(path):
        return
    if os.path.getsize(path) <= MAX_BYTES and fits.may_keep_model(fit, MAX_MODELS):
        send_artifact(fit.run._session, fit.run.run_id, path, "model/" + os.path.basename(path))
    score = getattr(keeper, "best_model_score", None)
    if score is not None and getattr(keeper, "monitor", None):
        fit.log({"best_" + keeper.monitor: score})


def _interruption(trainer: Any) -> Optional[BaseException]:
    # Lightning swallows Ctrl-C and returns as if all were well.
    return KeyboardInterrupt() if getattr(trainer, "interrupted", False) else None
