"""PyTorch, loaded with the lines of docs/model-file.md, predicts what gpu-mlp predicts: every layer and activation.

    python tests/onnx/pytorch.py target/release/gpu-mlp

Needs numpy, safetensors and torch. The Python of the page runs as it stands there, in the folder of a model, on `rows`;
its `outputs` have to give what `gpu-mlp predict` gives, to 1e-5 · max(1, |y|). Then the network takes a step of training.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from cases import cases, conv1d, dense
from work import Work, compare

PAGE = Path(__file__).parents[2] / "docs" / "model-file.md"
ACTIVATIONS = ["relu", "leaky_relu", "leaky_relu(0.2)", "prelu(0.1)", "elu", "elu(0.5)", "selu", "gelu", "gelu_erf", "silu",
               "swish", "mish", "hardswish", "relu6", "hardsigmoid", "sigmoid", "softplus", "tanh", "linear"]


def lines():
    """The Python of the page, one code object a block."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [compile(block, f"{PAGE.name}, block {number}", "exec") for number, block in enumerate(blocks, 1)]


def predictions(blocks, run, rows, lengths):
    """What the page makes of a run's model and rows."""
    names = {"rows": rows, "lengths": lengths}
    os.chdir(run)
    for block in blocks:
        exec(block, names)
    check_network(names["network"], names["tensors"], names["x"])
    about, outputs = names["about"], names["outputs"]
    if about["task"] == "regression":
        return outputs / np.array(about["targets"]["scale"]) + np.array(about["targets"]["shift"])
    return np.concatenate([1 - outputs, outputs], 1) if outputs.shape[1] == 1 else outputs


def check_network(network, tensors, x):
    """The network has all tensors under their names, and can be trained."""
    assert {f"layers.{name}" for name in network.state_dict()} == set(tensors)
    network.train()(torch.tensor(x).double()).square().sum().backward()
    assert all(own.grad is not None and own.grad.isfinite().all() for own in network.parameters())


def of_activations():
    """Signals through a convolution and a dense layer of every activation."""
    signals = 4 * np.random.default_rng(2).normal(size=(60, 2, 9))
    for activation in ACTIVATIONS:
        layers = [conv1d(4, 3, activation=activation), dense(6, activation=activation), dense(1)]
        yield activation, signals, None, signals[:, 0, 0], {"LAYERS": layers, "LR": 0.02, "GRAD_CLIP": 1}


def check(work, blocks, title, run, rows, lengths=None):
    rows = rows.astype(np.float32)
    compare(title, "PyTorch", work.predict(run, rows, lengths), predictions(blocks, run, rows, lengths))


def main(binary):
    blocks = lines()
    with tempfile.TemporaryDirectory() as folder:
        work = Work(binary, folder)
        check(work, blocks, "a file of old", work.old_signals(), np.random.default_rng(3).normal(size=(20, 128)))
        for title, rows, lengths, targets, keys in [*cases(), *of_activations()]:
            check(work, blocks, title, work.train(rows, targets, lengths, **keys), rows, lengths)
        os.chdir("/")


if __name__ == "__main__":
    main(sys.argv[1])
