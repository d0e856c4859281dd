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
    """Its weight is (filters, channels, *kernel); `zeros` are, of each axis, those before and those behind."""

    filters: int
    kernel: tuple
    stride: tuple
    zeros: tuple
    activation: str


@dataclass(frozen=True)
class Pool:
    """The largest of each window; elements that fill none are left out."""

    size: tuple
    stride: tuple


@dataclass(frozen=True)
class Recurrent:
    """Reads (channels, samples) a sample at a time and gives the last h. Its weights are (gates · units, channels) and
    (gates · units, units), a bias, and in a gru the one of the reset part; gates in PyTorch's order."""

    kind: str
    units: int


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
    """The layers of such entries, on rows of `shape`: (features), (channels, samples) or (channels, height, width)."""
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
    if kind in ("rnn", "gru", "lstm"):
        return Recurrent(kind, entry["units"]), (entry["units"],)
    each = lambda value: tuple(value) if isinstance(value, list) else (value,) * (len(shape) - 1)  # noqa: E731
    if kind in ("maxpool1d", "maxpool2d"):
        size = each(entry.get("size", 2))
        stride = each(entry["stride"]) if "stride" in entry else size
        left = [(n - k) // s + 1 for n, k, s in zip(shape[1:], size, stride)]
        return Pool(size, stride), (shape[0], *left)
    kernel, stride = each(entry["kernel"]), each(stride)
    padding = entry.get("padding", 0)
    zeros = tuple(zeros_of(padding, k, s, n) for k, s, n in zip(kernel, stride, shape[1:]))
    left = [(n + sum(z) - k) // s + 1 for n, z, k, s in zip(shape[1:], zeros, kernel, stride)]
    return Conv(entry["filters"], kernel, stride, zeros, activation), (entry["filters"], *left)


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
                z = convolved(x, pair[0].astype("f8"), stride, zeros)
                x = FUNCTIONS[name](z + pair[1].reshape(-1, *[1] * (z.ndim - 2)))
            case Pool(size=size, stride=stride):
                axes = tuple(range(2, x.ndim))
                windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=axes)
                windows = windows[(..., *[slice(None, None, s) for s in stride], *[slice(None)] * len(size))]
                x = windows.max(axis=tuple(-1 - axis for axis in range(len(size))))
            case Recurrent(kind=kind):
                x = last_h(kind, x, *[weight.astype("f8") for weight in pair])
            case Flatten():
                x = x.reshape(len(x), -1)
    return x


def convolved(x, w, stride, zeros):
    x = np.pad(x, ((0, 0), (0, 0), *zeros))
    axes = range(len(stride))
    count = [(x.shape[2 + a] - w.shape[2 + a]) // stride[a] + 1 for a in axes]
    z = 0
    for at in np.ndindex(*w.shape[2:]):
        part = x[(..., *[slice(at[a], at[a] + (count[a] - 1) * stride[a] + 1, stride[a]) for a in axes])]
        z = z + w[(..., *at)] @ part.reshape(*part.shape[:2], -1)
    return z.reshape(len(x), -1, *count)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def last_h(kind, x, w, u, b, c=None):
    """The last h of rows of (channels, samples)."""
    h, state = (np.zeros((len(x), u.shape[1])) for _ in "hc")
    for t in range(x.shape[2]):
        z = x[:, :, t] @ w.T + b
        if kind == "rnn":
            h = np.tanh(z + h @ u.T)
        elif kind == "gru":
            (r, g, n), (hr, hg, hn) = np.split(z, 3, 1), np.split(h @ u.T, 3, 1)
            r, g = sigmoid(r + hr), sigmoid(g + hg)
            h = (1 - g) * np.tanh(n + r * (hn + c)) + g * h
        else:
            i, f, g, o = np.split(z + h @ u.T, 4, 1)
            state = sigmoid(f) * state + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(state)
    return h
