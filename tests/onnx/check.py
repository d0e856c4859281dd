"""Exported models predict what gpu-mlp predicts: every activation, every layer, the scalings.

    python tests/onnx/check.py target/release/gpu-mlp

Needs numpy and onnxruntime. Each network is trained for two epochs on made rows, so that its weights,
biases, learned parameters and running values are not the initial ones; then onnxruntime on the exported graph, and the
NumPy forward pass of model_file.py on model.safetensors, have to give what `gpu-mlp predict` gives, to 1e-5 ·
max(1, |y|): f32 has a unit of 6e-8, and the sums here have up to a few hundred terms.
"""

import sys
import tempfile

import numpy as np
import onnxruntime

import model_file
from cases import cases
from work import Work, compare

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


def check(work, title, run, rows, forward=True, about=0.0, lengths=None):
    """Compares all ways to predict f32 rows; of values about a number, what is above it."""
    rows = rows.astype(np.float32)
    ours = work.predict(run, rows, lengths) - about
    work.run("export", run / "model.safetensors", "--format", "onnx", "-o", "model.onnx")
    session = onnxruntime.InferenceSession(work.folder / "model.onnx", providers=["CPUExecutionProvider"])
    description, tensors = model_file.read(run / "model.safetensors")
    running = [tensor for name, tensor in tensors.items() if "running_" in name]
    assert not any(np.array_equal(tensor, tensor.round()) for tensor in running), "initial running values"
    rows = model_file.channels_first(description, rows)
    inputs = {"input": rows}
    if lengths is not None:
        inputs["sequence_lens"] = lengths.astype(np.int32)
    compare(title, "onnxruntime", ours, session.run(None, inputs)[0] - about)
    one = {name: values[:1] for name, values in inputs.items()}
    compare(title, "onnxruntime, one row", ours[:1], session.run(None, one)[0] - about)
    if forward:
        theirs = model_file.predict(run / "model.safetensors", rows, lengths)
        compare(title, "NumPy on model.safetensors", ours, theirs - about)


def check_forecast(work, title, moments, targets, **keys):
    """What is predicted from the ends of a table is what the graph and the file make of its last windows."""
    moments, targets = (values.astype(np.float32) for values in (moments, targets))
    run = work.train(moments, targets, LAYERS=[{"type": "gru", "units": 6}, {"type": "dense", "activation": "linear"}],
                     WINDOW=7, HORIZON=[1, 4], **keys)
    windows, ours = [], []
    for end in [7, 30, len(moments)]:
        np.savez(work.folder / "moments.npz", X=moments[:end], y=targets[:end])
        work.run("predict", run / "model.safetensors", "moments.npz", "-o", "ours.npy")
        ours.append(np.load(work.folder / "ours.npy"))
        channels = [moments, targets] if keys.get("AUTOREGRESSIVE", True) else [moments]
        windows.append(np.concatenate(channels, 1)[end - 7 : end].T)
    windows, ours = np.stack(windows), np.concatenate(ours)
    work.run("export", run / "model.safetensors", "--format", "onnx", "-o", "model.onnx")
    session = onnxruntime.InferenceSession(work.folder / "model.onnx", providers=["CPUExecutionProvider"])
    compare(title, "onnxruntime", ours, session.run(None, {"input": windows})[0])
    compare(title, "NumPy on model.safetensors", ours, model_file.predict(run / "model.safetensors", windows))


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
            check(work, activation, work.train(x, values, **keys), x, known)
        three = {"LAYER_SIZES": [5, 8, 3], "LAYER_ACTS": ["-", "tanh", "softmax"]}
        for kind in ["zscore", "minmax", "none"]:
            check(work, f"softmax, {kind}", work.train(x / 100, classes - 1, **three, NORMALIZE=kind), x / 100)
        one = {"LAYER_SIZES": [5, 8, 1], "LAYER_ACTS": ["-", "relu", "sigmoid"]}
        check(work, "one sigmoid output", work.train(x, classes > 0, **one), x)
        units = {"LAYER_SIZES": [5, 8, 2], "LAYER_ACTS": ["-", "relu", "sigmoid"]}
        check(work, "two labels", work.train(x, values > 0, **units), x)
        check(work, "two sigmoid outputs", work.train(x, values > 0, **units, TASK="regression"), x)
        # Far from 0 in units of their spread, as times are: f32 keeps the rows apart, f32(shift) would not.
        far = np.round(x * [1, 1, 0, 0, 1]) * [256, 1, 1, 1, 0] + [1.7e9, 1e6, 3, 0, 0]
        far = far.astype(np.float32).astype(float)
        assert len(np.unique(far[:, 0])) > 3
        check(work, "features far from 0", work.train(far, classes, **three), far)
        # Values far from 0 in units of their spread are f64 to the end.
        linear = {"LAYER_SIZES": [5, 8, 1], "LAYER_ACTS": ["-", "tanh", "linear"]}
        check(work, "values far from 0", work.train(x, 1.6e9 + 30 * x[:, 0], **linear), x, about=1.6e9)
        # Rows a thousand deviations away: in some of them large terms cancel, and leave in f32 more than is allowed.
        outlier = x.mean(0) + 1000 * x.std(0) * random.normal(size=(500, 5))
        for activation in NAMED:
            keys = {"LAYER_SIZES": [5, 64, 64, 1], "LAYER_ACTS": ["-", activation, activation, "linear"], "LR": 0.01,
                    "GRAD_CLIP": 1}
            check(work, f"outliers, {activation}", work.train(x, values[:, 0], **keys), outlier)
        series = np.stack([values[:, 0], values[:, 0] + np.arange(120)], 1)
        check_forecast(work, "a forecast of changes", x, series)
        check_forecast(work, "a forecast of values", x, series, FORECAST="value")
        check_forecast(work, "a forecast without the past", x, series, AUTOREGRESSIVE=False)
        check(work, "a file of old", work.old_signals(), random.normal(size=(20, 128)))
        for title, rows, lengths, targets, keys in cases():
            check(work, title, work.train(rows, targets, lengths, **keys), rows, lengths=lengths)


if __name__ == "__main__":
    main(sys.argv[1])
