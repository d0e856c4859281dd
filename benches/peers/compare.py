"""Times one training step of nine networks here and in other frameworks, one core each.

    cargo build --release
    python benches/peers/compare.py [--jobs breast_cancer,digits] [--peers jax,torch,sklearn]

Needs numpy; JAX, PyTorch and scikit-learn are used where they are installed. The data are random, of
the shapes and class balance of the real sets: what a step costs does not depend on them. All run the
same rows, batches, optimizer, clip (by the norm of the batch's gradient) and L2, in float32. JAX
has a whole epoch under one jitted scan. A peer and gpu-mlp alternate; the median of the rounds counts.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
import numpy as np  # noqa: E402 (after the number of threads)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "target" / "release" / "gpu-mlp"
COVTYPE = [211840, 283301, 35754, 2747, 9493, 17367, 20510]

# name: sizes, batch, optimizer, activation, clip, L2, steps of an epoch, class counts (None: regression)
JOBS = {
    "breast_cancer": ([30, 16, 32, 2], 5, "sgd", "relu", None, 0.0, 2000, [212, 357]),
    "covtype": ([54, 16, 32, 7], 10, "sgd", "relu", None, 0.0, 2000, COVTYPE),
    "weather": ([8, 32, 16, 1], 20, "adam", "relu", 5.0, 0.1, 2000, None),
    "digits": ([64, 32, 64, 10], 10, "sgd", "relu", None, 0.0, 2000, [1] * 10),
    "diabetes": ([10, 128, 64, 1], 5, "adam", "relu", 5.0, 0.1, 2000, None),
    "california": ([8, 256, 128, 1], 20, "adam", "relu", 5.0, 0.001, 700, None),
    "digits_custom": ([64, 512, 256, 10], 5, "sgd", "silu", 5.0, 0.0, 400, [1] * 10),
    "bike": ([17, 256, 128, 2], 64, "adam", "relu", 5.0, 0.005, 200, None),
    "creditcard": ([30, 256, 128, 2], 128, "sgd", "silu", 5.0, 0.01, 200, [284315, 492]),
}
RATE = {"sgd": 1e-3, "adam": 1e-4}


def data(job):
    sizes, batch, _, _, _, _, steps, counts = JOBS[job]
    random = np.random.default_rng(1)
    rows = steps * batch
    x = random.normal(size=(rows, sizes[0])).astype("f4")
    if counts is None:
        return x, random.normal(size=(rows, sizes[-1])).astype("f4")
    share = np.array(counts) / sum(counts)
    y = random.choice(len(counts), size=rows, p=share)
    y[: 2 * len(counts)] = np.tile(np.arange(len(counts)), 2)  # every class occurs
    return x, y.astype("i8")


class Own:
    """gpu-mlp: the microseconds a step of its own summary."""

    def __init__(self, job, folder):
        sizes, batch, optimizer, activation, clip, l2, steps, counts = JOBS[job]
        x, y = data(job)
        np.savez(folder / f"{job}.npz", X=x, y=y)
        hidden = {"relu": "relu", "silu": "x*sigmoid(x)"}[activation]
        output = "linear" if counts is None else "softmax"
        keys = {
            "NPZ_DATASET": str(folder / f"{job}.npz"),
            "LAYER_SIZES": sizes,
            "LAYER_ACTS": ["-"] + [hidden] * (len(sizes) - 2) + [output],
            "LR": RATE[optimizer],
            "MAX_EPOCHS": max(2, 2000 // steps),
            "BATCH_SIZE": batch,
            "OPTIMIZER": optimizer,
            "GRAD_CLIP": clip,
            "L2": l2,
            "SPLIT": [1, 0],
        }
        self.file = folder / f"{job}.json"
        self.file.write_text(json.dumps({"parameters": keys}))
        self.out = folder / f"run-{job}"

    def step(self):
        subprocess.run(["rm", "-rf", self.out], check=True)
        command = [BINARY, "train", self.file, "--backend", "cpu", "--threads", "1", "--out", self.out]
        subprocess.run(command, check=True, capture_output=True)
        return json.loads((self.out / "summary.json").read_text())["microseconds_per_step"]


class Peer:
    """A framework: `epoch` trains one epoch; its time by the steps is that of a step."""

    def __init__(self, job, _folder):
        self.job = job
        sizes, self.batch, self.optimizer, self.activation, self.clip, self.l2, self.steps, counts = JOBS[job]
        self.classifies = counts is not None
        self.x, self.y = data(job)
        random = np.random.default_rng(2)
        pairs = list(zip(sizes[:-1], sizes[1:]))
        scale = [np.sqrt(2 / inputs) for inputs, _ in pairs]
        self.weights = [
            ((s * random.normal(size=pair)).astype("f4"), np.zeros(pair[1], "f4"))
            for s, pair in zip(scale, pairs)
        ]
        self.random = random
        self.prepare()
        self.epoch()  # compiles, warms up

    def step(self):
        started = time.perf_counter()
        epochs = 0
        while epochs < 2 or time.perf_counter() - started < 0.5:
            self.epoch()
            epochs += 1
        return (time.perf_counter() - started) / epochs / self.steps * 1e6


class Jax(Peer):
    def prepare(self):
        import jax
        import jax.numpy as jnp

        rate, act = RATE[self.optimizer], {"relu": jax.nn.relu, "silu": jax.nn.silu}[self.activation]

        def loss(weights, x, y):
            for w, b in weights[:-1]:
                x = act(x @ w + b)
            z = x @ weights[-1][0] + weights[-1][1]
            if self.classifies:
                return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])
            return jnp.mean((z - y) ** 2)

        def one(state, rows):
            weights, m, v, t = state
            value, g = jax.value_and_grad(loss)(weights, x_all[rows], y_all[rows])
            if self.clip:
                norm = jnp.sqrt(sum(jnp.sum(a * a) for a in jax.tree.leaves(g)))
                g = jax.tree.map(lambda a: a * jnp.minimum(1.0, self.clip / norm), g)
            decay = self.l2 / self.batch
            g = [(gw + decay * w, gb) for (gw, gb), (w, _) in zip(g, weights)]
            if self.optimizer == "sgd":
                return (jax.tree.map(lambda w, a: w - rate * a, weights, g), m, v, t), value
            t += 1
            m = jax.tree.map(lambda m, a: 0.9 * m + 0.1 * a, m, g)
            v = jax.tree.map(lambda v, a: 0.999 * v + 0.001 * a * a, v, g)
            c1, c2 = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
            move = lambda w, m, v: w - rate * m * c1 / (jnp.sqrt(v * c2) + 1e-8)  # noqa: E731
            return (jax.tree.map(move, weights, m, v), m, v, t), value

        x_all, y_all = jnp.asarray(self.x), jnp.asarray(self.y.astype("i4") if self.classifies else self.y)
        weights = [(jnp.asarray(w), jnp.asarray(b)) for w, b in self.weights]
        zeros = jax.tree.map(jnp.zeros_like, weights)
        self.state = (weights, zeros, zeros, jnp.float32(0))
        self.scan = jax.jit(lambda state, order: jax.lax.scan(one, state, order), donate_argnums=0)
        self.state = jax.tree.map(jnp.array, self.state)

    def epoch(self):
        order = self.random.permutation(len(self.x)).reshape(self.steps, self.batch).astype("i4")
        self.state, losses = self.scan(self.state, order)
        losses.block_until_ready()


class Torch(Peer):
    def prepare(self):
        import torch

        torch.set_num_threads(1)
        act = {"relu": torch.nn.ReLU, "silu": torch.nn.SiLU}[self.activation]
        layers = []
        for w, _ in self.weights:
            layers += [torch.nn.Linear(*w.shape), act()]
        self.net = torch.nn.Sequential(*layers[:-1])
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[self.optimizer]
        self.step_rule = kind(self.net.parameters(), lr=RATE[self.optimizer], weight_decay=self.l2 / self.batch)
        self.loss = torch.nn.CrossEntropyLoss() if self.classifies else torch.nn.MSELoss()
        self.xt, self.yt, self.torch = torch.tensor(self.x), torch.tensor(self.y), torch

    def epoch(self):
        order = self.torch.randperm(len(self.x))
        for rows in order.split(self.batch):
            self.step_rule.zero_grad(set_to_none=True)
            self.loss(self.net(self.xt[rows]), self.yt[rows]).backward()
            if self.clip:
                self.torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.clip)
            self.step_rule.step()


class Sklearn(Peer):
    def prepare(self):
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        kind = MLPClassifier if self.classifies else MLPRegressor
        hidden = tuple(w.shape[1] for w, _ in self.weights[:-1])
        # It has no SiLU and no clip: relu, and none.
        self.net = kind(
            hidden_layer_sizes=hidden, solver=self.optimizer, learning_rate_init=RATE[self.optimizer], batch_size=self.batch,
            alpha=self.l2, momentum=0.0, nesterovs_momentum=False,
        )
        self.classes = {"classes": np.unique(self.y)} if self.classifies else {}

    def epoch(self):
        y = self.y[:, 0] if self.y.ndim == 2 and self.y.shape[1] == 1 else self.y
        self.net.partial_fit(self.x, y, **self.classes)


PEERS = {"jax": Jax, "torch": Torch, "sklearn": Sklearn}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    modules = {"jax": "jax", "torch": "torch", "sklearn": "sklearn"}
    installed = []
    for peer in arguments.peers.split(","):
        try:
            __import__(modules[peer])
            installed.append(peer)
        except ImportError:
            print(f"{peer}: not installed, left out", file=sys.stderr)
    print(f"{'us a step':16}{'gpu-mlp':>12}" + "".join(f"{peer:>12}{'ratio':>8}" for peer in installed))
    with tempfile.TemporaryDirectory() as folder:
        for job in arguments.jobs.split(","):
            own = Own(job, pathlib.Path(folder))
            peers = [PEERS[peer](job, folder) for peer in installed]
            rounds = [[own.step()] + [peer.step() for peer in peers] for _ in range(arguments.rounds)]
            ours, *theirs = (statistics.median(times) for times in zip(*rounds))
            ratios = "".join(f"{time:12.1f}{time / ours:8.2f}" for time in theirs)
            print(f"{job:16}{ours:12.2f}{ratios}", flush=True)


if __name__ == "__main__":
    main()
