"""The jobs: the settings of the parameter files, data made up in the shapes of theirs, and the loss.

They are those of src/bench/jobs.rs. What a step costs does not depend on what the data say.
"""

import json
import pathlib
from dataclasses import dataclass

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVTYPE = [211840, 283301, 35754, 2747, 9493, 17367, 20510]

# name: parameter file, steps of an epoch on one core and on a GPU, rows of each class (None: regression)
TABLE = {
    "breast_cancer": ("params/breast_cancer.json", 2000, 2000, [212, 357]),
    "covtype": ("params/covtype_relu.json", 2000, 2000, COVTYPE),
    "weather": ("params/weather.json", 2000, 2000, None),
    "digits": ("params/digits.json", 2000, 2000, [1] * 10),
    "diabetes": ("params/diabetes.json", 2000, 2000, None),
    "california": ("params/california_housing.json", 700, 1000, None),
    "digits_custom": ("params/digits_custom.json", 400, 1000, [1] * 10),
    "bike": ("params/bike_sharing_hour.json", 200, 1000, None),
    "creditcard": ("params/creditcard.json", 200, 1000, [284315, 492]),
    "wide": ("benches/wide.json", 2, 20, [1] * 10),
}


@dataclass
class Job:
    name: str
    sizes: list
    batch: int
    optimizer: str
    activation: str
    clip: float | None
    l2: float
    rate: float
    steps: int
    x: np.ndarray
    y: np.ndarray
    # What gpu-mlp starts from: a list of (weight (inputs, units), bias).
    weights: list | None = None

    @property
    def classifies(self):
        return self.y.ndim == 1

    def pairs(self):
        return list(zip(self.sizes[:-1], self.sizes[1:]))

    def loss(self):
        """The mean loss of all rows on the initial weights, in f64."""
        x = self.x.astype("f8")
        act = {"relu": lambda z: np.maximum(z, 0), "silu": lambda z: z / (1 + np.exp(-z))}[self.activation]
        for w, b in self.weights[:-1]:
            x = act(x @ w.astype("f8") + b)
        z = x @ self.weights[-1][0].astype("f8") + self.weights[-1][1]
        if not self.classifies:
            return np.mean((z - self.y) ** 2)
        z -= z.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), self.y])


def made(name, on, rows=None):
    """The job on `rows` made-up rows, or on as many as its steps take; with the same seed always."""
    file, steps_cpu, steps_gpu, counts = TABLE[name]
    keys = json.loads((ROOT / file).read_text())["parameters"]
    sizes, batch = keys["LAYER_SIZES"], keys["BATCH_SIZE"]
    steps = steps_cpu if on == "cpu" else steps_gpu
    rows = rows or steps * batch
    random = np.random.default_rng(1)
    x = random.standard_normal(size=(rows, sizes[0]), dtype="f4")
    if counts is None:
        y = random.standard_normal(size=(rows, sizes[-1]), dtype="f4")
    else:
        y = random.choice(len(counts), size=rows, p=np.array(counts) / sum(counts))
        y[: 2 * len(counts)] = np.tile(np.arange(len(counts)), 2)  # every class occurs
    custom = keys["LAYER_ACTS"][1] == "custom_function"
    return Job(
        name=name, sizes=sizes, batch=batch, optimizer=keys.get("OPTIMIZER", "sgd"),
        activation="silu" if custom else "relu", clip=keys.get("GRAD_CLIP"), l2=keys.get("L2", 0.0),
        rate=keys["LR"], steps=-(-rows // batch), x=x, y=y,
    )
