"""JAX: a whole epoch under one jitted scan."""

import time

import jax
import jax.numpy as jnp
import numpy as np
from layers import Conv, Dense, Flatten, Pool, Recurrent

ACTIVATIONS = {"relu": jax.nn.relu, "silu": jax.nn.silu, "linear": lambda z: z}


def convolved(x, w, stride, zeros):
    axes = ("NCH", "OIH", "NCH") if x.ndim == 3 else ("NCHW", "OIHW", "NCHW")
    return jax.lax.conv_general_dilated(x, w, stride, zeros, dimension_numbers=axes)


def unfolded(x, w, stride, zeros):
    """The same of signals, as one product of all windows, side by side."""
    (stride,), (zeros,) = stride, zeros
    filters, channels, kernel = w.shape
    x = jnp.pad(x.transpose(0, 2, 1), ((0, 0), zeros, (0, 0)))
    reach = (x.shape[1] - kernel) // stride * stride + 1
    windows = jnp.concatenate([x[:, j : j + reach : stride] for j in range(kernel)], axis=2)
    z = windows.reshape(-1, kernel * channels) @ w.transpose(2, 1, 0).reshape(-1, filters)
    return z.reshape(len(x), -1, filters).transpose(0, 2, 1)


def outputs(layers, weights, x, convolve):
    """Logits or values; `weights` are as those of Job."""
    for layer, pair in zip(layers, weights):
        match layer:
            case Dense(activation=name):
                x = ACTIVATIONS[name](x.reshape(len(x), -1) @ pair[0] + pair[1])
            case Conv(stride=stride, zeros=zeros, activation=name):
                z = convolve(x, pair[0], stride, zeros)
                x = ACTIVATIONS[name](z + pair[1].reshape(-1, *[1] * (z.ndim - 2)))
            case Pool(size=size, stride=stride):
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, *size), (1, 1, *stride), "VALID")
            case Recurrent(kind=kind):
                x = last_h(kind, x, *pair)
            case Flatten():
                x = x.reshape(len(x), -1)
    return x


def last_h(kind, x, w, u, b, c=None):
    """The last h of rows of (channels, samples), a scan over samples whose input products are one."""
    sums = jnp.einsum("bct,gc->tbg", x, w) + b
    zero = jnp.zeros((len(x), u.shape[1]), x.dtype)

    def rnn(h, z):
        return jnp.tanh(z + h @ u.T), None

    def gru(h, z):
        (r, g, n), (hr, hg, hn) = jnp.split(z, 3, 1), jnp.split(h @ u.T, 3, 1)
        r, g = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(g + hg)
        return (1 - g) * jnp.tanh(n + r * (hn + c)) + g * h, None

    def lstm(state, z):
        h, c = state
        i, f, g, o = jnp.split(z + h @ u.T, 4, 1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    if kind == "lstm":
        return jax.lax.scan(lstm, (zero, zero), sums)[0][0]
    return jax.lax.scan({"rnn": rnn, "gru": gru}[kind], zero, sums)[0]


def cross_entropy(z, y):
    """The mean of the rows."""
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])


def loss_of(job, convolve):
    """The mean loss of rows, a function of the weights."""

    def loss(weights, x, y):
        z = outputs(job.layers, weights, x, convolve)
        return cross_entropy(z, y) if job.classifies else jnp.mean((z - y) ** 2)

    return loss


def step_of(job, loss):
    """A step, for a scan: weights, moments and their number on, and the loss of the batch."""

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

    return step


class Jax:
    """`precision` is that of float32 products on a GPU: "highest" is float32, "tensorfloat32" has 10 bits."""

    def __init__(self, job, precision="highest", convolve=convolved):
        self.job, self.precision = job, precision
        self.random = np.random.default_rng(2)
        loss = loss_of(job, convolve)
        step = step_of(job, loss)

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
            z = outputs(job.layers, state[0], x_validation, convolve)
            validated = cross_entropy(z, y_validation)
            return state, trained, validated, jnp.mean(z.argmax(1) == y_validation)

        self.x, self.y = jnp.asarray(job.x), jnp.asarray(self.labels(job.y))
        self.jitted_loss = jax.jit(loss)
        self.jitted = jax.jit(epoch, donate_argnums=0)
        self.jitted_with_validation = jax.jit(epoch_and_validation, donate_argnums=0)
        self.start()

    def start(self):
        """From the initial weights."""
        weights = [tuple(jnp.array(a) for a in pair) for pair in self.job.weights]
        # No moments where there are none: the scan would carry them.
        adam = self.job.optimizer == "adam"
        moments = [jax.tree.map(jnp.zeros_like, weights) if adam else () for _ in "mv"]
        self.state = (weights, *moments, jnp.float32(0))

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


def faster(job):
    """The job with its convolutions the faster way. XLA's own take up to eight times the time of `unfolded` on a
    CPU; what they take on a GPU is for the clock to tell."""
    if not job.convolves_signals:
        return Jax(job)

    def seconds(peer):
        peer.epoch()  # compiles
        started = time.perf_counter()
        peer.epoch()
        return time.perf_counter() - started

    ways = [Jax(job, convolve=way) for way in (convolved, unfolded)]
    fastest = min(ways, key=seconds)
    fastest.start()
    return fastest


def has_gpu():
    return jax.default_backend() == "gpu"
