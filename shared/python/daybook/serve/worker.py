"""The process that holds a model and answers the gateway, one batch at a time.

It ends when its line ends. Nothing that a request holds may end it; a model that takes it down is started anew.
"""

import json
import os
import sys
import time
import traceback
from typing import Any, Dict, List

from .wire import Line, connect


def main() -> None:
    """`worker.py ADDRESS`: connects, says who it is, then answers."""
    rank = os.environ.get("DAYBOOK_WORKER_RANK", "first")
    if rank != "first":
        give_way(wholly=rank == "last")
    line = connect(sys.argv[1])
    line.send({"hello": os.environ.get("DAYBOOK_WORKER", ""), "pid": os.getpid()}, [])
    serve(line)


def give_way(wholly: bool) -> None:
    """Lets others have the processor first; `wholly`: takes only what nobody else wants, where the system can."""
    try:
        if wholly and hasattr(os, "SCHED_IDLE"):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif hasattr(os, "nice"):
            os.nice(10)
    except OSError:
        pass  # some containers do not let a process do even that


def serve(line: Line) -> None:
    """Answers until the line ends."""
    model: Any = None
    while True:
        frame = line.receive()
        if frame is None:
            return
        head, body = frame
        try:
            if head["op"] == "load":
                from . import models

                began = time.perf_counter()
                # What the packages of the model's folder bring along (MLflow's `code`).
                sys.path[:0] = head.get("code", [])
                model = models.load(head["folder"], head["flavors"])
                line.send({**models.describe(model), "ms": _since(began)}, [])
                if os.environ.get("DAYBOOK_WORKER_RANK") == "later":
                    give_way(wholly=True)
            else:
                _predict(line, model, head, body)
        except BaseException as error:  # noqa: BLE001 - told to the gateway, whatever it is
            if isinstance(error, (KeyboardInterrupt, SystemExit)) and head["op"] != "predict":
                raise
            line.send({"error": _told(error)}, [])


def _predict(line: Line, model: Any, head: Dict[str, Any], body: memoryview) -> None:
    from . import tables

    began = time.perf_counter()
    given = tables.read_input(head, body, model.plain)
    answer, chances = model.predict(given)
    form, parts, data = tables.write_output(answer)
    told: Dict[str, Any] = {"form": form, "parts": parts}
    extra: List[bytes] = []
    if chances is not None and head.get("chances"):
        part, raw = tables.pack_array("chances", chances)
        told["chances"] = part
        extra.append(raw)
    told["ms"] = _since(began)
    line.send(told, data + extra)


def _told(error: BaseException) -> Dict[str, Any]:
    told: Dict[str, Any] = {"type": type(error).__name__, "message": " ".join(str(error).split())[:2000]}
    if isinstance(error, ModuleNotFoundError) and error.name:
        told["module"] = error.name
    if isinstance(error, AttributeError) and "__main__" in str(error):
        told["main"] = True
    last = traceback.extract_tb(error.__traceback__)[-1:]
    told["where"] = "%s:%d" % (os.path.basename(last[0].filename), last[0].lineno or 0) if last else ""
    return told


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
