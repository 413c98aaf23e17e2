"""The program that the gateway runs: `start.py worker ADDRESS`, `start.py check FOLDER`, `start.py convert REQUEST`,
`start.py pins REQUEST`."""

import os
import sys

# Our own files must not stand in for modules of the same name that a model wants.
_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _here]
sys.path.insert(0, os.path.dirname(os.path.dirname(_here)))

if __name__ == "__main__":
    what = sys.argv.pop(1)
    if what == "check":
        from daybook.serve.check import main
    elif what == "convert":
        from daybook.serve.convert import main
    elif what == "pins":
        from daybook.serve.pins import main
    else:
        from daybook.serve.worker import main
    main()
