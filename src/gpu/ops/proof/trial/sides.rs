//! The two sides of a trial: the device, and the twin.

use super::{Trial, Values};
use crate::cpu;
use crate::cpu::ops::site::{Moment, Site, Tensors};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::ops::proof::bench::{Bench, wide};
use crate::gpu::session::workspace::Workspace;
use crate::plan::{BufferId, Element, Layout, Operation, Plan, TensorId};

/// The twin's results of one replica's rows.
pub(super) struct Twin {
    pub buffers: Vec<Vec<f64>>,
    pub tensors: Vec<Vec<f64>>,
    pub gradients: Vec<Vec<f64>>,
}

impl Trial<'_> {
    /// Tensors, each (replica, elements), as one array (replica, weights).
    fn together(&self, tensors: &[Vec<u32>]) -> Vec<u32> {
        let replicas = self.shape.replicas();
        let mut together = vec![];
        for replica in 0..replicas {
            for values in tensors {
                let len = values.len() / replicas;
                together.extend_from_slice(&values[replica * len..][..len]);
            }
        }
        together
    }

    /// One array (replica, weights) as tensors, each (replica, elements).
    fn apart(&self, all: &[u32]) -> Vec<Vec<u32>> {
        let layout = Layout::new(&self.plan);
        let mut apart = vec![];
        for tensor in (0..self.plan.tensors.len()).map(TensorId) {
            let own = all.chunks(layout.total()).map(|own| &own[layout.of(tensor)]);
            apart.push(own.flatten().copied().collect());
        }
        apart
    }

    /// What random words of a replica depend on.
    fn moment(&self, replica: usize) -> Moment {
        let replica = replica as u32;
        Moment { seed: (u64::from(replica) << 32) + 7, epoch: 3 + replica, first: 40 * replica }
    }

    /// The values after a dispatch on the device.
    pub(super) fn on_device(
        &self,
        bench: &mut Bench,
        operation: &Operation,
        dispatch: impl FnOnce(&mut Launcher) -> Vec<Dispatch>,
    ) -> Values {
        let replicas = self.shape.replicas();
        let plan = &Plan { backward: vec![operation.clone()], ..self.plan.clone() };
        let layout = Layout::new(plan);
        let buffers = self.values.buffers.iter().map(|words| bench.upload(words)).collect();
        let weights = bench.upload(&self.together(&self.values.tensors));
        let gradients = bench.upload(&self.together(&self.values.gradients));
        let dispatcher = bench.dispatcher(replicas);
        let capacity = self.shape.capacity;
        let mut workspace = Workspace::to_train(dispatcher.gpu, plan, replicas, capacity).unwrap();
        workspace.buffers = buffers;
        let dispatches = dispatch(&mut Launcher {
            dispatcher,
            plan,
            layout: &layout,
            workspace: &workspace,
            weights: &weights,
            gradients: &gradients,
        });
        let mut steps = self.shape.steps();
        for (replica, step) in steps.iter_mut().enumerate() {
            let Moment { seed, epoch, first } = self.moment(replica);
            (step.seed_low, step.seed_high) = (seed as u32, (seed >> 32) as u32);
            (step.epoch, step.first) = (epoch, first);
        }
        bench.submit(&dispatches, steps);
        let buffers = workspace.buffers.iter().zip(&self.values.buffers);
        let elements = layout.total() * replicas;
        Values {
            buffers: buffers.map(|(buffer, words)| bench.read(buffer, words.len())).collect(),
            tensors: self.apart(&bench.read(&weights, elements)),
            gradients: self.apart(&bench.read(&gradients, elements)),
        }
    }

    /// The twin's results of a replica's rows, or of the magnitudes of all their values.
    pub(super) fn by_twin(&self, operation: &Operation, replica: usize, magnitudes: bool) -> Twin {
        let (plan, rows) = (&self.plan, self.shape.rows[replica]);
        let layout = Layout::new(plan);
        let real = |values: &[f64]| -> Vec<f64> {
            values.iter().map(|value| if magnitudes { value.abs() } else { *value }).collect()
        };
        let mut workspace = cpu::workspace::Workspace::<f64>::new(plan, rows);
        workspace.rows = rows;
        for (id, buffer) in plan.buffers.iter().enumerate() {
            let id = BufferId(id);
            let capacity = if buffer.is_of_batch { 1 } else { self.shape.capacity };
            let own = replica * capacity * plan.row_len(id);
            let words = &self.values.buffers[id.0][own..];
            match buffer.element {
                Element::Real => {
                    let values = real(&self.rows_of(id, replica));
                    workspace.with(id, |to, _| to.copy_from_slice(&values));
                }
                Element::Index => {
                    workspace.with_indices(id, |to, _| to.copy_from_slice(&words[..to.len()]));
                }
            }
        }
        let own_of = |tensors: &[Vec<u32>]| -> Vec<f64> {
            let words = self.together(tensors);
            let own = &words[replica * layout.total()..][..layout.total()];
            real(&wide(bytemuck::cast_slice(own)))
        };
        let mut weights = own_of(&self.values.tensors);
        let mut gradients = own_of(&self.values.gradients);
        let mut site = Site {
            plan,
            layout: &layout,
            tensors: Tensors::Written(&mut weights),
            gradients: &mut gradients,
            adds: false,
            moment: self.moment(replica),
            gradient_scale: 1.0,
            workspace: &mut workspace,
        };
        cpu::ops::execute(operation, &mut site);
        let mut buffers = vec![];
        for (id, buffer) in plan.buffers.iter().enumerate() {
            buffers.push(match buffer.element {
                Element::Real => workspace.of(BufferId(id)).to_vec(),
                Element::Index => {
                    workspace.indices_of(BufferId(id)).iter().map(|&index| index.into()).collect()
                }
            });
        }
        let by_tensor = |all: &[f64]| -> Vec<Vec<f64>> {
            let tensors = (0..plan.tensors.len()).map(TensorId);
            tensors.map(|tensor| all[layout.of(tensor)].to_vec()).collect()
        };
        let (tensors, gradients) = (by_tensor(&weights), by_tensor(&gradients));
        Twin { buffers, tensors, gradients }
    }
}
