"""Exported models predict what gpu-mlp predicts: every activation, the layers of signals, the scalings.

    python tests/onnx/check.py target/release/gpu-mlp

Needs numpy and onnxruntime. Each network is trained for two epochs on made rows, so that its weights,
biases and learned parameters are not the initial ones; then onnxruntime on the exported graph, and the
NumPy forward pass below on model.safetensors, have to give what `gpu-mlp predict` gives, to 1e-5 ·
max(1, |y|): f32 has a unit of 6e-8, and the sums here have up to a few hundred terms.
"""

import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

TOLERANCE = 1e-5
# All operations of the language, a power of each kind, and every comparison.
EXPRESSIONS = [
    "x*sigmoid(1.5*x)",
    "x*tanh(softplus(x))",
    "if(x > 0, x, 0.1*x)",
    "if(x >= 0, x, exp(x) - 1)",
    "if(x < -1, -1, if(x <= 1, x, 1)) + 0.01*x",
    "if(x == 0, 0, sin(x)/x) + cos(x)",
    "if(x != 0, x, 1)",
    "max(x, 0) - min(x, 0)^2/10",
    "abs(x)^1.5 + 0.1*x^3 - pi + e",
    "ln(1 + x^2) - sqrt(abs(x))",
    # Where they have no value: 0, and the logarithm of the smallest normal f32.
    "sqrt(x) + ln(x)/10",
    "x^0.5 + x/10",
    # Beyond what f32 holds, and below: the value at the limit.
    "ln(exp(20*x))/10",
    "erf(x/2) + (x^2 + 1)^-2",
    "exp(x)/(1 + exp(x))*2^x/(1 + 2^x)",
]
NAMED = ["relu", "leaky_relu", "leaky_relu(0.2)", "prelu", "prelu(0.1)", "elu", "elu(0.5)", "selu", "gelu",
         "gelu_erf", "silu", "swish", "mish", "hardswish", "relu6", "hardsigmoid", "sigmoid", "softplus", "tanh",
         "linear", "custom_function"]


class Work:
    """A folder, and the binary that runs in it."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.count = Path(binary).resolve(), Path(folder), 0

    def run(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"gpu-mlp {' '.join(map(str, arguments))}\n{done.stderr}")

    def train(self, x, y, **keys):
        """Trains on rows; the folder of the run."""
        self.count += 1
        name = f"{self.count}"
        np.savez(self.folder / f"{name}.npz", X=x, y=y)
        keys = {"NPZ_DATASET": f"{name}.npz", "LR": 0.05, "MAX_EPOCHS": 2, "BATCH_SIZE": 16, **keys}
        (self.folder / f"{name}.json").write_text(json.dumps({"parameters": keys}))
        self.run("train", f"{name}.json", "--backend", "cpu", "--out", name)
        return self.folder / name

    def check(self, title, run, rows, forward=True, about=0.0):
        """Compares all ways to predict f32 rows; of values about a number, what is above it."""
        rows = rows.astype(np.float32)
        np.save(self.folder / "rows.npy", rows)
        self.run("predict", run / "model.safetensors", "rows.npy", "-o", "ours.npy")
        self.run("export", run / "model.safetensors", "--format", "onnx", "-o", "model.onnx")
        ours = np.load(self.folder / "ours.npy") - about
        session = onnxruntime.InferenceSession(self.folder / "model.onnx", providers=["CPUExecutionProvider"])
        shape = [d if isinstance(d, int) else -1 for d in session.get_inputs()[0].shape]
        rows = rows.reshape(shape)
        compare(title, "onnxruntime", ours, session.run(None, {"input": rows})[0] - about)
        compare(title, "onnxruntime, one row", ours[:1], session.run(None, {"input": rows[:1]})[0] - about)
        if forward:
            compare(title, "NumPy on model.safetensors", ours, predict(run / "model.safetensors", rows) - about)


def compare(title, what, ours, theirs):
    if ours.shape != theirs.shape or not np.isfinite(ours).all():
        sys.exit(f"{title}: {what}: shapes {ours.shape} and {theirs.shape}, or numbers that are not finite")
    error = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(ours)))
    print(f"{title:<60} {what:<28} {error:.1e}")
    if not error <= TOLERANCE:
        sys.exit(f"{title}: {what}: {error} is more than {TOLERANCE}")


# What docs/model-file.md tells, and nothing else: a reader of the file in NumPy.


def read(path):
    """The description and the tensors of a model file."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["gpu_mlp"])
    assert about["format"] == "gpu-mlp" and about["version"] == (2 if about["task"] == "multi_label" else 1)
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[first:last], "<f4").reshape(entry["shape"]).astype(float)
    return about, tensors


def activate(text, z, alpha=None):
    sigmoid = lambda z: np.exp(-np.logaddexp(0, -z))
    erf = np.vectorize(math.erf, otypes=[float])
    if text == "x*sigmoid(x)":
        return z * sigmoid(z)
    name, _, number = text.partition("(")
    number = float(number.rstrip(")")) if number else None
    with np.errstate(over="ignore"):
        if name == "prelu":
            return np.where(z > 0, z, alpha * z)
        if name == "leaky_relu":
            return np.where(z > 0, z, (0.01 if number is None else number) * z)
        if name == "elu":
            return np.where(z > 0, z, (1.0 if number is None else number) * (np.exp(z) - 1))
        if name == "selu":
            return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1))
    return {
        "linear": lambda: z,
        "relu": lambda: np.maximum(z, 0),
        "gelu": lambda: 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
        "gelu_erf": lambda: 0.5 * z * (1 + erf(z / math.sqrt(2))),
        "silu": lambda: z * sigmoid(z),
        "swish": lambda: z * sigmoid(z),
        "mish": lambda: z * np.tanh(np.logaddexp(0, z)),
        "hardswish": lambda: z * np.clip(z + 3, 0, 6) / 6,
        "relu6": lambda: np.clip(z, 0, 6),
        "hardsigmoid": lambda: np.clip(z + 3, 0, 6) / 6,
        "sigmoid": lambda: sigmoid(z),
        "softplus": lambda: np.logaddexp(0, z),
        "tanh": lambda: np.tanh(z),
        "softmax": lambda: np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True),
    }[text]()


def predict(path, rows):
    about, tensors = read(path)
    shape = about["input_shape"]
    shift, scale = (np.array(about["inputs"][key]).reshape(shape) for key in ("shift", "scale"))
    a = ((rows.astype(float).reshape(-1, *shape) - shift) * scale).astype(np.float32).astype(float)
    for index, layer in enumerate(about["layers"]):
        weight, bias, alpha = (tensors.get(f"layers.{index}.{name}") for name in ("weight", "bias", "alpha"))
        if layer["type"] == "dense":
            a = activate(layer["activation"], a.reshape(len(a), -1) @ weight.T + bias, alpha)
        elif layer["type"] == "conv1d":
            kernel, stride, positions = layer["kernel"], layer["stride"], layer["output_shape"][1]
            before = (kernel - 1) // 2 if layer["padding"] == "same" else layer["padding"]
            a = np.pad(a, ((0, 0), (0, 0), (before, kernel)))
            seen = [a[:, :, t * stride : t * stride + kernel] for t in range(positions)]
            z = np.stack([np.einsum("rcj,ocj->ro", window, weight) for window in seen], axis=2)
            a = activate(layer["activation"], z + bias[:, None], alpha)
        elif layer["type"] == "maxpool1d":
            size, stride = layer["size"], layer["stride"]
            windows = range(layer["output_shape"][1])
            a = np.stack([a[:, :, t * stride : t * stride + size].max(2) for t in windows], axis=2)
        elif layer["type"] == "avgpool1d":
            size, stride = layer["size"], layer["stride"]
            windows = range(layer["output_shape"][1])
            a = np.stack([a[:, :, t * stride : t * stride + size].mean(2) for t in windows], axis=2)
        elif layer["type"] == "avgpool2d":
            (high, wide), (down, across) = layer["size"], layer["stride"]
            windows = np.lib.stride_tricks.sliding_window_view(a, (high, wide), (2, 3))
            a = windows[:, :, ::down, ::across].mean((4, 5))
        elif layer["type"] == "flatten":
            a = a.reshape(len(a), -1)
    if about["task"] == "regression":
        return a / np.array(about["targets"]["scale"]) + np.array(about["targets"]["shift"])
    return np.concatenate([1 - a, a], 1) if a.shape[1] == 1 else a


def main(binary):
    random = np.random.default_rng(0)
    x = random.normal(size=(120, 5)) * [1, 10, 0.1, 3, 1] + [0, 5, -1, 100, 0]
    classes = random.integers(0, 3, 120)
    values = np.stack([x[:, 0] * x[:, 1] / 5, 1e3 + x[:, 3]], 1)
    with tempfile.TemporaryDirectory() as folder:
        work = Work(binary, folder)
        for activation in NAMED + EXPRESSIONS:
            known = activation in NAMED
            keys = {"LAYER_SIZES": [5, 8, 6, 2], "LAYER_ACTS": ["-", activation, activation, "linear"], "LR": 0.01,
                    "GRAD_CLIP": 1}
            work.check(activation, work.train(x, values, **keys), x, known)
        three = {"LAYER_SIZES": [5, 8, 3], "LAYER_ACTS": ["-", "tanh", "softmax"]}
        for kind in ["zscore", "minmax", "none"]:
            work.check(f"softmax, {kind}", work.train(x / 100, classes - 1, **three, NORMALIZE=kind), x / 100)
        one = {"LAYER_SIZES": [5, 8, 1], "LAYER_ACTS": ["-", "relu", "sigmoid"]}
        work.check("one sigmoid output", work.train(x, classes > 0, **one), x)
        units = {"LAYER_SIZES": [5, 8, 2], "LAYER_ACTS": ["-", "relu", "sigmoid"]}
        work.check("two labels", work.train(x, values > 0, **units), x)
        work.check("two sigmoid outputs", work.train(x, values > 0, **units, TASK="regression"), x)
        # Far from 0 in units of their spread, as times are: f32 keeps the rows apart, f32(shift) would not.
        far = np.round(x * [1, 1, 0, 0, 1]) * [256, 1, 1, 1, 0] + [1.7e9, 1e6, 3, 0, 0]
        far = far.astype(np.float32).astype(float)
        assert len(np.unique(far[:, 0])) > 3
        work.check("features far from 0", work.train(far, classes, **three), far)
        # Values far from 0 in units of their spread are f64 to the end.
        linear = {"LAYER_SIZES": [5, 8, 1], "LAYER_ACTS": ["-", "tanh", "linear"]}
        work.check("values far from 0", work.train(x, 1.6e9 + 30 * x[:, 0], **linear), x, about=1.6e9)
        # Rows a thousand deviations away: in some of them large terms cancel, and leave in f32 more than is allowed.
        outlier = x.mean(0) + 1000 * x.std(0) * random.normal(size=(500, 5))
        for activation in NAMED:
            keys = {"LAYER_SIZES": [5, 64, 64, 1], "LAYER_ACTS": ["-", activation, activation, "linear"], "LR": 0.01,
                    "GRAD_CLIP": 1}
            work.check(f"outliers, {activation}", work.train(x, values[:, 0], **keys), outlier)
        signals = random.normal(size=(60, 2, 23)).cumsum(2)
        for stride, padding, activation in [(1, 0, "relu"), (2, "same", "tanh"), (3, 2, "prelu"), (1, "same", "elu"),
                                            (4, "same", "linear"), (5, 0, "gelu_erf")]:
            for kernel in [3, 4]:
                layers = [
                    {"type": "conv1d", "filters": 4, "kernel": kernel, "stride": stride, "padding": padding,
                     "activation": activation},
                    {"type": "maxpool1d", "size": 2, "stride": 1},
                    {"type": "conv1d", "filters": 3, "kernel": 2, "activation": "relu"},
                    {"type": "flatten"},
                    {"type": "dense", "units": 5, "activation": "relu"},
                    {"type": "dense", "units": 3, "activation": "softmax"},
                ]
                title = f"conv1d, kernel {kernel}, stride {stride}, padding {padding}, {activation}"
                work.check(title, work.train(signals, classes[:60], LAYERS=layers), signals)
        layers = [{"type": "conv1d", "filters": 4, "kernel": 5, "activation": "relu"},
                  {"type": "avgpool1d", "size": 3, "stride": 2},
                  {"type": "dense", "units": 3, "activation": "softmax"}]
        work.check("means of signals", work.train(signals, classes[:60], LAYERS=layers), signals)
        images = random.normal(size=(60, 2, 7, 8))
        layers = [{"type": "avgpool2d", "size": [2, 3], "stride": [2, 1]},
                  {"type": "dense", "units": 6, "activation": "tanh"},
                  {"type": "dense", "units": 3, "activation": "softmax"}]
        work.check("means of images", work.train(images, classes[:60], LAYERS=layers), images)
        layers = [{"type": "conv1d", "filters": 4, "kernel": 5, "activation": "relu"},
                  {"type": "dense", "units": 1}]
        work.check("a signal of one channel", work.train(signals[:, 0], values[:60, 0], LAYERS=layers, GRAD_CLIP=1), signals[:, 0])


if __name__ == "__main__":
    main(sys.argv[1])
