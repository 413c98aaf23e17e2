"""Which packages a model needs, with all that these need, as they are installed here: `start.py pins FOLDER`.

Printed is {"python", "pins": ["numpy==2.4.6", ...]}. MLflow itself is left out where the worker loads the model
without it.
"""

import json
import os
import re
import sys
from typing import Dict, List, Optional, Set

from .check import requirements


def main() -> None:
    """Prints the pins."""
    request = json.loads(sys.argv[1])
    wanted = {name for name, _ in requirements(os.path.join(request["folder"], "requirements.txt"))}
    wanted.update(request["also"])
    wanted.difference_update(request["without"])
    print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], "pins": pins(wanted)}))


def pins(wanted: Set[str]) -> List[str]:
    """All that these packages need, pinned; names as the distributions write them."""
    found: Dict[str, str] = {}
    names = sorted(wanted)
    while names:
        name = names.pop()
        known = _distribution(name)
        if known is None or known.metadata["Name"] in found:
            continue
        # What stands behind "+" is a build of one index: the version itself is to be had everywhere.
        found[known.metadata["Name"]] = known.version.split("+")[0]
        names.extend(_needs(known))
    return sorted(("%s==%s" % pair for pair in found.items()), key=str.lower)


def _distribution(name: str) -> Optional[object]:
    from importlib import metadata

    try:
        return metadata.distribution(name)
    except Exception:  # noqa: BLE001 - not installed under that name
        pass
    try:
        return metadata.distribution(metadata.packages_distributions()[name.replace("-", "_")][0])
    except Exception:  # noqa: BLE001 - nor any other, or a Python before 3.10
        return None


def _needs(known: object) -> List[str]:
    names = []
    for line in known.requires or []:
        if re.search(r"\bextra\s*==", line):
            continue
        named = re.match(r"^[A-Za-z0-9][A-Za-z0-9._-]*", line)
        if named is not None:
            # One that another system or Python needs is not installed here, and falls out by itself.
            names.append(named.group(0))
    return names
