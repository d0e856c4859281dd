"""A reader of model.safetensors in NumPy, from what docs/model-file.md tells and nothing else."""

import json
import math
import struct
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

IN_VERSION_1 = ["dense", "conv1d", "maxpool1d", "avgpool1d", "avgpool2d", "flatten"]


def read(path):
    """The description and the tensors of a model file."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["gpu_mlp"])
    assert about["format"] == "gpu-mlp" and about["version"] == version(about)
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[first:last], "<f4").reshape(entry["shape"]).astype(float)
    return about, tensors


def version(about):
    """The first version that can describe a model."""

    def is_new(layer):
        return layer["type"] not in IN_VERSION_1 or layer.get("dilation", 1) != 1 or not layer.get("bias", True)

    if "forecast" in about or "lengths" in about:
        return 5
    if "input_layout" in about or any(map(is_new, about["layers"])):
        return 4
    return 3 if "loss" in about else 2 if about["task"] == "multi_label" else 1


def channels_first(about, rows):
    """Rows of data in the shape that the layers take."""
    shape = about["input_shape"]
    if about.get("input_layout") == "channels_last":
        return np.moveaxis(rows.reshape(-1, *shape[1:], shape[0]), -1, 1)
    return rows.reshape(-1, *shape)


def predict(path, rows, lengths=None):
    """The predictions for rows, channels first, each with its length where the model takes lengths."""
    about, tensors = read(path)
    shape = about["input_shape"]
    elements = math.prod(shape)
    shift, scale = (np.array(about["inputs"][key][:elements]).reshape(shape) for key in ("shift", "scale"))
    a = ((rows.astype(float) - shift) * scale).astype(np.float32).astype(float)
    assert about.get("lengths", False) == (lengths is not None)
    exists = None
    if lengths is not None:
        exists = np.arange(shape[1]) < lengths[:, None, None]
        # What lies behind the end of a row is never used: it may be anything.
        a = np.where(exists, a, 1e3)
    a = sequence(about["layers"], "", tensors, a, exists)
    if about["task"] == "regression":
        values = a / np.array(about["targets"]["scale"]) + np.array(about["targets"]["shift"])
        return values + last_values(about, rows)
    return np.concatenate([1 - a, a], 1) if a.shape[1] == 1 else a


def last_values(about, rows):
    """What each output of a forecast of changes is added to; 0 of any other."""
    forecast = about.get("forecast")
    if not forecast or not forecast["change"]:
        return 0
    outputs = len(about["targets"]["shift"])
    targets = outputs // len(forecast["horizons"])
    return rows[:, [i % targets - targets for i in range(outputs)], -1].astype(float)


def sequence(layers, path, tensors, a, exists):
    """Layers, one after the other; `path` is what the names of their tensors begin with. `exists`, (rows, 1, samples), tells
    which samples do, where rows have lengths."""
    for index, layer in enumerate(layers):
        a = apply(layer, f"{path}layers.{index}.", tensors, a, exists)
        if "output_shape" in layer:
            assert list(a.shape[1:]) == layer["output_shape"]
    return a


def apply(layer, path, tensors, a, exists):
    kind, of = layer["type"], lambda name: tensors.get(path + name)
    axes = tuple(range(2, a.ndim))
    if kind == "dense":
        z = a.reshape(len(a), -1) @ of("weight").T + (0 if of("bias") is None else of("bias"))
    elif kind in ("conv1d", "conv2d"):
        z = convolution(layer, of("weight"), a)
        z = z if of("bias") is None else z + per_channel(of("bias"), z)
    elif kind in ("maxpool1d", "maxpool2d"):
        z = pool(layer, a).max(axis=tuple(-1 - axis for axis in range(len(axes))))
    elif kind in ("avgpool1d", "avgpool2d"):
        z = pool(layer, a).mean(axis=tuple(-1 - axis for axis in range(len(axes))))
    elif kind == "global_maxpool":
        z = (a if exists is None else np.where(exists, a, -np.inf)).max(axes)
    elif kind == "global_avgpool":
        z = a.mean(axes, where=True if exists is None else exists)
    elif kind == "batch_norm":
        mean, variance, weight, bias = (
            per_channel(of(name), a) for name in ("running_mean", "running_var", "weight", "bias"))
        z = (a - mean) / np.sqrt(variance + layer["epsilon"]) * weight + bias
    elif kind == "layer_norm":
        mean, variance = a.mean(1, keepdims=True), a.var(1, keepdims=True)
        z = (a - mean) / np.sqrt(variance + layer["epsilon"])
        z = z * per_channel(of("weight"), a) + per_channel(of("bias"), a)
    elif kind in ("rnn", "gru", "lstm"):
        ends = ["", "_reverse"] if layer["bidirectional"] else [""]
        return np.concatenate([recurrent(layer, of, end, a, exists) for end in ends], 1)
    elif kind == "residual":
        z = sequence(layer["layers"], path, tensors, a, exists)
        z = z + (a if of("projection.weight") is None else projection(path, tensors, a, z))
    elif kind == "flatten":
        z = a.reshape(len(a), -1)
    elif kind == "dropout":
        z = a
    return activate(layer.get("activation", "linear"), z, of("alpha"))


def recurrent(layer, of, end, a, exists):
    """One direction of a recurrent layer. At a sample that a row does not have h and c stay."""
    kind, units = layer["type"], layer["units"]
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    h = c = np.zeros((len(a), units))
    samples, states = range(a.shape[2]), np.zeros((len(a), units, a.shape[2]))
    for t in reversed(samples) if end else samples:
        before = h, c
        s, p = a[:, :, t] @ of("weight_ih" + end).T + of("bias" + end), h @ of("weight_hh" + end).T
        if kind == "rnn":
            h = activate(layer["activation"], s + p)
        elif kind == "gru":
            s, p = np.split(s, 3, 1), np.split(p, 3, 1)
            r, z = sigmoid(s[0] + p[0]), sigmoid(s[1] + p[1])
            n = np.tanh(s[2] + r * (p[2] + of("recurrent_bias" + end)))
            h = (1 - z) * n + z * h
        else:
            i, f, g, o = np.split(s + p, 4, 1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        if exists is not None:
            h, c = (np.where(exists[:, :, t], new, old) for new, old in zip((h, c), before))
        states[:, :, t] = h
    return states if layer["return_sequences"] else h


def per_channel(values, a):
    """One number per channel, to be combined with rows."""
    return values.reshape(-1, *[1] * (a.ndim - 2))


def along(layer, key, axis, otherwise=None):
    """A size along an axis: the number of both, or one of a pair."""
    value = layer.get(key, otherwise)
    return value[axis] if isinstance(value, list) else value


def convolution(layer, weight, a):
    axes, spans, steps, taps = tuple(range(2, a.ndim)), [], [], []
    for axis in range(len(axes)):
        stride, dilation = along(layer, "stride", axis), along(layer, "dilation", axis, 1)
        span, size = dilation * (along(layer, "kernel", axis) - 1) + 1, a.shape[2 + axis]
        before = after = along(layer, "padding", axis)
        if before == "same":
            before = (span - 1) // 2
            after = max(0, (math.ceil(size / stride) - 1) * stride + span - before - size)
        zeros = [(0, 0)] * a.ndim
        zeros[2 + axis] = (before, after)
        a = np.pad(a, zeros)
        spans, steps, taps = spans + [span], steps + [slice(None, None, stride)], taps + [slice(None, None, dilation)]
    windows = sliding_window_view(a, spans, axes)[(slice(None), slice(None), *steps, *taps)]
    terms = [1, *range(windows.ndim - len(axes), windows.ndim)]
    return np.moveaxis(np.tensordot(windows, weight, (terms, [1, *axes])), -1, 1)


def pool(layer, a):
    """The windows of a pool, the elements of each along the last axes."""
    count = a.ndim - 2
    sizes = [along(layer, "size", axis) for axis in range(count)]
    steps = [slice(None, None, along(layer, "stride", axis)) for axis in range(count)]
    return sliding_window_view(a, sizes, tuple(range(2, a.ndim)))[(slice(None), slice(None), *steps)]


def projection(path, tensors, a, like):
    """The input of a residual in the shape of the output of its layers."""
    strides = [math.ceil(size / other) for size, other in zip(a.shape[2:], like.shape[2:])]
    seen = a[(slice(None), slice(None), *(slice(None, None, stride) for stride in strides))]
    weight = tensors[path + "projection.weight"].reshape(like.shape[1], a.shape[1])
    return np.moveaxis(np.tensordot(seen, weight, ([1], [1])), -1, 1) + per_channel(
        tensors[path + "projection.bias"], like)


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
