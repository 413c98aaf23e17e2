"""A worker on another machine: joins a study by its invitation, and runs trials of it as the daemon's own host does.

    python daybook-worker.pyz INVITATION [--slots N] [--name NAME] [--folder DIR]

1. The first thing it says is whether it reaches the daemon; if not, it says why and ends with 3.
2. What it runs ends with it, whatever ends it.
3. It leaves nothing behind but what trials write into a folder that was given to it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from io import BytesIO
from typing import Any, Dict, List, Optional

from ..connection import Unreachable
from .forking import ENDS_WITH_PARENT
from .host import Host
from .pinned import PinnedLine
from .relay import Line, Relay
from .tunnel import TunnelLine

JOIN_S = 10.0
"""How long it tries to reach the daemon at first."""

PROBE = "DAYBOOK_PROBE "
"""Begins the line that says why it could not."""


def main(invitation: str) -> None:
    """Serves the study that the invitation is for until it is over."""
    options = _options(sys.argv[3:])
    line: Any
    if invitation.startswith("tunnel:"):
        line = TunnelLine(invitation[len("tunnel:") :])
    else:
        try:
            line = PinnedLine(invitation)
        except ValueError as error:
            sys.exit("daybook: %s" % error)
    gpus = _gpus()
    joined = _join(line, options, gpus)
    own: str = joined["path"]
    folder = tempfile.mkdtemp(prefix="daybook-worker-")
    try:
        cwd = os.path.abspath(options["folder"]) if "folder" in options else _fetch_files(line, own, folder)
        relay = Relay(line, own, joined["daemon"], folder)
        if "CUDA_VISIBLE_DEVICES" not in os.environ and joined["gpu"] != 0:
            relay.use_gpus(gpus)
        plan = joined["plan"]
        plan.update(cwd=cwd, url=relay.address + own, parallel=joined["slots"])
        plan.update(log=os.path.join(folder, "log.txt"), shared_outputs=os.path.join(folder, "shared-%d.jsonl"))
        plan_path = os.path.join(folder, "plan.json")
        with open(plan_path, "w", encoding="utf-8") as file:
            json.dump(plan, file)
        os.environ[ENDS_WITH_PARENT] = "yes"
        _say("joined %s as %s, %d at a time" % (plan["notebook"], joined["name"], joined["slots"]))
        Host(plan, plan_path).serve()
        try:
            relay.send_spool()
        except Unreachable:
            pass
        _say("the study is over")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _join(line: Any, options: Dict[str, str], gpus: List[str]) -> Dict[str, Any]:
    hello = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "cores": _cores(),
        "gpus": len(gpus),
        "slots": int(options["slots"]) if "slots" in options else None,
        "name": options.get("name"),
        "place": options.get("place"),
        "folder": "folder" in options,
    }
    body = json.dumps(hello).encode()
    end = time.monotonic() + JOIN_S
    while True:
        try:
            status, _, answer = line.request(
                "POST", line.path + "/daybook/worker/hello", {"content-type": "application/json"}, body
            )
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


def _fetch_files(line: Line, own: str, folder: str) -> str:
    """The notebook's folder, as far as it is sent along; returns where trials run."""
    cwd = os.path.join(folder, "files")
    os.makedirs(cwd)
    status, _, data = line.request("GET", own + "/daybook/worker/files", {}, None)
    if status == 200 and data:
        with tarfile.open(fileobj=BytesIO(data), mode="r:gz") as archive:
            for member in archive:
                if member.isfile() and not os.path.isabs(member.name) and ".." not in member.name.split("/"):
                    archive.extract(member, cwd)
    return cwd


def _options(words: List[str]) -> Dict[str, str]:
    options: Dict[str, str] = {}
    for at in range(0, len(words), 2):
        name = words[at][2:]
        if not words[at].startswith("--") or name not in ("slots", "name", "place", "folder") or at + 1 == len(words):
            sys.exit("daybook: a worker takes --slots N, --name NAME and --folder DIR, not %r" % words[at])
        options[name] = words[at + 1]
    return options


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
