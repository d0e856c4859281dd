//! The steps of an epoch as kernels read them.

use std::ops::Range;

use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::statistics::confusion_length;
use crate::run::{Replica, Run};

/// One step of one replica: `Step` in `shaders/step.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(in crate::gpu) struct Step {
    pub rows: u32,
    pub first: u32,
    pub list: u32,
    pub list_rows: u32,
    pub shuffled: u32,
    pub epoch: u32,
    pub seed_low: u32,
    pub seed_high: u32,
    pub slot: u32,
    pub confusion: u32,
    pub learning_rate: f32,
    pub decay: f32,
    pub correction1: f32,
    pub correction2: f32,
    pub place: u32,
    pub scale: f32,
}

impl Step {
    /// What the end of an epoch needs to know: replicas that left keep nothing.
    pub fn of_live(live: bool) -> Self {
        Step { list_rows: u32::from(live), ..Step::default() }
    }

    /// A step on the first rows of a workspace that the host has filled, for predictions.
    pub fn of_filled(rows: usize) -> Self {
        Step { rows: rows as u32, ..Step::default() }
    }
}

/// The lists of rows of all replicas and splits, on the device.
pub(in crate::gpu) struct Lists {
    pub buffer: wgpu::Buffer,
    /// Where the list of each (replica, split) begins.
    first: Vec<[u32; 3]>,
}

impl Lists {
    pub fn new(gpu: &Gpu, run: &Run) -> Result<Self> {
        let (mut rows, mut first) = (vec![], vec![]);
        for replica in &run.replicas {
            first.push(Split::ALL.map(|split| {
                let begins = rows.len() as u32;
                rows.extend_from_slice(run.fold(replica).rows(split));
                begins
            }));
        }
        Ok(Lists { buffer: gpu.upload("the lists of rows", &rows)?, first })
    }

    fn of(&self, replica: usize, split: Split) -> u32 {
        self.first[replica][split as usize]
    }
}

/// Training step `number` (from 0) of `epoch` for a replica that has done `done` steps in all.
pub(in crate::gpu) fn train_step(
    run: &Run,
    lists: &Lists,
    (id, replica): (usize, &Replica),
    epoch: u32,
    number: u32,
    done: u64,
) -> Step {
    let list_rows = run.fold(replica).rows(Split::Train).len();
    let places = run.step.places(number, list_rows);
    let numbers = run.step.numbers(replica, places.len().max(1), done + 1);
    let [correction1, correction2] = numbers.corrections.map(|correction| correction as f32);
    Step {
        rows: places.len() as u32,
        first: places.start as u32,
        list: lists.of(id, Split::Train),
        list_rows: list_rows as u32,
        shuffled: 1,
        epoch,
        seed_low: replica.seed as u32,
        seed_high: (replica.seed >> 32) as u32,
        slot: number * run.replicas.len() as u32 + id as u32,
        confusion: (id * confusion_length(run)) as u32,
        learning_rate: numbers.learning_rate as f32,
        decay: numbers.decay as f32,
        correction1,
        correction2,
        place: 0,
        scale: run.step.gradient_scale(run.fold(replica), places.len().max(1)) as f32,
    }
}

/// The rows of these training steps (from 0) of an epoch, as one step that gathers them.
pub(in crate::gpu) fn together(
    run: &Run,
    lists: &Lists,
    (id, replica): (usize, &Replica),
    epoch: u32,
    steps: Range<u32>,
) -> Step {
    let first = train_step(run, lists, (id, replica), epoch, steps.start, 0);
    let rows = run.fold(replica).rows(Split::Train).len();
    let last = run.step.places(steps.end - 1, rows).end;
    Step { rows: (last as u32).saturating_sub(first.first), ..first }
}

/// Block `number` (from 0, of `capacity` rows) of an evaluation of `split`; its sums go to the
/// slots from `first_slot` on, its counts behind those of training.
pub(in crate::gpu) fn evaluation_step(
    run: &Run,
    lists: &Lists,
    (id, replica): (usize, &Replica),
    split: Split,
    (number, capacity): (u32, usize),
    first_slot: u32,
) -> Step {
    let list_rows = run.fold(replica).rows(split).len();
    let first = (number as usize * capacity).min(list_rows);
    let replicas = run.replicas.len();
    Step {
        rows: (list_rows - first).min(capacity) as u32,
        first: first as u32,
        list: lists.of(id, split),
        list_rows: list_rows as u32,
        slot: first_slot + number * replicas as u32 + id as u32,
        confusion: ((replicas + id) * confusion_length(run)) as u32,
        ..Step::default()
    }
}
