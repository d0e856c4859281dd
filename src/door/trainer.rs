//! From parameters and data to models.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::backend::State;
use crate::candidates::{DeviceRequest, Opened, choose};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::run::{Parameters, Replica, ReplicaId, Run};
use crate::train::{EpochRow, Observer, Outcome, train};

/// A flag that nobody sets.
static NEVER: AtomicBool = AtomicBool::new(false);

/// Trains the network of [`Parameters`] on a [`Dataset`].
///
/// ```
/// use gpu_mlp::{Dataset, Layer, Parameters, Trainer};
///
/// let x = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0].repeat(10);
/// let y = [0i64, 1, 1, 0].repeat(10);
/// let dataset = Dataset::from_slices("xor", &x, 2, y)?;
/// let layers = [Layer::dense(8, "tanh"), Layer::dense(2, "softmax")];
/// let parameters = Parameters::new(layers).learning_rate(0.3).batch_size(4);
/// let model = Trainer::new(&parameters, &dataset)?.fit()?;
/// assert_eq!(model.predict_labels(ndarray::array![[0.0, 1.0]].view())?, [1]);
/// # Ok::<(), gpu_mlp::Error>(())
/// ```
pub struct Trainer<'a> {
    parameters: Parameters,
    run: Arc<Run>,
    told: Box<dyn FnMut(&EpochRow) + 'a>,
    stop: &'a AtomicBool,
    outcome: Option<Outcome>,
}

impl<'a> Trainer<'a> {
    /// Refuses parameters that are wrong in themselves, or do not fit the data, before anything is computed.
    pub fn new(parameters: &Parameters, dataset: &Dataset) -> Result<Self> {
        // The key needs a text; arrays may have no name.
        let name = if dataset.name.trim().is_empty() { "data" } else { &dataset.name };
        let named = Parameters { dataset: name.into(), ..parameters.clone() };
        // What the parameter file refuses is refused here, in the same words.
        let mut parameters = Parameters::from_json(&named.to_json())?;
        let run = Run::new(&parameters, dataset)?;
        parameters.settle(&run.network);
        Ok(Trainer {
            parameters,
            run: Arc::new(run),
            told: Box::new(|_| {}),
            stop: &NEVER,
            outcome: None,
        })
    }

    /// Trains one network per seed, all at once: [`Trainer::fit_all`] returns them all.
    pub fn seeds(mut self, seeds: impl IntoIterator<Item = u64>) -> Result<Self> {
        let one = &self.run.replicas[0];
        let replicas = seeds.into_iter().enumerate();
        let replicas =
            replicas.map(|(id, seed)| Replica { id: ReplicaId(id), seed, ..one.clone() });
        self.run = Arc::new(Run::clone(&self.run).with_replicas(replicas.collect())?);
        Ok(self)
    }

    /// The device: `"auto"` (the CPU, or a GPU where that is measured to be faster), `"cpu"`, or a GPU's
    /// number or a part of its name.
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.parameters.device = device.into();
        self
    }

    /// Calls `told` after each epoch of each network.
    pub fn on_epoch(mut self, told: impl FnMut(&EpochRow) + 'a) -> Self {
        self.told = Box::new(told);
        self
    }

    /// Stops after the epoch in which the flag is set; the best weights until then are the model's.
    pub fn stop_when(mut self, flag: &'a AtomicBool) -> Self {
        self.stop = flag;
        self
    }

    /// Trains; the model has the weights of the best validation loss. An error where no epoch ended with a
    /// finite loss, or the work failed.
    pub fn fit(&mut self) -> Result<Model> {
        let models = self.fit_all()?;
        models.into_iter().next().ok_or_else(|| Error::failed("there is no network to train"))
    }

    /// The same, with one model per seed, in their order.
    pub fn fit_all(&mut self) -> Result<Vec<Model>> {
        pollster::block_on(self.fit_async())
    }

    /// The same where waiting for a device must not block, as in a browser.
    pub async fn fit_async(&mut self) -> Result<Vec<Model>> {
        let choice = choose(&DeviceRequest::default(), &self.parameters).await?;
        let Opened { mut backend, .. } = choice.open(&self.run).await?;
        let description = backend.description();
        self.parameters.device = description.device;
        self.parameters.schedule = description.schedule;
        let mut listener = Listener { told: &mut self.told, state: None };
        let outcome = train(&self.run, &mut *backend, &mut listener, self.stop).await?;
        let state = listener.state.unwrap_or_default();
        let json = self.parameters.to_json();
        let mut models = vec![];
        for replica in &self.run.replicas {
            let model = Model::new(&self.run, replica.id, &state, &outcome, None, &json)?;
            models.push(model.ok_or_else(|| no_weights(&outcome, replica.id))?);
        }
        self.outcome = Some(outcome);
        Ok(models)
    }

    /// How the last training ended: why each network stopped, its best epoch, and the figures of its best
    /// weights.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }
}

fn no_weights(outcome: &Outcome, id: ReplicaId) -> Error {
    let why = outcome.replicas.get(id.0).map_or_else(String::new, |own| own.stop.to_string());
    Error::failed(format!(
        "no epoch ended with a finite loss ({why}); lower the learning rate, or bound the gradient"
    ))
}

/// Keeps the final state, and reports each epoch.
struct Listener<'t> {
    told: &'t mut dyn FnMut(&EpochRow),
    state: Option<State>,
}

impl Observer for Listener<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        (self.told)(row);
        Ok(())
    }

    fn finished(&mut self, _outcome: &Outcome, state: &State) -> Result<()> {
        self.state = Some(state.clone());
        Ok(())
    }
}
