"""When a process may be forked for a trial, and what a forked one must do first.

Measured (docs/experiments.md, 57): after work in OpenMP pools of several threads, or after polars has run, a child
hangs in the same library; with pools of one thread before any import, widened in the child, nothing does. Threads
that Python code started, an open GPU and an event loop do not live on in a child either.
"""

import gc
import os
import random
import re
import sys
import threading
import weakref
from typing import Any, Dict, List, Optional

POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "ARROW_IO_THREADS",
)
"""Variables that set the size of a library's pool. Polars reads its own once; it is never narrowed."""

_sessions: List[Any] = []


def set_pools(environment: Any, threads: int) -> None:
    """Sets the size of all pools in an environment, for libraries that are not imported yet."""
    for name in POOLS:
        environment[name] = str(threads)


def why_not(busy: bool) -> Optional[str]:
    """Why this process must not be forked now; None if it may. `busy`: tasks of an event loop go on."""
    if not hasattr(os, "fork"):
        return "this system cannot fork"
    if sys.platform == "darwin":
        return "macOS's frameworks do not survive a fork"
    if busy:
        return "the shared cells left asyncio tasks running"
    others = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    if others:
        return "the shared cells left threads running (%s)" % ", ".join(others[:3])
    if _gpu_is_open():
        return "the shared cells opened a GPU"
    # The threads of its pool are called polars-0, polars-1 …; Polars 2 starts another one as it is imported.
    if "polars" in sys.modules and _thread_named(r"polars-\d"):
        return "polars has run in the shared cells"
    for name, loaded in (("tensorflow", "tensorflow.python.eager.context"), ("jax", "jax._src.xla_bridge")):
        if name in sys.modules and _has_begun(name, loaded):
            return "%s has run in the shared cells" % name
    return _wide_pool()


def ready_to_fork() -> None:
    """In the parent, once, before the first fork: what children share is not to be touched, and so not copied."""
    import encodings.idna  # noqa: F401 - what every connection loads, once here instead of in each child

    if "urllib3" in sys.modules:
        pools = getattr(sys.modules["urllib3"], "PoolManager", None)
        if pools is not None:
            _sessions.extend(weakref.ref(one) for one in gc.get_objects() if isinstance(one, pools))
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()


def widen(threads: int) -> None:
    """In a child: gives the pools of imported libraries the trial's share of the cores."""
    set_pools(os.environ, threads)
    if threads <= 1:
        return
    torch, pyarrow, threadpoolctl = (sys.modules.get(name) for name in ("torch", "pyarrow", "threadpoolctl"))
    _try(lambda: torch and torch.set_num_threads(threads))
    _try(lambda: pyarrow and pyarrow.set_cpu_count(threads))
    if threadpoolctl is None:
        try:
            import threadpoolctl
        except ImportError:
            return
    _try(lambda: threadpoolctl.threadpool_limits(threads))


def drop_sessions() -> None:
    """In a child: HTTP connections belong to the parent; each is opened anew when needed."""
    for reference in _sessions:
        pool = reference()
        if pool is not None:
            _try(pool.clear)
    utils = sys.modules.get("mlflow.utils.request_utils")
    for name in ("_get_request_session", "_cached_get_request_session"):
        clear = getattr(getattr(utils, name, None), "cache_clear", None)
        if clear is not None:
            _try(clear)


def reseed(seed: int) -> None:
    """Gives every library's own source of randomness a seed; else all children would draw the same numbers."""
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    _try(lambda: numpy and numpy.random.seed(seed % 2**32))
    _try(lambda: torch and torch.manual_seed(seed))


ENDS_WITH_PARENT = "DAYBOOK_ENDS_WITH_PARENT"
"""Set where nobody would find processes that were left behind: on a worker's machine."""


def end_with_parent() -> None:
    """Where so wished, this process is ended by the system as soon as its parent is gone. Linux only."""
    if os.environ.get(ENDS_WITH_PARENT) is None or not sys.platform.startswith("linux"):
        return
    import ctypes

    pr_set_pdeathsig = 1
    _try(lambda: ctypes.CDLL(None).prctl(pr_set_pdeathsig, 9, 0, 0, 0))


def first_to_go() -> None:
    """In a trial: if memory runs out, the system is to end this process and not the daemon or the editor."""
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_RDWR)
        try:
            known = int(os.read(file, 16))
            os.pwrite(file, b"%d" % max(known, 800), 0)
        finally:
            os.close(file)
    except (OSError, ValueError):
        pass


def _gpu_is_open() -> bool:
    try:
        for name in os.listdir("/proc/self/fd"):
            try:
                if os.readlink("/proc/self/fd/" + name).startswith(("/dev/nvidia", "/dev/kfd", "/dev/dri/render")):
                    return True
            except OSError:
                continue
    except OSError:
        pass
    torch = sys.modules.get("torch")
    try:
        return bool(torch is not None and torch.cuda.is_initialized())
    except Exception:  # noqa: BLE001 - a torch without CUDA
        return False


def _thread_named(pattern: str) -> bool:
    """Whether the name of a native thread of this process begins so. Where the system does not tell: yes."""
    try:
        for task in os.listdir("/proc/self/task"):
            with open("/proc/self/task/%s/comm" % task, encoding="utf-8", errors="replace") as file:
                if re.match(pattern, file.read()):
                    return True
        return False
    except OSError:
        return True


def _has_begun(name: str, module: str) -> bool:
    loaded: Any = sys.modules.get(module)
    if loaded is None:
        return False
    if name == "jax":
        return bool(getattr(loaded, "_backends", True))
    try:
        return bool(loaded.context()._initialized)
    except Exception:  # noqa: BLE001 - another version of tensorflow
        return True


def _wide_pool() -> Optional[str]:
    """Pools of OpenMP that the notebook itself made wider than the one thread they were given."""
    torch = sys.modules.get("torch")
    try:
        if torch is not None and torch.get_num_threads() > 1:
            return "the shared cells gave torch %d threads" % torch.get_num_threads()
    except Exception:  # noqa: BLE001 - a torch that is only half imported
        pass
    if os.environ.get("OMP_NUM_THREADS", "1") != "1":
        return "the shared cells gave OpenMP %s threads" % os.environ["OMP_NUM_THREADS"]
    threadpoolctl = sys.modules.get("threadpoolctl")
    try:
        pools: List[Dict[str, Any]] = threadpoolctl.threadpool_info() if threadpoolctl is not None else []
        for pool in pools:
            if pool.get("user_api") == "openmp" and int(pool.get("num_threads") or 1) > 1:
                return "the shared cells gave OpenMP %d threads" % pool["num_threads"]
    except Exception:  # noqa: BLE001 - another version of threadpoolctl
        pass
    return None


def _try(act: Any) -> None:
    try:
        act()
    except Exception:  # noqa: BLE001 - a library of another version keeps its own setting
        pass
