"""`python start.py host PLAN`: loads this package by its folder, whatever else is called `daybook`, and begins."""

import importlib
import importlib.util
import os
import sys


def main() -> None:
    """Loads the package under a name that is free, and runs the part that was asked for."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[0] = ""  # as a kernel has it: modules beside the notebook are found, ours are not in the way
    found = importlib.util.find_spec("daybook")
    places = list(found.submodule_search_locations or []) if found else []
    foreign = found is not None and not any(os.path.exists(os.path.join(p, "startup.py")) for p in places)
    name = "_daybook" if foreign else "daybook"
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError("there is no module in " + folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    role, plan = sys.argv[1:3]
    importlib.import_module("%s.trial.%s" % (name, role)).main(plan)


main()
