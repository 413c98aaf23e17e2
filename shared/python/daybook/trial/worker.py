"""A worker on another machine: joins a study by its invitation, and runs trials of it as the daemon's own host does.

    python start.py worker INVITATION --folder DIR

`DIR` holds the notebook's files; trials run there. The invitation is an address with the worker's own token:
`https://HOST:PORT/k/TOKEN#sha256=…`, or `tunnel:/k/TOKEN` where a kernel passes its requests on.

1. The first thing it says is whether it reaches the daemon; if not, it says why and ends with 3.
2. What it runs ends with it, whatever ends it (on Linux).
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, Optional

from ..connection import Unreachable
from .forking import ENDS_WITH_PARENT
from .host import Host
from .pinned import PinnedLine
from .relay import Relay
from .tunnel import TunnelLine

JOIN_S = 10.0
"""How long it tries to reach the daemon at first."""

PROBE = "DAYBOOK_PROBE "
"""Begins the line that says why it could not."""


def main(invitation: str) -> None:
    """Serves the study that the invitation is for until it is over."""
    if sys.argv[3:4] != ["--folder"] or len(sys.argv) != 5:
        sys.exit("daybook: a worker takes an invitation and --folder DIR")
    cwd = os.path.abspath(sys.argv[4])
    line: Any
    folders: List[str] = []
    if invitation.startswith("tunnel:"):
        # The kernel put the files there for us alone.
        folders.append(os.path.dirname(cwd))
        line = TunnelLine(invitation[len("tunnel:") :], lambda: _remove(folders))
    else:
        try:
            line = PinnedLine(invitation)
        except ValueError as error:
            sys.exit("daybook: %s" % error)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    gpus = _gpus()
    joined = _join(line, gpus)
    folder = tempfile.mkdtemp(prefix="daybook-worker-")
    folders.append(folder)
    try:
        relay = Relay(line, line.path, joined["daemon"], folder)
        if "CUDA_VISIBLE_DEVICES" not in os.environ and joined["gpu"] != 0:
            relay.use_gpus(gpus)
        plan = joined["plan"]
        plan.update(cwd=cwd, url=relay.address + line.path, parallel=joined["slots"], elsewhere=True)
        plan.update(log=os.path.join(folder, "log.txt"), shared_outputs=os.path.join(folder, "shared-%d.jsonl"))
        plan_path = os.path.join(folder, "plan.json")
        with open(plan_path, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        os.environ[ENDS_WITH_PARENT] = "yes"
        _say("joined the study of %s, %d at a time" % (plan["notebook"], joined["slots"]))
        Host(plan, plan_path).serve()
        try:
            relay.send_spool()
        except Unreachable:
            pass
        _say("the study is over")
    finally:
        _remove(folders)
    os._exit(0)


def _remove(folders: List[str]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _join(line: Any, gpus: List[str]) -> Dict[str, Any]:
    hello = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "cores": _cores(),
        "gpus": len(gpus),
    }
    body = json.dumps(hello).encode()
    end = time.monotonic() + JOIN_S
    while True:
        try:
            status, _, answer = line.request(
                "POST", line.path + "/daybook/worker/hello", {"content-type": "application/json"}, body
            )
            if status == 503:
                raise Unreachable("it has only just begun")
        except Unreachable as error:
            if time.monotonic() < end:
                time.sleep(0.5)
                continue
            _give_up(line.address, str(error))
        if status == 200:
            joined: Dict[str, Any] = json.loads(answer)
            return joined
        try:
            why = json.loads(answer)["error"]["message"]
        except (ValueError, KeyError, TypeError):
            why = "it answered %d" % status
        _give_up(line.address, why)


def _give_up(address: str, why: str) -> None:
    told = {"address": address, "host": socket.gethostname(), "why": why}
    print(PROBE + json.dumps(told), flush=True)
    _say("cannot reach the daemon at %s from %s: %s" % (address, told["host"], why))
    sys.exit(3)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _gpus() -> List[str]:
    """What CUDA_VISIBLE_DEVICES may name here; nothing where there is no NVIDIA GPU."""
    visible: Optional[str] = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [one for one in visible.split(",") if one.strip() not in ("", "-1")]
    try:
        asked = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
        told = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout
        return [one.strip() for one in told.split("\n") if one.strip()]
    except (OSError, subprocess.SubprocessError):
        return []


def _say(text: str) -> None:
    print("daybook: " + text, file=sys.stderr, flush=True)
