//! The steps of a submit: whole numbers are exact, Adam's corrections near those of f64.

use super::bench::{Bench, LEAST, Shape};
use crate::gpu::ops::make_steps::MakeSteps;
use crate::gpu::session::record::Sizes;
use crate::gpu::session::steps::{Row, Step};

const BATCH: u32 = 7;
const BLOCK: u32 = 11;
const CELLS: u32 = 9;
const CAPACITY: usize = 64;
const BETAS: [f64; 4] = [0.9, 0.999, 0.5, 0.99999];

/// A row of the table, each of whose numbers differs from the others.
fn row(replica: usize, rows: usize) -> Row {
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
        padding: 0,
    }
}

pub(super) fn training(bench: &mut Bench, shape: &Shape) {
    for ahead in [0, 3] {
        for (epoch, first, count) in [(1, 0, 5), (2, 1, 4), (70_000, 0, 40)] {
            one(bench, shape, ahead, Steps { epoch, first, count });
        }
    }
}

/// `count` steps of an epoch, from step `first` on.
struct Steps {
    epoch: u32,
    first: u32,
    count: u32,
}

fn one(bench: &mut Bench, shape: &Shape, ahead: u32, steps: Steps) {
    let Steps { epoch, first, count } = steps;
    let replicas = shape.replicas();
    let table: Vec<Row> = shape.rows.iter().enumerate().map(|(id, &rows)| row(id, rows)).collect();
    let span = count.next_multiple_of(3);
    let words = [0, epoch & 0xffff, epoch >> 16, first, 0, count, span];
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
        let [own, twin] =
            [made, expected].map(|step| [Step { correction1: 0.0, correction2: 0.0, ..*step }]);
        bench.same("a step", bytemuck::cast_slice(&own), bytemuck::cast_slice(&twin));
        for (made, expected) in
            [(made.correction1, expected.correction1), (made.correction2, expected.correction2)]
        {
            // log β, t, t · log β and the results of the kernel are rounded: 8 roundings of 2^-23.
            let bound = f64::from(expected) * 8.0 * f64::from(f32::EPSILON) + LEAST;
            bench.near("a correction", made.to_bits(), expected.into(), bound);
        }
    }
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
        learning_rate: row.learning_rate,
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
