"""Run by PYTHONSTARTUP in the namespace of a kernel (or a Python prompt) before its first input.

It leaves no name behind, never fails, and runs the user's own startup file after itself. `daybook` is
imported from the folder of this file without a change of sys.path; if the user has a module of that name,
ours is loaded under another one and theirs is what they get.
"""


def _daybook_startup(path, namespace):  # type: ignore
    import os
    import sys

    own = os.environ.pop("DAYBOOK_USER_PYTHONSTARTUP", None)
    if own:
        os.environ["PYTHONSTARTUP"] = own
    else:
        os.environ.pop("PYTHONSTARTUP", None)  # kernels started from this one are not its cells
    del namespace["_daybook_startup"]
    try:
        import importlib.util

        folder = os.path.dirname(os.path.abspath(path))
        found = importlib.util.find_spec("daybook")
        places = list(found.submodule_search_locations or []) if found else []
        foreign = found is not None and not any(os.path.exists(os.path.join(p, "startup.py")) for p in places)
        name = "_daybook" if foreign else "daybook"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(
                name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
            )
            if spec is None or spec.loader is None:
                raise ImportError("there is no module in " + folder)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[name]
                raise
        importlib.import_module(name + ".kernel").attach()
    except Exception as error:
        sys.stderr.write("daybook: this kernel is not tracked: %s: %s\n" % (type(error).__name__, error))
    if not own or not os.path.isfile(own):
        return
    before = namespace.get("__file__")
    namespace["__file__"] = own
    try:
        with open(own, "rb") as file:
            source = file.read()
        exec(compile(source, own, "exec"), namespace)
    except Exception:
        import traceback

        traceback.print_exc()
    finally:
        if before is None:
            namespace.pop("__file__", None)
        else:
            namespace["__file__"] = before


_daybook_startup(__file__, globals())  # type: ignore
