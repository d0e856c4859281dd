"""The products of a step alone, in float32, as PyTorch or JAX has them: what large layers are measured by."""

import time

import numpy as np
from notes import LeftOut


def widths(job):
    """Inputs and units of each layer; dense ones only."""
    units = [layer.units for layer in job.layers]
    return list(zip([job.x.shape[1], *units[:-1]], units))


def operations(job):
    """Additions and multiplications: forward, weights' gradients, and inputs' gradients but the first layer's."""
    pairs = widths(job)
    terms = sum(2 * inputs * units for inputs, units in pairs) + sum(a * b for a, b in pairs[1:])
    return 2 * job.batch * terms


def operands(job):
    """Inputs, weights (units, inputs) and what comes back from the outputs of each layer."""
    random = np.random.default_rng(3)
    made = lambda *shape: random.standard_normal(size=shape, dtype="f4")  # noqa: E731
    return [(made(job.batch, a), made(b, a), made(job.batch, b)) for a, b in widths(job)]


def by_torch(job, on):
    """What starts all products, and what waits for them."""
    import torch

    device = "cuda" if on == "gpu" else "cpu"
    layers = [[torch.from_numpy(a).to(device) for a in some] for some in operands(job)]
    outs = [[torch.empty(shape, device=device) for shape in (d.shape, w.shape, x.shape)] for x, w, d in layers]

    def start():
        for number, ((x, w, d), (z, of_weights, of_inputs)) in enumerate(zip(layers, outs)):
            torch.matmul(x, w.T, out=z)
            torch.matmul(d.T, x, out=of_weights)
            if number:
                torch.matmul(d, w, out=of_inputs)

    return start, torch.cuda.synchronize if on == "gpu" else lambda: None


def by_jax(job):
    import jax

    def products(layers):
        made = [(x @ w.T, d.T @ x) for x, w, d in layers]
        return made, [d @ w for _, w, d in layers[1:]]

    layers, last = jax.device_put(operands(job)), []
    with jax.default_matmul_precision("highest"):
        jitted = jax.jit(products).lower(layers).compile()

    def start():
        last[:] = [jitted(layers)]

    return start, lambda: jax.block_until_ready(last)


def measured(start, wait, seconds):
    """Seconds of all products; they are queued, as a step queues them."""

    def timed(times):
        started = time.perf_counter()
        for _ in range(times):
            start()
        wait()
        return (time.perf_counter() - started) / times

    timed(2)
    return timed(max(1, int(seconds / timed(1))))


def maker(on, usable):
    """The name and the products of the first that is there; `usable` gives the module of a peer."""
    try:
        usable("torch")
        name = "cuBLAS float32 (torch)" if on == "gpu" else "CPU float32 (torch)"
        return name, lambda job: by_torch(job, on)
    except LeftOut:
        usable("jax")
        return "XLA float32 (jax)" if on == "gpu" else "CPU float32 (jax)", by_jax


def lines(job, on, seconds, usable, own):
    """What to print of them, beside gpu-mlp's whole step of `own` microseconds, if it made one."""
    name, make = maker(on, usable)
    took, done = measured(*make(job), seconds), operations(job)
    end = ";" if own else ""
    yield f"wide: its products alone, {name}: {took * 1e6:.0f} us, {done / took / 1e12:.3g} TFLOP/s{end}"
    if own:
        yield f"    gpu-mlp's whole step: {own:.0f} us, {done / own / 1e6:.3g} TFLOP/s of products"
