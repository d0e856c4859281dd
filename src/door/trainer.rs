//! From parameters and data to models.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::checks::checked;
use crate::backend::{Description, State};
use crate::candidates::{DeviceRequest, Opened, choose};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::run::{LayerStack, Parameters, Replica, ReplicaId, Run};
use crate::train::{EpochRow, Observer, Outcome, Stop, train};

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
    reached: Vec<Option<Model>>,
}

impl fmt::Debug for Trainer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("parameters", &self.parameters)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl<'a> Trainer<'a> {
    /// Refuses parameters that are wrong in themselves, or do not fit the data, before anything is computed.
    pub fn new(parameters: &Parameters, dataset: &Dataset) -> Result<Self> {
        let mut parameters = checked(parameters, dataset)?.for_data(dataset)?;
        let run = Run::new(&parameters, dataset)?;
        parameters.settle(&run.network);
        Ok(Trainer {
            parameters,
            run: Arc::new(run),
            told: Box::new(|_| {}),
            stop: &NEVER,
            outcome: None,
            reached: vec![],
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

    /// Stops once the flag is set, after the epoch under way; of several small epochs that a GPU makes together,
    /// after the last. The best weights until then are the model's.
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

    /// The same, with one model per seed, in their order. An error where one of them has none;
    /// [`Trainer::reached`] has the others.
    pub fn fit_all(&mut self) -> Result<Vec<Model>> {
        pollster::block_on(self.fit_async())
    }

    /// The same as a future, for a browser, where waiting for a device must not block. Elsewhere it blocks
    /// inside.
    pub async fn fit_async(&mut self) -> Result<Vec<Model>> {
        (self.outcome, self.reached) = (None, vec![]);
        let choice = choose(&DeviceRequest::default(), &self.parameters).await?;
        let Opened { mut backend, .. } = choice.open(&self.run).await?;
        let Description { device, schedule, .. } = backend.description();
        let used = Parameters { device, schedule, ..self.parameters.clone() };
        let mut listener = Listener { told: &mut self.told, end: None };
        let trained = train(&self.run, &mut *backend, &mut listener, self.stop).await;
        // What was reached is kept, whatever ended it.
        if let Some((outcome, state)) = listener.end {
            for replica in &self.run.replicas {
                self.reached.push(model_of(&self.run, replica, &used, &outcome, &state)?);
            }
            self.outcome = Some(outcome);
        }
        let outcome = trained?;
        let mut models = vec![];
        for (replica, model) in self.run.replicas.iter().zip(&self.reached) {
            let missing = || no_weights(outcome.replicas[replica.id.0].stop, replica.seed);
            models.push(model.clone().ok_or_else(missing)?);
        }
        Ok(models)
    }

    /// How the last training ended: why each network stopped, its best epoch, and the figures of its best
    /// weights.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// What the last training reached, one per network, also where it ended with an error: None for a network
    /// whose first epoch did not end with a finite loss.
    pub fn reached(&self) -> &[Option<Model>] {
        &self.reached
    }
}

/// The best weights of a replica, with the parameters that give them again.
fn model_of(
    run: &Run,
    replica: &Replica,
    used: &Parameters,
    outcome: &Outcome,
    state: &State,
) -> Result<Option<Model>> {
    let own = Parameters {
        random_seed: replica.seed,
        split_seed: used.split_seed.or(Some(used.random_seed)),
        ..used.clone()
    };
    let names = match &own.layers {
        LayerStack::Mlp { names, .. } => names.as_deref(),
        LayerStack::Hidden { .. } | LayerStack::General(_) => None,
    };
    Model::new(run, replica.id, state, outcome, names, &own.to_json())
}

fn no_weights(stop: Stop, seed: u64) -> Error {
    let error = match stop {
        Stop::Interrupted => Error::failed("stopped before its first epoch ended"),
        other => Error::failed(format!(
            "no epoch ended with a finite loss ({other}); lower the learning rate, or bound the gradient"
        )),
    };
    error.within(format!("seed {seed}"))
}

/// Keeps the end, and tells of each epoch.
struct Listener<'t> {
    told: &'t mut dyn FnMut(&EpochRow),
    end: Option<(Outcome, State)>,
}

impl Observer for Listener<'_> {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        (self.told)(row);
        Ok(())
    }

    fn finished(&mut self, outcome: &Outcome, state: &State) -> Result<()> {
        self.end = Some((outcome.clone(), state.clone()));
        Ok(())
    }
}
