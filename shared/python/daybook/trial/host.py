"""The process that the daemon starts for a study: asks for trials, has them run, watches them, tells how they ended.

1. It runs no code of the user's, so that nothing the user's code does ends it.
2. It outlives the daemon: trials go on, their ends are kept until a daemon has taken them, and one that does not
   answer for long is started again the way `daemon.json` says.
3. Every attempt that was begun ends with exactly one outcome, whatever kills its process or its parent's.
4. A command that comes twice is done once: attempts are known by their names.
"""

import json
import os
import queue
import threading
import time
from typing import Any, Dict, List, Optional, Set

from ..connection import Connection, Unreachable
from ..environment import describe
from .attempt import Attempt
from .prepared import Prepared
from .watch import groups, oom_kills

TICK_S = 0.2
LOOK_S = 1.0
WAKE_AFTER_S = 5.0
LEAVE_AFTER_S = 600.0
SOON_S = 0.1
"""News that nobody waits for goes with other news, or after this long."""
AGAIN_S = 0.5
MAX_FAILED_STARTS = 3


def main(plan_path: str) -> None:
    """Serves the study until the daemon says that it is over."""
    with open(plan_path, encoding="utf-8") as file:
        plan = json.load(file)
    Host(plan, plan_path).serve()
    os._exit(0)


class Host:
    """Everything that runs for one study on this machine."""

    def __init__(self, plan: Dict[str, Any], plan_path: str) -> None:
        self._plan = plan
        self._plan_path = plan_path
        self._events: "queue.Queue[Any]" = queue.Queue()
        self._prepared: List[Prepared] = []
        self._waiting: List[Dict[str, Any]] = []
        self._attempts: Dict[str, Attempt] = {}
        self._known: Set[str] = set()
        self._over = False
        self._mode = "fork" if plan["mode"] in ("auto", "fork") else "whole"
        self._why: Optional[str] = None if self._mode == "fork" else "asked for"
        self._phase = "preparing"
        self._shared: Dict[str, Any] = {}
        self._broken: Optional[Dict[str, Any]] = None
        self._failed_starts = 0
        self._line = Connection(plan["url"], 30.0)
        self._news = False
        self._tell_by: Optional[float] = None
        self._oom = oom_kills()
        self._last_heard = time.monotonic()

    def serve(self) -> None:
        """The main loop; one thread waits for the daemon's answers, one for each prepared process."""
        threading.Thread(target=self._ask, name="ask", daemon=True).start()
        threading.Thread(target=self._tell_environment, name="environment", daemon=True).start()
        looked = 0.0
        while not self._over:
            self._tend()
            try:
                self._take(self._events.get(timeout=TICK_S if self._tell_by is None else SOON_S))
                while True:
                    self._take(self._events.get_nowait())
            except queue.Empty:
                pass
            now = time.monotonic()
            if now - looked > LOOK_S:
                looked = now
                self._look()
            self._check_ends()
            if self._news or (self._tell_by is not None and now >= self._tell_by):
                self._tell()
        for attempt in self._attempts.values():
            attempt.kill()
        for one in self._prepared:
            one.kill()

    def _take(self, event: Any) -> None:
        kind, what = event[0], event[1]
        if kind == "answer":
            self._obey(what)
        elif kind == "said":
            self._heard(what, event[2])

    def _obey(self, answer: Dict[str, Any]) -> None:
        self._last_heard = time.monotonic()
        for name in answer.get("seen", []):
            attempt = self._attempts.get(name)
            if attempt is not None and attempt.outcome is not None:
                del self._attempts[name]
        for trial in answer.get("run", []):
            if trial["attempt"] not in self._known:
                self._known.add(trial["attempt"])
                self._waiting.append(trial)
        for name in answer.get("stop", {}):
            self._stop(name, answer["stop"][name])
        if answer.get("over"):
            self._over = True

    def _stop(self, name: str, why: str) -> None:
        before = len(self._waiting)
        self._waiting = [trial for trial in self._waiting if trial["attempt"] != name]
        if len(self._waiting) < before:
            attempt = Attempt({"attempt": name, "outputs": ""}, self._plan, self._oom)
            attempt.outcome = {"outcome": why}
            self._attempts[name] = attempt
            self._news = True
        elif name in self._attempts:
            self._attempts[name].stop(why)

    # -- prepared processes ---------------------------------------------------

    def _tend(self) -> None:
        """Keeps as many prepared processes as are needed, and gives them what waits."""
        self._prepared = [one for one in self._prepared if not one.gone]
        if self._broken is not None:
            self._fail_waiting()
            return
        while len(self._prepared) < self._wanted():
            began = Prepared(self._plan, self._plan_path, self._mode, self._events)
            self._prepared.append(began)
        for trial in list(self._waiting):
            ready = next((one for one in self._prepared if one.takes), None)
            if ready is None:
                return
            self._waiting.remove(trial)
            attempt = Attempt(trial, self._plan, self._oom)
            self._attempts[trial["attempt"]] = attempt
            ready.give(trial)
            attempt.by = ready

    def _wanted(self) -> int:
        if self._mode == "fork":
            return 1
        idle = sum(1 for one in self._prepared if not one.given)
        # One is made ready while the others work, so that a trial does not wait for imports and data.
        return len(self._prepared) - idle + min(self._plan["parallel"], len(self._waiting) + 1)

    def _heard(self, one: Prepared, said: Optional[Dict[str, Any]]) -> None:
        if said is None:
            self._lost(one)
        elif "ready" in said:
            why_not = said.get("why_not_fork")
            self._failed_starts = 0
            if self._mode == "fork" and why_not is not None:
                self._use_whole(why_not)
                one.mode = "whole"
                one.tell_mode("whole")
            one.ready = True
            self._phase = "ready"
            self._shared = {key: said[key] for key in ("shared", "seconds", "rss")}
            self._news = True
        elif "refused" in said or "failed" in said:
            self._broken = said
            self._phase = "refused" if "refused" in said else "broken"
            self._news = True
        elif "began" in said:
            attempt = self._attempts.get(said["began"])
            if attempt is not None:
                attempt.began(said["pid"])
                self._tell_within(SOON_S)
        elif "exited" in said:
            attempt = self._attempts.get(said["exited"])
            if attempt is not None:
                attempt.exited(said.get("code"), said.get("signal"))

    def _lost(self, one: Prepared) -> None:
        """A prepared process has ended: as a trial, or before its time."""
        one.gone = True
        for attempt in self._attempts.values():
            if attempt.by is one and attempt.outcome is None:
                if one.mode == "whole" or attempt.pid is None:
                    attempt.exited(one.code, one.signal, lost=attempt.pid is None)
                # A forked trial goes on without its parent; its own end is seen by looking at it.
        if one.ready or one.killed:
            return
        self._failed_starts += 1
        if self._failed_starts >= MAX_FAILED_STARTS and self._broken is None:
            how = "signal %s" % one.signal if one.signal else "exit code %s" % one.code
            self._broken = {
                "failed": {
                    "cell": None,
                    "name": "Died",
                    "message": "the process that runs the shared cells ended with %s, %d times" % (how, MAX_FAILED_STARTS),
                    "traceback": one.last_words(),
                }
            }
            self._phase = "broken"
            self._news = True

    def _use_whole(self, why: str) -> None:
        self._mode, self._why = "whole", why
        self._news = True

    def _fail_waiting(self) -> None:
        for trial in self._waiting:
            attempt = Attempt(trial, self._plan, self._oom)
            attempt.outcome = {"outcome": "unprepared"}
            self._attempts[trial["attempt"]] = attempt
            self._news = True
        self._waiting = []

    # -- trials -----------------------------------------------------------------

    def _look(self) -> None:
        """Memory, time and stalls of all running trials, with one look at the system's processes."""
        self._oom = oom_kills()
        running = [one for one in self._attempts.values() if one.pid is not None and one.outcome is None]
        if not running:
            return
        found = groups([one.pid for one in running if one.pid is not None])
        for attempt in running:
            attempt.look(found.get(attempt.pid or 0, []))
            if attempt.stalled and self._mode == "fork":
                for one in self._prepared:
                    one.kill()
                self._use_whole("a forked trial stood still on a lock")

    def _check_ends(self) -> None:
        for attempt in self._attempts.values():
            if attempt.outcome is None and attempt.check():
                self._news = True

    # -- the daemon -------------------------------------------------------------

    def _state(self) -> Dict[str, Any]:
        return {
            "study": self._plan["study"],
            "phase": self._phase,
            "mode": self._mode,
            "why": self._why,
            "broken": self._broken,
            "shared": self._shared,
            "attempts": [one.told() for one in list(self._attempts.values())]
            + [{"attempt": trial["attempt"], "waiting": True} for trial in list(self._waiting)],
        }

    def _tell_within(self, seconds: float) -> None:
        by = time.monotonic() + seconds
        self._tell_by = by if self._tell_by is None else min(self._tell_by, by)

    def _tell(self) -> None:
        """Tells news at once, and takes what the daemon answers: it does not answer the open question, too."""
        self._news, self._tell_by = False, None
        answer = _post(self._line, {**self._state(), "wait": False})
        if answer is None:
            self._tell_within(AGAIN_S)
        else:
            self._obey(answer)

    def _ask(self) -> None:
        """Asks for work over and over; the daemon answers when it has some."""
        line = Connection(self._plan["url"], 30.0)
        while True:
            answer = _post(line, {**self._state(), "wait": True})
            if answer is not None:
                self._events.put(("answer", answer))
                continue
            away_s = time.monotonic() - self._last_heard
            if away_s > LEAVE_AFTER_S and not any(one.outcome is None for one in list(self._attempts.values())):
                self._over = True
                return
            if away_s > WAKE_AFTER_S and not self._plan.get("elsewhere"):
                _wake(self._plan["cwd"])
            time.sleep(0.5)

    def _tell_environment(self) -> None:
        event = describe(self._plan.get("argv", []), self._plan["cwd"])
        for _ in range(20):
            try:
                body = json.dumps(event).encode() + b"\n"
                if Connection(self._plan["url"]).post("/daybook/events", body, {})[0] == 200:
                    return
            except Unreachable:
                pass
            time.sleep(1.0)


def _post(line: Connection, body: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    try:
        status, answer = line.post("/daybook/trials", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.loads(answer) if status == 200 else None
    except (Unreachable, ValueError):
        return None


def _wake(cwd: str) -> None:
    """Starts the daemon again if it is gone."""
    from ..discovery import find_daemon, is_running, wake

    try:
        daemon: Any = find_daemon(cwd)
        if daemon is not None and not is_running(daemon):
            wake(daemon)
    except Exception:  # noqa: BLE001 - then somebody else must start it
        pass
