"""Fits of scikit-learn."""

from typing import Any


def base(module: Any) -> None:
    """Hooks BaseEstimator."""
