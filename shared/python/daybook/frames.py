"""Hands data frames and arrays of NumPy that a cell made or changed to the daemon, which looks at them with data lint.

1. The next cell does not wait: on Linux a forked child, which sees the frame as it was, converts and writes it;
   elsewhere a small sample is written at once. What is done here takes a few milliseconds.
2. A frame is handed over when its name is new, stands for another object, has another shape or other columns, or when
   the cell names it and its (sampled) content is another.
3. At most MAX_ROWS rows at even distances leave the kernel's memory, and only to files in the spool folder, which the
   daemon removes when it has looked: of a large frame first a few of them, to be looked at meanwhile.
4. Nothing here may fail a cell: what goes wrong is told once.
"""

import json
import os
import re
import struct
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Optional, Tuple

from . import arrays
from .clean import shortened, warn_once
from .datasets import digest_of

if TYPE_CHECKING:
    from .session import Session

MAX_ROWS = 100_000
MAX_ROWS_UNFORKED = 10_000
MAX_CELLS_UNFORKED = 200_000
MAX_FRAMES = 4
MAX_COLUMNS = 2_000
MAX_DIGEST_CELLS = 100_000
FIRST_ROWS = 2_000
FIRST_CELLS = 60_000
MAGIC = b"DAYBOOKF"

_known: Dict[str, Tuple[Any, ...]] = {}
_digests: Dict[str, str] = {}


def switched_on() -> bool:
    """Whether frames are to be looked at (DAYBOOK_LINT=0 switches it off)."""
    return os.environ.get("DAYBOOK_LINT", "1") not in ("0", "false", "off")


def after_cell(session: "Session", names: Dict[str, Any], execution: str, code: str) -> None:
    """Hands over what the cell with this code made or changed among the user's names."""
    spool = session.spool
    if spool is None or not switched_on() or session.rank > 0:
        return
    # Arrays come last: most are made from a frame, which says more.
    changed = sorted(_changed(names, code), key=lambda each: arrays.is_table(each[1]))
    for name, frame in changed[:MAX_FRAMES]:
        try:
            _hand_over(session, spool.folder, name, frame, execution)
        except Exception as error:  # noqa: BLE001 - the cell's work is done, whatever happens here
            warn_once("frame", "a data frame is not looked at: %s: %s" % (type(error).__name__, error))


def look_at(session: "Session", value: Any, name: str, rows: int) -> None:
    """Hands over a frame because the user asks: of a Spark frame its first rows, which Spark computes meanwhile."""
    spool, cell = session.spool, session.cells[-1] if session.cells else None
    if spool is None or cell is None or not cell.execution:
        warn_once("lint", "nothing is looked at here: Daybook does not run, or this is no cell. `daybook lint` takes files.")
        return
    if _is_spark(value):
        sample = value.limit(rows).toPandas()
        _send_first_rows(session, spool.folder, name, sample, cell.execution)
    elif _is_frame(value):
        _hand_over(session, spool.folder, name, value, cell.execution)
    else:
        warn_once("lint", "a %s is not looked at: give a frame of pandas, polars, pyarrow or Spark" % type(value).__name__)


def _is_spark(value: Any) -> bool:
    kind = type(value)
    return (kind.__module__ or "").split(".")[0] == "pyspark" and kind.__name__ == "DataFrame" and hasattr(value, "limit")


def _send_first_rows(session: "Session", folder: str, name: str, sample: Any, execution: str) -> None:
    file = "frame-%s.data" % os.urandom(12).hex()
    _write(os.path.join(folder, file), sample, 1)
    _tell(session, name, execution, {"file": file, "rows": len(sample), "step": 1, "library": "pyspark"})


def _changed(names: Dict[str, Any], code: str) -> List[Tuple[str, Any]]:
    changed = []
    seen = set()
    for name, value in list(names.items()):
        if name.startswith("_") or not _is_frame(value) or id(value) in seen:
            continue
        seen.add(id(value))
        shape = _shape(value)
        before = _known.get(name)
        mark = (id(value),) + shape
        _known[name] = mark
        if before == mark:
            if not re.search(r"(?<![\w.])%s(?!\w)" % re.escape(name), code):
                continue
            digest = digest_of(value, shape[:1], MAX_DIGEST_CELLS)
            if _digests.get(name) in (None, digest):
                _digests[name] = digest
                continue
            _digests[name] = digest
        else:
            _digests[name] = digest_of(value, shape[:1], MAX_DIGEST_CELLS)
        if shape[0] >= 2 and shape[1]:
            changed.append((name, value))
    for gone in [name for name in _known if name not in names]:
        _known.pop(gone, None)
        _digests.pop(gone, None)
    return changed


def _is_frame(value: Any) -> bool:
    kind = type(value)
    home = (kind.__module__ or "").split(".")[0]
    if home == "pandas":
        return kind.__name__ == "DataFrame"
    if home == "polars":
        return kind.__name__ == "DataFrame"
    if home == "numpy":
        return arrays.is_table(value)
    return home == "pyarrow" and kind.__name__ == "Table"


def _shape(frame: Any) -> Tuple[Any, ...]:
    if arrays.is_table(frame):
        return arrays.shape(frame, MAX_COLUMNS)
    names = frame.column_names if hasattr(frame, "column_names") else list(frame.columns)[:MAX_COLUMNS]
    kinds = getattr(frame, "dtypes", None)
    if kinds is None:
        kinds = frame.schema.types
    kinds = kinds.tolist() if hasattr(kinds, "tolist") else list(kinds)
    rows = frame.num_rows if hasattr(frame, "num_rows") else len(frame)
    return int(rows), tuple(str(name) for name in names), tuple(str(kind) for kind in kinds[:MAX_COLUMNS])


def _hand_over(session: "Session", folder: str, name: str, frame: Any, execution: str) -> None:
    rows = _shape(frame)[0]
    fork = sys.platform.startswith("linux") and hasattr(os, "fork")
    most = MAX_ROWS if fork else max(1, min(MAX_ROWS_UNFORKED, MAX_CELLS_UNFORKED // max(1, len(_shape(frame)[1]))))
    step = max(1, -(-rows // most))
    file = "frame-%s.data" % os.urandom(12).hex()
    path = os.path.join(folder, file)
    home = (type(frame).__module__ or "").split(".")[0]
    first = _first_step(-(-rows // step), len(_shape(frame)[1])) if fork else 0
    if home == "polars":
        # polars has threads of its own, which a forked child has not: what it must do is done here.
        frame = frame.gather_every(step) if step > 1 else frame
        arrow = sys.modules.get("pyarrow")
        if arrow is None or not fork:
            first = 0
            frame.write_ipc(path + ".part", compat_level=sys.modules["polars"].CompatLevel.oldest())
            os.replace(path + ".part", path)
        else:
            _in_child(path, frame.to_arrow(), 1, first)
    elif fork:
        _in_child(path, frame, step, first)
    else:
        _write(path, frame, step)
    about: Dict[str, Any] = {"file": file, "rows": rows, "step": step, "library": home}
    _tell(session, name, execution, {**about, **({"first": first} if first else {})})


def _tell(session: "Session", name: str, execution: str, about: Dict[str, Any]) -> None:
    session.put({"type": "frame", "execution": execution, "name": shortened(name, 250), **about}, True)


def _first_step(rows: int, columns: int) -> int:
    """Every how many-th of so many rows is written first, to be looked at at once; 0 where that is hardly sooner."""
    few = min(FIRST_ROWS, FIRST_CELLS // max(1, columns))
    return -(-rows // few) if few >= 500 and rows > 2 * few else 0


def _in_child(path: str, frame: Any, step: int, first: int) -> None:
    """Forks; the child writes and ends without a word. A thread waits for it, so that no zombie stays."""
    from . import process

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.12 warns of forks in processes with threads: the child starts none
        try:
            with process.silent_fork():
                pid = os.fork()
        except OSError:
            _write(path, frame, step * 20)
            return
    if pid == 0:
        try:
            os.setsid()
            if first:
                _write(path[: -len(".data")] + ".first.data", frame, step * first)
            if hasattr(os, "nice"):
                os.nice(10)
            _write(path, frame, step)
        except BaseException:  # noqa: BLE001 - nobody hears a forked child
            try:
                open(path, "wb").close()  # an empty file tells the daemon that there is nothing to wait for
            except BaseException:  # noqa: BLE001
                pass
        finally:
            os._exit(0)
    threading.Thread(target=_wait, args=(pid,), name="daybook-frame", daemon=True).start()


def _wait(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except OSError:
        pass


def _write(path: str, frame: Any, step: int) -> None:
    part = path + ".part"
    if arrays.is_table(frame):
        with open(part, "wb") as file:
            _write_columns(file, -(-len(frame) // step), arrays.columns(frame, step, MAX_COLUMNS))
        os.replace(part, path)
        return
    if hasattr(frame, "iloc") and step > 1:
        frame = frame.iloc[::step]
    arrow = sys.modules.get("pyarrow")
    table = None
    if arrow is not None:
        try:
            table = frame if hasattr(frame, "schema") else _arrow_table(arrow, frame)
        except Exception:  # noqa: BLE001 - mixed objects, duplicate names: the plain way takes all
            table = None
    if table is not None:
        if hasattr(frame, "num_rows") and step > 1:
            table = table.take(list(range(0, table.num_rows, step)))
        from pyarrow import ipc

        with open(part, "wb") as file:
            with ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)
    else:
        with open(part, "wb") as file:
            _write_plain(file, frame)
    os.replace(part, path)


def _arrow_table(arrow: Any, frame: Any) -> Any:
    arrays = []
    names = []
    for i, name in enumerate(list(frame.columns)[:MAX_COLUMNS]):
        column = frame.iloc[:, i]
        array = arrow.Array.from_pandas(column)
        if isinstance(array, arrow.ChunkedArray):
            array = array.combine_chunks()
        arrays.append(array)
        names.append(str(name))
    return arrow.Table.from_arrays(arrays, names=names)


def _write_plain(file: Any, frame: Any) -> None:
    """A frame without pyarrow."""
    _write_columns(file, len(frame), _plain_columns(frame))


def _plain_columns(frame: Any) -> Iterator[arrays.Column]:
    for i, name in enumerate(list(frame.columns)[:MAX_COLUMNS]):
        values = frame.iloc[:, i]
        kind, numbers, missing = _plain_numbers(values)
        yield str(name), kind, str(values.dtype), numbers, missing, values


def _write_columns(file: Any, rows: int, table: Iterable[arrays.Column]) -> None:
    """MAGIC, the length of a header in JSON, the header, and the columns' bytes as they are.

    Numbers are 8-byte floats, a missing value has 1 in a byte each beside them; times are milliseconds. Texts are
    4-byte offsets and UTF-8.
    """
    columns: List[Dict[str, Any]] = []
    parts: List[bytes] = []
    for name, kind, type_name, numbers, missing, values in table:
        if numbers is not None:
            columns.append({"name": name, "kind": kind, "type": type_name, "missing": missing is not None})
            parts.append(numbers)
            if missing is not None:
                parts.append(missing)
            continue
        texts = [None if _is_missing(value) else str(value).encode("utf-8", "replace")[:2000] for value in values]
        offsets = [0]
        for text in texts:
            offsets.append(offsets[-1] + len(text or b""))
        joined = b"".join(text or b"" for text in texts)
        columns.append({"name": name, "kind": "text", "type": type_name, "missing": True, "bytes": len(joined)})
        parts.append(struct.pack("<%dI" % len(offsets), *offsets))
        parts.append(bytes(1 if text is None else 0 for text in texts))
        parts.append(joined)
    header = json.dumps({"rows": rows, "columns": columns}).encode()
    file.write(MAGIC + struct.pack("<I", len(header)) + header)
    for part in parts:
        file.write(part)


def _plain_numbers(values: Any) -> Tuple[str, Optional[bytes], Optional[bytes]]:
    """Kind, numbers and marks of what is missing; None for what must be text."""
    kind = getattr(values.dtype, "kind", "O")
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(values.dtype, "kind") or kind not in "biufM":
        return "text", None, None
    missing = values.isna().to_numpy().astype("uint8")
    if kind == "M":
        naive = values.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(values.dtype, "tz", None) is not None else values
        numbers = naive.to_numpy().astype("datetime64[ms]").astype("int64").astype("float64")
        return "timestamp", numbers.tobytes(), missing.tobytes()
    numbers = values.to_numpy(dtype="float64", na_value=float("nan"))
    marks = missing.tobytes() if missing.any() else None
    return {"b": "boolean", "f": "number"}.get(kind, "integer"), numbers.tobytes(), marks


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)
    except Exception:  # noqa: BLE001 - arrays and the like, and pandas.NA, which is neither equal nor not
        return type(value).__name__ == "NAType"
