#!/usr/bin/env python3
"""Which numeric libraries survive os.fork()?

For each library the script starts a fresh Python process (the parent), imports
the library, uses it or not, and forks children one after another. Each child
does a small piece of real work with the library and sends its result back. A
child that is silent for longer than the time limit and uses no CPU (hang), is
silent for three limits while it uses the CPU (slow), dies (crash), raises
(error) or sends another result than the others (wrong) is a failure.

Three settings of the thread pools are tried:

    1     the pools are limited to one thread before anything is imported
    n     the pools have n threads
    1->n  as "1", and the child widens the pools to n threads before its work

The second table crosses the libraries: the parent used one, the child uses
another (both are imported in the parent, its own first). The order of the imports
matters where wheels bundle the same OpenMP runtime: --child-first turns it round.

    python fork_matrix.py --forks 100                 both tables
    python fork_matrix.py --libraries numpy polars    some libraries only
    python fork_matrix.py --no-cross --json out.json  first table, details kept

The harness needs Linux, Python 3.9 and nothing else. A library that is not
installed is skipped, and the output says so.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import select
import signal
import statistics
import subprocess
import sys
import time

from fork_work import THREAD_VARIABLES, WORK, DISTRIBUTIONS, import_library, widen_pools

TOLERANCE = 1e-3
"""Relative difference up to which two results count as the same."""


# --- One cell: a parent that forks children ----------------------------------


def thread_count(pid: int | str = "self") -> int:
    """Count the native threads of a process."""
    return len(os.listdir(f"/proc/{pid}/task"))


def cpu_ticks(pid: int) -> int:
    """Read the CPU time of a process in clock ticks."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def describe_wait(pid: int) -> dict:
    """Say where a late process waits and whether it still uses the CPU."""
    before = cpu_ticks(pid)
    time.sleep(1.0)
    try:
        with open(f"/proc/{pid}/wchan", encoding="ascii") as wchan:
            waits_in = wchan.read()
    except OSError:
        waits_in = "?"
    return {"waits_in": waits_in, "cpu_ticks_in_1s": cpu_ticks(pid) - before}


def run_child(name: str, widen: int, pipe: int) -> None:
    """Do the work in the child and write the result to the pipe. Never returns."""
    try:
        if widen:
            widen_pools(widen)
        message = {"value": WORK[name](), "threads": thread_count()}
    except BaseException as error:  # a child must not fall back into the parent's code
        message = {"error": repr(error)[:200]}
    os.write(pipe, json.dumps(message).encode())
    os._exit(0)


def fork_once(name: str, widen: int, limit: float) -> dict:
    """Fork one child, wait for its result and say how it went."""
    reader, writer = os.pipe()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        run_child(name, widen, writer)
    fork_ms = (time.perf_counter() - started) * 1e3
    os.close(writer)
    outcome = wait_for_child(pid, reader, limit)
    os.close(reader)
    outcome["ms"] = (time.perf_counter() - started) * 1e3
    outcome["fork_ms"] = fork_ms
    return outcome


def wait_for_child(pid: int, reader: int, limit: float) -> dict:
    """Read the child's message and reap it; a hung or too slow child is killed first."""
    late = {}
    for _ in range(3):
        if select.select([reader], [], [], limit)[0]:
            return {**read_outcome(pid, reader), **late}
        late = describe_wait(pid)
        if late["cpu_ticks_in_1s"] == 0:
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return {"status": "slow" if late["cpu_ticks_in_1s"] else "hang", **late}


def read_outcome(pid: int, reader: int) -> dict:
    """Read the message of a child that wrote or died, and reap it."""
    message = os.read(reader, 4096)
    _, code = os.waitpid(pid, 0)
    if not message:
        return {"status": "crash", "code": os.waitstatus_to_exitcode(code)}
    outcome = json.loads(message)
    return {"status": "error" if "error" in outcome else "ok", **outcome}


def run_cell(cell: dict) -> dict:
    """Run one cell in this process: import, perhaps use, fork many times."""
    for name in cell["imports"]:
        import_library(name)
    expected = None
    if cell["used"]:
        value = WORK[cell["parent"]]()
        expected = value if cell["parent"] == cell["child"] else None
    threads = thread_count()
    outcomes = []
    failures = 0
    while len(outcomes) < cell["forks"] and failures < cell["max_failures"]:
        outcome = fork_once(cell["child"], cell["widen"], cell["limit"])
        if outcome["status"] == "ok":
            expected = outcome["value"] if expected is None else expected
            if not math.isclose(outcome["value"], expected, rel_tol=TOLERANCE):
                outcome["status"] = "wrong"
        failures += outcome["status"] != "ok"
        outcomes.append(outcome)
    return {**cell, "parent_threads": threads, "outcomes": outcomes}


# --- The matrix --------------------------------------------------------------


def make_cell(options: argparse.Namespace, parent: str, child: str, used: bool, mode: str) -> dict:
    """Describe one cell as plain data."""
    same = parent == child
    return {
        "parent": parent,
        "child": child,
        "imports": [child, parent] if options.child_first else [parent, child],
        "used": used,
        "mode": mode,
        "pool": options.threads if mode == "n" else 1,
        "widen": options.threads if mode == "1->n" else 0,
        "forks": options.forks if same else options.cross_forks,
        "limit": options.limit,
        "max_failures": options.max_failures,
    }


def run_in_new_parent(cell: dict) -> dict:
    """Run a cell in a fresh Python process whose pools are set by its environment."""
    environment = dict(os.environ, **{name: str(cell["pool"]) for name in THREAD_VARIABLES})
    command = [sys.executable, "-W", "ignore", os.path.abspath(__file__), "--cell", json.dumps(cell)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return {**cell, "parent_threads": 0, "outcomes": [], "broken": done.stderr[-500:]}
    return json.loads(done.stdout.splitlines()[-1])


def summarize(result: dict) -> str:
    """Write a cell's result for the table: passed/forked and what went wrong."""
    if "broken" in result:
        return "parent failed"
    statuses = [outcome["status"] for outcome in result["outcomes"]]
    bad = sorted(set(statuses) - {"ok"})
    text = f"{statuses.count('ok')}/{len(statuses)}"
    return f"**{text} {', '.join(bad)}**" if bad else text


def child_figures(result: dict) -> str:
    """Write the parent's threads, the child's threads and the child's median time."""
    good = [outcome for outcome in result["outcomes"] if outcome["status"] == "ok"]
    if not good:
        return f"{result['parent_threads']} / - / -"
    threads = max(outcome["threads"] for outcome in good)
    return f"{result['parent_threads']} / {threads} / {statistics.median(o['ms'] for o in good):.0f}"


def print_row(values: list[str]) -> None:
    """Print one row of a markdown table."""
    print("| " + " | ".join(values) + " |", flush=True)


def print_head(names: list[str]) -> None:
    """Print the head of a markdown table."""
    print_row(names)
    print_row(["---"] * len(names))


def run_main_table(options: argparse.Namespace, libraries: list[str]) -> list[dict]:
    """Print the first table: each library against itself."""
    print(f"\n{options.forks} forks a cell, limit {options.limit:g} s, n = {options.threads}\n")
    print_head(["library", "in parent", "pools", "passed", "threads parent / child / ms"])
    results = []
    for name in libraries:
        for used in (False, True):
            for mode in ("1", "n", "1->n"):
                result = run_in_new_parent(make_cell(options, name, name, used, mode))
                results.append(result)
                use = "used" if used else "imported only"
                print_row([name, use, mode, summarize(result), child_figures(result)])
    return results


def run_cross_table(options: argparse.Namespace, libraries: list[str], mode: str) -> list[dict]:
    """Print a cross table: the parent used the row, the child uses the column."""
    print(f"\nParent used the row, child uses the column, pools: {mode}, {options.cross_forks} forks\n")
    print_head(["", *libraries])
    results = []
    for parent in libraries:
        cells = [make_cell(options, parent, child, True, mode) for child in libraries if child != parent]
        row = [run_in_new_parent(cell) for cell in cells]
        results += row
        texts = [summarize(result) for result in row]
        texts.insert(libraries.index(parent), "(above)")
        print_row([parent, *texts])
    return results


def installed(names: list[str]) -> list[str]:
    """Print the versions of the installed libraries, name the missing, return the former."""
    found = [name for name in names if importlib.util.find_spec(name)]
    versions = [f"{name} {importlib.metadata.version(DISTRIBUTIONS.get(name, name))}" for name in found]
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} cores")
    print("Libraries:", ", ".join(versions) or "none")
    for name in names:
        if name not in found:
            print(f"Skipped: {name} is not installed")
    return found


def print_failures(results: list[dict]) -> None:
    """Print where the late children waited, and one detail for each other failure."""
    places: dict[tuple, int] = {}
    for result in results:
        for outcome in result["outcomes"]:
            if "waits_in" in outcome:
                cpu = "no CPU" if outcome["cpu_ticks_in_1s"] == 0 else "CPU"
                key = (outcome["status"], outcome["waits_in"], cpu)
                places[key] = places.get(key, 0) + 1
        others = [o for o in result["outcomes"] if o["status"] in ("crash", "error", "wrong")]
        if others or "broken" in result:
            detail = others[0] if others else result["broken"]
            print(f"- {result['parent']} -> {result['child']}, pools {result['mode']}: {detail}")
    print(f"\nLate children (silent for longer than the limit): {sum(places.values())}")
    for (status, waits_in, cpu), count in sorted(places.items()):
        print(f"- {count} {status}: in {waits_in}, used {cpu} in the last second")


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forks", type=int, default=100, help="children a cell in the first table")
    parser.add_argument("--cross-forks", type=int, default=20, help="children a cell of the cross tables")
    parser.add_argument("--no-cross", action="store_true", help="leave the cross tables out")
    parser.add_argument("--child-first", action="store_true", help="import the child's library first")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds after which a silent child is looked at")
    parser.add_argument("--max-failures", type=int, default=3, help="failures after which a cell stops")
    parser.add_argument("--threads", type=int, default=max(2, os.cpu_count() or 2), help="n, the wide pool")
    parser.add_argument("--libraries", nargs="+", default=list(WORK), choices=list(WORK))
    parser.add_argument("--json", help="write every outcome to this file")
    parser.add_argument("--cell", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Run one cell (the script calls itself so) or print the tables."""
    options = parse_options()
    if options.cell:
        print(json.dumps(run_cell(json.loads(options.cell))))
        return
    libraries = installed(options.libraries)
    results = run_main_table(options, libraries)
    if not options.no_cross:
        results += run_cross_table(options, libraries, "n")
        results += run_cross_table(options, libraries, "1")
    print_failures(results)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
