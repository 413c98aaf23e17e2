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
    for name, wanted in _requirements(os.path.join(folder, "requirements.txt")):
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


def _requirements(path: str) -> "List[tuple[str, Optional[str]]]":
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
    texts: List[str] = []
    try:
        with open(path, "rb") as file:
            for op, arg, _ in pickletools.genops(file):
                if op.name == "GLOBAL" and isinstance(arg, str) and arg.startswith("__main__ "):
                    mains.add(arg.split(" ", 1)[1])
                elif op.name in ("SHORT_BINUNICODE", "BINUNICODE") and isinstance(arg, str):
                    texts.append(arg)
                elif op.name == "STACK_GLOBAL" and len(texts) >= 2:
                    module, name = texts[-2:]
                    if module == "__main__":
                        mains.add(name)
                    elif module.endswith("cloudpickle") and name in ("_make_function", "_make_skeleton_class"):
                        functions.add("class" if "class" in name else "function")
    except Exception:  # noqa: BLE001 - compressed, or no pickle at all
        return


if __name__ == "__main__":
    main()
