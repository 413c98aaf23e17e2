"""Reads the CSV files of a folder with the peers and writes what each read as JSON: {peer: {file: rows or null}}."""

import csv
import json
import os
import sys

folder, target = sys.argv[1], sys.argv[2]
names = sorted(os.listdir(folder))


def with_csv(path, _parameters):
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
        dialect = csv.Sniffer().sniff(text)
        file.seek(0)
        return list(csv.reader(file, dialect))


def with_clevercsv(path, _parameters):
    import clevercsv

    with open(path, newline="", encoding="utf-8") as file:
        dialect = clevercsv.Sniffer().sniff(file.read())
        file.seek(0)
        return list(clevercsv.reader(file, dialect))


def with_pandas(path, parameters):
    """As the benchmark calls it: finds the delimiter itself, is told the quote, the escape and the preamble."""
    import pandas

    options = {"sep": None, "header": "infer", "dtype": object, "on_bad_lines": "skip", "engine": "python"}
    if parameters.get("quotechar", '"') != '"':
        options["quotechar"] = parameters["quotechar"]
    if parameters.get("escapechar", '"') != parameters.get("quotechar", '"'):
        options["escapechar"] = parameters["escapechar"] or None
        options["doublequote"] = False
    if parameters.get("preamble_lines"):
        options["skiprows"] = parameters["preamble_lines"]
    frame = pandas.read_csv(path, **options)
    rows = frame.astype(object).where(frame.notna(), "").values.tolist()
    return [[str(name) for name in frame.columns]] + [[str(cell) for cell in row] for row in rows]


peers = {"pandas": with_pandas, "CleverCSV": with_clevercsv, "Python csv": with_csv}
answers = {peer: {} for peer in peers}
for name in names:
    if not name.endswith(".csv"):
        continue
    path = os.path.join(folder, name)
    beside = path[:-4] + ".json"
    parameters = json.load(open(beside)) if os.path.exists(beside) else {}
    for peer, read in peers.items():
        try:
            answers[peer][name] = read(path, parameters)
        except Exception:
            answers[peer][name] = None
    print(name, flush=True)
with open(target, "w") as file:
    json.dump(answers, file)
