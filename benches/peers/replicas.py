"""Many small networks at once in JAX: covtype's, vmapped over replicas, an epoch under one jitted scan.

    python benches/peers/replicas.py [--replicas 1,16,132,1000]           # on a GPU
    python benches/peers/replicas.py --on software [--steps 20]           # on one core of the CPU

Each replica has its own weights and its own order of the rows, which they share. The orders are made
beforehand and lie on the device: no time of theirs is counted.
"""

import argparse
import os

import compare
from notes import LeftOut, told

# Rows gathered once an epoch may take so many bytes, more would crowd a GPU's memory.
AHEAD = 8 << 30


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=["gpu", "software"], default="gpu")
    parser.add_argument("--replicas", default="1,16,132,1000", help="comma-separated")
    parser.add_argument("--seconds", type=float, default=0.5, help="of a measurement, at least one epoch")
    parser.add_argument("--steps", type=int, default=2000, help="of an epoch")
    arguments = parser.parse_args()
    try:
        arguments.replicas = [int(count) for count in arguments.replicas.split(",")]
    except ValueError:
        parser.error(f"--replicas {arguments.replicas}: numbers with commas between")
    return arguments


class Replicas:
    """So many networks on a job's rows; `ahead`: their rows are gathered once an epoch."""

    def __init__(self, job, count, ahead):
        import jax
        import jax.numpy as jnp
        import numpy as np
        import with_jax

        random = np.random.default_rng(2)
        step = jax.vmap(with_jax.step_of(job, with_jax.loss_of(job, with_jax.convolved)))

        def epoch(state, orders, x, y):
            if ahead:
                return jax.lax.scan(step, state, (x[orders], y[orders]))
            return jax.lax.scan(lambda state, rows: step(state, (x[rows], y[rows])), state, orders)

        def he_normal(inputs, units):
            return random.standard_normal((count, inputs, units), dtype="f4") * (2 / inputs) ** 0.5

        units = [layer.units for layer in job.layers]
        pairs = zip([job.x.shape[1], *units], units)
        weights = [(jnp.asarray(he_normal(a, b)), jnp.zeros((count, b))) for a, b in pairs]
        rows = np.tile(np.arange(len(job.x), dtype="i4"), (count, 1))
        by_step = random.permuted(rows, axis=1).reshape(count, job.steps, job.batch).transpose(1, 0, 2)
        # SGD has no moments.
        self.state = (weights, (), (), jnp.zeros(count))
        self.data = [jnp.asarray(a) for a in (by_step, job.x, job.y.astype("i4"))]
        self.jitted = jax.jit(epoch, donate_argnums=0)

    def epoch(self):
        self.state, losses = self.jitted(self.state, *self.data)
        losses.block_until_ready()


def seconds_of(job, count, seconds):
    """Of an epoch, its rows gathered the faster way. A step that gathers its own needs no memory and on a CPU
    takes 0.8 of the time; on a GPU it starts one kernel more, so the clock tells."""
    fits = count * job.x.nbytes <= AHEAD
    times = []
    for ahead in [False, True] if fits else [False]:
        replicas = Replicas(job, count, ahead)
        replicas.epoch()  # compiles
        times.append(compare.measured(replicas.epoch, seconds))
    return min(times)


def rows_of(job, counts, seconds):
    """The lines of the table."""
    yield f"{'replicas':>8}{'us a step':>12}{'rows a second':>16}{'times of one':>14}"
    one = None
    for count in counts:
        try:
            epoch = seconds_of(job, count, seconds)
        except Exception as error:  # out of memory, for one
            yield f"{count:8}: failed: {told(error)}"
            continue
        rows = count * len(job.x) / epoch
        one = rows if count == 1 else one
        times = f"{rows / one:.1f}" if one else "-"
        yield f"{count:8}{epoch / job.steps * 1e6:12.1f}{rows:16,.0f}{times:>14}"


def main():
    arguments = options()
    if arguments.on == "gpu":
        os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    else:
        compare.use_one_core()
    try:
        compare.usable("jax", arguments.on)
    except LeftOut as why:
        print(f"jax: left out: {why}")
        return
    import jax
    import jobs

    jax.config.update("jax_default_matmul_precision", "highest")
    job = jobs.made("covtype", arguments.on, steps=arguments.steps)
    sizes = ", ".join(str(size) for size in [job.x.shape[1], *[layer.units for layer in job.layers]])
    print(f"covtype ({sizes}; {job.batch}, {job.optimizer}), {job.steps} steps an epoch")
    print(f"JAX {jax.__version__} on {jax.devices()[0].device_kind}", flush=True)
    for line in rows_of(job, arguments.replicas, arguments.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
