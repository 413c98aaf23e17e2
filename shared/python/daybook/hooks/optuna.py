"""Optuna's studies in a cell: each is told as a live study, trial by trial, whatever sampler and storage it has."""

import datetime
import weakref
from typing import Any, Callable, Dict, List, Optional, Tuple

from .. import process
from .sklearn import _quietly
from .studies import MAX_REPORTS, ToldStudy
from .wrapping import argument, wrap_in_class

_told: "weakref.WeakKeyDictionary[Any, Tuple[str, ToldStudy]]" = weakref.WeakKeyDictionary()
_STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "running", "WAITING": "queued"}


def imported(module: Any) -> None:
    """Hooks the class of studies."""
    wrap_in_class(module.Study, "optimize", _on_optimize)
    wrap_in_class(module.Study, "ask", _on_ask)
    wrap_in_class(module.Study, "tell", _on_tell)


def _on_optimize(original: Callable[..., Any], study: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    count = argument(original, args, kwargs, "n_trials", 1)
    told = _quietly(_begin, study, count)
    if told is None:
        return original(study, *args, **kwargs)

    def hear(_study: Any, trial: Any) -> None:
        _quietly(_tell, told, trial)

    # Only by name: given by place it would be the seventh word, which nobody writes.
    if len(args) <= 5:
        kwargs = {**kwargs, "callbacks": list(kwargs.get("callbacks") or []) + [hear]}
    try:
        result = original(study, *args, **kwargs)
    except BaseException:
        _quietly(told.end, False)
        raise
    _quietly(told.end)
    return result


def _on_ask(original: Callable[..., Any], study: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    trial = original(study, *args, **kwargs)
    known = _told.get(study) if _hashable(study) else None
    if known is not None:
        _quietly(known[1].trial, trial.number, "running", {})
    return trial


def _on_tell(original: Callable[..., Any], study: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    __tracebackhide__ = True
    result = original(study, *args, **kwargs)
    _quietly(_tell_asked, study, result)
    return result


def _tell_asked(study: Any, trial: Any) -> None:
    told = _begin(study, None)
    if told is not None and trial is not None:
        _tell(told, trial)


def _begin(study: Any, count: Any) -> Optional[ToldStudy]:
    """The told study of an Optuna study: the same one while the same run is open."""
    session = process.session()
    if not session.active or session.rests:
        return None
    run = session.current_or_new()
    known = _told.get(study)
    if known is not None and known[0] == run.run_id:
        return known[1]
    names = getattr(study, "metric_names", None) or _names(len(study.directions))
    modes = ["max" if direction.name == "MAXIMIZE" else "min" for direction in study.directions]
    told = ToldStudy(run.run_id, "Optuna", str(study.study_name), list(zip(names, modes)), _whole(count))
    _told[study] = (run.run_id, told)
    # What an earlier cell, or another process, has tried belongs to it.
    for trial in study.get_trials(deepcopy=False):
        if trial.state.is_finished():
            _tell(told, trial)
    return told


def _names(count: int) -> List[str]:
    return ["value"] if count == 1 else ["value_%d" % place for place in range(count)]


def _whole(count: Any) -> Optional[int]:
    return count if isinstance(count, int) and count > 0 else None


def _tell(told: ToldStudy, trial: Any) -> None:
    told.ranges({name: _range(found) for name, found in trial.distributions.items()})
    state = _STATES.get(trial.state.name, "failed")
    reports = [[int(step), float(value)] for step, value in sorted(trial.intermediate_values.items())]
    every = max(1, len(reports) // MAX_REPORTS)
    told.trial(
        trial.number,
        state,
        trial.params,
        values=[float(value) for value in trial.values] if state == "complete" and trial.values is not None else None,
        reports=[report for report in reports[::every] if report[1] == report[1]] or None,
        says=trial.system_attrs.get("fail_reason"),
        started=_ms(trial.datetime_start),
        ended=_ms(trial.datetime_complete),
    )


def _range(found: Any) -> Any:
    """A distribution of Optuna as a study file writes it."""
    from .studies import plain_value

    choices = getattr(found, "choices", None)
    if choices is not None:
        return {"choice": [plain_value(choice) for choice in choices]}
    whole = type(found).__name__ == "IntDistribution"
    kind = ("logint" if found.log else "int") if whole else ("log" if found.log else "float")
    told: Dict[str, Any] = {kind: [found.low, found.high]}
    if found.step is not None and not (whole and found.step == 1):
        told["step"] = found.step
    return told


def _ms(at: Optional[datetime.datetime]) -> Optional[int]:
    return None if at is None else int(at.timestamp() * 1000)


def _hashable(study: Any) -> bool:
    try:
        hash(study)
    except TypeError:
        return False
    return True
