"""A linear and a do-nothing model beside a run's own numbers, as metrics under `baseline/linear/` and `baseline/dummy/`.

When a number of scikit-learn was told of a model, on other data than it was fitted on, the same number is worked out
for two simple models that were fitted on the same rows. That happens in a process of its own (`baseline_process.py`),
at low priority, on one core, with a time limit: the user's cell only pays for the copy of at most `MAX_ROWS` rows.
"""

import collections
import hashlib
import json
import os
import pickle
import subprocess
import sys
import threading
import weakref
from typing import Any, Deque, Dict, List, Mapping, Optional, Tuple

from .clean import warn_once

MAX_ROWS = 20_000
"""Rows to fit on and rows to measure on; of more, as many are drawn."""
MAX_CELLS = 1_000_000
LEAST_ROWS = 20
WAIT_S = 0.2
"""How long it is waited for more to work out at once."""
MOST_KNOWN = 500

CLASSIFIED = ("accuracy_score", "balanced_accuracy_score", "f1_score", "precision_score", "recall_score")
CLASSIFIED += ("matthews_corrcoef", "cohen_kappa_score", "zero_one_loss", "log_loss")
ESTIMATED = ("r2_score", "mean_squared_error", "root_mean_squared_error", "mean_absolute_error")
ESTIMATED += ("mean_absolute_percentage_error", "median_absolute_error", "max_error", "explained_variance_score")


class Sample:
    """Rows of inputs and their answers, copied."""

    def __init__(self, inputs: Any, answers: Any, rows: int, whole: int) -> None:
        self.inputs = inputs
        self.answers = answers
        self.rows = rows
        self.whole = whole


class _Wanted:
    """One number that is wanted of both models, for a run."""

    def __init__(self, run: Any, told: str, task: Dict[str, Any]) -> None:
        self.run = run
        self.told = told
        self.task = task


def are_wanted() -> bool:
    """Whether baselines are not switched off (DAYBOOK_BASELINES=0); trials of a study have none."""
    off = os.environ.get("DAYBOOK_BASELINES", "1") in ("0", "false", "off")
    return not off and not os.environ.get("DAYBOOK_ATTEMPT") and not os.environ.get("DAYBOOK_TRIAL_MODE")


def sample(inputs: Any, answers: Any) -> Optional[Sample]:
    """A bounded copy of a table and its answers; None for what the two models cannot be fitted on."""
    shape = getattr(inputs, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or not hasattr(answers, "__len__"):
        return None
    whole, columns = int(shape[0]), int(shape[1])
    rows = min(whole, MAX_ROWS, MAX_CELLS // max(1, columns))
    if rows < LEAST_ROWS or len(answers) != whole or _columns_of(answers) != 1:
        return None
    import numpy

    # A generator of its own: the user's random numbers stay as they are.
    drawn = numpy.arange(whole)
    if rows < whole:
        drawn = numpy.sort(numpy.random.default_rng(0).choice(whole, rows, replace=False))
    return Sample(_taken(inputs, drawn), _taken(answers, drawn), rows, whole)


def _columns_of(answers: Any) -> int:
    shape = getattr(answers, "shape", (len(answers),))
    return 1 if len(shape) == 1 else int(shape[1])


def _taken(data: Any, rows: Any) -> Any:
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if hasattr(data, "shape"):
        return data[rows]
    return [data[row] for row in rows.tolist()]


class Baselines:
    """What is to be worked out for this process's runs, a batch at a time."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._waiting: Deque[_Wanted] = collections.deque(maxlen=MOST_KNOWN)
        self._known: "collections.OrderedDict[str, Dict[str, float]]" = collections.OrderedDict()
        self._samples: Deque[Tuple[Any, Any, Sample]] = collections.deque(maxlen=4)
        self._thread: Optional[threading.Thread] = None

    def sample(self, inputs: Any, answers: Any) -> Optional[Sample]:
        """`sample`, which is taken once of the same two objects as long as they were not changed in length."""
        for seen_inputs, seen_answers, known in self._samples:
            if seen_inputs() is inputs and seen_answers() is answers and known.whole == len(answers):
                return known
        taken = sample(inputs, answers)
        if taken is not None:
            try:
                self._samples.append((weakref.ref(inputs), weakref.ref(answers), taken))
            except TypeError:
                pass  # a list of answers: nothing that one can refer to without holding it
        return taken

    def want(self, run: Any, told: str, task: Dict[str, Any]) -> None:
        """Has `task` worked out and told of `run` beside its metric `told`."""
        if self._pid != os.getpid():
            return  # a forked child: what it measures belongs to its parent's computation
        with self._lock:
            self._waiting.append(_Wanted(run, told, task))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="daybook-baselines", daemon=True)
                self._thread.start()

    def hurry(self) -> None:
        """This process ends: what waits is handed over to a process that tells it by itself."""
        if self._pid != os.getpid():
            return
        batch = self._take()
        if batch:
            self._start(batch)

    def _work(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(WAIT_S)
            batch = self._take()
            with self._lock:
                if not batch and not self._waiting:
                    self._thread = None
                    return
            try:
                self._learn(self._start(batch))
            except Exception as error:  # noqa: BLE001 - the run is complete without
                warn_once("baselines", "no baselines: %s: %s" % (type(error).__name__, error))

    def _take(self) -> List[_Wanted]:
        with self._lock:
            batch = list(self._waiting)
            self._waiting.clear()
        return batch

    def _start(self, batch: List[_Wanted]) -> "Optional[subprocess.Popen[bytes]]":
        """Tells at once what is known, and starts a process for the rest."""
        groups: Dict[str, Dict[str, Any]] = {}
        for one in batch:
            packed = one.task["train"], one.task["test"]
            parts = [pickle.dumps((part.inputs, part.answers), protocol=4) for part in packed]
            data = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
            asked = {"metric": one.task["metric"], "classes": one.task["classes"], "options": one.task["options"]}
            key = data + json.dumps(asked, sort_keys=True)
            if key in self._known:
                _tell(one.run, one.told, self._known[key])
                continue
            rows = [[part.rows, part.whole] for part in packed]
            group = groups.setdefault(data, {"parts": parts, "rows": rows, "asked": []})
            group["asked"].append({**asked, "key": key, "run_id": one.run.run_id, "told": one.told})
        if not groups:
            return None
        return _process({"path": list(sys.path), "groups": list(groups.values())})

    def _learn(self, process: "Optional[subprocess.Popen[bytes]]") -> None:
        if process is None or process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                answer = json.loads(line)
                self._known[answer["key"]] = answer["values"]
                while len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)
        process.wait()


def _tell(run: Any, told: str, values: Mapping[str, float]) -> None:
    run.log({"baseline/%s/%s" % (kind, told): value for kind, value in values.items()}, step=0)


def _process(work: Dict[str, Any]) -> "subprocess.Popen[bytes]":
    """A process that works something out and tells it to the daemon, also when this one has ended by then."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MLFLOW_"))}
    env.pop("DAYBOOK_RUN_ID", None)
    env.pop("DAYBOOK_PARENT_RUN_ID", None)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        env[name] = "1"
    env["CUDA_VISIBLE_DEVICES"] = ""
    from . import process as processes

    env["DAYBOOK_URL"] = processes.session().url or ""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline_process.py")
    lower: Dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        lower = {"creationflags": 0x00004000 | 0x08000000}  # below normal, no window
    with open(os.devnull, "wb") as nowhere:
        started = subprocess.Popen(
            [sys.executable, "-I", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=nowhere,
            env=env,
            **lower,
        )
    assert started.stdin is not None
    with started.stdin as pipe:
        pipe.write(pickle.dumps(work, protocol=4))
    return started
