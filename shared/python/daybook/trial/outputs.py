"""What the cells of one process show, as lines of JSON in a file: there even if the process is killed.

Lines: `{"cell": 3, "at": ms}` (it begins), `{"output": {…}}` (nbformat), `{"ended": true, "ok": true, "at": ms}`,
and at the very end `{"end": {…}}`.
"""

import base64
import io
import json
import sys
import time
from typing import Any, Dict, List, Optional

MAX_CELL_BYTES = 1_000_000
"""What one cell may show; what comes beyond is left out, with a mark."""

FLUSH_S = 0.2

current: Optional["Outputs"] = None
"""Where this process shows things now."""


class Outputs:
    """The file of one process."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8", errors="backslashreplace")
        self._text = ""
        self._name = ""
        self._bytes = 0
        self._flushed = 0.0

    def begin(self, cell: int) -> None:
        """A cell begins."""
        self._bytes = 0
        self._write({"cell": cell, "at": _now_ms()})

    def ended(self, ok: bool) -> None:
        """It is over."""
        self._write({"ended": True, "ok": ok, "at": _now_ms()})
        self.flush()

    def stream(self, name: str, text: str) -> None:
        """Text that was printed; short pieces are joined."""
        if not text:
            return
        if name != self._name:
            self._put_text()
            self._name = name
        self._text += text
        if len(self._text) > 8192 or time.monotonic() - self._flushed > FLUSH_S:
            self.flush()

    def show(self, kind: str, data: Dict[str, Any], metadata: Optional[Dict[str, Any]] = None, **more: Any) -> None:
        """A rich output: `display_data` or `execute_result`."""
        self._output({"output_type": kind, "data": data, "metadata": metadata or {}, **more})

    def error(self, name: str, message: str, traceback: List[str]) -> None:
        """How a cell failed."""
        self._bytes = 0
        self._output({"output_type": "error", "ename": name, "evalue": message, "traceback": traceback})

    def end(self, result: Dict[str, Any]) -> None:
        """The last line: how it all ended."""
        self._write({"end": result})
        self.flush()

    def flush(self) -> None:
        """Brings everything to the file."""
        self._put_text()
        self._flushed = time.monotonic()
        try:
            self._file.flush()
        except OSError:
            pass  # a full disk must not make a trial fail

    def _put_text(self) -> None:
        text, self._text = self._text, ""
        if text:
            self._output({"output_type": "stream", "name": self._name, "text": text})

    def _output(self, output: Dict[str, Any]) -> None:
        if output["output_type"] != "stream":
            self._put_text()
        if self._bytes > MAX_CELL_BYTES:
            return
        line = json.dumps({"output": output})
        self._bytes += len(line)
        if self._bytes > MAX_CELL_BYTES:
            mark = "\n[more than %d bytes: the rest is not kept]\n" % MAX_CELL_BYTES
            line = json.dumps({"output": {"output_type": "stream", "name": "stderr", "text": mark}})
        self._line(line)

    def _write(self, entry: Dict[str, Any]) -> None:
        self._put_text()
        self._line(json.dumps(entry))

    def _line(self, line: str) -> None:
        try:
            self._file.write(line + "\n")
        except OSError:
            pass


class Stream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr: what is written becomes output of the running cell."""

    encoding = "utf-8"  # type: ignore[assignment]
    errors = "backslashreplace"  # type: ignore[assignment]

    def __init__(self, name: str, fd: int) -> None:
        self.name = "<%s>" % name
        self._name = name
        self._fd = fd

    def write(self, text: str) -> int:
        """Takes text."""
        if current is not None:
            current.stream(self._name, text)
        return len(text)

    def writable(self) -> bool:
        """It takes text."""
        return True

    def flush(self) -> None:
        """What was written reaches the file soon anyway."""

    def fileno(self) -> int:
        """Where programs that are started write: the log of the study."""
        return self._fd

    def isatty(self) -> bool:
        """It is no terminal."""
        return False


def install(outputs: Outputs) -> None:
    """From now on everything that is printed or displayed goes there."""
    global current
    current = outputs
    sys.stdout = Stream("stdout", 1)
    sys.stderr = Stream("stderr", 2)


def display(*objects: Any, **_: Any) -> None:
    """What a notebook calls `display`."""
    for one in objects:
        if current is not None:
            data, metadata = mime_bundle(one)
            current.show("display_data", data, metadata)


def show_figures() -> None:
    """Shows and closes matplotlib's open figures, as a notebook does at a cell's end."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or current is None:
        return
    managers = helpers.Gcf.get_all_fig_managers()
    try:
        for manager in managers:
            figure = manager.canvas.figure
            if figure.axes or figure.texts or figure.lines:
                data, metadata = mime_bundle(figure)
                current.show("display_data", data, metadata)
    except Exception as error:  # noqa: BLE001 - a picture that cannot be drawn does not make a trial fail
        current.stream("stderr", "a figure cannot be shown: %s: %s\n" % (type(error).__name__, error))
    if managers:
        helpers.Gcf.destroy_all()


_METHODS = (
    ("text/html", "_repr_html_"),
    ("text/markdown", "_repr_markdown_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
    ("image/jpeg", "_repr_jpeg_"),
    ("text/latex", "_repr_latex_"),
    ("application/json", "_repr_json_"),
)


def mime_bundle(value: Any) -> Any:
    """`(data, metadata)` of a value, by the methods that IPython's display protocol names."""
    data: Dict[str, Any] = {}
    metadata: Dict[str, Any] = {}
    if type(value).__module__.startswith("matplotlib.figure"):
        buffer = io.BytesIO()
        value.savefig(buffer, format="png", bbox_inches="tight")
        data["image/png"] = base64.b64encode(buffer.getvalue()).decode("ascii")
    elif not isinstance(value, type):
        bundle = _call(value, "_repr_mimebundle_")
        if isinstance(bundle, tuple) and len(bundle) == 2:
            bundle, metadata = bundle
        if isinstance(bundle, dict):
            data.update(bundle)
        for mime, method in _METHODS:
            shown = None if mime in data else _call(value, method)
            if isinstance(shown, tuple):
                shown = shown[0]
            if isinstance(shown, (bytes, bytearray)):
                shown = base64.b64encode(bytes(shown)).decode("ascii")
            if shown is not None:
                data[mime] = shown
    data.setdefault("text/plain", _plain(value))
    return json.loads(json.dumps(data, default=str)), json.loads(json.dumps(metadata, default=str))


def _call(value: Any, method: str) -> Any:
    try:
        found = getattr(value, method, None)
        return found() if callable(found) else None
    except Exception:  # noqa: BLE001 - then it has no such form
        return None


def _plain(value: Any) -> str:
    try:
        if isinstance(value, (dict, list, tuple, set)) and len(value) < 10_000:
            import pprint

            return pprint.pformat(value, width=100, compact=True)
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a value that cannot say what it is
        return "<%s: %s>" % (type(value).__name__, error)


def _now_ms() -> int:
    return int(time.time() * 1000)
