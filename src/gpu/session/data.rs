//! The data set on the device, uploaded once.

use ndarray::{ArrayView2, s};

use crate::data::Coded;
use crate::error::Result;
use crate::gpu::device::gpu::Gpu;
use crate::gpu::session::steps::Lists;
use crate::run::{Run, TableInputs, TableTargets};

/// `NO_CODE` of the kernel: the input is the column's number.
const NO_CODE: u32 = u32::MAX;

/// The table, the lists of rows, and the scaling of every fold.
pub(in crate::rooms::gpu) struct Data {
    /// The inputs, in parts of whole rows that each fit a binding: the parts of the table, then those of folds with
    /// inputs of their own.
    pub parts: Vec<Part>,
    pub lists: Lists,
    /// Classes, or values as bits of f32.
    pub targets: wgpu::Buffer,
    /// One weight per row if rows have weights; else one unused number.
    pub row_weights: wgpu::Buffer,
    /// Of a coded table, (input, its column and its code); else one unused pair.
    pub sources: wgpu::Buffer,
    /// (fold, shifts and then scales) of the inputs.
    pub input_scaling: wgpu::Buffer,
    /// (fold, class weights, or shifts and then scales of the outputs).
    pub target_scaling: wgpu::Buffer,
}

/// Consecutive rows of the table, or of a fold's own inputs.
pub(in crate::rooms::gpu) struct Part {
    /// The index of the fold that the rows are for; None for all folds.
    pub fold: Option<usize>,
    pub buffer: wgpu::Buffer,
    /// Whether it holds bytes, four to a word; else bits of f32.
    pub is_of_bytes: bool,
    /// The rows of the table that are an example, one where they are no windows.
    pub window: usize,
    /// The numbers and codes of a row of the table, if it is a coded one.
    pub coded_columns: Option<usize>,
    pub first_row: usize,
    pub rows: usize,
}

impl Data {
    pub fn new(gpu: &Gpu, run: &Run) -> Result<Self> {
        let targets: Vec<u32> = match &run.table.targets {
            TableTargets::Classes(classes) => classes.clone(),
            TableTargets::Values { values, .. } => values.iter().map(|v| v.to_bits()).collect(),
        };
        let inputs = run.folds.iter().map(|fold| run.input_scaling(fold));
        let input_scaling: Vec<f32> = inputs
            .flat_map(|scaling| scaling.shift.into_iter().chain(scaling.scale))
            .map(|v| v as f32)
            .collect();
        let target_scaling = run.folds.iter().flat_map(|fold| {
            let scaling = run.target_scaling(fold);
            let scaling = scaling.shift.into_iter().chain(scaling.scale);
            scaling.chain(fold.class_weights.clone()).map(|v| v as f32)
        });
        let target_scaling: Vec<f32> = target_scaling.collect();
        let row_weights = run.table.row_weights.as_deref().unwrap_or(&[1.0]);
        Ok(Data {
            parts: parts(gpu, run)?,
            sources: gpu.upload("the sources of the inputs", &sources_of(&run.table.inputs))?,
            lists: Lists::new(gpu, run)?,
            targets: gpu.upload("the targets", &targets)?,
            row_weights: gpu.upload("the weights of the rows", row_weights)?,
            input_scaling: gpu.upload("the scaling of the inputs", &input_scaling)?,
            target_scaling: gpu.upload("the scaling of the targets", &target_scaling)?,
        })
    }

    /// The bytes of the data, for the check before anything is allocated.
    pub fn bytes(run: &Run) -> u64 {
        let (rows, inputs) = run.table.inputs.dim();
        let outputs = run.network.outputs();
        let lists = rows * run.folds.len();
        let scaling = run.folds.len() * 2 * (inputs + outputs.max(run.network.classes()));
        let prepared = run.folds.iter().filter_map(|fold| fold.prepared.as_ref());
        let tables = run.table.inputs.bytes() + prepared.map(|own| own.bytes()).sum::<u64>();
        tables + 4 * (rows * (outputs + 1) + lists + scaling) as u64
    }
}

/// The table, then the folds' own inputs, in as few parts as the bindings of the device allow.
fn parts(gpu: &Gpu, run: &Run) -> Result<Vec<Part>> {
    let mut parts = parts_of(gpu, &run.table.inputs, None)?;
    for (index, fold) in run.folds.iter().enumerate() {
        if let Some(own) = &fold.prepared {
            parts.extend(parts_of(gpu, own, Some(index))?);
        }
    }
    Ok(parts)
}

/// (input, its column and its code) of a coded table.
fn sources_of(inputs: &TableInputs) -> Vec<u32> {
    match inputs {
        TableInputs::Coded(coded) => sources(coded),
        TableInputs::Reals(_) | TableInputs::Bytes(_) | TableInputs::Windows(_) => vec![0; 2],
    }
}

/// The same of the table itself.
pub(in crate::rooms::gpu) fn sources<X: Copy>(coded: &Coded<X>) -> Vec<u32> {
    let sources = coded.sources().into_iter();
    sources.flat_map(|(column, code)| [column as u32, code.unwrap_or(NO_CODE)]).collect()
}

fn parts_of(gpu: &Gpu, inputs: &TableInputs, fold: Option<usize>) -> Result<Vec<Part>> {
    let ((rows, columns), window) = match inputs {
        TableInputs::Windows(windows) => (windows.moments.dim(), windows.length),
        TableInputs::Reals(_) | TableInputs::Bytes(_) => (inputs.dim(), 1),
        TableInputs::Coded(coded) => (coded.values.dim(), 1),
    };
    let is_of_bytes = matches!(inputs, TableInputs::Bytes(_));
    let coded_columns = matches!(inputs, TableInputs::Coded(_)).then_some(columns);
    let size = if is_of_bytes { size_of::<u8>() } else { size_of::<f32>() };
    let most = (gpu.binding_limit as usize / (size * columns.max(1))).max(1);
    let mut parts = vec![];
    for first_row in (0..rows).step_by(most) {
        let rows = most.min(rows - first_row);
        let block = s![first_row..first_row + rows, ..];
        let upload = |values: ArrayView2<f32>| {
            gpu.upload("the inputs", values.slice(block).as_slice().unwrap_or_default())
        };
        let buffer = match inputs {
            TableInputs::Reals(values) => upload(values.view())?,
            TableInputs::Windows(windows) => upload(windows.view())?,
            TableInputs::Coded(coded) => upload(coded.values.view())?,
            TableInputs::Bytes(values) => {
                let values = values.slice(block);
                gpu.upload_bytes("the inputs", values.as_slice().unwrap_or_default())?
            }
        };
        parts.push(Part { fold, buffer, is_of_bytes, window, coded_columns, first_row, rows });
    }
    Ok(parts)
}
