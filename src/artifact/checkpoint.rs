//! checkpoint.safetensors: a run between two epochs.
//!
//! Of every tensor of the network, under its name, `best.` and its name, and `slots.0.`, `slots.1.`
//! and its name: the current values, the best ones, and the optimizer's moments; F32, (replica,
//! ...shape). All else is a JSON text in the metadata.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Timing;
use crate::backend::{Description, ReplicaState, State, TensorState};
use crate::error::{Error, Result};
use crate::network::Tensor;
use crate::params::Run;
use crate::train::{Checkpoint, Progress};

/// The version of the format.
const VERSION: u64 = 1;
/// The metadata key: another than that of a model, so that no program takes one for the other.
const METADATA_KEY: &str = "gpu_mlp_checkpoint";
/// The largest file beyond its tensors: names, shapes and figures.
const MOST_METADATA: u64 = 16 << 20;

/// A checkpoint as it lies on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedCheckpoint {
    /// The run as it stands.
    pub checkpoint: Checkpoint,
    /// What computed it.
    pub description: Description,
    /// What the run had taken by then.
    pub timing: Timing,
}

/// The metadata.
#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u64,
    /// Of the bytes of the run's params.json.
    params_sha256: String,
    description: Description,
    timing: Timing,
    replicas: Vec<ReplicaState>,
    progress: Progress,
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl SavedCheckpoint {
    /// The file's bytes; `params_sha256` ties them to the run. Refused for values that are no f32.
    pub(super) fn to_bytes(&self, params_sha256: &str) -> Result<Vec<u8>> {
        let fault = |e: &dyn std::fmt::Display| {
            Error::failed(format!("the checkpoint can't be written: {e}"))
        };
        let State { tensors, replicas } = &self.checkpoint.state;
        let mut arrays: Vec<(String, Vec<usize>, Vec<u8>)> = vec![];
        for (name, tensor) in tensors {
            let shape = [&[replicas.len()], &tensor.shape[..]].concat();
            for (array, values) in arrays_of(name, tensor) {
                let bytes = f32_bytes(values).ok_or_else(|| fault(&"its values are not of f32"))?;
                arrays.push((array, shape.clone(), bytes));
            }
        }
        let views = arrays
            .iter()
            .map(|(name, shape, bytes)| {
                Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?))
            })
            .collect::<std::result::Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(|e| fault(&e))?;
        let metadata = serde_json::to_string(&Metadata {
            version: VERSION,
            params_sha256: params_sha256.into(),
            description: self.description.clone(),
            timing: self.timing,
            replicas: replicas.clone(),
            progress: self.checkpoint.progress.clone(),
        });
        let metadata = metadata.map_err(|e| fault(&e))?;
        safetensors::serialize(views, Some(HashMap::from([(METADATA_KEY.to_string(), metadata)])))
            .map_err(|e| fault(&e))
    }

    /// Reads the checkpoint of `run`; the error says what is wrong with the file.
    pub(super) fn read(path: &Path, run: &Run, params_sha256: &str) -> Result<Self> {
        let slots = run.step.optimizer.slots();
        let bytes = read_bounded(path, tensor_bytes(run) + MOST_METADATA)?;
        let no_file = |e| Error::input(format!("is no safetensors file: {e}"));
        let file = SafeTensors::deserialize(&bytes).map_err(no_file)?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(no_file)?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let text = text.ok_or_else(|| Error::input("is no checkpoint of gpu-mlp"))?;
        let Version { version } = parse(text)?;
        if version != VERSION {
            return Err(Error::input(format!(
                "format version {version}; this program reads version {VERSION}"
            )));
        }
        let metadata: Metadata = parse(text)?;
        if metadata.params_sha256 != params_sha256 {
            return Err(Error::input("belongs to another params.json than the one beside it"));
        }
        if file.len() != run.plan.tensors.len() * (2 + slots) {
            return Err(Error::input(format!("holds {} arrays; wrong for this run", file.len())));
        }
        let mut tensors = BTreeMap::new();
        for tensor in &run.plan.tensors {
            let state = tensor_state(&file, tensor, run.replicas.len(), slots)?;
            tensors.insert(tensor.name.clone(), state);
        }
        let state = State { tensors, replicas: metadata.replicas };
        let checkpoint = Checkpoint { state, progress: metadata.progress };
        checkpoint.check(run)?;
        Ok(SavedCheckpoint {
            checkpoint,
            description: metadata.description,
            timing: metadata.timing,
        })
    }
}

/// What the metadata of every version have.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::input(format!("its metadata can't be read: {e}")))
}

/// The arrays of a tensor, by their names in the file.
fn arrays_of<'a>(name: &str, tensor: &'a TensorState) -> Vec<(String, &'a [f64])> {
    let slots = tensor.slots.iter().enumerate();
    let slots = slots.map(|(slot, values)| (format!("slots.{slot}.{name}"), &values[..]));
    let own = [(name.to_string(), &tensor.values[..]), (format!("best.{name}"), &tensor.best[..])];
    own.into_iter().chain(slots).collect()
}

/// Both backends compute in f32: nothing is lost. None for a value that would be.
fn f32_bytes(values: &[f64]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4 * values.len());
    for &value in values {
        let short = value as f32;
        if f64::from(short) != value && !value.is_nan() {
            return None;
        }
        bytes.extend(short.to_le_bytes());
    }
    Some(bytes)
}

fn tensor_bytes(run: &Run) -> u64 {
    let arrays = 2 + run.step.optimizer.slots();
    4 * (run.plan.parameters() * arrays * run.replicas.len()) as u64
}

/// The bytes of a file of at most `most`; nothing is allocated for a larger one.
fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>> {
    let unreadable = |e| Error::input(format!("can't be read: {e}"));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = vec![];
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(Error::input(format!("has more than {most} bytes; too many for this run")));
    }
    Ok(bytes)
}

fn tensor_state(
    file: &SafeTensors,
    tensor: &Tensor,
    replicas: usize,
    slots: usize,
) -> Result<TensorState> {
    let shape = [&[replicas], &tensor.shape[..]].concat();
    let array = |name: String| {
        let view = file.tensor(&name).map_err(|_| Error::input(format!("{name} is missing")))?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            let (dtype, found) = (view.dtype(), view.shape());
            return Err(Error::input(format!(
                "{name} is {dtype:?} of shape {found:?}; this run has F32 of shape {shape:?}"
            )));
        }
        let value = |bytes: &[u8; 4]| f64::from(f32::from_le_bytes(*bytes));
        Ok(view.data().as_chunks().0.iter().map(value).collect())
    };
    let name = &tensor.name;
    let slot = |slot| array(format!("slots.{slot}.{name}"));
    Ok(TensorState {
        shape: tensor.shape.clone(),
        values: array(name.clone())?,
        best: array(format!("best.{name}"))?,
        slots: (0..slots).map(slot).collect::<Result<_>>()?,
    })
}
