"""Looks at a model package without loading it: which packages are missing here, what its pickles name.

`check.py FOLDER` prints JSON.
"""

import json
import os
import pickletools
import re
import sys
from typing import Any, Dict, List, Optional, Set


def main() -> None:
    """Prints what was found."""
    print(json.dumps(check(sys.argv[1])))


def check(folder: str) -> Dict[str, Any]:
    """Requirements that are missing or of another version, and what the pickles bring along."""
    missing: List[Dict[str, Optional[str]]] = []
    different: List[Dict[str, Optional[str]]] = []
    for name, wanted in requirements(os.path.join(folder, "requirements.txt")):
        found = _installed(name)
        if found is None:
            missing.append({"name": name, "wanted": wanted})
        elif wanted is not None and found.split("+")[0] != wanted.split("+")[0]:
            different.append({"name": name, "wanted": wanted, "found": found})
    mains: Set[str] = set()
    functions: Set[str] = set()
    pickles: List[str] = []
    for root, _, files in os.walk(folder):
        for file in sorted(files):
            if file.endswith((".pkl", ".pickle", ".joblib")):
                path = os.path.join(root, file)
                pickles.append(os.path.relpath(path, folder))
                _look_into(path, mains, functions)
    return {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "executable": sys.executable,
        "missing": missing,
        "different": different,
        "pickles": pickles,
        "mainNames": sorted(mains),
        "functions": sorted(functions),
    }


def requirements(path: str) -> "List[tuple[str, Optional[str]]]":
    """Packages that a requirements file names, with the version where one is pinned."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        line = line.split("#", 1)[0].split(";", 1)[0].strip()
        named = re.match(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:==\s*([^\s,]+))?", line)
        if named is not None and not line.startswith("-"):
            found.append((named.group(1), named.group(2)))
    return found


def _installed(name: str) -> Optional[str]:
    from importlib import metadata

    try:
        return metadata.version(name)
    except Exception:  # noqa: BLE001 - not installed, or half removed
        pass
    try:
        # Another distribution may bring the same module: xgboost-cpu has `xgboost`.
        return metadata.version(metadata.packages_distributions()[name.replace("-", "_")][0])
    except Exception:  # noqa: BLE001 - nor that, or a Python before 3.10
        return None


def _look_into(path: str, mains: Set[str], functions: Set[str]) -> None:
    """Names of `__main__` that a pickle refers to; whether it holds functions as code (lambdas, notebook functions)."""
    if os.path.getsize(path) > 200 << 20:
        return
    # What lies on top of the stack, as far as it is text: module and name stand there before STACK_GLOBAL.
    pushed: List[Optional[str]] = []
    memo: Dict[int, Optional[str]] = {}
    try:
        with open(path, "rb") as file:
            for op, arg, _ in pickletools.genops(file):
                if op.name == "GLOBAL" and isinstance(arg, str):
                    _look_at(*arg.split(" ", 1), mains, functions)
                    pushed.append(None)
                elif op.name == "STACK_GLOBAL":
                    _look_at(*pushed[-2:], mains, functions)
                    pushed.append(None)
                elif op.name == "MEMOIZE":
                    memo[len(memo)] = pushed[-1]
                elif op.name in ("BINPUT", "LONG_BINPUT", "PUT"):
                    memo[int(arg)] = pushed[-1]
                elif op.name in ("BINGET", "LONG_BINGET", "GET"):
                    pushed.append(memo.get(int(arg)))
                elif op.name not in ("FRAME", "PROTO"):
                    pushed.append(arg if isinstance(arg, str) else None)
                del pushed[:-2]
    except Exception:  # noqa: BLE001 - compressed, or no pickle at all
        return


def _look_at(module: Optional[str], name: Optional[str], mains: Set[str], functions: Set[str]) -> None:
    if module == "__main__" and name is not None:
        mains.add(name)
    elif module is not None and module.endswith("cloudpickle") and name in ("_make_function", "_make_skeleton_class"):
        functions.add("class" if "class" in name else "function")


if __name__ == "__main__":
    main()
