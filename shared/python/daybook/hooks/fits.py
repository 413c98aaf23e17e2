"""Which run a fit belongs to.

1. Only the outermost fit counts: what runs inside of it, in any thread or forked child, is part of it.
2. The first fit of a cell is the cell's run. At the second one, a run for the whole cell is put above both:
   each fit is then a child of it. In a run that was given (`with daybook.run()`, `daybook exec`) the first
   fit goes into that run itself; at the second one, each fit gets a child.
3. Nothing is counted twice: with mlflow's autologging on for a library, or an mlflow run active, ours rests.
"""

import os
import sys
import threading
import time
import weakref
from collections import OrderedDict
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from .. import process
from ..clean import warn_once
from ..runs import FINISHED, Run, error_text, now_ms, status_of
from ..session import Scope, Session, _entered

MAX_FITS = 100
"""Fits of one cell or run that get a run of their own; later ones are only counted."""

_lock = threading.RLock()
_depth = 0
_current: Optional["Fit"] = None
_kept = 0
_outermost = 0


class Fit:
    """One outermost fit and the run that it is told under."""

    def __init__(self, run: Run, label: str, merged: bool) -> None:
        self.run = run
        self.label = label
        self.merged = merged
        self.status = FINISHED
        self.begun_ms = now_ms()
        self.begun_s = time.perf_counter()
        self.training_data: Any = None
        self.baseline: Any = None
        """What the simple models beside this one are fitted on (see `baseline_hooks`)."""
        self.saved = False
        self._params: Dict[str, Any] = {}
        self._tags: Dict[str, Any] = {}
        self._rows: List[Tuple[Dict[str, Any], Optional[int], int]] = []

    def params(self, params: Mapping[str, Any]) -> None:
        """Logs parameters of the fit."""
        self._params.update(params)
        self.run.params(params)

    def tags(self, tags: Mapping[str, Any]) -> None:
        """Sets tags of the fit."""
        self._tags.update(tags)
        self.run.tags(tags)

    def log(self, metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
        """Logs numbers of the fit."""
        if len(self._rows) < 1000:
            self._rows.append((dict(metrics), step, now_ms()))
        self.run.log(metrics, step=step)

    def end(self, error: Optional[BaseException]) -> None:
        """The fit is over. Its own run ends with it; a cell's or given run goes on."""
        self.status = status_of(error)
        self.run.log({"fit_seconds": time.perf_counter() - self.begun_s})
        if error is not None and self.run.own and not self.merged:
            self.run.tags({"daybook.error": error_text(error)})

    def copy_into(self, child: Run) -> None:
        """Tells all of it once more under a run of its own."""
        child.begin(at_ms=self.begun_ms)
        child.tags(self._tags)
        child.params(self._params)
        for metrics, step, at_ms in self._rows:
            child.log_at(metrics, step, {}, at_ms)
        child.end(self.status)
        self.run = child


def enter(model: Any = None) -> bool:
    """A call that counts begins, of `model` if it has one; True if it is the outermost. `leave` must follow."""
    global _depth, _outermost
    with _lock:
        _depth += 1
        if _depth == 1:
            _outermost = id(model)
        return _depth == 1


def is_within_itself(model: Any) -> bool:
    """Whether the outermost call is one of this very model: its class calls the method of its base class."""
    return _depth > 0 and _outermost == id(model)


def leave() -> None:
    """The call that `enter` announced is over."""
    global _depth, _current
    with _lock:
        _depth -= 1
        if _depth == 0:
            _current = None


def inside() -> int:
    """How many calls that count are open."""
    return _depth


def current() -> Optional[Fit]:
    """The outermost fit that runs now, if it is told."""
    return _current


def may_tell(library: str) -> bool:
    """Whether fits of this library are ours to tell: there is a daemon, this is the first rank, mlflow rests."""
    session = process.session()
    return session.active and not session.rests and session.rank == 0 and not _mlflow_tells(library)


def begin(library: str, label: str) -> Optional[Fit]:
    """The outermost fit begins: where it is told, or None."""
    global _current
    if not may_tell(library):
        return None
    session = process.session()
    with _lock:
        given = _given(session)
        fit = _in_given(session, given, label) if given is not None else _in_scope(session, session.scope(), label)
        _current = fit
    if fit is not None:
        fit.tags({"daybook.autolog": library})
    return fit


def _given(session: Session) -> Optional[Run]:
    entered = _entered.get()
    if entered:
        return entered[-1]
    if session.open_explicit:
        return session.open_explicit[-1]
    return session.given


def _in_given(session: Session, given: Run, label: str) -> Optional[Fit]:
    fits: List[Fit] = given.__dict__.setdefault("fits", [])
    if not fits:
        session.run_seen(given)
        fits.append(Fit(given, label, merged=True))
        return fits[-1]
    if len(fits) == 1 and fits[0].run is given:
        fits[0].copy_into(Run(session, name=fits[0].label, parent=given.run_id))
    return _child(session, given, fits, label)


def _in_scope(session: Session, scope: Scope, label: str) -> Optional[Fit]:
    fits: List[Fit] = scope.fits
    outer = session.outer_run_id()
    if scope.run is None:
        scope.run = Run(session, name=label, parent=outer).begin()
        fits.append(Fit(scope.run, label, merged=False))
        return fits[-1]
    if not fits:
        fits.append(Fit(scope.run, label, merged=True))
        return fits[-1]
    first = fits[0]
    if len(fits) == 1 and first.run is scope.run and first.merged:
        first.copy_into(Run(session, name=first.label, parent=scope.run.run_id))
    elif len(fits) == 1 and first.run is scope.run:
        whole = Run(session, parent=outer).begin(at_ms=first.run.begun_ms)
        first.run.tags({"mlflow.parentRunId": whole.run_id})
        first.run.end(first.status)
        scope.run = whole
    return _child(session, scope.run, fits, label)


def _child(session: Session, parent: Run, fits: List[Fit], label: str) -> Optional[Fit]:
    if len(fits) >= MAX_FITS:
        more = parent.__dict__["fits_not_told"] = parent.__dict__.get("fits_not_told", 0) + 1
        if more & (more - 1) == 0:  # told at 1, 2, 4, 8, ... so that a long loop does not flood
            parent.tags({"daybook.fitsNotLogged": more})
        return None
    fits.append(Fit(Run(session, name=label, parent=parent.run_id).begin(), label, merged=False))
    return fits[-1]


def finish(fit: Fit, error: Optional[BaseException]) -> None:
    """Ends the fit, and its run if that is its own and not the whole cell's."""
    fit.end(error)
    _close(fit)


def close_without_fit(fit: Fit) -> None:
    """The run was begun for a model that was not fitted here: there is no fit to go on with."""
    global _current
    _current = None
    _close(fit)


def _close(fit: Fit) -> None:
    session = process.session()
    scopes = session.cells + [session.last_cell, session.process]
    shared = fit.merged or any(scope is not None and scope.run is fit.run for scope in scopes)
    if not shared:
        fit.run.end(fit.status)


def finish_quietly(tell: Callable[[], Any]) -> None:
    """Does something for a finished fit; what goes wrong is told once and does no harm."""
    try:
        tell()
    except Exception as error:  # noqa: BLE001 - the user has the fitted model, that is what counts
        warn_once("fit:" + type(error).__name__, "a fit is not fully tracked: %s: %s" % (type(error).__name__, error))


def may_keep_model(fit: Fit, most: int) -> bool:
    """Whether the fit's model is kept as a file: the first `most` of a process, unless switched off."""
    global _kept
    if fit.saved or _kept >= most or os.environ.get("DAYBOOK_MODELS", "1") in ("0", "false", "off"):
        return False
    _kept += 1
    fit.saved = True
    return True


def models_may_be_kept_again() -> None:
    """A new cell: the count of kept models begins anew."""
    global _kept
    _kept = 0


def child_run(fit: Fit, name: str, at_ms: Optional[int] = None) -> Run:
    """A run inside that of the fit (a fold, a candidate)."""
    return Run(process.session(), name=name, parent=fit.run.run_id).begin(at_ms=at_ms)


def _mlflow_tells(library: str) -> bool:
    known = sys.modules.get("mlflow.utils.autologging_utils")
    try:
        config = getattr(known, "AUTOLOGGING_INTEGRATIONS", {}).get(library)
        if config is not None and not config.get("disable", False):
            return True
        fluent = sys.modules.get("mlflow.tracking.fluent")
        return fluent is not None and fluent.active_run() is not None
    except Exception:  # noqa: BLE001 - another version of mlflow
        return False


_fit_of: "OrderedDict[int, Tuple[Any, Fit]]" = OrderedDict()


def remember(model: Any, fit: Fit) -> None:
    """Notes which fit a model came from; forgotten with the model."""
    try:
        _fit_of[id(model)] = weakref.ref(model), fit
    except TypeError:
        return  # nothing that one can refer to without holding it
    _fit_of.move_to_end(id(model))
    while len(_fit_of) > 1000:
        _fit_of.popitem(last=False)


def fit_of(model: Any) -> Optional[Fit]:
    """The fit that a model came from, if it is known."""
    known = _fit_of.get(id(model))
    return known[1] if known is not None and known[0]() is model else None
