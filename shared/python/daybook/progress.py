"""What a trial of a study tells while it runs, and whether it should go on.

Outside of a study `report` logs a metric like any other, and `should_stop` is always False.
"""

import os
from typing import Any, Dict, Optional

from . import process
from .clean import warn_once

asked = False
"""Whether the code has asked `should_stop` in this process."""

point: Dict[str, Any] = {}
"""The trial's values by name; empty outside of a study."""

_stop = False
_steps = 0


def begin(session: Any, values: Dict[str, Any]) -> None:
    """This process is a trial with these values: the daemon's answers say when it is to stop."""
    global asked, point, _stop, _steps
    asked, point, _stop, _steps = False, values, False, 0
    session.on_answer(_hear)


def report(value: Any, step: Optional[int] = None) -> None:
    """Tells how good it is so far; `step` counts from 0 by itself."""
    try:
        session = process.session_for_user()
        name = os.environ.get("DAYBOOK_OBJECTIVE") or "objective"
        session.current_or_new().log({name: value}, step=step)
        session.hurry()
    except Exception as error:  # noqa: BLE001 - tracking never breaks a loop
        warn_once("report", "cannot report: %s: %s" % (type(error).__name__, error))


def should_stop() -> bool:
    """Whether the study has no use for the rest of this trial. Takes no time; in a deterministic study it waits
    until the last report was judged."""
    global asked
    asked = True
    if os.environ.get("DAYBOOK_DETERMINISTIC") == "1" and not _stop:
        process.session().flush(30.0)
    return _stop


def _hear(answer: bytes) -> None:
    global _stop
    if b'"stop"' in answer:
        _stop = True
