"""A model that answers: `worker.py` is the process that the gateway starts, `check.py` looks at a package first.

`wire.py` is the line to the gateway, `tables.py` makes tables of what comes and bytes of what goes, `models.py` loads.
Only what the model itself needs is imported.
"""
