"""Makes `daybook exec -- python train.py` tracked: this folder stands first in PYTHONPATH, so that Python runs
this file before the script, in the process itself and in every Python that it starts.

The user's own sitecustomize, which this one hides, runs after it. Nothing is imported from a library, and
`import daybook` works in the script whether or not it is installed. Of several ranks of one job (RANK,
OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID) all log to the one run: rank 0 under plain names, with
parameters, models, data sets and environment; the others only what they log by hand, as `<metric>/rank_<n>`.
"""

import os
import sys


def _prepare(folder: str) -> None:
    """Makes `daybook` importable from the folder beside this one, and hooks the libraries it knows."""
    import importlib.util

    package = os.path.join(os.path.dirname(folder), "daybook")
    spec = importlib.util.spec_from_file_location(
        "daybook", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["daybook"] = module
    try:
        spec.loader.exec_module(module)
        module.autolog()
    except BaseException:
        sys.modules.pop("daybook", None)
        raise


def _chain(folder: str) -> None:
    """Runs the sitecustomize that would have run without us."""
    import importlib.util

    sys.path[:] = [place for place in sys.path if os.path.abspath(place or os.curdir) != folder]
    sys.path_importer_cache.pop(folder, None)
    ours = sys.modules.pop("sitecustomize", None)
    if importlib.util.find_spec("sitecustomize") is not None:
        import sitecustomize  # noqa: F401
    elif ours is not None:
        sys.modules["sitecustomize"] = ours


def _run() -> None:
    folder = os.path.dirname(os.path.abspath(__file__))
    foreign = None
    if os.environ.get("DAYBOOK_URL"):
        try:
            import importlib.util

            sys.path[:] = [place for place in sys.path if os.path.abspath(place or os.curdir) != folder]
            foreign = importlib.util.find_spec("daybook")
            places = list(foreign.submodule_search_locations or []) if foreign else []
            if foreign is None or any(os.path.exists(os.path.join(place, "startup.py")) for place in places):
                _prepare(folder)
        except Exception as error:
            sys.stderr.write("daybook: this process is not tracked: %s: %s\n" % (type(error).__name__, error))
    _chain(folder)


_run()
