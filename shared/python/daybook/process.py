"""The one session of this process: found, made when needed, renewed in forked children, closed at the end."""

import atexit
import os
import sys
import threading
import time
from typing import Any, Callable, List, Optional

from .clean import warn_once
from .connection import is_loopback
from .session import Session

LOOK_AGAIN_S = 5.0

#: How long a kernel's first cell waits for a daemon that is being started just then.
FIRST_CELL_WAIT_S = 3.0

_lock = threading.RLock()
_session: Optional[Session] = None
_prepared = False
_in_kernel = False
_looked_at = 0.0
_looking = False
_first_look: Optional[threading.Event] = None
_code_listeners: List[Callable[[str], Any]] = []


def session() -> Session:
    """This process's session; an inactive one if no daemon is known."""
    global _session
    if _session is None:
        with _lock:
            if _session is None:
                _session = _from_environment() or Session(None)
                if _session.active:
                    _ready(_session)
    return _session


def session_for_cell() -> Session:
    """The session as a cell begins. Without one it is looked, in the background, whether a daemon has come."""
    global _first_look
    known = session()
    if not known.active:
        _look(wait=False, may_wake=False)
        pending, _first_look = _first_look, None
        if pending is not None:
            pending.wait(FIRST_CELL_WAIT_S)
        return session()
    return known


def session_for_user() -> Session:
    """The session for a call by the user's own code: now it is worth waiting for a daemon, once."""
    known = session()
    if known.active or not may_track():
        return known
    _look(wait=True, may_wake=True)
    known = session()
    if not known.active:
        warn_once(
            "no-daemon",
            "nothing is tracked here: this process knows no Daybook. Run the script with "
            "`daybook exec -- python script.py`, or start Daybook in the project folder with `daybook daemon start`.",
        )
    return known


def may_track() -> bool:
    """Whether the user has not switched tracking off (DAYBOOK_DISABLED=1)."""
    return os.environ.get("DAYBOOK_DISABLED", "") not in ("1", "true", "yes")


def prepare(in_kernel: bool = False) -> None:
    """Makes ready what must be there before the user's code: hooks for libraries that it may import."""
    global _prepared, _in_kernel, _first_look
    _in_kernel = _in_kernel or in_kernel
    if _prepared or not may_track():
        return
    _prepared = True
    from . import datafiles

    datafiles.watch()
    _code_listeners.append(datafiles.note_code)
    if os.environ.get("DAYBOOK_AUTOLOG", "1") not in ("0", "false", "off"):
        from .hooks import install

        install()
    if in_kernel and not session().active:
        if os.environ.get("DAYBOOK_ENSURE"):
            _first_look = threading.Event()
        _look(wait=False, may_wake=False)


def on_cell(listen: Callable[[], Any]) -> None:
    """Has `listen` called whenever a cell is about to run."""
    _code_listeners.append(lambda code: listen())


def code_seen(code: str) -> None:
    """A cell with this code is about to run."""
    for listen in _code_listeners:
        listen(code)


def move(url: str) -> None:
    """Called by the daemon in live kernels after its port had to change: from now on it is at `url`."""
    if not is_loopback(url):
        return
    old = os.environ.get("DAYBOOK_URL")
    os.environ["DAYBOOK_URL"] = url
    if old is not None and os.environ.get("MLFLOW_TRACKING_URI", "").rstrip("/") == old.rstrip("/"):
        os.environ["MLFLOW_TRACKING_URI"] = url
    known = session()
    if known.active:
        known.move(url)
    else:
        _adopt(Session(url, os.environ.get("DAYBOOK_SPOOL")))


def become(fresh: Session) -> None:
    """This process is a trial of its own from now on, with a session of its own."""
    global _session
    from . import datafiles

    _session = fresh
    fresh.on_run.append(datafiles.send)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_in_child)


def _from_environment() -> Optional[Session]:
    url = os.environ.get("DAYBOOK_URL", "")
    if not may_track() or not is_loopback(url):
        return None
    return Session(url, os.environ.get("DAYBOOK_SPOOL") or None)


def _look(wait: bool, may_wake: bool) -> None:
    """Looks for a daemon of the project that the notebook or the working folder lies in, every few seconds at most."""
    global _looked_at, _looking
    with _lock:
        now = time.monotonic()
        if _looking or (_looked_at and now - _looked_at < LOOK_AGAIN_S):
            return
        _looked_at, _looking = now, True
    if wait:
        _find(may_wake)
    else:
        threading.Thread(target=_find, args=(may_wake,), name="daybook-find", daemon=True).start()


def _find(may_wake: bool) -> None:
    global _looking
    from .discovery import ask_capability, bring_up, find_daemon, is_running, kernel_folder, wake

    first_look = _first_look
    try:
        start = kernel_folder() if _in_kernel else os.getcwd()
        daemon: Any = find_daemon(start)
        if first_look is not None and (daemon is None or not is_running(daemon)):
            daemon = bring_up(start)
        elif daemon is not None and not is_running(daemon):
            daemon = wake(daemon) if may_wake else None
        given = None if daemon is None else ask_capability(daemon)
        if given is None or daemon is None:
            return
        for name, value in given.env.items():
            if name.startswith(("MLFLOW_", "DAYBOOK_")) and "PYTHON" not in name:
                os.environ.setdefault(name, value)
        _adopt(Session(given.url, os.path.join(daemon.state, "spool")), root=daemon.root)
    except Exception:  # noqa: BLE001 - no daemon then
        return
    finally:
        _looking = False
        if first_look is not None:
            first_look.set()


def _adopt(found: Session, root: Optional[str] = None) -> None:
    global _session
    with _lock:
        if _session is not None and _session.active:
            return
        _session = found
        if root is not None and not _in_kernel:
            found.experiment = _script_name(root)
        _ready(found)


def _script_name(root: str) -> Optional[str]:
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    if not main:
        return None
    path = os.path.relpath(os.path.abspath(main), root)
    return os.path.basename(path) if path.startswith("..") else path.replace(os.sep, "/")


def _ready(fresh: Session) -> None:
    """What an active session needs: the environment told with its first run, forks survived, a clean end."""
    global _registered
    from . import datafiles, environment

    fresh.on_first_run.append(environment.send)
    fresh.on_run.append(datafiles.send)
    if _registered:
        return
    _registered = True
    atexit.register(_at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_in_child)


_registered = False


def _at_exit() -> None:
    if _session is not None:
        try:
            baselines = sys.modules.get(__package__ + ".hooks.baseline_hooks")
            if baselines is not None:
                baselines.ending()
            _session.close()
        except Exception:  # noqa: BLE001 - the end of a process is no place for errors
            pass


class silent_fork:
    """Within it a forked child is none of the user's: it tells nothing and ends by itself."""

    def __enter__(self) -> None:
        global _silent
        _silent = True

    def __exit__(self, *error: object) -> None:
        global _silent
        _silent = False


_silent = False


def _in_child() -> None:
    """In a forked child: locks may be held by threads that are not here, so they are made anew."""
    global _lock, _looking
    if _silent:
        return
    _lock = threading.RLock()
    _looking = False
    if _session is None or not _session.active:
        return
    try:
        _session.after_fork()
        # Children of multiprocessing end without atexit, and forget what was registered before they began.
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:
            multiprocessing.register_after_fork(
                _session, lambda _: multiprocessing.Finalize(None, _at_exit, exitpriority=100)
            )
    except Exception:  # noqa: BLE001 - the child's own work goes on
        pass
