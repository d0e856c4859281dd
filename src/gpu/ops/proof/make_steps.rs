//! The steps of a submit: whole numbers are exact, learning rates and Adam's corrections near those of f64.

use super::bench::{Bench, LEAST, Shape};
use crate::gpu::ops::make_steps::MakeSteps;
use crate::gpu::session::record::Sizes;
use crate::gpu::session::steps::{CONSTANT, COSINE, Row, Step};
use crate::run::{Rate, RateSchedule};

const BATCH: u32 = 7;
const BLOCK: u32 = 11;
const CELLS: u32 = 9;
const CAPACITY: usize = 64;
const BETAS: [f64; 4] = [0.9, 0.999, 0.5, 0.99999];

/// A row of the table, each of whose numbers differs from the others.
fn row(replica: usize, rows: usize, max_epochs: u32) -> Row {
    let id = replica as u32;
    Row {
        lists: [[100 * id, rows as u32], [100 * id + 60, 25], [100 * id + 90, 0]],
        seed_low: 1 + id,
        seed_high: 2 + id,
        fold: 3 + id,
        learning_rate: 0.5 + id as f32,
        decay: 1.5,
        last_decay: 2.5,
        scale: 3.5,
        last_scale: 4.5,
        bound: 5.5,
        norm_bound: 6.5,
        log_beta1: BETAS[replica % 4].ln() as f32,
        log_beta2: if replica == 2 { 0.0 } else { BETAS[(replica + 1) % 4].ln() as f32 },
        numbers: [0.1, 0.2, 0.3, 0.4, 0.5],
        rate_schedule: [COSINE, CONSTANT, COSINE][replica % 3],
        rate_floor: [0.0, 0.25, 0.125][replica % 3],
        max_epochs,
    }
}

pub(super) fn training(bench: &mut Bench, shape: &Shape) {
    // Of runs of 3 epochs, 70,000 and more than f32 tells apart; the last is trained beyond its end.
    let [short, long, longest] = [3, 70_000, 4_000_000_000];
    for ahead in [0, 3] {
        for (max_epochs, epoch, first, count) in [
            (short, 1, 0, 5),
            (short, 2, 1, 4),
            (long, 70_000, 0, 40),
            (longest, 3_000_000_001, 0, 5),
            (short, 4, 0, 5),
        ] {
            one(bench, shape, ahead, max_epochs, Steps { epoch, first, count });
        }
    }
    // More steps in an epoch than f32 tells apart.
    let large = Shape { rows: vec![4_000_000_000], ..shape.clone() };
    one(bench, &large, 0, short, Steps { epoch: 3, first: 400_000_001, count: 40 });
}

/// `count` steps of an epoch, from step `first` on.
struct Steps {
    epoch: u32,
    first: u32,
    count: u32,
}

fn one(bench: &mut Bench, shape: &Shape, ahead: u32, max_epochs: u32, steps: Steps) {
    let Steps { epoch, first, count } = steps;
    let replicas = shape.replicas();
    let rows = shape.rows.iter().enumerate();
    let table: Vec<Row> = rows.map(|(id, &rows)| row(id, rows, max_epochs)).collect();
    let span = count.next_multiple_of(3);
    let [[epoch_low, epoch_high], [first_low, first_high]] =
        [epoch, first].map(|number| [number & 0xffff, number >> 16]);
    let words = [0, epoch_low, epoch_high, first_low, first_high, count, span];
    let before = vec![Step { slot: 77, ..Step::default() }; 2 * CAPACITY * replicas];
    let steps = bench.upload(&before);
    let make = MakeSteps {
        sizes: Sizes { replicas, capacity: CAPACITY, together: 3, ahead: ahead as usize },
        batch_size: BATCH as usize,
        block_rows: BLOCK as usize,
        confusion_length: CELLS as usize,
        table: &bench.upload(&table),
        cursor: &bench.upload(&words),
        steps: &steps,
    };
    let dispatch = make.launch(&mut bench.dispatcher(replicas));
    bench.submit(&[dispatch], shape.steps());
    let len = before.len() * size_of::<Step>() / 4;
    let words = bench.read(&steps, len);
    let made: &[Step] = bytemuck::cast_slice(&words);
    let mut expected = before;
    for (id, row) in table.iter().enumerate() {
        for i in 0..span {
            let step = if i < count {
                twin(row, id, Steps { epoch, first: first + i, count: 1 })
            } else {
                Step::default()
            };
            let place = if i < count { i % ahead.max(1) * BATCH } else { 0 };
            expected[i as usize * replicas + id] = Step { place, ..step };
        }
        for chunk in (0..count).step_by(ahead.max(1) as usize).filter(|_| ahead > 0) {
            let at = (CAPACITY as u32 + chunk / ahead) as usize * replicas + id;
            let count = ahead.min(count - chunk);
            expected[at] = twin(row, id, Steps { epoch, first: first + chunk, count });
        }
    }
    for (made, expected) in made.iter().zip(&expected) {
        let [own, twin] = [made, expected]
            .map(|step| [Step { correction1: 0.0, correction2: 0.0, learning_rate: 0.0, ..*step }]);
        bench.same("a step", bytemuck::cast_slice(&own), bytemuck::cast_slice(&twin));
        compare_rates(bench, made, expected, &table);
        for (made, expected) in
            [(made.correction1, expected.correction1), (made.correction2, expected.correction2)]
        {
            // log β, t, t · log β and the results of the kernel are rounded: 8 roundings of 2^-23.
            let bound = f64::from(expected) * 8.0 * f64::from(f32::EPSILON) + LEAST;
            bench.near("a correction", made.to_bits(), expected.into(), bound);
        }
    }
}

/// The learning rates of a step that has rows; others move nothing.
fn compare_rates(bench: &mut Bench, made: &Step, expected: &Step, table: &[Row]) {
    if expected.rows == 0 {
        return;
    }
    let row = &table[expected.slot as usize];
    let is_first = (expected.epoch, expected.number) == (1, 0);
    let [own, twin] = [made, expected].map(|step| step.learning_rate.to_bits());
    if row.rate_schedule == CONSTANT || is_first {
        return bench.same("a learning rate", &[own], &[twin]);
    }
    // Relative errors, in roundings of 2^-23, where a quotient has 2.5: the steps left 4.5 with their conversions and
    // the quotient, with the epochs 5.5, of all epochs 9; times π/2 11. The sine has 3 of its own, and no more than
    // those of its angle: 14. The square 29; its product 30, the floor's 3, their sum 31, and the twin's own rounding 1.
    let rate = f64::from(expected.learning_rate);
    let bound = rate * 32.0 * f64::from(f32::EPSILON) + LEAST;
    bench.near("a learning rate", own, rate, bound);
}

/// The twin: steps of a replica as one entry, which has the rows of all and the numbers of the first.
fn twin(row: &Row, id: usize, steps: Steps) -> Step {
    let Steps { epoch, first: number, count } = steps;
    let [list, rows] = row.lists[0];
    let of_epoch = rows.div_ceil(BATCH);
    let first = (number * BATCH).min(rows);
    let is_last = number + 1 >= of_epoch;
    let t = f64::from(epoch - 1) * f64::from(of_epoch) + f64::from(number + 1);
    let correction = |log_beta: f32, beta: f64| match log_beta {
        0.0 => 1.0,
        _ => (1.0 / -(t * beta.ln()).exp_m1()) as f32,
    };
    let [first_rate, floor] = [row.learning_rate, row.rate_floor].map(f64::from);
    let rate = match row.rate_schedule {
        COSINE => RateSchedule::Cosine { floor }.beginning_at(first_rate),
        _ => Rate::Constant(first_rate),
    };
    Step {
        rows: (count * BATCH).min(rows - first),
        first,
        list,
        list_rows: rows,
        shuffled: 1,
        epoch,
        seed_low: row.seed_low,
        seed_high: row.seed_high,
        slot: id as u32,
        confusion: id as u32 * CELLS,
        learning_rate: rate.at(t as u64, u64::from(of_epoch) * u64::from(row.max_epochs)) as f32,
        decay: if is_last { row.last_decay } else { row.decay },
        correction1: correction(row.log_beta1, BETAS[id % 4]),
        correction2: correction(row.log_beta2, BETAS[(id + 1) % 4]),
        place: 0,
        scale: if is_last { row.last_scale } else { row.scale },
        number,
        fold: row.fold,
        bound: row.bound,
        norm_bound: row.norm_bound,
        numbers: row.numbers,
    }
}
