"""Data files and addresses that were read in this process, as inputs of its runs.

An audit hook sees each file that Python itself opens (not those that a library opens in native code). Only
data, only for reading, only outside of packages, and at most `MAX_FILES`. A file that this process wrote
itself is its product, not its input.
"""

import fnmatch
import hashlib
import json
import os
import re
import sys
import sysconfig
from typing import Any, Dict, List, Optional, Set, Tuple

from .datacopies import keep_copy, limit_bytes
from .redaction import redact
from .runs import Run
from .spool import Spool

MAX_FILES = 100
MAX_PER_RUN = 30
MAX_HASHED_BYTES = 64 << 20

EXTENSIONS = frozenset(
    """csv tsv parquet pq feather arrow jsonl ndjson xlsx xls xlsb ods h5 hdf5 npy npz mat dta sav sas7bdat xpt orc
    avro arff svmlight libsvm data test db sqlite sqlite3 duckdb tfrecord gz bz2 xz zst json""".split()
)
_COMPRESSED = frozenset(("gz", "bz2", "xz", "zst"))
_URI = re.compile(r"""["']((?:s3|s3a|gs|gcs|abfss?|wasbs?|adl|hdfs|hf|oss|dvc)://[^\s"'{}]+|https?://[^\s"'{}]+)["']""")

_seen: Dict[str, None] = {}
_written: Set[str] = set()
_uris: Dict[str, None] = {}
_hashes: Dict[Tuple[str, int, int], str] = {}
_outside: Tuple[str, ...] = ()
_watching = False


def watch() -> None:
    """Begins to look, for the life of the process (audit hooks cannot be taken away)."""
    global _watching, _outside
    if _watching:
        return
    _watching = True
    places = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), "/proc", "/sys", "/dev", "/usr", "/etc"}
    _outside = tuple(os.path.join(os.path.abspath(place), "") for place in places if place)
    sys.addaudithook(_audit)


def note_code(code: str) -> None:
    """Notes the addresses of data that stand in a cell's code."""
    if "://" not in code or len(_uris) >= MAX_FILES:
        return
    for address in _URI.findall(code):
        if not address.startswith("http") or _extension(address.split("?")[0]) in EXTENSIONS:
            _uris[redact(address)] = None


def send(run: Run) -> None:
    """Sends what was read so far and was not yet told for this run. Files are looked at in the background."""
    sent = run.__dict__.setdefault("_files_sent", set())
    for path in list(_seen)[-MAX_PER_RUN:]:
        if path not in sent and path not in _written and len(sent) < MAX_PER_RUN:
            sent.add(path)
            run._session.put(lambda path=path: file_event(run.run_id, path, run._session.spool))  # type: ignore[misc]
    for address in list(_uris)[-MAX_PER_RUN:]:
        if address not in sent and len(sent) < MAX_PER_RUN:
            sent.add(address)
            run._session.put(address_event(run.run_id, address))


def file_event(run_id: str, path: str, spool: Optional[Spool] = None) -> Optional[Dict[str, Any]]:
    """The input event for a file, with its size, time, checksum (up to 64 MiB), and how to get it again.

    A small file is copied to `spool` for the daemon.
    """
    told = os.stat(path)
    source: Dict[str, Any] = {"uri": path, "size_bytes": told.st_size, "mtime_ms": int(told.st_mtime * 1000)}
    checksum = _checksum(path, told)
    if checksum is not None:
        source["sha256"] = checksum
    pointer = _pointer(path, checksum)
    if pointer is not None:
        source["pointer"] = pointer
    is_pointer_only = pointer is not None and checksum is not None and pointer.get("oid", checksum) != checksum
    copy = None if checksum is None or is_pointer_only else keep_copy(spool, path, checksum)
    if copy is not None:
        source["reproduce"] = "from its copy"
    else:
        source["reproduce"] = "cannot be reproduced" if pointer is None else "by " + str(pointer["kind"])
    mark = (
        checksum
        or hashlib.sha256(
            ("%s\0%d\0%d" % (path, told.st_size, told.st_mtime_ns)).encode("utf-8", "surrogateescape")
        ).hexdigest()
    )
    return {
        "type": "dataset",
        "run_id": run_id,
        "name": os.path.basename(path),
        "digest": mark[:16],
        "source_type": "local",
        "source": json.dumps(source),
        "schema": None,
        "profile": {"size_bytes": told.st_size},
        "context": "read",
        "file": copy or None,
    }


def address_event(run_id: str, address: str) -> Dict[str, Any]:
    """The input event for an address: a pointer, with no promise that what is there stays the same."""
    http = address.startswith("http")
    source = {"url" if http else "uri": address, "reproduce": "cannot be reproduced"}
    if "versionId=" in address or "@" in address.split("://", 1)[-1].split("/")[0] and address.startswith("hf"):
        source["reproduce"] = "by object version"
    return {
        "type": "dataset",
        "run_id": run_id,
        "name": address.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or address,
        "digest": hashlib.sha256(address.encode()).hexdigest()[:16],
        "source_type": "http" if http else address.split(":", 1)[0],
        "source": json.dumps(source),
        "schema": None,
        "profile": None,
        "context": "read",
    }


def _audit(event: str, args: Tuple[Any, ...]) -> None:
    if event != "open":
        return
    try:
        path = args[0]
        if type(path) is str and _extension(path) in EXTENSIONS:
            _opened(path, args[2] if len(args) > 2 else 0)
    except Exception:  # noqa: BLE001 - an error here would break the user's open()
        return


def _opened(path: str, flags: Any) -> None:
    full = os.path.abspath(path)
    if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
        if len(_written) < 10_000:
            _written.add(full)
        return
    if full in _seen or len(_seen) >= MAX_FILES or full.startswith(_outside):
        return
    here = os.path.join(os.getcwd(), "")
    parts = (full[len(here) :] if full.startswith(here) else full[1:]).split(os.sep)
    if any(part.startswith(".") or part in ("site-packages", "dist-packages", "node_modules") for part in parts):
        return
    if full.endswith(".json") and not os.path.getsize(full) > 4096:
        return  # settings, most likely
    if os.path.isfile(full):
        _seen[full] = None


def _extension(path: str) -> str:
    name = path[-24:]
    dot = name.rfind(".")
    if dot < 0:
        return ""
    last = name[dot + 1 :].lower()
    if last in _COMPRESSED:
        before = name[:dot]
        inner = before[before.rfind(".") + 1 :].lower()
        return inner if inner in EXTENSIONS else ""
    return last


def _checksum(path: str, told: os.stat_result) -> Optional[str]:
    if told.st_size > max(MAX_HASHED_BYTES, limit_bytes()):
        return None
    key = (path, told.st_size, told.st_mtime_ns)
    known = _hashes.get(key)
    if known is None:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        known = _hashes[key] = digest.hexdigest()
    return known


def _pointer(path: str, checksum: Optional[str]) -> Optional[Dict[str, str]]:
    """Where a versioning tool keeps this very file: DVC's sidecar, or git-lfs (whose ids are SHA-256)."""
    try:
        with open(path + ".dvc", encoding="utf-8", errors="replace") as file:
            found = re.search(r"\bmd5:\s*([0-9a-f]{32}(?:\.dir)?)", file.read(65536))
        if found:
            return {"kind": "dvc", "md5": found.group(1)}
    except OSError:
        pass
    with open(path, "rb") as raw:
        head = raw.read(200)
    if head.startswith(b"version https://git-lfs"):
        oid = re.search(rb"oid sha256:([0-9a-f]{64})", head)
        return {"kind": "git-lfs", "oid": oid.group(1).decode()} if oid else None
    if checksum is not None and _in_lfs(path):
        return {"kind": "git-lfs", "oid": checksum}
    return None


def _in_lfs(path: str) -> bool:
    folder = os.path.dirname(path)
    for _ in range(40):
        for pattern in _lfs_patterns(os.path.join(folder, ".gitattributes")):
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            target = relative if "/" in pattern else os.path.basename(path)
            if fnmatch.fnmatch(target, pattern.lstrip("/").replace("**/", "*")):
                return True
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return False
        folder = above
    return False


def _lfs_patterns(path: str) -> List[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return [line.split()[0] for line in file if "filter=lfs" in line and not line.startswith("#")]
    except OSError:
        return []
