"""MLflow's own scoring client asks a deployment. Arguments: address with the token in its path, rows as JSON."""

import json
import sys

import numpy
import pandas
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def main(address: str, rows: str) -> None:
    client = ScoringServerClient("127.0.0.1", 0)
    client.url_prefix = address
    client.wait_server_ready(timeout=5)
    x = numpy.array(json.loads(rows))
    told = {
        "version": client.get_version(),
        "array": client.invoke(x).get_predictions().iloc[:, 0].tolist(),
        "frame": client.invoke(pandas.DataFrame(x, columns=["a", "b"])).get_predictions().iloc[:, 0].tolist(),
        "wrong": None,
    }
    try:
        client.invoke(pandas.DataFrame({"a": ["no number"], "b": [1.0]}))
    except Exception as error:  # noqa: BLE001 - its words are what is looked at
        told["wrong"] = str(error)
    print(json.dumps(told))


main(*sys.argv[1:])
