"""What this process uses: CPU time, memory, and GPUs where NVIDIA's library is there."""

import ctypes
import os
import sys
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def cpu_ms() -> float:
    """CPU time of this process with all its threads and ended children, in milliseconds."""
    total = time.process_time()
    if resource is not None:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        total += ended.ru_utime + ended.ru_stime
    return total * 1000.0


def reset_peak_rss() -> None:
    """Lets the peak of memory begin anew. Linux only; elsewhere the peak is that of the whole process."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_rss_bytes() -> int:
    """The most memory that was resident since the last reset, in bytes; 0 where it cannot be told."""
    try:
        with open("/proc/self/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class _Utilization(ctypes.Structure):
    _fields_ = [("gpu", ctypes.c_uint), ("memory", ctypes.c_uint)]


class _Process(ctypes.Structure):
    _fields_ = [
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    ]


class Gpus:
    """NVIDIA's GPUs of this machine through its management library; empty where there is none."""

    def __init__(self) -> None:
        self._library: Any = None
        self._handles: List[Any] = []
        self._peak_bytes = 0
        self._load_sum = 0.0
        self._samples = 0
        self._watching = False
        self._lock = threading.Lock()
        try:
            self._open()
        except Exception:  # noqa: BLE001 - no driver, an old one, no rights: then there are none
            self._handles = []

    def _open(self) -> None:
        name = "nvml.dll" if os.name == "nt" else "libnvidia-ml.so.1"
        library = ctypes.CDLL(name)
        if library.nvmlInit_v2() != 0:
            return
        count = ctypes.c_uint()
        library.nvmlDeviceGetCount_v2(ctypes.byref(count))
        for index in range(min(count.value, 64)):
            handle = ctypes.c_void_p()
            if library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) == 0:
                self._handles.append(handle)
        self._library = library

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._handles)

    def describe(self) -> List[Dict[str, Any]]:
        """Name and memory (bytes) of each."""
        told = []
        for handle in self._handles:
            name = ctypes.create_string_buffer(96)
            self._library.nvmlDeviceGetName(handle, name, 96)
            memory = _Memory()
            self._library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory))
            told.append({"name": name.value.decode("utf-8", "replace"), "memory_bytes": int(memory.total)})
        return told

    def begin(self) -> None:
        """Begins to watch, once a second, until `end`."""
        if not self._handles:
            return
        with self._lock:
            self._peak_bytes, self._load_sum, self._samples = 0, 0.0, 0
            if self._watching:
                return
            self._watching = True
        threading.Thread(target=self._watch, name="daybook-gpu", daemon=True).start()

    def end(self) -> Optional[Dict[str, Any]]:
        """Peak memory of this process on all GPUs (bytes) and their mean load (0..1) since `begin`."""
        if not self._handles:
            return None
        self._sample()
        with self._lock:
            self._watching = False
            load = self._load_sum / max(1, self._samples)
            return {"count": self.count, "peak_memory_bytes": self._peak_bytes, "mean_load": round(load, 4)}

    def now(self) -> Optional[Tuple[float, int]]:
        """Mean load of all (0..1) and memory of this process on them (bytes), now; None where there are none."""
        if not self._handles:
            return None
        try:
            return self._read()
        except Exception:  # noqa: BLE001 - a driver that is unloaded meanwhile
            return None

    def _watch(self) -> None:
        while self._watching:
            self._sample()
            time.sleep(1.0)

    def _sample(self) -> None:
        try:
            load, used = self._read()
            with self._lock:
                self._peak_bytes = max(self._peak_bytes, used)
                self._load_sum += load
                self._samples += 1
        except Exception:  # noqa: BLE001 - a driver that is unloaded meanwhile
            self._watching = False

    def _read(self) -> Tuple[float, int]:
        used, load = 0, 0.0
        for handle in self._handles:
            rates = _Utilization()
            if self._library.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(rates)) == 0:
                load += rates.gpu / 100.0 / len(self._handles)
            used += self._own_bytes(handle)
        return load, used

    def _own_bytes(self, handle: Any) -> int:
        running = (_Process * 64)()
        count = ctypes.c_uint(64)
        ask = getattr(self._library, "nvmlDeviceGetComputeRunningProcesses_v3", None)
        if ask is None or ask(handle, ctypes.byref(count), running) != 0:
            return 0
        mine = os.getpid()
        return sum(
            int(one.used) for one in running[: count.value] if one.pid == mine and one.used != 0xFFFFFFFFFFFFFFFF
        )
