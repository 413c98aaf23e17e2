#!/usr/bin/env python3
"""How fast can the mlflow client log, whatever server it talks to?

The script starts a stub HTTP server in a process of its own. The stub keeps
connections alive, reads each request and answers `{}` at once. What the real
mlflow client needs against it is a ceiling: no tracking server can make an
unmodified client faster.

    python mlflow_ceiling.py
    python mlflow_ceiling.py --peer http://127.0.0.1:5000   a real server, too

Needs `pip install mlflow`. With --peer, an experiment "ceiling" and a run are
made on that server.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import platform
import statistics
import time
import urllib.parse

BATCH_SIZE = 1000
"""Metrics in one batch, the most that MLflow's API takes."""


# --- The stub server ---------------------------------------------------------


class StubProtocol(asyncio.Protocol):
    """HTTP/1.1 with keep-alive: each request gets `{}`, and GET /cpu the CPU time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Collect bytes and answer every complete request."""
        self.buffer += data
        while (end := self.find_end()) is not None:
            wants_cpu = self.buffer.startswith(b"GET /cpu ")
            self.buffer = self.buffer[end:]
            self.answer(b"%.6f" % time.process_time() if wants_cpu else b"{}")

    def find_end(self) -> int | None:
        """Return where the first request ends, or None while it is incomplete."""
        head, separator, _ = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        end = len(head) + len(separator) + length
        return end if len(self.buffer) >= end else None

    def answer(self, body: bytes) -> None:
        """Write one response."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self.transport.write(head % len(body) + body)


def serve_stub(pipe: multiprocessing.connection.Connection) -> None:
    """Run the stub on a free loopback port, sent through the pipe."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(StubProtocol, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def start_stub() -> tuple[multiprocessing.Process, str]:
    """Start the stub and return its process and address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve_stub, args=(theirs,), daemon=True)
    process.start()
    return process, f"http://127.0.0.1:{ours.recv()}"


def stub_cpu(uri: str) -> float:
    """Ask the stub for its CPU time in seconds."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(uri).netloc)
    connection.request("GET", "/cpu")
    return float(connection.getresponse().read())


# --- What is timed -----------------------------------------------------------


def make_metrics(step: int) -> list:
    """Make a full batch: ten keys, a hundred steps."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    return [Metric(f"metric_{i % 10}", i * 0.37, now, step * 100 + i // 10) for i in range(BATCH_SIZE)]


def batch_body(run_id: str, metrics: list) -> str:
    """Write a full batch as the JSON that the client sends."""
    from mlflow.protos.service_pb2 import LogBatch
    from mlflow.utils.proto_json_utils import message_to_json

    protos = [metric.to_proto() for metric in metrics]
    return message_to_json(LogBatch(metrics=protos, run_id=run_id))


def time_calls(call, count: int) -> dict:
    """Call `call(i)` after a warm-up; return wall and CPU times in milliseconds."""
    for i in range(3):
        call(i)
    walls = []
    cpu = time.process_time()
    for i in range(count):
        started = time.perf_counter()
        call(i + 3)
        walls.append((time.perf_counter() - started) * 1e3)
    cpu = (time.process_time() - cpu) * 1e3 / count
    walls.sort()
    return {
        "count": count,
        "median": statistics.median(walls),
        "p95": walls[int(0.95 * (count - 1))],
        "client_cpu": cpu,
    }


def raw_post(uri: str, body: bytes):
    """Return a call that posts `body` over one kept connection, without mlflow."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(uri).netloc)
    headers = {"Content-Type": "application/json"}

    def post(_: int) -> None:
        connection.request("POST", "/api/2.0/mlflow/runs/log-batch", body, headers)
        connection.getresponse().read()

    return post


def client_calls(uri: str, run_id: str, options: argparse.Namespace) -> dict:
    """Return the calls of the mlflow client that are timed, by name."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(uri)
    batches = [make_metrics(i) for i in range(options.batches + 3)]
    return {
        f"client.log_batch({BATCH_SIZE} metrics)": lambda i: client.log_batch(run_id, batches[i]),
        "client.log_metric": lambda i: client.log_metric(run_id, "loss", 0.5, step=i),
        "mlflow.log_metric(run_id=...)": lambda i: mlflow.log_metric("loss", 0.5, step=i, run_id=run_id),
    }


def make_run(uri: str) -> str:
    """Make a run on a real server."""
    import mlflow

    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("ceiling")
    experiment_id = experiment.experiment_id if experiment else client.create_experiment("ceiling")
    return client.create_run(experiment_id).info.run_id


# --- The report --------------------------------------------------------------


def print_row(server: str, name: str, times: dict, server_cpu: str = "") -> None:
    """Print one row of the table."""
    figures = [f"{times[key]:.2f}" for key in ("median", "p95", "client_cpu")]
    print("| " + " | ".join([server, name, str(times["count"]), *figures, server_cpu]) + " |", flush=True)


def count_for(name: str, options: argparse.Namespace) -> int:
    """Say how often a call is made."""
    return options.batches if "batch" in name else options.singles


def report_stub(options: argparse.Namespace) -> None:
    """Time the client, its parts and a bare post against the stub."""
    process, uri = start_stub()
    run_id = "0" * 32
    metrics = make_metrics(0)
    body = batch_body(run_id, metrics)
    calls = client_calls(uri, run_id, options)
    calls["of that: protobuf to JSON of a batch"] = lambda _: batch_body(run_id, metrics)
    calls[f"bare post of that batch ({len(body) // 1024} KiB)"] = raw_post(uri, body.encode())
    calls["json.loads of that batch (a server's share)"] = lambda _: json.loads(body)
    for name, call in calls.items():
        cpu = stub_cpu(uri)
        times = time_calls(call, count_for(name, options))
        cpu = (stub_cpu(uri) - cpu) * 1e3 / (times["count"] + 3)
        print_row("stub", name, times, f"{cpu:.2f}")
    process.terminate()


def report_peer(uri: str, options: argparse.Namespace) -> None:
    """Time the client against a real server."""
    for name, call in client_calls(uri, make_run(uri), options).items():
        print_row("peer", name, time_calls(call, max(5, count_for(name, options) // 5)))


def main() -> None:
    """Print the table."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=200, help="calls with a full batch")
    parser.add_argument("--singles", type=int, default=2000, help="calls with one metric")
    parser.add_argument("--peer", help="address of a real tracking server to time as well")
    options = parser.parse_args()

    import google.protobuf
    import mlflow

    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, mlflow {mlflow.__version__}, ", end="")
    print(f"protobuf {google.protobuf.__version__}, milliseconds a call\n")
    print("| server | call | calls | median | p95 | client CPU | server CPU |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    report_stub(options)
    if options.peer:
        report_peer(options.peer, options)


if __name__ == "__main__":
    main()
