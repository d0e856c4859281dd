//! The steps that kernels read, and the table that the device makes them from.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::slots::Slots;
use crate::data::Split;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::run::{Clip, Optimizer, Rate, Replica, Run};

/// The most numbers of an optimizer.
const NUMBERS: usize = 5;

/// The schedules of a learning rate by their numbers in `shaders/make_steps.wgsl`.
pub(in crate::rooms::gpu) const CONSTANT: u32 = 0;
pub(in crate::rooms::gpu) const COSINE: u32 = 1;

/// One step of one replica: `Step` in `shaders/step.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
pub(in crate::rooms::gpu) struct Step {
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
    pub number: u32,
    pub fold: u32,
    pub bound: f32,
    pub norm_bound: f32,
    pub numbers: [f32; NUMBERS],
}

/// A replica in its slot: `Replica` in `shaders/make_steps.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
pub(in crate::rooms::gpu) struct Row {
    pub lists: [[u32; 2]; 3],
    pub seed_low: u32,
    pub seed_high: u32,
    pub fold: u32,
    pub learning_rate: f32,
    pub decay: f32,
    pub last_decay: f32,
    pub scale: f32,
    pub last_scale: f32,
    pub bound: f32,
    pub norm_bound: f32,
    pub log_beta1: f32,
    pub log_beta2: f32,
    pub numbers: [f32; NUMBERS],
    pub rate_schedule: u32,
    pub rate_floor: f32,
    pub max_epochs: u32,
}

/// The steps that a pass makes: `Cursor` in `shaders/make_steps.wgsl`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rooms::gpu) enum Fill {
    /// These training steps (from 0) of an epoch.
    Train { epoch: u32, steps: Range<u32> },
    /// These blocks (from 0) of an evaluation.
    Evaluate { split: Split, blocks: Range<u32> },
    /// The end of an epoch.
    End,
}

impl Fill {
    /// The number of steps or blocks.
    pub fn count(&self) -> u32 {
        match self {
            Fill::Train { steps: all, .. } | Fill::Evaluate { blocks: all, .. } => {
                all.end - all.start
            }
            Fill::End => 1,
        }
    }

    /// The words of the cursor, none of more than 16 bits; entries come in groups of `together`.
    pub fn words(&self, together: u32) -> [u32; 7] {
        let (kind, epoch, first, count) = match self {
            Fill::Train { epoch, steps } => (0, *epoch, steps.start, self.count()),
            Fill::Evaluate { split, blocks } => (1 + *split as u32, 0, blocks.start, self.count()),
            Fill::End => (4, 0, 0, 1),
        };
        let [[epoch_low, epoch_high], [first_low, first_high]] =
            [epoch, first].map(|number| [number & 0xffff, number >> 16]);
        [kind, epoch_low, epoch_high, first_low, first_high, count, self.span(together)]
    }

    /// The number of entries of steps that are filled.
    pub fn span(&self, together: u32) -> u32 {
        match self {
            Fill::Train { .. } => self.count().next_multiple_of(together),
            Fill::Evaluate { .. } | Fill::End => self.count(),
        }
    }
}

/// The numbers of an optimizer in the order of its formula, then zeros.
pub(in crate::rooms::gpu) fn numbers_of(optimizer: Optimizer) -> [f32; NUMBERS] {
    let mut numbers = [0.0; NUMBERS];
    for (to, (_, number)) in numbers.iter_mut().zip(optimizer.formula().numbers) {
        *to = number as f32;
    }
    numbers
}

/// The lists of rows of all folds and splits, on the device.
pub(in crate::rooms::gpu) struct Lists {
    pub buffer: wgpu::Buffer,
    /// The first index and the number of rows of the list of each (fold, split).
    lists: Vec<[[u32; 2]; 3]>,
}

impl Lists {
    pub fn new(gpu: &Gpu, run: &Run) -> Result<Self> {
        let (mut rows, mut lists) = (vec![], vec![]);
        for fold in &run.folds {
            lists.push(Split::ALL.map(|split| {
                let begins = rows.len() as u32;
                rows.extend_from_slice(fold.rows(split));
                [begins, fold.rows(split).len() as u32]
            }));
        }
        Ok(Lists { buffer: gpu.upload("the lists of rows", &rows)?, lists })
    }

    /// The table of the replicas in their slots.
    pub fn table(&self, run: &Run, slots: &Slots) -> Vec<Row> {
        slots.replicas().map(|(_, id)| self.row(run, &run.replicas[id.0])).collect()
    }

    fn row(&self, run: &Run, replica: &Replica) -> Row {
        let fold = run.fold(replica);
        let rows = fold.rows(Split::Train).len();
        let last = run.step.places(run.steps_of(fold).saturating_sub(1), rows).len().max(1);
        let whole = run.largest_batch(fold).max(1);
        let [of_whole, of_last] = [whole, last].map(|rows| run.step_numbers(replica, rows, 1));
        let [scale, last_scale] =
            [whole, last].map(|rows| run.step.gradient_scale(fold, rows) as f32);
        let [bound, norm_bound] = match replica.clip {
            Some(Clip::Value(bound)) => [bound as f32, f32::INFINITY],
            Some(Clip::Norm(bound)) => [f32::INFINITY, bound as f32],
            None => [f32::INFINITY; 2],
        };
        let [log_beta1, log_beta2] = match replica.optimizer {
            Optimizer::Adam { beta1, beta2, .. } => [beta1, beta2].map(|beta| beta.ln() as f32),
            Optimizer::Sgd | Optimizer::Momentum { .. } => [0.0; 2],
        };
        let (rate_schedule, rate_floor) = match replica.rate {
            Rate::Constant(_) => (CONSTANT, 0.0),
            Rate::Cosine { floor, .. } => (COSINE, floor as f32),
        };
        Row {
            lists: self.lists[replica.fold],
            seed_low: replica.seed as u32,
            seed_high: (replica.seed >> 32) as u32,
            fold: replica.fold as u32,
            learning_rate: of_whole.learning_rate as f32,
            decay: of_whole.decay as f32,
            last_decay: of_last.decay as f32,
            scale,
            last_scale,
            bound,
            norm_bound,
            log_beta1,
            log_beta2,
            numbers: numbers_of(replica.optimizer),
            rate_schedule,
            rate_floor,
            max_epochs: replica.stopping.max_epochs,
        }
    }
}
