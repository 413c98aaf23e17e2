"""Which of IPython's own lines a notebook can do without, and which it cannot.

A cell that needs more than this is refused with the line and the reason; the study then runs on kernels.
"""

import ast
import re
from typing import List, Tuple

SKIPPED = frozenset(
    "matplotlib load_ext reload_ext autoreload config precision logstart logstop xmode pdb colors timeit".split()
)
"""Line magics that change how a notebook looks or is edited, and nothing of what it computes."""

SHOWN = frozenset("html HTML javascript js latex markdown svg SVG".split())
"""Cell magics whose text is only shown."""

_INSTALLS = re.compile(r"^(?:%|!)\s*(?:pip3?|conda|mamba|uv|python3? -m pip)\b.*\binstall\b")
_PLAIN = re.compile(r"^[^{}$]*$")


class Unsupported(Exception):
    """A cell needs IPython."""


def plain_python(source: str) -> str:
    """The cell as plain Python.

    Raises Unsupported if it needs IPython. Code that is no Python either way comes back as it is: running it
    then says where the mistake is.
    """
    if "get_ipython" in source:
        raise Unsupported("it calls get_ipython()")
    head, _, rest = source.lstrip().partition("\n")
    if head.startswith("%%"):
        return _cell_magic(head, rest)
    if _parses(source):
        return source
    lines = source.split("\n")
    for at, line in enumerate(lines):
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        if bare.startswith("%") and _begins_statement(lines[:at]):
            lines[at] = indent + _line_magic(bare)
        elif bare.startswith("!") and _begins_statement(lines[:at]):
            lines[at] = indent + _shell(bare)
        elif bare.startswith("?") or (bare.rstrip().endswith("?") and not bare.startswith("#")):
            lines[at] = indent + "pass"
        elif re.match(r"^[\w\s,.\[\]'\"]+=\s*[!%]", bare):
            raise Unsupported("it takes the answer of %s" % bare.split("=", 1)[1].strip()[:40])
    changed = "\n".join(lines)
    return changed if _parses(changed) else source


def _parses(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        return True
    except (SyntaxError, ValueError):
        return False


def _begins_statement(before: List[str]) -> bool:
    """Whether a line after these begins a statement: it stands in no bracket and no string over several lines."""
    text = "\n".join(line for line in before if not line.lstrip().startswith(("%", "!")))
    for tail in ("pass", "    pass", "        pass"):
        if _parses(text + "\n" + tail) or _parses(text.rstrip() + "\n" + tail):
            return True
    return text.strip() == ""


def _cell_magic(head: str, rest: str) -> str:
    name, _, line = head[2:].partition(" ")
    if name in ("time", "capture"):
        return plain_python(rest)
    if name in SHOWN:
        return "pass"
    if name in ("bash", "sh"):
        return "__daybook_shell__(%r)" % rest
    raise Unsupported("%%%%%s needs IPython" % name)


def _line_magic(line: str) -> str:
    if _INSTALLS.match(line):
        raise Unsupported("it installs packages: %s" % line[:60])
    name, _, rest = line[1:].strip().partition(" ")
    rest = rest.strip()
    if name == "time":
        return rest or "pass"
    if name in SKIPPED:
        return "pass"
    if name in ("env", "set_env"):
        key, value = _assignment(rest)
        if key and _PLAIN.match(rest):
            return "__import__('os').environ[%r] = %r" % (key, value)
    if name == "cd" and rest and _PLAIN.match(rest):
        return "__import__('os').chdir(__import__('os').path.expanduser(%r))" % rest.strip("'\"")
    raise Unsupported("%%%s needs IPython" % name)


def _assignment(text: str) -> Tuple[str, str]:
    for sign in ("=", " "):
        key, found, value = text.partition(sign)
        if found:
            return key.strip(), value.strip()
    return "", ""


def _shell(line: str) -> str:
    if _INSTALLS.match(line):
        raise Unsupported("it installs packages: %s" % line[:60])
    command = line.lstrip("!")
    if not _PLAIN.match(command):
        raise Unsupported("it puts variables into a command: %s" % line[:60])
    return "__daybook_shell__(%r)" % command
