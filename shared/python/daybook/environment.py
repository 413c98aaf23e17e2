"""What this process runs on and with: recorded once, with its first run, in the background."""

import os
import platform
import sys
from typing import TYPE_CHECKING, Any, Dict, List

from .redaction import allowed_variables, redact_argv
from .usage import Gpus

if TYPE_CHECKING:
    from .session import Session


def send(session: "Session") -> None:
    """Sends the environment of this process; rank 0 speaks for a job of several."""
    if session.rank == 0:
        argv, cwd = list(getattr(sys, "argv", [])), os.getcwd()
        session.put(lambda: describe(argv, cwd))


def describe(argv: List[str], cwd: str) -> Dict[str, Any]:
    """The event. Takes some 100 ms where many packages are installed."""
    return {
        "type": "environment",
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable or None,
        "prefix": sys.prefix,
        "platform": platform.platform(),
        "machine": {
            "cpus": os.cpu_count() or 0,
            "usable_cpus": _usable_cpus(),
            "processor": _processor(),
            "memory_bytes": _memory_bytes(),
            "gpus": Gpus().describe(),
        },
        "packages": packages(),
        "variables": allowed_variables(os.environ),
        "argv": redact_argv(argv),
        "cwd": cwd,
    }


def packages() -> Dict[str, str]:
    """Installed distributions and their versions, by name."""
    try:
        from importlib import metadata
    except ImportError:
        return {}
    found: Dict[str, str] = {}
    for distribution in metadata.distributions():
        try:
            name = distribution.metadata["Name"]
            if name and name not in found:  # the first on the path is the one that is imported
                found[name] = str(distribution.version)
        except Exception:  # noqa: BLE001 - a half removed package
            continue
    return dict(sorted(found.items(), key=lambda pair: pair[0].lower()))


def _usable_cpus() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 0


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
