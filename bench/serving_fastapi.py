"""A server as people write it by hand: `serving_fastapi.py MODEL PORT`, MODEL being a pickle or an ONNX file."""

import pickle
import sys
from typing import List

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Rows(BaseModel):
    """As MLflow's body of arrays."""

    inputs: List[List[float]]


def scikit_learn(path):
    """Loads the pickle."""
    with open(path, "rb") as file:
        model = pickle.load(file)
    return lambda rows: model.predict(np.asarray(rows)).tolist()


def onnxruntime(path):
    """Loads the ONNX file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    wanted = session.get_inputs()[0]
    kind = np.float64 if "double" in wanted.type else np.float32
    label = session.get_outputs()[0].name
    return lambda rows: session.run([label], {wanted.name: np.asarray(rows, dtype=kind)})[0].tolist()


predict = (onnxruntime if sys.argv[1].endswith(".onnx") else scikit_learn)(sys.argv[1])


@app.get("/ping")
async def ping():
    """Whether it is up."""
    return {}


@app.post("/invocations")
async def invocations(rows: Rows):
    """What the model says."""
    return {"predictions": predict(rows.inputs)}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
