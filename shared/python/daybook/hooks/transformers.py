"""Fits of Hugging Face's Trainer: its arguments, what it logs at each step, its best score."""

from typing import Any, Callable, Dict, Optional, Tuple

from . import fits
from .sklearn import _quietly, compact
from .wrapping import wrap_in_class

_ARGUMENTS = (
    "learning_rate per_device_train_batch_size per_device_eval_batch_size gradient_accumulation_steps "
    "num_train_epochs max_steps weight_decay warmup_steps warmup_ratio lr_scheduler_type optim adam_beta1 "
    "adam_beta2 adam_epsilon max_grad_norm label_smoothing_factor seed data_seed fp16 bf16 tf32 "
    "gradient_checkpointing group_by_length eval_strategy save_strategy metric_for_best_model "
    "load_best_model_at_end world_size"
).split()
_CONFIG = "model_type _name_or_path hidden_size num_hidden_layers num_attention_heads vocab_size num_labels".split()

_callback: Any = None


def imported(module: Any) -> None:
    """Hooks Trainer.train."""
    global _callback
    _callback = _callback_class(module.TrainerCallback)
    wrap_in_class(module.Trainer, "train", _on_train)


def _callback_class(base: type) -> type:
    class DaybookLogs(base):  # type: ignore[misc]
        """Logs what the trainer logs."""

        def __init__(self, fit: fits.Fit) -> None:
            super().__init__()
            self._fit = fit

        def on_log(
            self, args: Any, state: Any, control: Any, logs: Optional[Dict[str, Any]] = None, **more: Any
        ) -> None:
            """Whenever the trainer logs something; evaluations come this way too."""
            numbers = {k: v for k, v in (logs or {}).items() if isinstance(v, (int, float))}
            self._fit.run.log(numbers, step=int(state.global_step))

    return DaybookLogs


def _on_train(original: Callable[..., Any], trainer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    outermost = fits.enter(trainer)
    fit: Optional[fits.Fit] = None
    ours: Any = None
    try:
        if outermost:
            fit = _quietly(_begin, trainer)
        if fit is not None:
            ours = _callback(fit)
            trainer.add_callback(ours)
        try:
            result = original(trainer, *args, **kwargs)
        except BaseException as error:
            if fit is not None:
                fits.finish(fit, error)
            raise
        if fit is not None:
            told = fit
            fits.finish_quietly(lambda: _tell_best(told, trainer))
            fits.finish(told, None)
        return result
    finally:
        if ours is not None:
            trainer.remove_callback(ours)
        fits.leave()


def _begin(trainer: Any) -> Optional[fits.Fit]:
    # With mlflow installed, the Trainer may report to it by itself: to us, then, by mlflow's way.
    if any(type(one).__name__ == "MLflowCallback" for one in trainer.callback_handler.callbacks):
        return None
    model = trainer.model
    fit = fits.begin("transformers", type(model).__name__)
    if fit is None:
        return None
    given = trainer.args.to_sanitized_dict()
    params = {name: compact(given[name]) for name in _ARGUMENTS if given.get(name) is not None}
    config = model.config.to_dict() if hasattr(getattr(model, "config", None), "to_dict") else {}
    params.update({"model_" + name.lstrip("_"): compact(config[name]) for name in _CONFIG if config.get(name)})
    params["total_parameters"] = str(sum(part.numel() for part in model.parameters()))
    fit.params(params)
    return fit


def _tell_best(fit: fits.Fit, trainer: Any) -> None:
    best = trainer.state.best_metric
    if best is not None:
        fit.log({"best_" + (trainer.args.metric_for_best_model or "metric"): best})
