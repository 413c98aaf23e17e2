"""Trials of a study: a notebook's shared cells run once, the others once a trial, each time in a process of its own.

`host.py` is the process that the daemon starts for a study: it asks for work, starts the processes below and
watches them; it runs no code of the user's. `template.py` runs the shared cells, then forks a process for each
trial, or becomes the trial itself where forking is not safe (`forking.py` says when). `cells.py` executes code
cells without IPython, `magics.py` says which of IPython's lines it can do without, `outputs.py` keeps what they
show, `watch.py` looks at processes from outside.
"""
