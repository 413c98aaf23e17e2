"""Queued items as JSON lines: metric rows that follow each other become one event.

An item may also be a function that makes the event: it runs in the sender's thread, in its place in the order.
"""

import json
import math
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

Row = Tuple[str, str, float, int, int]
"""(run id, key, value, step, UTC milliseconds)"""

Event = Dict[str, Any]
"""An event as it goes out."""

Item = Union[Row, Event, Callable[[], Optional[Event]]]
"""What waits to be sent."""

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def to_lines(items: List[Item]) -> List[bytes]:
    """The lines for `items`, in their order, without line ends. What cannot be written as JSON is left out."""
    lines: List[bytes] = []
    rows: List[Any] = []
    run_id = ""
    for item in items:
        if isinstance(item, tuple):
            if item[0] != run_id and rows:
                lines.append(_metrics(run_id, rows))
                rows = []
            run_id = item[0]
            rows.append(item[1:])
            continue
        if rows:
            lines.append(_metrics(run_id, rows))
            rows = []
        try:
            event = item() if callable(item) else item
            if event is not None:
                lines.append(_encode(event).encode())
        except Exception:  # noqa: BLE001 - one event that cannot be made must not hold up the others
            continue
    if rows:
        lines.append(_metrics(run_id, rows))
    return lines


def spelled(value: float) -> Union[float, str]:
    """A number as JSON can hold it: NaN and the infinities as text."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _metrics(run_id: str, rows: List[Any]) -> bytes:
    try:
        return _encode({"type": "metrics", "run_id": run_id, "rows": rows}).encode()
    except ValueError:
        spelled_rows = [(key, spelled(value), step, at) for key, value, step, at in rows]
        return _encode({"type": "metrics", "run_id": run_id, "rows": spelled_rows}).encode()
