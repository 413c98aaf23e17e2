"""Automatic logging of fits: hooks that wait for a library to be imported by the user, never import it."""

from .. import process
from . import fits
from .imports import when_imported

_HOOKS = (
    ("mlflow", "mlflow", "imported"),
    ("sklearn.base", "sklearn", "base"),
    ("sklearn.metrics", "sklearn_metrics", "metrics"),
    ("sklearn.model_selection", "sklearn_search", "model_selection"),
    ("sklearn.model_selection._search", "sklearn_candidates", "imported"),
    ("optuna.study.study", "optuna", "imported"),
    ("joblib", "joblib", "imported"),
    ("xgboost", "xgboost", "imported"),
    ("lightgbm", "lightgbm", "imported"),
    ("keras", "keras", "imported"),
    ("lightning.pytorch", "lightning", "imported"),
    ("pytorch_lightning", "lightning", "imported"),
    ("transformers.trainer", "transformers", "imported"),
)
"""(module of the library, module of ours, function to call)"""


def install() -> None:
    """Makes each known library tell us of its fits once it is imported. Those imported already are hooked now."""
    for module, ours, function in _HOOKS:
        when_imported(module, ours, function)
    process.on_cell(fits.models_may_be_kept_again)
