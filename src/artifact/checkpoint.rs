//! checkpoint.safetensors: a run between two epochs.
//!
//! Each tensor NAME of the network has the arrays `NAME`, `best.NAME`, and `slots.0.NAME`, `slots.1.NAME`: the
//! current values, the best ones, and the optimizer's moments; F32, (replica, ...shape). The metadata hold all
//! else as a JSON text, and the SHA-256 of the arrays' bytes, in the order of their names, and of that text.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::summary::Timing;
use crate::backend::{Description, ReplicaState, State, TensorState};
use crate::error::{Error, Result};
use crate::input::open_file;
use crate::plan::Tensor;
use crate::run::Run;
use crate::train::{Checkpoint, Progress};

/// The version of the format. In 2 the mean of a batch's weighted gradients is divided by its rows times the mean
/// weight of the training rows, in 1 by the batch's own weights: 1 is read where a run takes no such mean.
const VERSION: u64 = 2;
/// The metadata key; not a model's, so that no program takes one for the other.
const METADATA_KEY: &str = "gpu_mlp_checkpoint";
/// The metadata key of the checksum.
const CHECKSUM_KEY: &str = "sha256";
/// The most bytes beside the tensors: names, shapes and figures; in all, and per replica.
const MOST_METADATA: u64 = 16 << 20;
const MOST_OF_REPLICA: u64 = 4 << 10;

/// A checkpoint as it is on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedCheckpoint {
    /// The run as it stands.
    pub checkpoint: Checkpoint,
    /// The backend that computed it.
    pub description: Description,
    /// The time of the run so far.
    pub timing: Timing,
}

/// The metadata.
#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u64,
    /// The [`params_sha256`] of the run's params.json.
    params_sha256: String,
    description: Description,
    timing: Timing,
    replicas: Vec<ReplicaState>,
    progress: Progress,
}

/// The SHA-256 of the keys of a params.json, which ties a checkpoint to them. The path of the data is left out:
/// they may move, and their own SHA-256 is among the keys.
pub(super) fn params_sha256(text: &[u8]) -> String {
    let mut keys: Value = match serde_json::from_slice(text) {
        Ok(keys) => keys,
        // Reading it as parameters refuses it.
        Err(_) => return sha256(&[text]),
    };
    if let Some(keys) = keys.get_mut("parameters").and_then(Value::as_object_mut) {
        keys.shift_remove("DATASET");
        keys.shift_remove("NPZ_DATASET");
    }
    sha256(&[keys.to_string().as_bytes()])
}

/// The SHA-256 of `parts`, one after the other, in hexadecimal digits.
fn sha256(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum of arrays and the metadata's text.
fn checksum<'a>(arrays: impl Iterator<Item = (&'a str, &'a [u8])>, text: &str) -> String {
    let mut arrays: Vec<_> = arrays.collect();
    arrays.sort_unstable();
    let arrays = arrays.iter().map(|(_, bytes)| *bytes);
    sha256(&arrays.chain([text.as_bytes()]).collect::<Vec<_>>())
}

impl SavedCheckpoint {
    /// The file's bytes; `params_sha256` ties them to the run. Refused for values that are not f32.
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
        let bytes = arrays.iter().map(|(name, _, bytes)| (name.as_str(), &bytes[..]));
        let checksum = checksum(bytes, &metadata);
        let metadata = [(METADATA_KEY, metadata), (CHECKSUM_KEY, checksum)];
        let metadata = HashMap::from(metadata.map(|(key, text)| (key.to_string(), text)));
        safetensors::serialize(views, Some(metadata)).map_err(|e| fault(&e))
    }

    /// Reads the checkpoint of `run`; the error says what is wrong with the file.
    pub(super) fn read(path: &Path, run: &Run, params_sha256: &str) -> Result<Self> {
        let slots = run.optimizer().slots();
        let metadata = MOST_METADATA + run.replicas.len() as u64 * MOST_OF_REPLICA;
        let bytes = read_bounded(path, tensor_bytes(run) + metadata)?;
        let no_file = |e| Error::input(format!("is no safetensors file: {e}"));
        let file = SafeTensors::deserialize(&bytes).map_err(no_file)?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(no_file)?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let text = text.ok_or_else(|| Error::input("is no checkpoint of gpu-mlp"))?;
        let Version { version } = parse(text)?;
        check_version(version, run)?;
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
        // Last: the checks above say more about what is wrong.
        let views = file.iter().map(|(name, view)| (name, view.data()));
        if header.metadata().as_ref().and_then(|metadata| metadata.get(CHECKSUM_KEY))
            != Some(&checksum(views, text))
        {
            return Err(Error::input("is damaged: its SHA-256 is not the one it names"));
        }
        Ok(SavedCheckpoint {
            checkpoint,
            description: metadata.description,
            timing: metadata.timing,
        })
    }
}

/// The field that the metadata of every version have.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// Refuses a version whose numbers mean something else in this run.
fn check_version(version: u64, run: &Run) -> Result<()> {
    match version {
        VERSION => Ok(()),
        1 if !run.divides_by_weights() => Ok(()),
        1 => Err(Error::input(
            "format version 1, of a gpu-mlp that divided the gradient of a batch by the weights of its own \
             rows; this one divides by its rows times the mean weight of the training rows, which is another \
             run wherever rows weigh differently (BATCH_GRADIENT \"mean\"); end it with the gpu-mlp that \
             began it, or begin it again",
        )),
        newer => Err(Error::input(format!(
            "format version {newer}; this program reads version {VERSION}, and 1 of runs without weights{}",
            if newer > VERSION { ": a newer gpu-mlp wrote it" } else { "" }
        ))),
    }
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
    let arrays = 2 + run.optimizer().slots();
    4 * (run.plan.tensor_elements() * arrays * run.replicas.len()) as u64
}

/// The bytes of a file of at most `most` bytes; a larger one is refused before it takes more memory.
pub(super) fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>> {
    let unreadable = |e| Error::input(format!("can't be read: {e}"));
    let file = open_file(path).map_err(unreadable)?;
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
        let floats = view.data().as_chunks().0.iter();
        Ok(floats.map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect())
    };
    let name = &tensor.name;
    let slots = (0..slots).map(|slot| array(format!("slots.{slot}.{name}")));
    Ok(TensorState {
        shape: tensor.shape.clone(),
        values: array(name.clone())?,
        best: array(format!("best.{name}"))?,
        slots: slots.collect::<Result<_>>()?,
    })
}
