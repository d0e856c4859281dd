"""The jobs: the settings of the parameter files, data made up in the shapes of theirs, and the loss.

They are those of src/bench/jobs.rs. What a step costs does not depend on what the
data say.
"""

import json
import pathlib
from dataclasses import dataclass

import layers
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVTYPE = [211840, 283301, 35754, 2747, 9493, 17367, 20510]

# name: parameter file, steps of an epoch on one core and on a GPU, rows of each class (None: regression)
TABLE = {
    "breast_cancer": ("params/breast_cancer.json", 2000, 500, [212, 357]),
    "covtype": ("params/covtype_relu.json", 2000, 500, COVTYPE),
    "weather": ("params/weather.json", 2000, 500, None),
    "digits": ("params/digits.json", 2000, 500, [1] * 10),
    "diabetes": ("params/diabetes.json", 2000, 500, None),
    "california": ("params/california_housing.json", 700, 500, None),
    "digits_custom": ("params/digits_custom.json", 400, 500, [1] * 10),
    "bike": ("params/bike_sharing_hour.json", 200, 500, None),
    "creditcard": ("params/creditcard.json", 200, 500, [284315, 492]),
    "cylinder_bell_funnel": ("params/cylinder_bell_funnel.json", 1000, 500, [1] * 3),
    "ucr_gunpoint": ("params/ucr_gunpoint.json", 400, 500, [1] * 2),
    "ucr_faceall": ("params/ucr_faceall.json", 200, 500, [1] * 14),
    "fcn": ("benches/signals/fcn.json", 3, 100, [1] * 15),
    "digits2d": ("benches/signals/digits2d.json", 40, 500, [1] * 10),
    "mnist": ("benches/signals/mnist.json", 4, 100, [1] * 10),
    "cifar": ("benches/signals/cifar.json", 3, 100, [1] * 10),
    "rnn_digits": ("benches/signals/rnn_digits.json", 40, 500, [1] * 10),
    "gru_rows": ("benches/signals/gru_rows.json", 40, 200, [1] * 10),
    "lstm_rows": ("benches/signals/lstm_rows.json", 20, 200, [1] * 10),
    "lstm_long": ("benches/signals/lstm_long.json", 40, 100, [1] * 6),
    "wide": ("benches/wide.json", 2, 20, [1] * 10),
}
# Rows of these are (channels, samples); the files of benches/signals say it themselves.
SIGNALS = {"cylinder_bell_funnel": (1, 128), "ucr_gunpoint": (1, 150), "ucr_faceall": (1, 131)}
# All rows of `wide` would take one core longer than the rest; these tell jobs apart as well.
COMPARED = 512
# A software adapter takes seconds for a step of so many rows, and minutes for the 1024 of the file.
WIDE_BATCH_ON_SOFTWARE = 64


@dataclass
class Job:
    name: str
    # LAYERS of a parameter file, and what they mean.
    entries: list
    layers: list
    batch: int
    optimizer: str
    clip: float | None
    l2: float
    rate: float
    steps: int
    x: np.ndarray
    y: np.ndarray
    # What gpu-mlp starts from: (weight, bias) of each layer, () of those that learn nothing.
    weights: list | None = None

    @property
    def classifies(self):
        return self.y.ndim == 1

    @property
    def convolves_signals(self):
        return self.x.ndim == 3 and any(isinstance(layer, layers.Conv) for layer in self.layers)

    def compared(self):
        """The rows whose loss all have to agree on."""
        return self.x[:COMPARED], self.y[:COMPARED]

    def loss(self):
        """Their mean loss on the initial weights, in f64."""
        x, y = self.compared()
        z = layers.outputs(self.layers, self.weights, x)
        if not self.classifies:
            return np.mean((z - y) ** 2)
        z -= z.max(axis=1, keepdims=True)
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y])


def made(name, on, rows=None, steps=None):
    """The job on `rows` made-up rows, or on as many as an epoch of `steps` takes; with the same seed always."""
    file, steps_cpu, steps_gpu, counts = TABLE[name]
    keys = json.loads((ROOT / file).read_text())["parameters"]
    batch, steps = keys["BATCH_SIZE"], steps or (steps_cpu if on == "cpu" else steps_gpu)
    if name == "wide" and on == "software":
        batch, steps = WIDE_BATCH_ON_SOFTWARE, 1
    # Whole batches, and enough of them that every class occurs.
    fewest = -(-2 * len(counts or []) // batch)
    rows = rows or max(steps, fewest) * batch
    shape = SIGNALS.get(name) or keys.get("INPUT_SHAPE") or (keys["LAYER_SIZES"][0],)
    entries = layers.described(keys)
    random = np.random.default_rng(1)
    x = random.standard_normal(size=(rows, *shape), dtype="f4")
    if counts is None:
        y = random.standard_normal(size=(rows, entries[-1]["units"]), dtype="f4")
    else:
        y = random.choice(len(counts), size=rows, p=np.array(counts) / sum(counts))
        y[: 2 * len(counts)] = np.tile(np.arange(len(counts)), 2)
    return Job(
        name=name, entries=entries, layers=layers.read(entries, shape), batch=batch,
        optimizer=keys.get("OPTIMIZER", "sgd"), clip=keys.get("GRAD_CLIP"), l2=keys.get("L2", 0.0),
        rate=keys["LR"], steps=-(-rows // batch), x=x, y=y,
    )
