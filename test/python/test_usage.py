"""What a process uses: memory, CPU, and GPUs through a stand-in for NVIDIA's library."""

import ctypes
import os
import unittest

import fake_daemon  # noqa: F401 - makes daybook importable

from daybook import usage
from daybook.environment import describe


class FakeNvml:
    """Two GPUs; this process holds 1 GiB on the first, another process 2 GiB on the second."""

    def nvmlDeviceGetName(self, handle: object, buffer: object, size: int) -> int:
        buffer.value = b"Made-up GPU"
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: object, memory: object) -> int:
        memory._obj.total = 80 << 30
        return 0

    def nvmlDeviceGetUtilizationRates(self, handle: object, rates: object) -> int:
        rates._obj.gpu = 50 if handle == 0 else 100
        return 0

    def nvmlDeviceGetComputeRunningProcesses_v3(self, handle: object, count: object, running: object) -> int:
        count._obj.value = 2
        running[0].pid, running[0].used = (os.getpid(), 1 << 30) if handle == 0 else (1, 2 << 30)
        running[1].pid, running[1].used = os.getpid(), 0xFFFFFFFFFFFFFFFF  # "not available"
        return 0


class UsageTest(unittest.TestCase):
    def gpus(self) -> usage.Gpus:
        made = usage.Gpus()
        made._library, made._handles = FakeNvml(), [0, 1]
        return made

    def test_gpus_tell_this_process_memory_and_the_mean_load(self) -> None:
        gpus = self.gpus()
        gpus._watching = True  # no thread: one sample, taken at the end
        gpus.begin()
        self.assertEqual(gpus.end(), {"count": 2, "peak_memory_bytes": 1 << 30, "mean_load": 0.75})
        self.assertEqual(gpus.describe()[0], {"name": "Made-up GPU", "memory_bytes": 80 << 30})

    def test_a_library_that_fails_is_no_error(self) -> None:
        gpus = self.gpus()
        gpus._library = ctypes.c_int(0)  # has none of the functions
        gpus._watching = True
        gpus.begin()
        self.assertEqual(gpus.end()["peak_memory_bytes"], 0)

    def test_without_gpus_nothing_is_told(self) -> None:
        gpus = usage.Gpus()
        gpus._handles = []
        gpus.begin()
        self.assertIsNone(gpus.end())

    def test_peak_memory_begins_anew(self) -> None:
        block = bytearray(100_000_000)
        block[::4096] = b"1" * len(block[::4096])
        before = usage.peak_rss_bytes()
        del block
        usage.reset_peak_rss()
        self.assertLess(usage.peak_rss_bytes(), before - 50_000_000)

    def test_cpu_time_grows_with_work(self) -> None:
        before = usage.cpu_ms()
        sum(i * i for i in range(10**6))
        self.assertGreater(usage.cpu_ms(), before)

    def test_the_environment_is_whole(self) -> None:
        told = describe(["train.py", "--token=abc"], "/work")
        self.assertEqual(told["argv"], ["train.py", "--token=[redacted]"])
        self.assertGreater(told["machine"]["cpus"], 0)
        self.assertTrue(all(isinstance(version, str) for version in told["packages"].values()))


if __name__ == "__main__":
    unittest.main()
