"""Values that a study chooses, asked for where they are used: define by run.

In a trial each call gives the trial's value. Outside of a study it gives `default`, else the middle of the range, so
that the cell runs alone just as well.
"""

import math
from typing import Any, Dict, Sequence

from . import process, progress
from .clean import warn_once

_MISSING = object()


def number(kind: str, name: str, low: float, high: float, step: Any, log: bool, default: Any) -> Any:
    """A real or whole number between two bounds."""
    if not low <= high:
        raise ValueError("suggest_%s(%r): %r is above %r" % (kind, name, low, high))
    if log and low <= 0:
        raise ValueError("suggest_%s(%r): a logarithmic range starts above 0, not at %r" % (kind, name, low))
    value = _of_trial(name)
    if value is _MISSING:
        middle = math.exp((math.log(low) + math.log(high)) / 2) if log else (low + high) / 2
        value = default if default is not None else middle
        if default is None and step:
            value = low + round((value - low) / step) * step
    value = int(round(value)) if kind == "int" else float(value)
    return _told(name, value)


def choice(name: str, choices: Sequence[Any], default: Any) -> Any:
    """One of several values."""
    choices = list(choices)
    if not choices:
        raise ValueError("suggest_categorical(%r): there are no choices" % name)
    value = _of_trial(name)
    if value is _MISSING:
        value = choices[0] if default is None else default
    return _told(name, value)


def _of_trial(name: str) -> Any:
    point: Dict[str, Any] = progress.point
    return point.get(name, _MISSING)


def _told(name: str, value: Any) -> Any:
    try:
        if name not in progress.point:
            process.session_for_user().current_or_new().params({name: value})
    except Exception as error:  # noqa: BLE001 - tracking never breaks the user's code
        warn_once("suggest", "cannot record %s: %s" % (name, error))
    return value
