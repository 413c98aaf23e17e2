"""A search that other code runs (Optuna, scikit-learn), told trial by trial, so that it shows as a live study."""

import os
import re
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

from .. import process
from ..runs import now_ms

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAX_TOLD = 20_000
"""Trials of one search that are told."""
MAX_REPORTS = 1000
"""Intermediate values of one trial that are told."""


class ToldStudy:
    """One search. What is told twice changes nothing; all calls are quick, none waits."""

    def __init__(self, run_id: str, maker: str, name: str, objectives: List[Tuple[str, str]], trials: Optional[int]):
        self._session = process.session()
        self._study = _ulid()
        self._about: Dict[str, Any] = {
            "type": "study",
            "run_id": run_id,
            "study": self._study,
            "maker": maker,
            "name": name,
            "objectives": [{"metric": metric, "mode": mode} for metric, mode in objectives],
            "trials": trials,
            "space": {},
            "at": now_ms(),
        }
        self._seen: Dict[str, List[Any]] = {}
        self._lock = threading.Lock()
        self._told = 0
        self._session.put(dict(self._about))

    def ranges(self, ranges: Dict[str, Any]) -> None:
        """What is searched: ranges as a study file writes them, by name. Names that come later are added."""
        with self._lock:
            space = {**self._about["space"], **{plain_name(name): found for name, found in ranges.items()}}
            if space == self._about["space"]:
                return
            self._about["space"] = space
            self._session.put(dict(self._about))

    def trial(self, number: int, state: str, point: Dict[str, Any], **more: Any) -> None:
        """One trial: `values`, `reports`, `says`, `started`, `ended` (milliseconds)."""
        with self._lock:
            self._told += 1
            if self._told > MAX_TOLD * 2:
                return
            event = {
                "type": "study_trial",
                "run_id": self._about["run_id"],
                "study": self._study,
                "number": number,
                "state": state,
                "point": {plain_name(name): plain_value(value) for name, value in point.items()},
                "at": now_ms(),
            }
            event.update({key: value for key, value in more.items() if value is not None})
            self._session.put(event)

    def end(self, ok: bool = True) -> None:
        """It is over."""
        self._session.put(
            {"type": "study_end", "run_id": self._about["run_id"], "study": self._study, "ok": ok, "at": now_ms()}
        )


def ranges_of(points: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Ranges that hold all of some points: few values as choices, many numbers from the least to the greatest."""
    values: Dict[str, List[Any]] = {}
    for point in points:
        for name, value in point.items():
            values.setdefault(name, []).append(plain_value(value))
    return {name: _range(found) for name, found in values.items()}


def _range(values: List[Any]) -> Any:
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    distinct: List[Any] = []
    for value in values[:2000]:
        if not any(value is one or (value == one and isinstance(value, bool) == isinstance(one, bool)) for one in distinct):
            distinct.append(value)
    if not numbers:
        return {"choice": distinct[:100]}
    if len(distinct) <= 12:
        return {"ordered": sorted(distinct)}
    low, high = min(values), max(values)
    whole = all(isinstance(value, int) for value in values)
    log = low > 0 and high / low >= 100
    return {("logint" if log else "int") if whole else ("log" if log else "float"): [low, high]}


def plain_name(name: Any) -> str:
    """A name as a study can have it."""
    text = re.sub(r"[^\w.]", "_", str(name), flags=re.ASCII)
    return text if re.match(r"[A-Za-z_]", text) else "_" + text


def plain_value(value: Any) -> Any:
    """A value as a study can have it: a number, a truth, a text, or nothing."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "size", 1) == 1 and not isinstance(value, (str, bytes)):
        try:
            value = value.item()
        except Exception:  # noqa: BLE001 - something else that has an item()
            pass
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else value[:200]
    if isinstance(value, int):
        return value if abs(value) < 2**53 else float(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    from .sklearn import compact

    return compact(value)[:200]


def _ulid() -> str:
    """A name that sorts by time, as all studies have one."""
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_LETTERS[(number >> (5 * place)) & 31] for place in range(25, -1, -1))
