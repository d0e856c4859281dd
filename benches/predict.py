"""Predicts a step of every job on an NVIDIA H100: the figures of "Predictions for an H100" in docs/performance.md.

    python3 benches/predict.py            # all tables
    python3 benches/predict.py digits     # one job, phase by phase

Nothing here was measured on a card. What is counted (multiply-adds, bytes, dispatches, barriers, iterations of loops,
bank conflicts, lines of the cache) follows from the kernels; what a thing costs stands in HARDWARE and CODE, and is
what a card will correct. Standard library only.
"""

import sys
from math import ceil
from types import SimpleNamespace as Bag

# --- what things cost -------------------------------------------------------------------------------------------
HARDWARE = Bag(
    sms=132, lanes=128, schedulers=4, clock=1.98e3,  # cycles a us: 132 * 128 * 2 * 1.98 GHz = 66.9 TFLOP/s
    tflops=66.9, hbm=3.35e6, hbm_reached=0.85, l2_bytes=5.5e6,  # bytes a us
    shared_latency=30, l1_latency=40, l2_latency=260, fma_latency=4,
    line_cycles=0.5,  # a line of the first cache that a warp's load touches
    barrier=30, fence=400,  # of a workgroup of 256; a fence of the whole device
    workgroup_memory=49152, memory_of_sm=227 * 1024, threads_of_sm=2048, registers_of_sm=65536,
)
# A dispatch that waits for the one before it and does nothing; what the host takes to record it; the same of a node
# of a CUDA graph with its tiny kernel, in a captured PyTorch step and in XLA's loop, and what either has around them.
DISPATCH, RECORD = 3.0, 0.6
EPOCH = 0.1  # what ends an epoch of 500 steps: weights kept, sums read back
TORCH_NODE, TORCH_GRAPH, JAX_NODE, JAX_TURN = 2.2, 4.0, 2.0, 3.0
CUBLAS = 0.80  # of the peak in float32, for large products
# Kernel 5 of github.com/siboehm/SGEMM_CUDA has our tile (128 x 128, 8 x 8 a thread, 8 deep, one buffer) and 68.7 %
# of cuBLAS; kernel 6, with vectors, 78.4; warp tiles 93.7.
SGEMM = {"plain": 0.687, "vectors": 0.784, "warps": 0.937}
LARGE_INSTRUCTIONS = {"checked": 762, "unchecked": 650}  # a thread and slab of 8 terms, 512 of them multiply-adds
LARGE = 1.0
TURN = {"dense": 0.9, "conv": 1.3}  # us of a turn of the 16 x 64 tiles alone on its SM: 16 terms
# Host, measured on two cores of an EPYC with a copy of `train_step` and `report`: ns a step and replica.
HOST_BUILD, HOST_READ = 35.0, 12.0

# What the model of a workgroup leaves out: fetching instructions, branches, waits that nobody foresaw.
SLACK = 1.3

TODAY = dict(checks=True, threads=256, parts=1, pad=False, fence=True, split=False, tile="plain")
UNCHECKED = dict(checks=False, fence=False)
# Threads of a workgroup, threads that share an output's sum, and rows of W an odd number of floats apart; the best
# of these is taken, as `auto` would.
SUB_SUMS = [dict(threads=t, parts=p, pad=True) for t in (256, 512, 1024) for p in (1, 2, 4, 8)]
CHANGES = {
    "1": [{**TODAY, **sums} for sums in SUB_SUMS],
    "2": [{**TODAY, "split": True}],
    "3": [{**TODAY, **UNCHECKED}],
    "all three": [{**TODAY, **UNCHECKED, **sums, "split": True} for sums in SUB_SUMS],
}
PIECES_OF_1 = {
    "odd rows": [{**TODAY, "pad": True}],
    "1024 threads": [{**TODAY, "threads": 1024}],
    "8 a sum": [{**TODAY, "threads": t, "parts": 8} for t in (256, 512, 1024)],
}
TILES = {
    "today": [TODAY],
    "vectors": [{**TODAY, "tile": "vectors"}],
    "2 and 3": [{**TODAY, **UNCHECKED, "split": True}],
    "2, 3, vectors": [{**TODAY, **UNCHECKED, "split": True, "tile": "vectors"}],
    "2, 3, warp tiles": [{**TODAY, **UNCHECKED, "split": True, "tile": "warps"}],
}
# The ends of what a prediction may be wrong by: factors on what is guessed.
LOW = dict(dispatch=0.5, record=0.5, slack=1 / 1.3, line=0.5, turn=0.6, large=1.2, how={**TODAY, "checks": False})
HIGH = dict(dispatch=5 / 3, record=5 / 3, slack=2 / 1.3, line=2.0, turn=1.6, large=0.8, how=TODAY)


def code(checks):
    """Cycles and instructions of the inner loops: with wgpu's checks four terms a turn, without them unrolled."""
    if checks:
        return Bag(four_terms=60, four_instructions=50, ahead=1, quad=64, quad_instructions=21, short=45)
    return Bag(four_terms=25, four_instructions=26, ahead=2, quad=56, quad_instructions=14, short=20)


# --- the jobs ---------------------------------------------------------------------------------------------------
def dense(name, sizes, batch, adam=False, clip=False, classes=True, silu=False):
    return Bag(name=name, sizes=sizes, batch=batch, adam=adam, clip=clip, classes=classes, silu=silu, conv=None)


def conv(name, samples, batch, layers, channels=1):
    return Bag(name=name, batch=batch, adam=True, clip=False, classes=True, silu=False, conv=layers, samples=samples,
               channels=channels)


C, P, D, R = "conv", "pool", "dense", "recurrent"
JOBS = [
    dense("breast_cancer", [30, 16, 32, 2], 5),
    dense("covtype", [54, 16, 32, 7], 10),
    dense("weather", [8, 32, 16, 1], 20, adam=True, clip=True, classes=False),
    dense("digits", [64, 32, 64, 10], 10),
    dense("diabetes", [10, 128, 64, 1], 5, adam=True, clip=True, classes=False),
    dense("california", [8, 256, 128, 1], 20, adam=True, clip=True, classes=False),
    dense("digits_custom", [64, 512, 256, 10], 5, clip=True, silu=True),
    dense("bike", [17, 256, 128, 2], 64, adam=True, clip=True, classes=False),
    dense("creditcard", [30, 256, 128, 2], 128, clip=True, silu=True),
    dense("wide", [784, 4096, 4096, 10], 1024),
    conv("cylinder_bell_funnel", 128, 10, [(C, 16, 9), (P, 2), (C, 16, 9), (P, 64), (D, 32), (D, 3)]),
    conv("ucr_gunpoint", 150, 5, [(C, 16, 9), (P, 2), (C, 32, 5), (P, 75), (D, 32), (D, 2)]),
    conv("ucr_faceall", 131, 16, [(C, 32, 5), (P, 4), (C, 64, 5), (P, 32), (D, 14)]),
]

# Of benches/signals: samples are all positions of an image or all time steps, kernels all taps; of a recurrence the
# gates, of which a gru has 3 and an lstm 4.
SIGNALS = [
    conv("mnist", 784, 128, [(C, 32, 9), (P, 4), (C, 64, 9), (P, 4), (D, 128), (D, 10)]),
    conv("cifar", 1024, 64, [(C, 32, 9), (C, 32, 9), (P, 4), (C, 64, 9), (C, 64, 9), (P, 4), (D, 256), (D, 10)], 3),
    conv("gru_rows", 28, 64, [(R, 64, 3), (D, 10)], 28),
    conv("lstm_rows", 28, 128, [(R, 128, 4), (D, 10)], 28),
    conv("lstm_long", 200, 32, [(R, 64, 4), (D, 6)], 6),
]


def links(job):
    return list(zip(job.sizes[:-1], job.sizes[1:]))


def layers_of(job):
    """The layers with their sizes: `terms` of a sum, `rows` of a batch's row that each weight is used for."""
    if not job.conv:
        return [Bag(kind=D, inputs=i, units=u, terms=i, rows=1, weights=i * u + u, out=u) for i, u in links(job)]
    channels, samples, made = job.channels, job.samples, []
    for kind, units, *kernel in job.conv:
        if kind == P:
            samples //= units
            made.append(Bag(kind=P, size=units, rows=0, weights=0, out=channels * samples))
            continue
        if kind == R:
            gates = kernel[0]
            made.append(Bag(kind=R, inputs=channels, units=units, gates=gates, steps=samples, terms=channels,
                            rows=samples, weights=gates * units * (channels + units + 1), out=units))
            channels, samples = units, 1
            continue
        rows, inputs = (samples, channels) if kind == C else (1, channels * samples)
        terms = inputs * kernel[0] if kind == C else inputs
        made.append(Bag(kind=kind, inputs=inputs, units=units, terms=terms, rows=rows, weights=(terms + 1) * units,
                        out=units * rows))
        channels, samples = units, rows
    return made


def weights_of(job):
    return sum(layer.weights for layer in layers_of(job))


def multiply_adds(job):
    """Of a step: each product forward, in the gradient, and, but for the first layer, towards the input."""
    with_weights = [layer for layer in layers_of(job) if layer.weights]
    of = [job.batch * layer.rows * layer.units * layer.terms for layer in with_weights]
    return 3 * sum(of) - of[0]


def quads(job):
    return ceil(job.batch / 4)


def columns(job):
    """vec4 of a quad: all of them, and those that are kept for the gradients (src/gpu/schedules/quads/columns.rs)."""
    outputs = job.sizes[-1]
    stats = 2 if job.classes else 2 + 2 * outputs
    kept = sum(job.sizes[:-1]) + sum(job.sizes[1:]) + 1 + stats
    return kept + outputs + (outputs if job.classes else 0), kept, stats


def threads_for(elements, most):
    return min(max(1 << max(elements - 1, 0).bit_length(), 32), most)


# --- accesses ---------------------------------------------------------------------------------------------------
def warps_addresses(inputs, units, many, threads, parts):
    """For the first warps of a forward product: the addresses of the weights that a warp reads at once."""
    for first in range(0, min(many * parts, threads), 32):
        lanes = range(first, min(first + 32, many * parts))
        yield {(lane // parts % units) * inputs + lane % parts for lane in lanes}


def conflicts(inputs, units, many, threads, parts):
    """Cycles of workgroup memory that a warp's read of weights takes: words in the fullest of 32 banks."""
    worst = []
    for addresses in warps_addresses(inputs, units, many, threads, parts):
        banks = [0] * 32
        for address in addresses:
            banks[address % 32] += 1
        worst.append(max(banks))
    return sum(worst) / len(worst)


def lines(inputs, units, many, threads, parts):
    """Lines of 128 bytes that a warp's read of weights from storage touches."""
    all_ = [len({address // 32 for address in a}) for a in warps_addresses(inputs, units, many, threads, parts)]
    return sum(all_) / len(all_)


class Clock:
    """Cycles of a workgroup alone on its SM, and what it takes of what workgroups on one SM share."""

    def __init__(self):
        self.phases, self.shared, self.issued, self.barriers = [], 0.0, 0.0, 0

    def add(self, name, latency, shared=0.0, issued=0.0, barriers=1, barrier=HARDWARE.barrier):
        busy = max(latency, shared, issued / HARDWARE.schedulers)
        self.phases.append((name, busy + barriers * barrier))
        self.shared += shared
        self.issued += issued
        self.barriers += barriers

    @property
    def cycles(self):
        return sum(cycles for _, cycles in self.phases)

    @property
    def us(self):
        return SLACK * self.cycles / HARDWARE.clock


def product(clock, name, outputs_a_quad, quads_, terms, weight, how, threads, forward, silu=False):
    """A thread, or `parts` of them, an output and quad. `weight` says where weights are read: "local" is workgroup
    memory, "storage" the second cache at first, "near" the first cache."""
    inner, h = code(how["checks"]), HARDWARE
    many, parts = quads_ * outputs_a_quad, min(how["parts"], max(1, terms // 4))
    own = ceil(terms / parts)
    turns, warps = ceil(many * parts / threads), min(ceil(many * parts / 32), threads // 32)
    groups = own / 4  # turns of the inner loop, of four terms each
    if not forward:  # neighbours read neighbours
        wait = 1.0
    elif weight == "local":
        stride = terms | 1 if how["pad"] else terms
        wait = conflicts(stride, outputs_a_quad, many, threads, parts)
    else:
        wait = max(1.0, lines(terms, outputs_a_quad, many, threads, parts) * h.line_cycles)
    latency = groups * (inner.four_terms + 4 * (wait - 1))
    if weight != "local":
        latency += groups * (h.l1_latency - h.shared_latency)
    if weight == "storage":
        # Of a row 8 terms lie in a sector of 32 bytes; `ahead` groups are under way together.
        latency += min(own * parts / 8 if forward else own, groups) / inner.ahead * h.l2_latency
    latency += 60 + (150 if silu else 0)
    shared = turns * warps * own * (wait + 2)
    issued = turns * warps * (groups * inner.four_instructions + 30 + (150 if silu else 0))
    barriers = 1
    if parts > 1:  # partial sums through workgroup memory
        latency += 2 * h.barrier + 10 * parts + h.shared_latency
        shared += turns * warps * 8
        barriers += 2 * turns
    clock.add(name, turns * latency, shared, issued, barriers=1)
    clock.barriers += barriers - 1


def loss(clock, job, quads_, how):
    short, h = code(how["checks"]).short, HARDWARE
    outputs = job.sizes[-1]
    if job.classes:
        clock.add("exponentials", outputs * short + 120, 40 * outputs, 400)
        clock.add("loss", h.l2_latency + 3 * outputs * short + 220, 80 * outputs, 900)
    else:
        clock.add("loss", h.l2_latency + outputs * short + 80, 20 * outputs, 300)


def passes(clock, job, quads_, weight, how, threads):
    h = HARDWARE
    inputs = job.sizes[0]
    turns = ceil(quads_ * inputs / threads)
    clock.add("inputs", turns * (h.l2_latency + 60), quads_ * inputs / 8, ceil(quads_ * inputs / 32) * 50)
    for index, (i, u) in enumerate(links(job)):
        silu = job.silu and index + 2 < len(job.sizes)
        product(clock, f"forward {index + 1}", u, quads_, i, weight, how, threads, True, silu)
    loss(clock, job, quads_, how)
    # What forward has read of storage lies in the first cache by now.
    near = "near" if weight == "storage" else weight
    for index, (i, u) in reversed(list(enumerate(links(job)))):
        if index:
            product(clock, f"backward {index + 1}", i, quads_, u, near, how, threads, False)


def reduction(clock, threads):
    steps = threads.bit_length() - 1
    clock.add("norm", (steps + 2) * 45, steps * 16, steps * 60, barriers=steps + 2)


def weight_turn(job, quads_, how, from_storage, moves, moments):
    """Cycles and instructions of a weight in the loop that moves weights, or sums the squares of gradients."""
    inner, h = code(how["checks"]), HARDWARE
    quad = inner.quad + (h.l2_latency / inner.ahead if from_storage else 0)
    latency, issued = 80 + quads_ * quad, 30 + quads_ * inner.quad_instructions
    if moves:
        latency, issued = latency + 70 + (80 if job.adam else 0), issued + 15 + (40 if job.adam else 0)
        if moments:
            latency += h.l2_latency
    return latency, issued


# --- schedules --------------------------------------------------------------------------------------------------
def resident(job, how=TODAY):
    """One workgroup a replica. None, and the bytes it takes, where it does not fit."""
    h, q, weights = HARDWARE, quads(job), weights_of(job)
    total, _, stats = columns(job)
    widest = max(job.sizes)
    threads = threads_for(max(q * widest, weights), how["threads"])
    own = q * total * 16 + 4 * threads + (16 * threads if how["parts"] > 1 else 0)
    weights_here = sum((i | 1) * u + u for i, u in links(job)) if how["pad"] else weights
    if own > h.workgroup_memory:
        return None, own
    local = own + 4 * weights_here <= h.workgroup_memory
    clock = Clock()
    clock.add("step", h.l2_latency + 20, barriers=0)
    passes(clock, job, q, "local" if local else "storage", how, threads)
    turns, warps = ceil(weights / threads), ceil(weights / 32)
    per_quad = 6.0  # cycles of workgroup memory: 32 neighbours' vec4, and one that all read
    if job.clip:
        latency, issued = weight_turn(job, q, how, False, False, False)
        clock.add("squares", turns * latency, warps * q * per_quad, warps * issued, barriers=0)
        reduction(clock, threads)
    latency, issued = weight_turn(job, q, how, False, True, job.adam or not local)
    clock.add("update", turns * latency, warps * q * per_quad, warps * issued, barriers=0)
    fence = how["fence"] or not local
    clock.add("sums", q * code(how["checks"]).short + 40 + (h.fence if fence else 0), stats * q, 60,
              barriers=2 if fence else 1)
    # The step, rows, targets, sums; moments in storage, and weights where they do not fit.
    bytes_ = 64 + job.batch * (job.sizes[0] + 1) * 4 + stats * 4 + (16 * weights if job.adam else 0)
    bytes_ += 0 if local else 12 * weights
    memory = own + (4 * weights_here if local else 0)
    return Bag(us=clock.us, dispatches=3 / 1024, barriers=clock.barriers, bytes=bytes_, clock=clock, local=local,
               threads=threads, memory=memory, sm_only=True, host=HOST_BUILD / 1e3), None


def two_phase(job, how=TODAY):
    """Forward and backward of a quad a workgroup; then a weight a thread."""
    h, q, weights = HARDWARE, quads(job), weights_of(job)
    total, kept, stats = columns(job)
    own = total * 16 + (16 * how["threads"] if how["parts"] > 1 else 0)
    if own > h.workgroup_memory:
        return None, own
    threads = threads_for(max(job.sizes) * how["parts"], how["threads"])
    rows = Clock()
    rows.add("step", h.l2_latency + 20, barriers=0)
    passes(rows, job, 1, "storage", how, threads)
    rows.add("columns", ceil(kept / threads) * 40 + 30, kept / 8, barriers=0)
    busy = rows.us * max(1, ceil(q / h.sms))
    update = Clock()
    update.add("step", h.l2_latency + 20, barriers=0)
    latency, _ = weight_turn(job, q, how, True, not job.clip, not job.clip)
    update.add("gradients", latency, barriers=0)
    clocks = [rows, update]
    if job.clip:
        reduction(update, 256)
        moves = Clock()
        moves.add("step", h.l2_latency + 20, barriers=0)
        moves.add("squares", ceil(ceil(weights / 256) / 256) * (h.l2_latency + 30), barriers=0)
        reduction(moves, 256)
        moves.add("update", h.l2_latency + (150 if job.adam else 70), barriers=0)
        clocks.append(moves)
    # Every weight reads two columns of every quad, neighbours the same lines: 528 bytes a warp and quad.
    traffic = weights / 32 * q * 528 / h.l2_bytes
    dispatches = len(clocks)
    us = busy + max(update.us, traffic) + (clocks[2].us if job.clip else 0) + dispatches * DISPATCH
    bytes_ = 64 + job.batch * (job.sizes[0] + 1) * 4 + q * weights * 4 + 2 * q * kept * 16 + weights * 8
    bytes_ += (16 * weights if job.adam else 0) + (8 * weights if job.clip else 0) + stats * 4
    barriers = sum(c.barriers for c in clocks)
    return Bag(us=us, dispatches=dispatches + 2 / 1024, barriers=barriers, bytes=bytes_, clock=rows, sm_only=False,
               host=dispatches * RECORD, parts=[c.us for c in clocks]), None


REDUCTION = 7  # barriers of a sum over 64 threads: one, and one behind each halving


def layered(job, how=TODAY):
    """A dispatch an operation. A list of (name, us of its own, bytes)."""
    h, batch, weights = HARDWARE, job.batch, weights_of(job)
    rate = 1.0 if how["checks"] else 0.7
    small = 600 / h.clock  # the step, then the data, then a store
    reduce64 = (h.l2_latency + 8 * 45) / h.clock
    made, barriers = [], []

    def elementwise(name, elements, arrays):
        made.append((name, max(small, elements * arrays * 4 / (h.hbm * h.hbm_reached)), elements * arrays * 4))

    def tiles(name, m, k, n, kind=D):
        many = ceil(m / 16) * ceil(n / 64)
        waves = max(1, ceil(many / (h.sms * 8)))
        moved = 4 * (m * k + k * n + m * n)
        if kind == D and (m // 128) * (n // 128) >= 64:
            made.append((name, large(m, k, n, how), moved))
            barriers.append(2 * ceil(k / 8))
            return
        turns = ceil(k / 16)
        # Where a product has few tiles its sums are split in stretches of 8 turns at the least, and added up.
        if how["split"] and turns > 8 and many < h.sms:
            pieces = min(ceil(turns / 8), h.sms // many)
            turns = ceil(turns / pieces)
            made.append((name + ", added up", small, 4 * m * n * pieces))
        made.append((name, small + turns * TURN[kind] * rate * waves, moved))
        barriers.append(2 * turns)  # behind the fetching and behind the sums of each turn

    def sums(name, count, turns):
        made.append((name, reduce64 + turns * (h.l2_latency + 30) / h.clock * rate, count * 4))
        barriers.append(REDUCTION)

    layers = layers_of(job)
    inputs = job.samples if job.conv else job.sizes[0]
    outputs = layers[-1].units
    made.append(("batch", small + 24 * 150 / h.clock, batch * 16))
    elementwise("gather", batch * inputs, 2)
    for layer in layers:
        if layer.kind == P:
            made.append(("pool", small + layer.size * 20 / h.clock, batch * layer.out * (layer.size + 2) * 4))
            continue
        if layer.kind == C:
            tiles("conv", layer.units, layer.terms, batch * layer.rows, C)
        else:
            tiles("product", batch, layer.terms, layer.units)
        elementwise("bias", batch * layer.out, 4)
    for index in reversed(range(len(layers))):
        layer, rows = layers[index], batch * layers[index].rows
        if layer.kind != P:
            if index + 1 < len(layers):
                elementwise("slope", batch * layer.out, 3)
            tiles("gradient", layer.units, rows, layer.terms, layer.kind)
            # In a dense layer neighbouring threads read neighbouring rows: 32 bytes are fetched for 4.
            fetched = rows * layer.units * (32 if layer.kind == D else 4) / h.l2_bytes
            reading = ceil(rows / 64) * (h.l2_latency + 30) / h.clock * rate
            made.append(("bias gradient", max(reduce64 + reading, fetched), rows * layer.units * 4))
            barriers.append(REDUCTION)
        if index and layer.kind == P:
            elementwise("pool backward", batch * layers[index - 1].out, 2)
        elif index and layer.kind == C:
            tiles("input gradient", layer.inputs, layer.units * layer.terms // layer.inputs, rows, C)
        elif index:
            tiles("input gradient", batch, layer.units, layer.terms)
    loops = 3 * outputs * code(how["checks"]).short / h.clock
    made.append(("loss", small + loops + 0.1, batch * outputs * 8))
    made.append(("metrics", reduce64 * (1 if job.classes else 1 + outputs) + ceil(batch / 64) * 0.3, batch * 12))
    barriers.append((REDUCTION + 1) * (1 if job.classes else 1 + outputs))
    if job.clip:
        sums("clip", weights, min(64, ceil(weights / 64)))
        sums("clip", 1, 1)
    elementwise("update", weights, 8 if job.adam else 4)
    us = sum(own for _, own, _ in made) + DISPATCH * len(made)
    return Bag(us=us, dispatches=len(made), barriers=sum(barriers), bytes=sum(b for *_, b in made), made=made, sm_only=False,
               host=RECORD * len(made)), None


def large(m, k, n, how):
    """us of a product on tiles of 128 x 128, by the share of cuBLAS that a published kernel like it has."""
    h = HARDWARE
    kind = how["tile"]
    checks = "checked" if how["checks"] else "unchecked"
    share = SGEMM[kind] * LARGE_INSTRUCTIONS["unchecked"] / LARGE_INSTRUCTIONS[checks] * CUBLAS
    tiles = ceil(m / 128) * ceil(n / 128)
    # The last tiles leave SMs without work, which the published figures, of 1024 tiles on 84, have little of.
    idle = tiles / (ceil(tiles / h.sms) * h.sms)
    full = m * n / (tiles * 128 * 128)
    slabs = ceil(k / 8) * 8 / k
    share *= LARGE
    return 2 * m * k * n * slabs / (share * h.tflops * 1e6) / (idle * full)


# --- signals: the kernels before there were large convolutions and tiles of rows, and those after ---------------------
# Instructions of a thread, guessed from the shaders with wgpu's checks: of a turn of 16 terms on tiles of 16 x 64 before
# (16 indices of x with four divisions each, 256 multiply-adds) and after (the divisions of four neighbours at once), of
# a slab of 8 terms on large tiles of 64 or 32 rows (512 multiply-adds, and two or four such fetches). A turn or slab
# alone on its SM takes TURN["conv"] or LARGE_SLAB us; a small turn reads 16 terms, a large one 8.
SMALL_BEFORE, SMALL_AFTER, LARGE_AFTER = 2200, 1100, {64: 1160, 32: 1500}
LARGE_SLAB = 0.9
PART = 4096  # terms of a part of a kernel's gradient
CACHE = 128 * 1024  # of U that stays in the first cache of an SM
LARGE_ROWS, SMALL_TILES = 64 * 128, 256  # src/gpu/ops/tiles.rs, recurrence_tile.rs


def implicit(m, k, n, moved, parts, is_new):
    """us of a convolution as an implicit product (m, k) . (k, n), there `parts` times."""
    h, rows = HARDWARE, 32 if m <= 32 else 64
    tiles = ceil(m / rows) * ceil(n / 128)
    takes_large = is_new and tiles * rows * parts >= LARGE_ROWS and 2 * m * n >= tiles * rows * 128
    if takes_large:
        turns, warps, instructions, turn = ceil(k / 8), rows // 16, LARGE_AFTER[rows], LARGE_SLAB
    else:
        tiles = ceil(m / 16) * ceil(n / 64)
        turns, warps, turn = ceil(k / 16), 2, TURN["conv"]
        instructions = SMALL_AFTER if is_new else SMALL_BEFORE
    of_fullest = ceil(tiles * parts / h.sms)
    issued = of_fullest * turns * warps * instructions / h.schedulers / h.clock
    return SLACK * max(issued, turns * turn / SLACK, moved / (h.hbm * h.hbm_reached)), takes_large


def held_terms(units, gates, numbers):
    """Terms of each sum whose weights are in workgroup memory, and whether the others come in slabs."""
    lanes = ceil(units / 32) * 32
    left = HARDWARE.workgroup_memory - 64 - 16 * numbers * lanes
    if left >= 4 * gates * units * units:
        return units
    return (left - 4 * 8 * gates * (lanes + 1)) // (4 * gates * units)


def recurrence(layer, batch, backward, is_new):
    """us of the dispatch, and barriers of a workgroup."""
    h, units, gates = HARDWARE, layer.units, layer.gates
    bytes_ = 4 * gates * units * units
    # Of U an SM takes so many bytes a cycle from the second cache.
    from_l2 = h.l2_bytes / h.sms / h.clock
    if not is_new:  # a workgroup of 64 threads a row, h in storage, two fences a step
        rows, own = ceil(batch / h.sms), ceil(units / 64)
        lines_ = 1 if backward else 32
        busy = rows * 2 * own * units * gates * max(1, lines_ * h.line_cycles)
        waits = own * units * (15 + 4 * gates + h.l1_latency)
        if backward and bytes_ > CACHE:
            waits += own * units * h.l2_latency
        l2 = bytes_ / from_l2 if bytes_ > CACHE else 0
        step = max(busy, waits, l2) + (1 if backward else 2) * h.fence
        return SLACK * layer.steps * step / h.clock, (1 if backward else 2) * layer.steps
    # Four rows a thread, a unit a lane (units are at most 256 here); few rows: one group.
    groups, warps = ceil(ceil(batch / 4) / h.sms), ceil(units / 32)
    held = held_terms(units, gates, 2 + gates if backward else gates - 1)
    slabs = ceil((units - held) / 8)
    instructions = units * (gates * 12 + 10) + slabs * 8 * gates * 30
    shared = units * (gates + 4) + slabs * 8 * gates * 3
    latency = units * (15 + 4 * gates) + slabs * (gates * (h.l2_latency if bytes_ > CACHE else h.l1_latency) + 80)
    l2 = (units - held) / units * bytes_ / from_l2 if bytes_ > CACHE else 0
    busy = groups * warps * max(instructions / h.schedulers, shared)
    barriers = (2 if backward else 1) + 2 * slabs
    step = max(busy, latency, l2) + 250 + barriers * h.barrier
    first = held * gates * units * 4 / from_l2
    return SLACK * (layer.steps * step + first) / h.clock, barriers * layer.steps


def signals(job, is_new):
    """The dispatches of `layered` whose kernels have changed, (name, us), by the side of all others, which have not."""
    made, large = [], 0
    layers = layers_of(job)
    for index, layer in enumerate(layers):
        rows = job.batch * layer.rows
        if layer.kind == C:
            taps, moved = layer.terms // layer.inputs, 4 * rows * (layer.inputs + layer.units)
            parts = ceil(rows / PART)
            products = [("conv", layer.units, layer.terms, rows, 1),
                        ("kernel gradient", layer.units, min(rows, PART), layer.terms, parts)]
            if index:
                products.append(("input gradient", layer.inputs, layer.units * taps, rows, 1))
            for name, m, k, n, times in products:
                us, is_large = implicit(m, k, n, moved, times, is_new)
                large += is_large
                made.append((name + (", large" if is_large else ""), us))
        elif layer.kind == R:
            for name, backward in (("recurrent", False), ("recurrent backward", True)):
                made.append((name, recurrence(layer, job.batch, backward, is_new)[0]))
    return made


def signal_work(job):
    """Multiply-adds of what `signals` lists, and the bytes that it has to move."""
    adds = moved = 0
    for index, layer in enumerate(layers_of(job)):
        rows = job.batch * layer.rows
        if layer.kind == C:
            adds += (3 if index else 2) * rows * layer.units * layer.terms
            moved += (3 if index else 2) * 4 * rows * (layer.inputs + layer.units)
        elif layer.kind == R:
            adds += 2 * rows * layer.gates * layer.units ** 2
            # The products of the inputs, what is saved and the deltas; h stays.
            moved += 4 * rows * layer.units * (layer.gates + 2 * {3: 5, 4: 6}[layer.gates] + {3: 6, 4: 4}[layer.gates])
    return adds, moved


# --- the peers --------------------------------------------------------------------------------------------------
def nodes(job):
    """Kernels of a step: of a captured PyTorch step, and of XLA's loop (counted from with_torch.py, with_jax.py)."""
    if job.conv:
        kinds = [layer.kind for layer in layers_of(job)]
        torch = 17 + 8 * kinds.count(C) + 2 * kinds.count(P) + 6 * kinds.count(D)
        return torch, torch - 10
    layers = len(job.sizes) - 1
    torch = 3  # the step's rows, x and y
    torch += layers + (layers - 1) + 2  # products, activations, loss
    torch += 3 + (2 * layers - 1) + layers + (layers - 1)  # loss, products, biases, activations
    torch += 4 if job.adam else (4 if job.clip else 2)  # two groups; L2 is one more of each with SGD
    torch += 9 if job.clip else 0
    torch += 2  # the counter
    jax = 3 + (3 * layers - 1) + 2 * layers + 4 + 1 + (2 if job.clip else 0) + (4 if job.adam else 2)
    return torch, jax


def peers(job):
    """us of a step: JAX in one scan, and a captured graph of PyTorch."""
    torch, jax = nodes(job)
    if job.name == "wide":
        work = 2 * multiply_adds(job) / (CUBLAS * HARDWARE.tflops * 1e6)
        moved = (weights_of(job) * 12 + job.batch * 4096 * 4 * 10) / (HARDWARE.hbm * HARDWARE.hbm_reached)
        return work + moved + JAX_NODE * jax, work + moved * 1.4 + TORCH_NODE * torch
    if job.conv:
        longer = sum(3.0 * (2 if i == 0 else 3) for i, layer in enumerate(layers_of(job)) if layer.kind == C)
    else:
        # A term of a small product takes cuBLAS's kernels some 5 ns beyond the first 64.
        sums = [t for i, u in links(job) for t in (i, job.batch, u)]
        longer = sum(max(0, t - 64) * 0.005 for t in sums)
    return JAX_TURN + JAX_NODE * jax + longer, TORCH_GRAPH + TORCH_NODE * torch + longer


# --- replicas ---------------------------------------------------------------------------------------------------
def replicas(job, count, how=TODAY, registers=64, steps=1400):
    """us of a step of all replicas: the device's, and with what the host does beside and before it."""
    h = HARDWARE
    one, _ = resident(job, how)
    fits = min(h.memory_of_sm // (one.memory + 1024), h.threads_of_sm // one.threads,
               h.registers_of_sm // (registers * one.threads))
    # What workgroups on one SM share is used to 85 % at the most.
    shared = max(one.clock.shared, one.clock.issued / h.schedulers) / 0.85 / h.clock
    device, left = 0.0, ceil(count / h.sms)  # workgroups of the fullest SM
    while left > 0:
        here = min(left, fits)
        device += max(one.us, here * shared)
        left -= here
    # 2^22 numbers are gathered ahead: so many steps a dispatch, with three dispatches around them, for which weights
    # come and go.
    ahead = max(1, min(1024, (1 << 22) // (count * job.batch * job.sizes[0])))
    rows = count * job.batch * job.sizes[0] * 4 * 3 / (h.hbm * h.hbm_reached)
    weights = count * weights_of(job) * 8 / (h.hbm * h.hbm_reached) / ahead
    device += 3 * (DISPATCH + 2) / ahead + rows + weights
    build, read = count * HOST_BUILD / 1e3, count * HOST_READ / 1e3
    # A submit is written while the one before it runs, but the first of an epoch, which may be the only one.
    submits = max(1.0, steps / min(4096, (1 << 18) // count))
    today = max(device, build) * (1 - 1 / submits) + (device + build) / submits
    return Bag(device=device, build=build, read=read, today=today, fits=fits, ahead=ahead, shared=shared)


def vmap(job, count):
    """JAX over a batch of networks: each kernel's floor, and all weights and rows through the second cache."""
    _, jax = nodes(job)
    moved = count * (weights_of(job) * 4 * 7 + job.batch * sum(job.sizes) * 4 * 6) / 4.0e6
    batched = (3 * (len(job.sizes) - 1) - 1) * min(4.0, 0.004 * count)
    return JAX_TURN + JAX_NODE * jax + moved + batched


# --- tables -----------------------------------------------------------------------------------------------------
def schedules(job, how=TODAY):
    if job.conv:
        return {"layered": layered(job, how)[0]}
    made = {"resident": resident(job, how)[0], "two-phase": two_phase(job, how)[0], "layered": layered(job, how)[0]}
    return {name: plan for name, plan in made.items() if plan}


def whole(plan):
    """With what the host adds where epochs are short: a submit is recorded before it runs, not beside another."""
    return plan.us + plan.host + EPOCH


def best(job, hows=(TODAY,)):
    plans = [item for how in hows for item in schedules(job, how).items()]
    return min(plans, key=lambda item: whole(item[1]))


def at_the(end, job):
    """The best schedule's time with what is guessed at one end."""
    global DISPATCH, RECORD, SLACK, LARGE
    kept = DISPATCH, RECORD, SLACK, LARGE, HARDWARE.line_cycles, dict(TURN)
    DISPATCH, RECORD = DISPATCH * end["dispatch"], RECORD * end["record"]
    SLACK, LARGE = SLACK * end["slack"], end["large"]
    HARDWARE.line_cycles *= end["line"]
    TURN.update({kind: turn * end["turn"] for kind, turn in TURN.items()})
    predicted = whole(best(job, [end["how"]])[1])
    DISPATCH, RECORD, SLACK, LARGE, HARDWARE.line_cycles, turns = kept
    TURN.update(turns)
    return predicted


def floor(job, plan, dispatch, barrier):
    """Dispatches and barriers, and the units or the memory, whichever is longer: of one SM where all is in it."""
    units = HARDWARE.lanes * (1 if plan.sm_only else HARDWARE.sms) * HARDWARE.clock
    work = max(multiply_adds(job) / units, plan.bytes / HARDWARE.hbm)
    return work + dispatch * plan.dispatches + barrier * plan.barriers


def number(value):
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


def si(value):
    for unit, by in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= by:
            return f"{value / by:.3g} {unit}"
    return f"{value:.0f} "


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def phases(job):
    for name, plan in schedules(job).items():
        print(f"{name}: {plan.us:.1f} us and {plan.host:.1f} of the host")
        for phase, cycles in plan.clock.phases if hasattr(plan, "clock") else []:
            print(f"    {phase:16}{cycles:8.0f} cycles {SLACK * cycles / HARDWARE.clock:8.2f} us")
        if hasattr(plan, "parts"):
            print("    dispatches", [round(us, 2) for us in plan.parts])
        for operation, us, moved in getattr(plan, "made", []):
            print(f"    {operation:28}{us:8.2f} us {si(moved)}B")


def signal_table():
    rows = []
    for job in SIGNALS:
        before, after = signals(job, False), signals(job, True)
        adds, moved = signal_work(job)
        least = max(adds / (HARDWARE.lanes * HARDWARE.sms * HARDWARE.clock), moved / HARDWARE.hbm)
        least += DISPATCH * len(after)
        sums = [sum(us for _, us in made) for made in (before, after)]
        recurrent = [layer for layer in layers_of(job) if layer.kind == R]
        barriers = [sum(recurrence(layer, job.batch, backward, is_new)[1]
                        for layer in recurrent for backward in (False, True)) for is_new in (False, True)]
        rows.append([job.name, si(adds), si(moved) + "B", len(after), f"{barriers[0]}, {barriers[1]}" if recurrent else "",
                     number(least), *(number(us + DISPATCH * len(after)) for us in sums), f"{sums[0] / sums[1]:.2g}"])
    table(["job", "multiply-adds", "bytes", "dispatches", "barriers", "floor", "before", "after", "gain"], rows)


def main():
    for job in SIGNALS:
        if job.name in sys.argv[1:]:
            for (name, before), (now, after) in zip(signals(job, False), signals(job, True)):
                print(f"{job.name}: {name:20}{before:10.1f} us {now:28}{after:10.1f} us")
    if {job.name for job in SIGNALS} & {*sys.argv[1:]}:
        return
    named = [job for job in JOBS if job.name in sys.argv[1:]]
    for job in named:
        phases(job)
    if named:
        return
    rows = []
    for job in JOBS:
        name, plan = best(job)
        jax, torch = peers(job)
        count = f"{plan.dispatches:.0f}" if plan.dispatches >= 1 else "0.003"
        rows.append([
            job.name, si(multiply_adds(job)).strip(), si(plan.bytes) + "B", name, f"{count}, {plan.barriers}",
            number(floor(job, plan, 5, 1)), number(floor(job, plan, DISPATCH, HARDWARE.barrier / HARDWARE.clock)),
            f"{number(whole(plan))} ({number(at_the(LOW, job))} to {number(at_the(HIGH, job))})",
            number(jax), number(torch), f"{min(jax, torch) / whole(plan):.2g}",
        ])
    table(["job", "multiply-adds", "bytes", "schedule", "dispatches, barriers", "floor 5/1", "floor 3/0.015",
           "predicted", "JAX", "graphs", "ratio"], rows)
    rows = []
    for job in JOBS[:10]:
        made = schedules(job)
        cell = lambda name: number(whole(made[name])) if name in made else "-"  # noqa: E731
        plan, own = resident(job)
        if plan:
            memory = f"{plan.memory:,}, {'with' if plan.local else 'without'} weights"
        else:
            memory = f"{own:,}: refused"
        rows.append([job.name, cell("resident"), memory, cell("two-phase"), cell("layered")])
    table(["job", "resident", "its workgroup memory", "two-phase", "layered"], rows)
    rows = []
    for job in JOBS:
        today = whole(best(job)[1])
        row = [job.name, number(today)]
        for hows in CHANGES.values():
            after = whole(best(job, hows)[1])
            row.append(number(after) if after < 0.995 * today else "")
        after = whole(best(job, CHANGES["all three"])[1])
        rows.append([*row, f"{today / after:.2g}", f"{min(peers(job)) / after:.2g}"])
    table(["job", "today", *CHANGES, "gain", "ratio to peers"], rows)
    rows = []
    for job in JOBS[:9]:
        rows.append([job.name, number(whole(best(job)[1])),
                     *(number(whole(best(job, hows)[1])) for hows in PIECES_OF_1.values())])
    table(["job", "today", *PIECES_OF_1], rows)
    job, rows = JOBS[1], []
    one = job.batch / replicas(job, 1).today
    for count in (1, 16, 132, 1000):
        r, all_ = replicas(job, count), count * job.batch
        theirs = vmap(job, count)
        rows.append([count, f"{r.device:.1f}", f"{r.build:.1f}", f"{r.today:.1f}", f"{all_ / r.device:.0f} M",
                     f"{all_ / r.today:.1f} M", f"{all_ / r.today / one:.0f}", f"{all_ / r.device / one:.0f}",
                     f"{theirs:.0f}", f"{theirs / r.today:.1f}", f"{theirs / r.device:.1f}", r.fits, r.ahead])
    table(["replicas", "device, us", "host, us", "today, us", "rows/s, device", "today", "times one", "device alone",
           "vmap, us", "ratio", "device alone", "an SM", "ahead"], rows)
    wide, rows = JOBS[9], []
    work = 2 * multiply_adds(wide)
    for label, hows in TILES.items():
        plan = layered(wide, hows[0])[0]
        products = [op for op in plan.made if ("product" in op[0] or "gradient" in op[0]) and "bias" not in op[0]]
        alone = sum(us for _, us, _ in products)
        step = whole(plan)
        rows.append([label, number(step), number(alone), f"{work / alone / 1e6:.1f}",
                     f"{work / step / 1e6 / (CUBLAS * HARDWARE.tflops):.0%}", f"{min(peers(wide)) / step:.2f}"])
    table(["wide", "step, us", "products", "TFLOP/s", "step's, of cuBLAS", "ratio to JAX"], rows)
    signal_table()


if __name__ == "__main__":
    main()
