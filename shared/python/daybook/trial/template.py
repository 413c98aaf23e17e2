"""Runs a notebook's shared cells once, then each trial in a process of its own.

In mode `fork` it stays, and forks a process a trial; in mode `whole` it becomes the one trial it is given. Commands
come as lines of JSON on its standard input, answers go out on its standard output. It starts no thread.
"""

import json
import os
import select
import signal
import sys
import time
from typing import Any, Dict, List, Optional

from .. import datafiles, process
from ..redaction import redact
from . import forking, outputs, tracked
from .cells import CellFailed, Cells, first_use
from .magics import Unsupported, plain_python
from .tape import tape_session
from .watch import stat


def main(plan_path: str) -> None:
    """Prepares, says so, and serves until its standard input ends."""
    with open(plan_path, encoding="utf-8") as file:
        plan = json.load(file)
    forking.end_with_parent()
    commands, answers = _take_over_streams()
    Template(plan, commands, answers).serve()


class Template:
    """A prepared process."""

    def __init__(self, plan: Dict[str, Any], commands: int, answers: int) -> None:
        self._plan = plan
        self._commands = commands
        self._answers = answers
        self._mode = os.environ.get("DAYBOOK_TRIAL_MODE", "fork")
        self._shared = 0
        self._children: Dict[int, str] = {}
        self._cells: Cells = None  # type: ignore[assignment]

    def serve(self) -> None:
        """Runs the shared cells and takes commands."""
        if not self._prepare():
            return
        awake, asleep = os.pipe()
        for end in (awake, asleep):
            os.set_blocking(end, False)
        if hasattr(signal, "SIGCHLD"):
            signal.signal(signal.SIGCHLD, lambda *_: None)
            signal.set_wakeup_fd(asleep, warn_on_full_buffer=False)
        text = b""
        while True:
            if self._children or os.name == "posix":
                ready, _, _ = select.select([self._commands, awake], [], [], 0.2 if self._children else None)
                if awake in ready:
                    os.read(awake, 4096)
                self._reap()
                if self._commands not in ready:
                    continue
            more = os.read(self._commands, 1 << 16)
            if not more:
                os._exit(0)  # the host is gone
            text += more
            *lines, text = text.split(b"\n")
            for line in lines:
                self._obey(json.loads(line), awake, asleep)

    def _prepare(self) -> bool:
        plan = self._plan
        began = time.monotonic()
        process._session = tape_session()
        process.prepare()
        out = outputs.Outputs(plan["shared_outputs"] % os.getpid())
        outputs.install(out)
        self._cells = Cells(os.path.basename(plan["notebook"]))
        cells: List[Dict[str, Any]] = plan["cells"]
        try:
            for cell in cells:
                plain_python(cell["source"])
        except Unsupported as why:
            self._say({"refused": str(why), "cell": cell["index"]})
            return False
        at = plan.get("parameters_cell")
        self._shared = first_use(cells, plan["parameters"], at)
        if at is None:
            self._fixed(out, None)
        try:
            for cell in cells[: self._shared]:
                process.code_seen(cell["source"])
                self._cells.run(cell["index"], cell["source"], out)
                if cell["index"] == at:
                    self._fixed(out, at)
        except CellFailed as failed:
            self._say({"failed": _failure(failed)})
            return False
        why_not = forking.why_not(self._cells.busy)
        _remember_files()
        # What is the same in all trials is made once.
        for cell in cells:
            cell["clean"] = redact(cell["source"])
        self._cells.prepare(cells[self._shared :])
        if self._mode == "fork" and why_not is None:
            forking.ready_to_fork()
        self._say(
            {
                "ready": True,
                "shared": self._shared,
                "seconds": round(time.monotonic() - began, 3),
                "why_not_fork": why_not,
                "rss": getattr(stat(os.getpid()), "rss_bytes", 0),
            }
        )
        return True

    def _fixed(self, out: outputs.Outputs, cell: Optional[int]) -> None:
        """Parameters that are the same in all trials."""
        if self._plan.get("fixed"):
            exec(compile(self._plan["fixed"], "<parameters>", "exec"), self._cells.namespace)

    def _say(self, answer: Dict[str, Any]) -> None:
        os.write(self._answers, (json.dumps(answer) + "\n").encode())

    def _obey(self, trial: Dict[str, Any], *pipe: int) -> None:
        if "mode" in trial:
            self._mode = trial["mode"]
            return
        if self._mode != "fork":
            self._say({"began": trial["attempt"], "pid": os.getpid()})
            for end in (self._commands, self._answers, *pipe):
                os.close(end)  # processes that the trial starts must not hold the host's line open
            forking.widen(trial["threads"])
            run_trial(self._plan, trial, self._cells, self._shared)
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                os.setsid()
                forking.end_with_parent()
                for end in (self._commands, self._answers, *pipe):
                    os.close(end)
                forked_trial(self._plan, trial, self._cells, self._shared)
            finally:
                os._exit(70)
        self._children[pid] = trial["attempt"]
        self._say({"began": trial["attempt"], "pid": pid})

    def _reap(self) -> None:
        for pid, attempt in list(self._children.items()):
            try:
                done, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                done, status = pid, 0
            if done:
                del self._children[pid]
                number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
                code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
                self._say({"exited": attempt, "code": code, "signal": number})


def forked_trial(plan: Dict[str, Any], trial: Dict[str, Any], cells: Cells, shared: int) -> None:
    """In a forked child: becomes itself, then runs the trial. Does not return."""
    cells.forked()
    forking.drop_sessions()
    forking.widen(trial["threads"])
    run_trial(plan, trial, cells, shared)


def run_trial(plan: Dict[str, Any], trial: Dict[str, Any], cells: Cells, shared: int) -> None:
    """Runs the cells of one trial in this process and ends it."""
    began = time.time()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    forking.first_to_go()
    out = outputs.Outputs(trial["outputs"])
    outputs.install(out)
    seeds = _seeds(plan["cells"][:shared])
    if not seeds:
        # A notebook that seeds by itself keeps its own numbers: a trial equals the notebook run alone.
        forking.reseed(trial["seed"])
    result: Dict[str, Any] = {"ok": True}
    session = tracked.begin(trial)
    try:
        exec(compile(trial["source"], "<parameters>", "exec"), cells.namespace)
        tracked.shared_cells(plan["cells"][:shared])
        for cell in plan["cells"][shared:]:
            with tracked.cell(trial["attempt"], cell):
                cells.run(cell["index"], cell["source"], out)
    except CellFailed as failed:
        result = {"ok": False, **_failure(failed)}
        if isinstance(failed.error, MemoryError):
            result["memory"] = True
    except BaseException as error:  # noqa: BLE001 - a stop between two cells, or parameters that are no Python
        result = {"ok": False, "name": type(error).__name__, "message": str(error), "cell": None, "traceback": []}
    try:
        result["asked_stop"] = tracked.asked_stop()
        session.close()
    finally:
        result["began"] = int(began * 1000)
        out.end(result)
        _end_process()


def _end_process() -> None:
    """Ends at once: what a library registered for the end of the process belongs to the parent."""
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:
        try:
            multiprocessing._exit_function()
        except Exception:  # noqa: BLE001 - its children are ended with the group
            pass
    os._exit(0)


def _seeds(cells: List[Dict[str, Any]]) -> bool:
    """Whether the shared cells seed a library's own source of randomness."""
    words = ("random.seed(", "manual_seed(", "set_seed(", "seed_everything(", "set_random_seed(")
    return any(word in cell["source"] for cell in cells for word in words)


def _failure(failed: CellFailed) -> Dict[str, Any]:
    return {
        "cell": failed.cell,
        "name": failed.name,
        "message": failed.message[:2000],
        "traceback": failed.traceback[-30:],
    }


def _remember_files() -> None:
    """Checksums of the data files that were read: made once here, not in each trial."""
    for path in list(datafiles._seen)[-datafiles.MAX_PER_RUN :]:
        try:
            datafiles.file_event("", path)
        except Exception:  # noqa: BLE001 - a file that has gone meanwhile
            continue


def _take_over_streams() -> Any:
    """Standard input and output are the host's line: user code gets an empty input, and the log as output."""
    commands, answers = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")
    return commands, answers
