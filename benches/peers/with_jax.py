"""JAX: a whole epoch under one jitted scan."""

import jax
import jax.numpy as jnp
import numpy as np
from layers import Conv, Dense, Flatten, Pool

ACTIVATIONS = {"relu": jax.nn.relu, "silu": jax.nn.silu, "linear": lambda z: z}


def outputs(layers, weights, x):
    """Logits or values; `weights` are as those of Job."""
    for layer, pair in zip(layers, weights):
        match layer:
            case Dense(activation=name):
                x = ACTIVATIONS[name](x.reshape(len(x), -1) @ pair[0] + pair[1])
            case Conv(stride=stride, zeros=zeros, activation=name):
                z = jax.lax.conv_general_dilated(
                    x, pair[0], (stride,), [zeros], dimension_numbers=("NCH", "OIH", "NCH")
                )
                x = ACTIVATIONS[name](z + pair[1][:, None])
            case Pool(size=size, stride=stride):
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, size), (1, 1, stride), "VALID")
            case Flatten():
                x = x.reshape(len(x), -1)
    return x


def cross_entropy(z, y):
    """The mean of the rows."""
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])


class Jax:
    """`precision` is that of float32 products on a GPU: "highest" is float32, "tensorfloat32" has 10 bits."""

    def __init__(self, job, precision="highest"):
        self.job, self.precision = job, precision
        self.random = np.random.default_rng(2)

        def loss(weights, x, y):
            z = outputs(job.layers, weights, x)
            return cross_entropy(z, y) if job.classifies else jnp.mean((z - y) ** 2)

        def step(state, batch):
            weights, m, v, t = state
            x, y = batch
            value, g = jax.value_and_grad(loss)(weights, x, y)
            if job.clip:
                norm = jnp.sqrt(sum(jnp.sum(a * a) for a in jax.tree.leaves(g)))
                g = jax.tree.map(lambda a: a * jnp.minimum(1.0, job.clip / norm), g)
            decay = job.l2 / len(x)
            # Of weights alone; biases have one axis.
            g = jax.tree.map(lambda a, w: a + decay * w if w.ndim > 1 else a, g, weights)
            if job.optimizer == "sgd":
                return (jax.tree.map(lambda w, a: w - job.rate * a, weights, g), m, v, t), value
            t += 1
            m = jax.tree.map(lambda m, a: 0.9 * m + 0.1 * a, m, g)
            v = jax.tree.map(lambda v, a: 0.999 * v + 0.001 * a * a, v, g)
            c1, c2 = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
            move = lambda w, m, v: w - job.rate * m * c1 / (jnp.sqrt(v * c2) + 1e-8)  # noqa: E731
            return (jax.tree.map(move, weights, m, v), m, v, t), value

        def epoch(state, order, x, y):
            """All steps; the last batch may be shorter."""
            whole = len(order) // job.batch * job.batch
            rows = lambda a: a[order[:whole]].reshape(-1, job.batch, *a.shape[1:])  # noqa: E731
            state, losses = jax.lax.scan(step, state, (rows(x), rows(y)))
            if whole < len(order):
                state, _ = step(state, (x[order[whole:]], y[order[whole:]]))
            return state, losses.mean()

        def epoch_and_validation(state, order, x, y, x_validation, y_validation):
            state, trained = epoch(state, order, x, y)
            z = outputs(job.layers, state[0], x_validation)
            validated = cross_entropy(z, y_validation)
            return state, trained, validated, jnp.mean(z.argmax(1) == y_validation)

        self.x, self.y = jnp.asarray(job.x), jnp.asarray(self.labels(job.y))
        weights = [tuple(jnp.array(a) for a in pair) for pair in job.weights]
        # No moments where there are none: the scan would carry them.
        moments = [jax.tree.map(jnp.zeros_like, weights) if job.optimizer == "adam" else () for _ in "mv"]
        self.state = (weights, *moments, jnp.float32(0))
        self.jitted_loss = jax.jit(loss)
        self.jitted = jax.jit(epoch, donate_argnums=0)
        self.jitted_with_validation = jax.jit(epoch_and_validation, donate_argnums=0)

    def labels(self, y):
        return y.astype("i4") if self.job.classifies else y

    def loss(self):
        x, y = self.job.compared()
        with jax.default_matmul_precision(self.precision):
            return float(self.jitted_loss(self.state[0], x, self.labels(y)))

    def epoch(self):
        order = self.random.permutation(len(self.x)).astype("i4")
        with jax.default_matmul_precision(self.precision):
            self.state, loss = self.jitted(self.state, order, self.x, self.y)
        loss.block_until_ready()

    def epoch_with_validation(self, train):
        """An epoch of the first `train` rows, and the loss and accuracy of the others; classes only."""
        order = self.random.permutation(train).astype("i4")
        if not hasattr(self, "parts"):
            self.parts = [jnp.array(a[rows]) for rows in np.s_[:train, train:] for a in (self.x, self.y)]
        with jax.default_matmul_precision(self.precision):
            self.state, *figures = self.jitted_with_validation(self.state, order, *self.parts)
        jax.block_until_ready(figures)


def has_gpu():
    return jax.default_backend() == "gpu"
