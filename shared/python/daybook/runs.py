"""A run as the kernel sees it: an id under which metrics, parameters and files are sent.

Nothing here raises into the user's code, apart from wrong use of the context manager.
"""

import os
import time
import uuid
from typing import TYPE_CHECKING, Any, Callable, Dict, FrozenSet, Mapping, Optional

from .clean import MAX_TAG, metric_name, metric_value, param_value, shortened, warn_once
from .usage import cpu_ms, peak_rss_bytes

if TYPE_CHECKING:
    from .session import Session

FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"


measured: Dict[float, Callable[["Run", str], Any]] = {}
"""Numbers that more is known of, and whom to tell the run and the name that they are logged under by hand."""


def now_ms() -> int:
    """UTC milliseconds."""
    return int(time.time() * 1000)


class Run:
    """A run. `own`: this process began it and ends it; else it was given from outside (`daybook exec`, mlflow)."""

    def __init__(
        self, session: "Session", run_id: Optional[str] = None, name: Optional[str] = None, parent: Optional[str] = None
    ) -> None:
        self.run_id = run_id or uuid.uuid4().hex
        self.name = name
        self.parent_run_id = parent
        self.own = run_id is None
        self.ended = False
        self.seen = False
        self.begun_ms = now_ms()
        self._session = session
        self._cpu_ms = cpu_ms()
        self._params: Dict[str, str] = {}
        self.fixed: FrozenSet[str] = frozenset()
        """Parameters that a study has set: a fit's own of the same name are not told again."""
        self._steps: Dict[str, int] = {}

    def begin(self, tags: Optional[Mapping[str, str]] = None, at_ms: Optional[int] = None) -> "Run":
        """Tells the daemon of it. `at_ms`: when it really began (UTC milliseconds), if not now."""
        if at_ms is not None:
            self.begun_ms = at_ms
        self._session.run_begins(self, dict(tags or {}))
        return self

    def log(self, metrics: Optional[Mapping[str, Any]] = None, step: Optional[int] = None, **more: Any) -> None:
        """Logs numbers at a step. Without `step` each metric counts its own, from 0."""
        try:
            self.log_at(metrics, step, more, now_ms())
        except Exception as error:  # noqa: BLE001 - tracking never breaks a loop
            warn_once("log", "cannot log: %s: %s" % (type(error).__name__, error))

    def log_at(
        self, metrics: Optional[Mapping[str, Any]], step: Optional[int], more: Mapping[str, Any], at_ms: int
    ) -> None:
        """`log` for numbers that were measured at a certain time (UTC milliseconds)."""
        steps, run_id, put = self._steps, self.run_id, self._session.put
        for source in (metrics, more) if metrics else (more,):
            for key, value in source.items():
                if type(value) is not float:
                    if isinstance(value, Mapping):
                        self.log_at({"%s/%s" % (key, inner): v for inner, v in value.items()}, step, {}, at_ms)
                        continue
                    number = metric_value(key, value)
                    if number is None:
                        continue
                    value = number
                name = self._session.metric_name(key)
                at_step = steps.get(name, -1) + 1 if step is None else int(step)
                steps[name] = at_step
                put((run_id, name, value, at_step, at_ms))
                if value in measured:
                    measured[value](self, name)

    def params(self, params: Optional[Mapping[str, Any]] = None, **more: Any) -> None:
        """Logs parameters. A parameter keeps its first value. Of a job of several ranks the first one's count."""
        if self._session.rank > 0 and not self.own:
            return
        fresh: Dict[str, str] = {}
        for key, value in {**(params or {}), **more}.items():
            name, text = metric_name(key), param_value(value)
            if name in self.fixed:
                continue
            known = self._params.get(name)
            if known is None:
                self._params[name] = fresh[name] = text
            elif known != text:
                warn_once(
                    "param:" + name,
                    "parameter %r of this run stays %r: a parameter is set once; use a run for each value"
                    % (name, shortened(known, 80)),
                )
        items = list(fresh.items())
        for begin in range(0, len(items), 100):
            self._session.put({"type": "params", "run_id": self.run_id, "params": dict(items[begin : begin + 100])})

    def tags(self, tags: Optional[Mapping[str, Any]] = None, **more: Any) -> None:
        """Sets tags; a later value replaces an earlier one."""
        texts = {metric_name(k): shortened(v, MAX_TAG) for k, v in {**(tags or {}), **more}.items()}
        if texts:
            self._session.put({"type": "tags", "run_id": self.run_id, "tags": texts})

    def has_logged(self, name: str) -> bool:
        """Whether a metric was logged here, in this process."""
        return name in self._steps

    def artifact(self, source: Any, name: Optional[str] = None) -> None:
        """Keeps a file, a folder or bytes among the run's artifacts, as it is now.

        `name`: its path there, with forward slashes; by default the file's own name.
        """
        from .artifacts import send_artifact

        if self._session.rank > 0:
            name = "rank_%d/%s" % (self._session.rank, name or os.path.basename(str(source)))
        send_artifact(self._session, self.run_id, source, name)

    def figure(self, figure: Any, name: str = "figure.png") -> None:
        """Keeps a matplotlib (or plotly) figure as a picture (or page) among the run's artifacts."""
        from .artifacts import send_figure

        send_figure(self._session, self.run_id, figure, name)

    def dataset(self, data: Any, name: Optional[str] = None, context: Optional[str] = None) -> None:
        """Records a table or array as an input of the run: its shape, schema and fingerprint, not its rows."""
        from .datasets import send_dataset

        send_dataset(self, data, name, context)

    def send(self, event: Dict[str, Any]) -> None:
        """Sends an event of this run."""
        self._session.put({**event, "run_id": self.run_id})

    def end(self, status: str = FINISHED, error: Optional[BaseException] = None) -> None:
        """Ends it, once. An error is told in the tag `daybook.error`."""
        if self.ended:
            return
        self.ended = True
        self._session.leave(self)
        if error is not None:
            self.tags({"daybook.error": error_text(error)})
        if not self.own:
            return
        self._session.run_ends(
            self,
            {
                "type": "run_end",
                "run_id": self.run_id,
                "status": status,
                "at": now_ms(),
                "wall_ms": max(0, now_ms() - self.begun_ms),
                "cpu_ms": round(max(0.0, cpu_ms() - self._cpu_ms), 3),
                "peak_rss_bytes": peak_rss_bytes(),
            },
        )

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self.end(status_of(error), None if isinstance(error, SystemExit) else error)

    def __repr__(self) -> str:
        return "<daybook run %s%s>" % (self.run_id, "" if self.name is None else " %r" % self.name)


class NoRun(Run):
    """Stands for a run where there is no daemon: takes everything, keeps nothing."""

    def begin(self, tags: Optional[Mapping[str, str]] = None, at_ms: Optional[int] = None) -> "Run":
        """Does nothing."""
        return self


def status_of(error: Optional[BaseException]) -> str:
    """How a run ended whose code ended with `error`."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return FINISHED
    return KILLED if isinstance(error, KeyboardInterrupt) else FAILED


def error_text(error: BaseException) -> str:
    """Class and message, redacted, in one line of at most 1000 characters."""
    from .redaction import redact

    return shortened(redact("%s: %s" % (type(error).__name__, shortened(error, 2000))).replace("\n", " "), 1000)


def rank() -> int:
    """Which process of a distributed job this is; 0 for the first, and where there is only one."""
    for name in ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"):
        text = os.environ.get(name, "")
        if text.isdigit():
            return int(text)
    return 0
