//! The parts of a step on the instruction set of this machine.

use super::memory::{Map, Memory, NARROW, PANEL, Place};
use super::products::{Sink, Strided, product, product_of_rows};
use super::simd::{LANES, Portable, Simd};
use super::update::{Descent, Rule, update};
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};
use crate::instruction_set::InstructionSet;
use crate::math::Real;

/// Calls a function of this module for the instruction set, in an entry point that enables it.
macro_rules! call {
    ($set:expr, $name:ident($($a:ident),*)) => {
        match $set {
            // SAFETY: `all` gives only what the machine has.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => unsafe { avx512::$name($($a),*) },
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => unsafe { avx2::$name($($a),*) },
            // SAFETY: plain Rust.
            InstructionSet::Portable => unsafe { $name::<Portable>($($a),*) },
        }
    };
}

/// Runs a test, generic over the instruction set, on each that this machine has.
#[cfg(test)]
macro_rules! on_every_instruction_set {
    ($test:ident) => {
        for set in $crate::instruction_set::InstructionSet::all() {
            use $crate::instruction_set::InstructionSet;
            // SAFETY: `all` gives only what the machine has.
            unsafe {
                match set {
                    #[cfg(target_arch = "x86_64")]
                    InstructionSet::Avx512 => $test::<$crate::cpu::fused::x86::Avx512>(),
                    #[cfg(target_arch = "x86_64")]
                    InstructionSet::Avx2 => $test::<$crate::cpu::fused::x86::Avx2>(),
                    InstructionSet::Portable => $test::<$crate::cpu::fused::simd::Portable>(),
                }
            }
        }
    };
}
#[cfg(test)]
pub(super) use on_every_instruction_set;

/// The parts of a step on an instruction set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts(InstructionSet);

impl Parts {
    /// On one of the sets that [`InstructionSet::all`] gives.
    pub fn on(set: InstructionSet) -> Self {
        Parts(set)
    }

    /// z = x W + b of a layer, for the first `rows` rows.
    pub fn forward(self, memory: &mut Memory, layer: usize, rows: usize) {
        call!(self.0, forward(memory, layer, rows));
    }

    /// The gradient by what the layer below makes, into that layer's delta.
    pub fn backward(self, memory: &mut Memory, layer: usize, rows: usize) {
        let Place { narrow, units, input_width, .. } = memory.map.places[layer];
        // Few rows of many units: turning the weights would take longer than the product.
        if narrow || (rows < 8 && units >= 64) {
            return call!(self.0, backward_as_it_lies(memory, layer, rows));
        }
        let mut input = 0;
        while input < input_width {
            input += call!(self.0, backward_turned(memory, layer, rows, input));
        }
    }

    /// a = max(z, 0), in place.
    pub fn relu(self, a: &mut [f32]) {
        call!(self.0, relu(a));
    }

    /// delta where a > 0, else 0.
    pub fn relu_backward(self, delta: &mut [f32], a: &[f32]) {
        call!(self.0, relu_backward(delta, a));
    }

    /// e^x of every number, in place.
    pub fn exponentials(self, values: &mut [f32]) {
        call!(self.0, exponentials(values));
    }

    /// Σ gradient² of a layer, stored or from the products of rows.
    pub fn squares(self, memory: &mut Memory, layer: usize, rows: usize) -> f64 {
        call!(self.0, squares(memory, layer, rows))
    }

    /// The gradient of a layer and its update; `decay` is that of its weights.
    pub fn update(self, memory: &mut Memory, layer: usize, rows: usize, rule: &Rule, decay: f32) {
        let place = memory.map.places[layer];
        let descends = rule.adam.is_none() && !place.stores;
        if descends && call!(self.0, descend(memory, layer, rows, rule, decay)) {
            return;
        }
        let (lines, of_panel) = (place.lines(), (PANEL / place.line()).max(1));
        for first in (0..lines).step_by(of_panel) {
            let some = [first, of_panel.min(lines - first)];
            call!(self.0, update_lines(memory, layer, rows, some, rule, decay));
        }
    }
}

macro_rules! entry_points {
    ($($name:ident($($a:ident: $t:ty),*) $(-> $out:ty)?;)+) => {
        #[cfg(target_arch = "x86_64")]
        mod avx512 {
            use super::*;
            $(#[target_feature(enable = "avx512f,avx2,fma")]
            pub(super) unsafe fn $name($($a: $t),*) $(-> $out)? {
                // SAFETY: the caller's promise.
                unsafe { super::$name::<Avx512>($($a),*) }
            })+
        }
        #[cfg(target_arch = "x86_64")]
        mod avx2 {
            use super::*;
            $(#[target_feature(enable = "avx2,fma")]
            pub(super) unsafe fn $name($($a: $t),*) $(-> $out)? {
                // SAFETY: the caller's promise.
                unsafe { super::$name::<Avx2>($($a),*) }
            })+
        }
    };
}
entry_points! {
    forward(memory: &mut Memory, layer: usize, rows: usize);
    backward_as_it_lies(memory: &mut Memory, layer: usize, rows: usize);
    backward_turned(memory: &mut Memory, layer: usize, rows: usize, input: usize) -> usize;
    relu(a: &mut [f32]);
    relu_backward(delta: &mut [f32], a: &[f32]);
    exponentials(values: &mut [f32]);
    squares(memory: &mut Memory, layer: usize, rows: usize) -> f64;
    descend(memory: &mut Memory, layer: usize, rows: usize, rule: &Rule, decay: f32) -> bool;
    update_lines(
        memory: &mut Memory,
        layer: usize,
        rows: usize,
        lines: [usize; 2],
        rule: &Rule,
        decay: f32
    );
}

// SAFETY of the functions below: the machine has `S`, and `Memory::new` made every span as long as
// `Place` says: (capacity, width), and the lines of weights with the bias behind them; `rows` is at most
// the capacity. All pointers come from the one to the memory's beginning, and spans do not overlap.

#[inline(always)]
unsafe fn forward<S: Simd>(memory: &mut Memory, layer: usize, rows: usize) {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    let values = map.activations[layer].of(base).cast_const();
    let x = Strided { values, row: place.input_row, column: 1 };
    // z of an expression is kept; others are made in place.
    let z = if map.z[layer].is_empty() { map.activations[layer + 1] } else { map.z[layer] };
    let z = (z.of(base), place.row);
    unsafe {
        let all = map.weights.of(base).cast_const();
        let (weights, bias) = ((all.add(place.first), place.line()), all.add(place.bias()));
        if !place.narrow {
            return product::<S>([rows, place.inputs, place.width], x, weights, Some(bias), z);
        }
        let sizes = [rows, place.input_width, NARROW];
        product_of_rows::<S>(sizes, (x.values, x.row), weights, z);
        for row in 0..rows {
            let z = z.0.add(row * z.1);
            S::store(z, S::add(S::load(z), S::load(bias)));
        }
    }
}

/// With the weights as they lie.
#[inline(always)]
unsafe fn backward_as_it_lies<S: Simd>(memory: &mut Memory, layer: usize, rows: usize) {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    let weights = unsafe { map.weights.of(base).cast_const().add(place.first) };
    let delta = map.deltas[layer].of(base).cast_const();
    let out = (map.deltas[layer - 1].of(base), place.input_row);
    if place.narrow {
        let delta = Strided { values: delta, row: place.row, column: 1 };
        let sizes = [rows, place.units, place.input_width];
        return unsafe { product::<S>(sizes, delta, (weights, place.input_width), None, out) };
    }
    let sizes = [rows, place.width, place.input_width];
    let (delta, weights) = ((delta, place.row), (weights, place.width));
    unsafe { product_of_rows::<S>(sizes, delta, weights, out) }
}

/// From the input `first` on, for as many as a tile has: their weights, turned, stay in the first cache for all
/// rows. How many.
#[inline(always)]
unsafe fn backward_turned<S: Simd>(
    memory: &mut Memory,
    layer: usize,
    rows: usize,
    first: usize,
) -> usize {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    // So far apart whatever the layer: with a number that it knows, the compiler keeps no address of every row.
    let apart = S::SUMS.columns();
    let inputs = apart.min(place.input_width - first);
    let turned = map.turned.of(base);
    let delta = map.deltas[layer].of(base).cast_const();
    let delta = Strided { values: delta, row: place.row, column: 1 };
    unsafe {
        let weights = map.weights.of(base).add(place.first + first * place.width).cast_const();
        for input in (0..inputs).step_by(LANES) {
            for unit in (0..place.width).step_by(LANES) {
                let from = weights.add(input * place.width + unit);
                S::transpose(from, place.width, turned.add(unit * apart + input), apart);
            }
        }
        let out = (map.deltas[layer - 1].of(base).add(first), place.input_row);
        let turned = (turned.cast_const(), apart);
        product::<S>([rows, place.units, inputs], delta, turned, None, out);
    }
    inputs
}

#[inline(always)]
unsafe fn relu<S: Simd>(a: &mut [f32]) {
    for a in a.chunks_exact_mut(LANES) {
        let a = a.as_mut_ptr();
        // NaN is not hidden: it is the second operand.
        unsafe { S::store(a, S::max(S::splat(0.0), S::load(a))) }
    }
}

#[inline(always)]
unsafe fn relu_backward<S: Simd>(delta: &mut [f32], a: &[f32]) {
    for (delta, a) in delta.chunks_exact_mut(LANES).zip(a.chunks_exact(LANES)) {
        let delta = delta.as_mut_ptr();
        unsafe { S::store(delta, S::where_positive(S::load(a.as_ptr()), S::load(delta))) }
    }
}

#[inline(always)]
unsafe fn exponentials<S: Simd>(values: &mut [f32]) {
    // Vectors of whatever width the entry point allows; the function has the same bits in all.
    for value in values {
        *value = Real::exp(*value);
    }
}

/// dW of some lines of a layer's weights, `count` from `first` on.
#[inline(always)]
unsafe fn gradient_rows<S: Simd>(
    (map, base): (&Map, *mut f32),
    layer: usize,
    rows: usize,
    [first, count]: [usize; 2],
    out: impl Sink<S>,
) {
    let place = map.places[layer];
    let x = (map.activations[layer].of(base).cast_const(), place.input_row);
    let delta = (map.deltas[layer].of(base).cast_const(), place.row);
    let ((of_lines, column), along) = if place.narrow { (delta, x) } else { (x, delta) };
    let line = place.line();
    unsafe {
        let of_lines = Strided { values: of_lines.add(first), row: 1, column };
        product::<S>([count, rows, line], of_lines, along, None, out)
    }
}

/// db of a layer.
#[inline(always)]
unsafe fn bias_gradient<S: Simd>(
    (map, base): (&Map, *mut f32),
    layer: usize,
    rows: usize,
    out: impl Sink<S>,
) {
    let Place { width, row: apart, .. } = map.places[layer];
    let deltas = map.deltas[layer].of(base).cast_const();
    for at in (0..width).step_by(LANES) {
        unsafe {
            let mut sum = S::splat(0.0);
            for row in 0..rows {
                sum = S::add(sum, S::load(deltas.add(row * apart + at)));
            }
            out.take(0, at, sum);
        }
    }
}

#[inline(always)]
unsafe fn squares<S: Simd>(memory: &mut Memory, layer: usize, rows: usize) -> f64 {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    if place.stores {
        let out = map.gradients.of(base);
        unsafe {
            let (weights, bias) = (out.add(place.first), out.add(place.bias()));
            let (lines, out) = ([0, place.lines()], (weights, place.line()));
            gradient_rows::<S>((map, base), layer, rows, lines, out);
            bias_gradient::<S>((map, base), layer, rows, (bias, 0));
            return sum_of_squares::<S>(weights, place.lines() * place.line())
                + sum_of_squares::<S>(bias, place.width);
        }
    }
    let x = map.activations[layer].of(base).cast_const();
    let delta = map.deltas[layer].of(base).cast_const();
    let [of_inputs, of_deltas] = map.grams.map(|gram| gram.of(base));
    let mut sum = 0.0;
    // Four rows with themselves and with those behind them, which count twice: once for each order.
    for first in (0..rows).step_by(4) {
        let left = rows - first;
        unsafe {
            let x = (x.add(first * place.input_row), place.input_row);
            product_of_rows::<S>([left, place.input_width, 4], x, x, (of_inputs, 4));
            let delta = (delta.add(first * place.row), place.row);
            product_of_rows::<S>([left, place.width, 4], delta, delta, (of_deltas, 4));
            for row in 0..left {
                let times = if row < 4 { 1.0 } else { 2.0 };
                for at in 4 * row..4 * row + left.min(4) {
                    let (x, delta) = (*of_inputs.add(at), *of_deltas.add(at));
                    // 1 for the bias, whose input is always 1.
                    sum += times * (1.0 + f64::from(x)) * f64::from(delta);
                }
            }
        }
    }
    sum
}

/// Of `len` numbers, whole vectors.
#[inline(always)]
unsafe fn sum_of_squares<S: Simd>(values: *const f32, len: usize) -> f64 {
    let mut total = 0.0;
    let values = unsafe { std::slice::from_raw_parts(values, len) };
    // Short sums in f32, their sum in f64.
    for values in values.chunks(64 * LANES) {
        let mut sums = [unsafe { S::splat(0.0) }; 4];
        for (at, v) in values.chunks_exact(LANES).enumerate() {
            unsafe {
                let v = S::load(v.as_ptr());
                sums[at % 4] = S::mul_add(v, v, sums[at % 4]);
            }
        }
        let sums = unsafe { S::sums(sums) };
        total += sums.iter().map(|sum| f64::from(*sum)).sum::<f64>();
    }
    total
}

/// A step of plain SGD on a layer, each tile of the gradient used where it was made; false if the step is another.
#[inline(always)]
unsafe fn descend<S: Simd>(
    memory: &mut Memory,
    layer: usize,
    rows: usize,
    rule: &Rule,
    decay: f32,
) -> bool {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    let weights = map.weights.of(base);
    unsafe {
        let lines = (weights.add(place.first), place.line());
        let Some(descent) = Descent::<S>::new(rule, decay, lines) else { return false };
        gradient_rows::<S>((map, base), layer, rows, [0, place.lines()], descent);
        let bias = (weights.add(place.bias()), 0);
        let Some(descent) = Descent::<S>::new(rule, 0.0, bias) else { return false };
        bias_gradient::<S>((map, base), layer, rows, descent);
    }
    true
}

/// The gradient of some lines of a layer's weights, where it is not stored, and their update; behind the last, those
/// of the bias.
#[inline(always)]
unsafe fn update_lines<S: Simd>(
    memory: &mut Memory,
    layer: usize,
    rows: usize,
    [first, count]: [usize; 2],
    rule: &Rule,
    decay: f32,
) {
    let (map, base) = memory.parts();
    let place = map.places[layer];
    let line = place.line();
    let (panel, stored) = (map.panel.of(base), map.gradients.of(base).cast_const());
    unsafe {
        if !place.stores {
            gradient_rows::<S>((map, base), layer, rows, [first, count], (panel, line));
        }
        let at = place.first + first * line;
        let gradient = if place.stores { stored.add(at) } else { panel.cast_const() };
        update_at::<S>((map, base), [at, count * line], gradient, rule, decay);
        if first + count < place.lines() {
            return;
        }
        if !place.stores {
            bias_gradient::<S>((map, base), layer, rows, (panel, 0));
        }
        let at = place.bias();
        let gradient = if place.stores { stored.add(at) } else { panel.cast_const() };
        update_at::<S>((map, base), [at, place.width], gradient, rule, 0.0);
    }
}

/// The update of so many parameters from `at` on.
#[inline(always)]
unsafe fn update_at<S: Simd>(
    (map, base): (&Map, *mut f32),
    [at, len]: [usize; 2],
    gradient: *const f32,
    rule: &Rule,
    decay: f32,
) {
    let mut slots = [std::ptr::null_mut(); 2];
    for (pointer, slot) in slots.iter_mut().zip(&map.slots) {
        *pointer = slot.of(base).wrapping_add(at);
    }
    unsafe { update::<S>(rule, decay, len, map.weights.of(base).add(at), gradient, slots) }
}
