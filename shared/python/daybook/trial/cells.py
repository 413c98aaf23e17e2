"""Executes code cells in one namespace, as a notebook does, without IPython.

The last expression of a cell is shown, `await` stands at the top level, `from __future__` lasts, and a traceback
shows the lines of the cell.
"""

import ast
import asyncio
import inspect
import linecache
import subprocess
import sys
import traceback
import types
import warnings
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from . import outputs
from .magics import plain_python

_FUTURE = 0
for _name in __import__("__future__").all_feature_names:
    _FUTURE |= getattr(__import__("__future__"), _name).compiler_flag

_DYNAMIC = frozenset(("globals", "locals", "vars", "eval", "exec"))


class CellFailed(Exception):
    """A cell raised; `name`, `message` and `traceback` say how."""

    def __init__(self, cell: int, error: BaseException, trace: List[str]) -> None:
        super().__init__("%s: %s" % (type(error).__name__, error))
        self.cell = cell
        self.error = error
        self.name = type(error).__name__
        self.message = _text(error)
        self.traceback = trace


class _Compiled(NamedTuple):
    """A cell as code: `shows`: the last part is an expression whose value is shown."""

    parts: Tuple[types.CodeType, ...]
    shows: bool
    flags: int
    """What `from __future__` holds for the cells behind it."""


class Cells:
    """The namespace of a notebook, and what executing cells in it needs."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._flags = 0
        self._count = 0
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._compiled: Dict[Tuple[int, str, int], _Compiled] = {}
        main = types.ModuleType("__main__")
        self.namespace: Dict[str, Any] = main.__dict__
        # Classes of the notebook are pickled as members of __main__, as in a kernel.
        sys.modules["__main__"] = main
        main.__dict__.update(
            __builtins__=__builtins__, display=outputs.display, __daybook_shell__=_shell, Out={}, In=[""]
        )

    @property
    def busy(self) -> bool:
        """Whether a cell left tasks behind that go on."""
        return self._loop is not None and any(not task.done() for task in asyncio.all_tasks(self._loop))

    def forked(self) -> None:
        """In a forked child: an event loop cannot be shared with the parent."""
        self._loop = None

    def prepare(self, cells: Sequence[Dict[str, Any]]) -> None:
        """Compiles cells ahead of their run, once for all forked children; what does not compile tells when it runs."""
        flags = self._flags
        for cell in cells:
            index, source = cell["index"], cell["source"]
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")  # a warning is to be seen in each trial
                    code = self._compile(index, source, flags)
            except Exception:  # noqa: BLE001 - compiled again, and told of, in the trial
                return
            self._compiled[(index, source, flags)] = code
            flags = code.flags

    def run(self, index: int, source: str, out: outputs.Outputs) -> None:
        """Executes one cell. Raises CellFailed, after the failure was shown."""
        out.begin(index)
        try:
            self._execute(index, source, out)
            outputs.show_figures()
        except BaseException as error:  # noqa: BLE001 - whatever the cell raises ends the trial, not this process
            outputs.show_figures()
            failed = CellFailed(index, error, _traceback(error))
            out.error(failed.name, failed.message, failed.traceback)
            out.ended(False)
            raise failed from error
        out.ended(True)

    def _execute(self, index: int, source: str, out: outputs.Outputs) -> None:
        self._count += 1
        self.namespace["In"].append(source)
        code = self._compiled.get((index, source, self._flags)) or self._compile(index, source, self._flags)
        self._flags = code.flags
        value: Any = None
        for part in code.parts:
            value = self._run(part)
        if code.shows and value is not None:
            self.namespace["_"] = self.namespace["Out"][self._count] = value
            data, metadata = outputs.mime_bundle(value)
            out.show("execute_result", data, metadata, execution_count=self._count)

    def _compile(self, index: int, source: str, flags: int) -> _Compiled:
        python = plain_python(source)
        name = "<%s, cell %d>" % (self._title, index + 1)
        linecache.cache[name] = (len(python), None, [line + "\n" for line in python.split("\n")], name)
        tree = ast.parse(python, name)
        last = tree.body[-1] if tree.body else None
        whole: List[Any] = [(tree, "exec")]
        shows = isinstance(last, ast.Expr) and not python.rstrip().endswith(";")
        if isinstance(last, ast.Expr) and shows:
            whole = [(ast.Module(tree.body[:-1], tree.type_ignores), "exec"), (ast.Expression(last.value), "eval")]
        parts: List[types.CodeType] = []
        for part, mode in whole:
            code = compile(part, name, mode, flags=flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            flags |= code.co_flags & _FUTURE
            parts.append(code)
        return _Compiled(tuple(parts), shows, flags)

    def _run(self, code: types.CodeType) -> Any:
        result = eval(code, self.namespace)  # the user's own code
        if not code.co_flags & inspect.CO_COROUTINE:
            return result
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(result)


def first_use(cells: Sequence[Dict[str, Any]], names: Sequence[str], skip: Optional[int]) -> int:
    """How many cells come before the first one that uses, or might use, one of the names; `skip` does not count."""
    wanted = set(names)
    for at, cell in enumerate(cells):
        if cell["index"] != skip and (skip is None or cell["index"] > skip) and _uses(cell["source"], wanted):
            return at
    return len(cells)


def _uses(source: str, names: Set[str]) -> bool:
    try:
        tree = ast.parse(plain_python(source))
    except Exception:  # noqa: BLE001 - what cannot be read might use anything
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and (node.id in names or node.id in _DYNAMIC):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name in names:
            return True
        if isinstance(node, (ast.Global, ast.Nonlocal)) and names.intersection(node.names):
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name).split(".")[0] in names:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
            return True
    return False


def _shell(command: str) -> None:
    """A line that begins with `!`: shows what the command says; like IPython it does not mind how it ended."""
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    sys.stdout.write(done.stdout.decode("utf-8", "replace"))


def _traceback(error: BaseException) -> List[str]:
    """The traceback without our own frames."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        trace = None
    lines = traceback.format_exception(type(error), error, trace)
    return "".join(lines).rstrip("\n").split("\n")[-200:]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an exception that cannot say what it is
        return ""
