"""Reads what `daybook schema --as` wrote with the tools that it is for, and checks good and bad rows with it."""

import json
import sys


def pandera(folder: str) -> dict:
    """Errors of good and of bad rows, by pandera."""
    import pandas as pd
    import pandera.pandas as pa

    names: dict = {}
    exec(open(folder + "/pandera.py").read(), names)  # what daybook wrote
    told = {}
    for which in ("good", "bad"):
        frame = pd.read_csv(folder + "/%s.csv" % which)
        try:
            names["schema"].validate(frame, lazy=True)
            told[which] = []
        except pa.errors.SchemaErrors as errors:
            told[which] = sorted(set(errors.failure_cases["column"].dropna()))
    return told


def jsonschema(folder: str) -> dict:
    """The same by the package jsonschema; the schema itself is checked against its own."""
    import jsonschema as js

    schema = json.load(open(folder + "/jsonschema.json"))
    js.Draft202012Validator.check_schema(schema)
    validator = js.Draft202012Validator(schema)
    told = {}
    for which in ("good", "bad"):
        rows = json.load(open(folder + "/%s.json" % which))
        told[which] = sorted({str(error.path[0]) for row in rows for error in validator.iter_errors(row) if error.path})
    return told


def frictionless(folder: str) -> dict:
    """The same by frictionless."""
    from frictionless import Resource, Schema, validate

    schema = Schema.from_descriptor(json.load(open(folder + "/frictionless.json")))
    told = {}
    for which in ("good", "bad"):
        report = validate(Resource(path="%s.csv" % which, basepath=folder, schema=schema))
        told[which] = sorted({field or note for field, note in report.flatten(["fieldName", "note"])})
    return told


if __name__ == "__main__":
    json.dump({tool.__name__: tool(sys.argv[1]) for tool in (pandera, jsonschema, frictionless)}, sys.stdout)
