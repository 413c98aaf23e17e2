"""GridSearchCV, RandomizedSearchCV and their like, told as live studies: a candidate is a trial.

Where the folds run in this process (n_jobs=1, threads), a candidate is told as soon as its last fold is done; where
they run in others, all are told when scikit-learn has them.
"""

import sys
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..runs import now_ms
from . import fits
from .sklearn import _quietly
from .studies import ToldStudy, ranges_of
from .wrapping import replace_function, wrap_in_class

_searches: List["_Search"] = []
"""Those that run in this process, the innermost last."""


def imported(module: Any) -> None:
    """Hooks the classes of searches, and the function that fits one fold."""
    for name in ("GridSearchCV", "RandomizedSearchCV"):
        wrap_in_class(getattr(module, name), "_run_search", _on_run_search)
    replace_function(module, "_fit_and_score", _on_fold, sys.modules.get("sklearn.model_selection._validation"))


class _Search:
    """One search that runs."""

    def __init__(self, run_id: str, search: Any) -> None:
        refit = getattr(search, "refit", None)
        self.metric = refit if isinstance(refit, str) else "score"
        name = type(search).__name__ + " of " + type(search.estimator).__name__
        self._told = ToldStudy(run_id, "scikit-learn", name, [("mean_test_" + self.metric, "max")], None)
        self._candidates: List[Dict[str, Any]] = []
        self._base = 0
        self._folds: Dict[int, List[float]] = {}
        self._began: Dict[int, int] = {}
        self._lock = threading.Lock()

    def begins(self, candidates: List[Dict[str, Any]]) -> None:
        """Some candidates are about to be tried."""
        self._base = len(self._candidates)
        self._candidates += candidates
        self._folds, self._began = {}, {}
        self._told.ranges(ranges_of(self._candidates))
        for place, candidate in enumerate(candidates):
            self._told.trial(self._base + place, "queued", candidate)

    def fold(self, place: int, folds: int, result: Optional[Dict[str, Any]]) -> None:
        """A fold of a candidate begins (no result), or is done."""
        with self._lock:
            if not 0 <= place < len(self._candidates) - self._base:
                return
            number, point = self._base + place, self._candidates[self._base + place]
            if result is None:
                if place not in self._began:
                    self._began[place] = now_ms()
                    self._told.trial(number, "running", point, started=self._began[place])
                return
            scores = result.get("test_scores")
            score = scores.get(self.metric) if isinstance(scores, dict) else scores
            done = self._folds.setdefault(place, [])
            done.append(float(score) if score is not None else float("nan"))
            if len(done) == folds:
                self._ended(number, point, sum(done) / folds, self._began.get(place))

    def ends(self, results: Any) -> None:
        """All candidates so far, as scikit-learn has them."""
        means = results.get("mean_test_" + self.metric) if results is not None else None
        if means is None:
            return
        for place in range(len(self._candidates) - self._base):
            if len(self._folds.get(place, [])) == 0 and self._base + place < len(means):
                number = self._base + place
                self._ended(number, self._candidates[number], float(means[number]), self._began.get(place))

    def _ended(self, number: int, point: Dict[str, Any], value: float, began: Optional[int]) -> None:
        if value == value:
            self._told.trial(number, "complete", point, values=[value], started=began, ended=now_ms())
        else:
            says = "a fit failed: its score is not a number"
            self._told.trial(number, "failed", point, says=says, started=began, ended=now_ms())

    def over(self, ok: bool) -> None:
        """It is over."""
        self._told.end(ok)


def _on_run_search(original: Callable[..., Any], search: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    fit = fits.fit_of(search)
    evaluate = args[0] if args else None
    told = None if fit is None or not callable(evaluate) else _quietly(_Search, fit.run.run_id, search)
    if told is None:
        return original(search, *args, **kwargs)

    def watched(candidates: Any, *more: Any, **others: Any) -> Any:
        __tracebackhide__ = True
        candidates = list(candidates)
        _quietly(told.begins, candidates)
        results = evaluate(candidates, *more, **others)  # type: ignore[misc]
        _quietly(told.ends, results)
        return results

    _searches.append(told)
    try:
        result = original(search, watched, *args[1:], **kwargs)
    except BaseException:
        _quietly(told.over, False)
        raise
    finally:
        _searches.remove(told)
    _quietly(told.over, True)
    return result


def _on_fold(original: Callable[..., Any], args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    place = kwargs.get("candidate_progress")
    split = kwargs.get("split_progress")
    told = _searches[-1] if _searches and place is not None and split is not None else None
    if told is not None:
        _quietly(told.fold, place[0], split[1], None)
    result = original(*args, **kwargs)
    if told is not None:
        _quietly(told.fold, place[0], split[1], result)
    return result
