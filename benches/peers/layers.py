"""The layers of a network: as a parameter file has them, and what they compute, in NumPy."""

from dataclasses import dataclass

import numpy as np

# What a parameter file calls them, in small letters. Softmax is part of the loss.
ACTIVATIONS = {"relu": "relu", "x*sigmoid(x)": "silu", "linear": "linear", "softmax": "linear"}
FUNCTIONS = {"relu": lambda z: np.maximum(z, 0), "silu": lambda z: z / (1 + np.exp(-z)), "linear": lambda z: z}


@dataclass(frozen=True)
class Dense:
    """A signal is flattened first, channel after channel. Its weight is (inputs, units)."""

    units: int
    activation: str


@dataclass(frozen=True)
class Conv:
    """Its weight is (filters, channels, kernel); `zeros` are those on the left and on the right."""

    filters: int
    kernel: int
    stride: int
    zeros: tuple
    activation: str


@dataclass(frozen=True)
class Pool:
    """The largest of each window; samples that fill none are left out."""

    size: int
    stride: int


@dataclass(frozen=True)
class Flatten:
    pass


def described(keys):
    """The layers of a parameter file as its LAYERS, made of LAYER_SIZES and LAYER_ACTS where it has these."""
    entries = keys.get("LAYERS")
    if entries is None:
        units = zip(keys["LAYER_SIZES"][1:], keys["LAYER_ACTS"][1:])
        entries = [{"type": "dense", "units": count, "activation": name} for count, name in units]
    return [spelled_out(entry, keys) for entry in entries]


def spelled_out(entry, keys):
    if entry.get("activation") == "custom_function":
        return {**entry, "activation": keys["CUSTOM_FUNCTION"]}
    return entry


def read(entries, shape):
    """The layers of such entries, on rows of `shape`: (features) or (channels, samples)."""
    layers = []
    for entry in entries:
        layer, shape = one(entry, shape)
        layers.append(layer)
    return layers


def one(entry, shape):
    """A layer, and the shape of a row behind it."""
    activation = ACTIVATIONS[entry.get("activation", "linear").lower()]
    kind, stride = entry["type"], entry.get("stride", 1)
    if kind == "dense":
        return Dense(entry["units"], activation), (entry["units"],)
    if kind == "flatten":
        return Flatten(), (int(np.prod(shape)),)
    if kind == "maxpool1d":
        size = entry.get("size", 2)
        stride = entry.get("stride", size)
        return Pool(size, stride), (shape[0], (shape[1] - size) // stride + 1)
    kernel = entry["kernel"]
    zeros = zeros_of(entry.get("padding", 0), kernel, stride, shape[1])
    samples = (shape[1] + sum(zeros) - kernel) // stride + 1
    return Conv(entry["filters"], kernel, stride, zeros, activation), (entry["filters"], samples)


def zeros_of(padding, kernel, stride, samples):
    """Zeros on the left and on the right; "same" has ceil(samples / stride) positions."""
    if padding != "same":
        return padding, padding
    left = (kernel - 1) // 2
    reach = (-(-samples // stride) - 1) * stride + kernel
    return left, max(0, reach - samples - left)


def outputs(layers, weights, x):
    """What the network makes of rows x, in f64: logits or values. `weights` are as those of Job."""
    x = x.astype("f8")
    for layer, pair in zip(layers, weights):
        match layer:
            case Dense(activation=name):
                x = FUNCTIONS[name](x.reshape(len(x), -1) @ pair[0].astype("f8") + pair[1])
            case Conv(stride=stride, zeros=zeros, activation=name):
                x = FUNCTIONS[name](convolved(x, pair[0].astype("f8"), stride, zeros) + pair[1][:, None])
            case Pool(size=size, stride=stride):
                windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=2)
                x = windows[:, :, ::stride].max(axis=3)
            case Flatten():
                x = x.reshape(len(x), -1)
    return x


def convolved(x, w, stride, zeros):
    x = np.pad(x, ((0, 0), (0, 0), zeros))
    kernel = w.shape[2]
    reach = (x.shape[2] - kernel) // stride * stride + 1
    return sum(w[:, :, j] @ x[:, :, j : j + reach : stride] for j in range(kernel))
