"""Looks at a trial's processes from outside: memory, CPU time, and whether they stand still on a lock. Linux."""

import os
import platform
import signal
from typing import Dict, List, NamedTuple, Optional, Tuple

_FUTEX = {"x86_64": "202", "aarch64": "98"}.get(platform.machine(), "")
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Stat(NamedTuple):
    """One process, as /proc has it."""

    state: str
    parent: int
    group: int
    cpu_ticks: int
    start: str
    rss_bytes: int


def stat(pid: int) -> Optional[Stat]:
    """What /proc says of a process; None if there is none, or no /proc."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read().decode("utf-8", "replace")
        fields = text[text.rindex(")") + 2 :].split(" ")
        cpu = int(fields[11]) + int(fields[12])
        return Stat(fields[0], int(fields[1]), int(fields[2]), cpu, fields[19], int(fields[21]) * _PAGE)
    except (OSError, ValueError, IndexError):
        return None


def is_running(pid: int, start: Optional[str]) -> bool:
    """Whether that very process still runs; a dead one that nobody has waited for does not."""
    found = stat(pid)
    if found is None:
        if os.path.isdir("/proc/self"):
            return False
        try:
            os.kill(pid, 0)
            return True
        except OSError:
            return False
    return found.state not in ("Z", "X") and (start is None or found.start == start)


def groups(wanted: List[int]) -> Dict[int, List[Tuple[int, Stat]]]:
    """The processes of some process groups: one look at /proc for all of them."""
    found: Dict[int, List[Tuple[int, Stat]]] = {group: [] for group in wanted}
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in names:
        if name.isdigit():
            one = stat(int(name))
            if one is not None and one.group in found:
                found[one.group].append((int(name), one))
    return found


def all_wait_on_locks(pid: int) -> bool:
    """Whether every thread of a process waits on a futex. False where the system does not tell."""
    if not _FUTEX:
        return False
    try:
        tasks = os.listdir("/proc/%d/task" % pid)
        for task in tasks:
            with open("/proc/%d/task/%s/syscall" % (pid, task), encoding="ascii") as file:
                if file.read().split(" ", 1)[0] != _FUTEX:
                    return False
        return bool(tasks)
    except OSError:
        return False


def peak_rss_bytes(pid: int) -> int:
    """The most memory a process has held; 0 if that cannot be told."""
    try:
        with open("/proc/%d/status" % pid, "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0


def cpu_ms(ticks: int) -> float:
    """Clock ticks in milliseconds."""
    return ticks * 1000.0 / _TICKS


def end_group(group: int, number: int = signal.SIGKILL) -> None:
    """Sends a signal to all processes of a group."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(group, number)
        else:
            os.kill(group, signal.SIGTERM)
    except OSError:
        pass


def oom_kills() -> int:
    """How many processes the system has ended for want of memory, in our own control group and in all."""
    total = 0
    for path in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control", "/proc/vmstat"):
        try:
            with open(_own(path), encoding="ascii") as file:
                for line in file:
                    words = line.split()
                    if len(words) == 2 and words[0] == "oom_kill":
                        total += int(words[1])
        except (OSError, ValueError):
            continue
    return total


def _own(path: str) -> str:
    """The file of our own control group where there is one of that name."""
    if not path.startswith("/sys/fs/cgroup"):
        return path
    try:
        with open("/proc/self/cgroup", encoding="ascii") as file:
            for line in file:
                _, names, place = line.rstrip("\n").split(":", 2)
                base = "/sys/fs/cgroup/memory" if names == "memory" else "/sys/fs/cgroup" if names == "" else None
                inside = None if base is None else base + place + "/" + os.path.basename(path)
                if inside is not None and path.startswith(base or "") and os.path.exists(inside):
                    return inside
    except (OSError, ValueError):
        pass
    return path
