"""`python -m jupyterlab_daybook.ensure FOLDER OPENED`: brings up the daemon of the project that FOLDER lies in.

A kernel runs it at its start, so that its first cell is tracked though no page is open.
"""

import asyncio
import sys

from .daemon import Problem, ensure_daemon, find_project


def main(arguments: "list[str]") -> int:
    """Returns the exit code: 0 if the daemon runs."""
    folder, opened = arguments
    try:
        asyncio.run(ensure_daemon(find_project(folder, opened)))
    except Problem as problem:
        sys.stderr.write("%s\n" % problem.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
