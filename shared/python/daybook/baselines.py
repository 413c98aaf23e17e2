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

MAX_HELD_CELLS = 8_000_000
MOST_HELD = 100
"""Values and samples that are held for what may be measured later."""

KINDS = ("linear", "dummy")
CLASSIFIED = ("accuracy_score", "balanced_accuracy_score", "f1_score", "precision_score", "recall_score")
CLASSIFIED += ("matthews_corrcoef", "cohen_kappa_score", "zero_one_loss", "jaccard_score", "hamming_loss")
RANKED = ("roc_auc_score", "average_precision_score")
SCORED = RANKED + ("log_loss", "brier_score_loss", "d2_log_loss_score", "d2_brier_score", "top_k_accuracy_score")
"""Of classes, of scores whose order counts, and of chances."""
ESTIMATED = ("r2_score", "mean_squared_error", "root_mean_squared_error", "mean_absolute_error")
ESTIMATED += ("mean_absolute_percentage_error", "median_absolute_error", "max_error", "explained_variance_score")


class Sample:
    """Rows of inputs and their answers, copied."""

    def __init__(self, inputs: Any, answers: Any, drawn: Any, shape: Tuple[int, int]) -> None:
        self.inputs = inputs
        self.answers = answers
        self.drawn = drawn
        self.shape = shape

    @property
    def cells(self) -> int:
        """How many values it holds."""
        return len(self.drawn) * (self.shape[1] + 1)

    def is_of(self, inputs: Any, answers: Any) -> bool:
        """Whether these, which it was taken of, are still what they were then; a few rows are looked at."""
        if getattr(inputs, "shape", None) != self.shape or len(answers) != self.shape[0]:
            return False
        places = list(range(0, len(self.drawn), max(1, len(self.drawn) // 8)))
        pairs = (inputs, self.inputs), (answers, self.answers)
        return all(_alike(_taken(now, self.drawn[places]), _taken(then, places)) for now, then in pairs)

    def packed(self) -> bytes:
        """Both, as another process reads them."""
        return pickle.dumps((self.inputs, self.answers), protocol=4)


def _alike(one: Any, other: Any) -> bool:
    if hasattr(one, "equals"):
        return bool(one.equals(other))
    if hasattr(one, "tocsr"):
        return bool((one != other).nnz == 0)
    if hasattr(one, "tobytes") and one.dtype.kind in "biufcmM":
        return bool(one.tobytes() == other.tobytes())
    return [repr(value) for value in one] == [repr(value) for value in other]


class Task:
    """How one number is worked out: rows to fit on, rows to measure on, and what is asked of the fitted models.

    It does not hold the rows, of which only so many are kept: a number whose rows are gone is not worked out.
    """

    def __init__(self, train: Sample, test: Sample, asked: Dict[str, Any]) -> None:
        self.train = weakref.ref(train)
        self.test = weakref.ref(test)
        self.asked = asked
        self.key: Optional[str] = None
        """The same for the same number of the same rows, once it was worked out."""

    def __eq__(self, other: object) -> bool:
        mine = (self.train, self.test, self.asked)
        return isinstance(other, Task) and mine == (other.train, other.test, other.asked)


class _Wanted:
    """One number that is wanted of both models, for a run; the same one if all the tasks come to that."""

    def __init__(self, run: Any, told: str, tasks: List[Task]) -> None:
        self.run = run
        self.told = told
        self.tasks = tasks


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
    return Sample(_taken(inputs, drawn), _taken(answers, drawn), drawn, (whole, columns))


def _columns_of(answers: Any) -> int:
    shape = getattr(answers, "shape", (len(answers),))
    return 1 if len(shape) == 1 else int(shape[1])


def _taken(data: Any, rows: Any) -> Any:
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if hasattr(data, "shape"):
        return data[rows]
    return [data[row] for row in rows]


class Baselines:
    """What is to be worked out for this process's runs, a batch at a time."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._waiting: Deque[_Wanted] = collections.deque(maxlen=MOST_KNOWN)
        self._known: "collections.OrderedDict[str, Dict[str, float]]" = collections.OrderedDict()
        self._samples: Deque[Tuple[Any, Any, Sample]] = collections.deque()
        self._thread: Optional[threading.Thread] = None

    def sample(self, inputs: Any, answers: Any) -> Optional[Sample]:
        """`sample`, which is taken once of the same two objects as long as they are not changed."""
        known = self.known(inputs, answers)
        if known is None:
            known = sample(inputs, answers)
            if known is not None:
                self._keep(inputs, answers, known)
        return known

    def known(self, inputs: Any, answers: Any) -> Optional[Sample]:
        """The sample that was taken of these two objects, if it is still held and they are as they were."""
        for seen_inputs, seen_answers, known in self._samples:
            if seen_inputs() is inputs and seen_answers() is answers and known.is_of(inputs, answers):
                return known
        return None

    def _keep(self, inputs: Any, answers: Any, taken: Sample) -> None:
        try:
            refs = weakref.ref(inputs), weakref.ref(answers)
        except TypeError:  # a list of answers: nothing that one can refer to without holding it
            refs = _gone, _gone
        with self._lock:
            self._samples.append((*refs, taken))
            cells = sum(one[2].cells for one in self._samples)
            while cells > MAX_HELD_CELLS or len(self._samples) > MOST_HELD:
                cells -= self._samples.popleft()[2].cells

    def want(self, run: Any, told: str, tasks: List[Task]) -> None:
        """Has a number worked out and told of `run` beside its metric `told`, if all `tasks` are the same number."""
        if self._pid != os.getpid():
            return  # a forked child: what it measures belongs to its parent's computation
        with self._lock:
            self._waiting.append(_Wanted(run, told, tasks))
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
        packed: Dict[int, _Packed] = {}
        for one in batch:
            if any(one.run.has_logged("baseline/%s/%s" % (kind, one.told)) for kind in KINDS):
                continue  # the user has some, which stay
            rows = [_rows(task, packed) for task in one.tasks]
            keys = {task.key for task in one.tasks}
            key = keys.pop()
            if keys or key is None:
                continue
            if key in self._known:
                _tell(one.run, one.told, self._known[key])
                continue
            train, test = next((pair for pair in rows if pair is not None), (None, None))
            if train is None or test is None:
                continue
            parts = [train, test]
            data = "".join(digest for _, _, digest in parts)
            group = groups.setdefault(
                data,
                {
                    "parts": [part for _, part, _ in parts],
                    "rows": [[len(taken.drawn), taken.shape[0]] for taken, _, _ in parts],
                    "asked": [],
                },
            )
            group["asked"].append({**one.tasks[0].asked, "key": key, "run_id": one.run.run_id, "told": one.told})
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


def _gone() -> None:
    return None


_Packed = Tuple[Sample, bytes, str]


def _rows(task: Task, packed: Dict[int, _Packed]) -> Optional[Tuple[_Packed, _Packed]]:
    """The rows of a task, packed, and their digests, which with what is asked become its key; None if they are gone."""
    train, test = task.train(), task.test()
    if train is None or test is None:
        return None
    for one in (train, test):
        if id(one) not in packed:
            part = one.packed()
            packed[id(one)] = one, part, hashlib.sha256(part).hexdigest()
    both = packed[id(train)], packed[id(test)]
    task.key = both[0][2] + both[1][2] + json.dumps(task.asked, sort_keys=True)
    return both


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
