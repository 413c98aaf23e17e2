"""The peer of bench/kernel.bench.ts: jupyter_client's blocking client on the same kernel.

Prints one JSON object: milliseconds from the start to the first answer (median of `starts`), of one round trip
(median of `trips`), and of 100,000 printed lines until the kernel is idle again (median of `floods`).
"""

import json
import statistics
import sys
import time

from jupyter_client.manager import KernelManager


def run(client, code):
    """Executes code and returns when both the reply and the idle status came, as our client does."""
    sent = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != sent or message["msg_type"] != "status":
            continue
        if message["content"]["execution_state"] == "idle":
            break
    while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != sent:
        pass


def taken(work):
    """Milliseconds that `work()` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def start():
    """A manager and a client of a kernel that has answered."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return manager, client


def main(starts, trips, floods):
    """Measures all three."""
    times = []
    for _ in range(starts):
        began = time.perf_counter()
        manager, client = start()
        times.append((time.perf_counter() - began) * 1000)
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    manager, client = start()
    run(client, "1")
    result = {
        "start_ms": statistics.median(times),
        "trip_ms": statistics.median(taken(lambda: run(client, "1")) for _ in range(trips)),
        "flood_ms": statistics.median(
            taken(lambda: run(client, "for i in range(100000): print(i)")) for _ in range(floods)
        ),
    }
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
