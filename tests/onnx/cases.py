"""Networks of every layer of signals and images, and made rows to train them on."""

import numpy as np

ROWS = 60


def conv1d(filters, kernel, **more):
    return {"type": "conv1d", "filters": filters, "kernel": kernel, **more}


def conv2d(filters, kernel, **more):
    return {"type": "conv2d", "filters": filters, "kernel": kernel, **more}


def pool(kind, size, stride):
    return {"type": kind, "size": size, "stride": stride}


def dense(units, **more):
    return {"type": "dense", "units": units, **more}


def norm(kind="batch_norm", **more):
    return {"type": kind, **more}


def gentle_norm():
    """A layer_norm of few numbers. They may lie close together, and it enlarges their rounding by 1/sqrt(epsilon) at most."""
    return norm("layer_norm", epsilon=0.1)


def recurrent(kind, units, **more):
    return {"type": kind, "units": units, **more}


def dropout(rate):
    return {"type": "dropout", "rate": rate}


def residual(*layers, **more):
    return {"type": "residual", "layers": list(layers), **more}


GLOBAL_MAX, GLOBAL_AVG, FLATTEN = ({"type": kind} for kind in ("global_maxpool", "global_avgpool", "flatten"))


def of_images():
    """(title, layers) on images of 2 channels of 7 x 8."""
    same = {"padding": "same", "activation": "relu"}
    yield "conv2d", [conv2d(4, 3, activation="relu")]
    yield "conv2d, a pair of each", [
        conv2d(4, [3, 2], stride=[2, 1], padding=[1, 0], dilation=[1, 2], activation="tanh"), FLATTEN]
    yield "conv2d, same, strides", [conv2d(3, [4, 3], stride=[2, 3], padding="same", activation="prelu")]
    yield "conv2d, same, dilated", [conv2d(3, [3, 2], dilation=[2, 3], **same), conv2d(4, 2, activation="elu(0.5)")]
    yield "conv2d, no biases", [conv2d(4, 3, bias=False, activation="silu"), dense(5, bias=False, activation="tanh")]
    yield "conv2d, kernels beyond the image", [conv2d(3, [9, 10], **same), conv2d(2, [8, 3], padding=[1, 2])]
    yield "conv2d, strides beyond kernels", [conv2d(4, 2, stride=[3, 4], **same), conv2d(5, 1, stride=2)]
    yield "maxpool2d", [pool("maxpool2d", [2, 3], [1, 2]), conv2d(3, 2), {"type": "maxpool2d"}]
    yield "avgpool2d", [conv2d(3, 2), pool("avgpool2d", [2, 3], [2, 1])]
    yield "global_maxpool, image", [conv2d(5, 3, activation="relu"), GLOBAL_MAX]
    yield "global_avgpool, image", [conv2d(5, 3, activation="tanh"), GLOBAL_AVG]
    yield "global_avgpool, alone", [GLOBAL_AVG]
    yield "batch_norm, image", [conv2d(4, 3, bias=False), norm(activation="relu"), GLOBAL_AVG]
    yield "batch_norm, first, prelu", [norm(momentum=0.3, epsilon=0.01, activation="prelu"), conv2d(3, 3)]
    yield "layer_norm, image", [conv2d(4, 3, activation="tanh"), norm("layer_norm", epsilon=1e-3), conv2d(3, 2)]
    yield "dropout, image", [dropout(0.2), conv2d(4, 3, activation="relu"), dropout(0.5), dense(6), dropout(0.1)]
    yield "residual, image", [conv2d(4, 3), residual(conv2d(4, 3, **same), conv2d(4, 3, padding=1), activation="relu")]
    yield "residual, filters", [residual(conv2d(5, 3, **same), activation="tanh")]
    yield "residual, strides", [
        residual(conv2d(3, 3, padding="same", stride=[2, 3], bias=False), norm(activation="relu"), activation="prelu")]
    yield "residual, a pool inside", [residual(pool("maxpool2d", [1, 2], [1, 2]), conv2d(3, [3, 1], padding=[1, 0]))]
    yield "residuals inside each other", [
        residual(
            conv2d(3, 3, **same),
            residual(norm(activation="relu"), residual(conv2d(3, 1), activation="tanh"), conv2d(4, 3, **same)),
            dropout(0.3),
            conv2d(6, 3, stride=2, padding="same"),
            norm("layer_norm"),
            activation="leaky_relu(0.2)"),
        GLOBAL_AVG]
    yield "a small ResNet", [
        conv2d(4, 3, padding="same", bias=False), norm(activation="relu"),
        residual(conv2d(4, 3, padding="same", bias=False), norm(activation="relu"),
                 conv2d(4, 3, padding="same", bias=False), norm(), activation="relu"),
        residual(conv2d(8, 3, stride=2, padding="same", bias=False), norm(activation="relu"),
                 conv2d(8, 3, padding="same", bias=False), norm(), activation="relu"),
        GLOBAL_AVG]


def of_signals():
    """The same on signals of 2 channels of 23 samples."""
    same = {"padding": "same", "activation": "relu"}
    for stride, padding, activation in [(1, 0, "relu"), (2, "same", "tanh"), (3, 2, "prelu"), (1, "same", "elu"),
                                        (4, "same", "linear"), (5, 0, "gelu_erf")]:
        for kernel in [3, 4]:
            more = {"stride": stride, "padding": padding, "activation": activation}
            yield f"conv1d, kernel {kernel}, stride {stride}, padding {padding}, {activation}", [
                conv1d(4, kernel, **more), pool("maxpool1d", 2, 1), conv1d(3, 2, activation="relu"), FLATTEN, dense(5)]
    yield "conv1d, dilated", [conv1d(4, 3, dilation=4, **same), conv1d(3, 4, stride=2, padding=3, dilation=3)]
    yield "conv1d, no bias", [conv1d(4, 5, bias=False, activation="relu")]
    yield "avgpool1d", [conv1d(4, 5, activation="relu"), pool("avgpool1d", 3, 2)]
    yield "global_maxpool, signal", [conv1d(5, 3, activation="gelu"), GLOBAL_MAX]
    yield "global_avgpool, signal", [conv1d(5, 3, activation="mish"), GLOBAL_AVG]
    yield "batch_norm, signal", [conv1d(4, 5), norm(activation="tanh"), GLOBAL_MAX]
    yield "layer_norm, signal", [norm("layer_norm"), conv1d(4, 5, activation="relu")]
    yield "residual, signal", [residual(conv1d(2, 3, **same), dropout(0.25), conv1d(2, 5, padding=2))]
    yield "residual, signal, strides", [
        residual(conv1d(4, 5, stride=3, **same), norm(), activation="relu"), GLOBAL_AVG]


def of_sequences():
    """Recurrent layers on the same signals."""
    for kind in ["rnn", "gru", "lstm"]:
        yield kind, [recurrent(kind, 6)]
        yield f"{kind}, both directions", [recurrent(kind, 5, bidirectional=True)]
        yield f"{kind}, every sample", [recurrent(kind, 4, return_sequences=True), FLATTEN]
        yield f"{kind}s, one after the other", [
            recurrent(kind, 4, return_sequences=True, bidirectional=True),
            recurrent(kind, 3, return_sequences=True), gentle_norm(), recurrent(kind, 5)]
        yield f"{kind}, after a convolution, pooled", [
            conv1d(4, 3, stride=2, activation="relu"), recurrent(kind, 5, return_sequences=True, bidirectional=True),
            dropout(0.2), GLOBAL_AVG]
        yield f"{kind}, in a residual", [residual(recurrent(kind, 3, return_sequences=True)), GLOBAL_MAX]
    yield "rnn, sigmoid", [recurrent("rnn", 4, activation="sigmoid", bidirectional=True)]
    # What has no bound grows with every step, and its rounding with it: few steps.
    for activation in ["relu", "softplus", "linear"]:
        yield f"rnn, {activation}", [
            conv1d(3, 3, stride=4), recurrent("rnn", 4, activation=activation, bidirectional=True)]


def of_lengths():
    """Every layer that takes rows that have lengths, on the same signals with lengths."""
    for kind in ["rnn", "gru", "lstm"]:
        yield f"lengths, {kind}", [recurrent(kind, 6)]
        yield f"lengths, {kind}, both directions", [recurrent(kind, 5, bidirectional=True)]
        yield f"lengths, {kind}s, one after the other", [
            recurrent(kind, 4, return_sequences=True, bidirectional=True), norm(activation="relu"),
            recurrent(kind, 3, return_sequences=True), gentle_norm(), recurrent(kind, 5, bidirectional=True)]
        yield f"lengths, {kind}, in a residual, largest", [
            norm("layer_norm"), residual(recurrent(kind, 3, return_sequences=True), norm()), dropout(0.2), GLOBAL_MAX,
            dense(6, activation="tanh")]
        yield f"lengths, {kind}, means", [recurrent(kind, 5, return_sequences=True, bidirectional=True), GLOBAL_AVG]
    yield "lengths, global_maxpool", [norm(), GLOBAL_MAX]
    yield "lengths, global_avgpool", [GLOBAL_AVG]


def of_features():
    """The same on 5 features."""
    yield "batch_norm, features", [dense(8, bias=False), norm(momentum=0, activation="relu")]
    yield "layer_norm, features", [dense(8), norm("layer_norm"), dense(6, activation="tanh")]
    yield "dropout, features", [dropout(0.2), dense(16, activation="relu"), dropout(0.5)]
    yield "residual, features", [
        residual(dense(8, activation="relu"), norm(), dense(5), activation="tanh"),
        residual(dense(7, activation="prelu"), norm("layer_norm"), activation="gelu")]


def cases():
    """(title, rows, their lengths or None, targets, keys) of each."""
    random = np.random.default_rng(1)
    images = 3 + 10 * random.normal(size=(ROWS, 2, 7, 8))
    signals = random.normal(size=(ROWS, 2, 23)).cumsum(2)
    features = random.normal(size=(ROWS, 5)) * [1, 10, 0.1, 3, 1] + [0, 5, -1, 100, 0]
    values, labels = random.normal(size=(ROWS, 2)) + [3, -1], random.integers(0, 3, ROWS)
    values[:, 0] += images[:, 0, 3, 4] / 5 + signals[:, 1, 10]
    lengths = 1 + np.arange(ROWS) % 23
    of_values = {"LR": 0.02, "GRAD_CLIP": 1}
    # A recurrence enlarges the rounding of its first steps, the more so the larger its weights are.
    of_sequences_of_values = {**of_values, "LR": 0.005}
    for rows, own, stacks, keys in [
        (images, None, of_images(), of_values), (signals, None, of_signals(), of_values),
        (signals, None, of_sequences(), of_sequences_of_values),
        (signals, lengths, of_lengths(), of_sequences_of_values), (features, None, of_features(), of_values)]:
        for title, layers in stacks:
            yield title, rows, own, values, {"LAYERS": [*layers, dense(2)], **keys}

    def on_images(**keys):
        layers = [conv2d(4, 3, activation="relu"), norm(activation="relu"), GLOBAL_MAX, dense(2)]
        return {"LAYERS": layers, **of_values, **keys}

    def on_signals(**keys):
        layers = [conv1d(4, 5, activation="relu"), norm(), GLOBAL_AVG, dense(2)]
        return {"LAYERS": layers, **of_values, **keys}

    last = {"INPUT_LAYOUT": "channels_last"}
    yield "images of (1, 7, 8)", images[:, :1], None, values, on_images()
    yield "images of (7, 8)", images[:, 0], None, values, on_images()
    yield "images of bytes", images[:, 0].clip(0, 255).astype(np.uint8), None, values, on_images()
    yield "flat images", images.reshape(ROWS, -1), None, values, on_images(INPUT_SHAPE=[2, 7, 8])
    yield "channels last", np.moveaxis(images, 1, 3), None, values, on_images(**last)
    yield "flat, channels last", np.moveaxis(images, 1, 3).reshape(ROWS, -1), None, values, on_images(
        **last, INPUT_SHAPE=[7, 8, 2])
    yield "signals of (23)", signals[:, 0], None, values, on_signals()
    yield "signals, channels last", np.moveaxis(signals, 1, 2), None, values, on_signals(**last)
    yield "images of channels like signals", images[:, 0], None, values, on_signals()
    yield "a loss of its own", images, None, values, on_images(LOSS="huber(1)")
    head = on_images()["LAYERS"][:-1]
    yield "softmax", images, None, labels, on_images(LAYERS=[*head, dense(3, activation="softmax")])
    yield "one sigmoid", images, None, labels > 0, on_images(LAYERS=[*head, dense(1, activation="sigmoid")])
    yield "two labels", images, None, values > 0, on_images(LAYERS=[*head, dense(2, activation="sigmoid")])

    def on_sequences(**keys):
        layers = [recurrent("gru", 4, return_sequences=True, bidirectional=True), GLOBAL_MAX, dense(2)]
        return {"LAYERS": layers, **of_sequences_of_values, **keys}

    yield "lengths, signals of (23)", signals[:, 0], lengths, values, on_sequences()
    yield "lengths, channels last", np.moveaxis(signals, 1, 2), lengths, values, on_sequences(**last)
    yield "lengths, not scaled", signals, lengths, values, on_sequences(NORMALIZE="none")
    head = on_sequences()["LAYERS"][:-1]
    yield "lengths, softmax", signals, lengths, labels, on_sequences(LAYERS=[*head, dense(3, activation="softmax")])
