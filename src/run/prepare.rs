//! From parameters and data to a [`Run`]: the checks that need both, and the parts of the run.

use std::borrow::Cow;

use ndarray::Array2;

use super::arranged::Arranged;
use super::augment::Augmentation;
use super::checks::{check_batch, check_names, check_own_parts, check_range, check_weights};
use super::class_weight::class_weights;
use super::fold::Fold;
use super::forecast::{check_forecast, forecast};
use super::layer_stack::LayerStack;
use super::outputs::complete;
use super::parameters::Parameters;
use super::replica::{Replica, ReplicaId};
use super::replicas::{check_division, check_replicas, patience};
use super::row_lengths::{of_rows, scaling, without_padding};
use super::run::Run;
use super::splits::splits;
use super::step_rule::StepRule;
use super::stopping::Stopping;
use super::table::{Table, TableTargets};
use super::task::task_of;
use super::task_keys::{stopping, target_normalize, value_loss};
use crate::data::{Dataset, Forecast, Inputs, Normalization, Scaling, Split, Splits};
use crate::error::{Error, Result};
use crate::network::{InputLayout, Network, Task, lower};

impl Run {
    /// Checks the parameters against the data and prepares the run: one replica on one fold.
    pub fn new(parameters: &Parameters, dataset: &Dataset) -> Result<Self> {
        let parameters = &parameters.for_data(dataset)?;
        let prepared = Prepared::new(parameters, dataset)?;
        let splits = prepared.splits(dataset)?;
        if splits.of(Split::Validation).is_empty()
            && let Some(key) = patience(parameters)
        {
            return Err(Error::input(format!(
                "there are no validation rows to be patient about (SPLIT {:?}); leave it out, or \
                 give SPLIT a second number above 0",
                &parameters.split[..2]
            ))
            .within(key));
        }
        let fold = prepared.fold(splits)?;
        if dataset.own_test.is_some() || dataset.own_validation.is_some() {
            let Prepared { table, labels, .. } = &prepared;
            check_own_parts(table, &fold, labels, dataset.own_validation.is_some())?;
        }
        Ok(prepared.run(vec![fold]))
    }

    /// The same on given divisions of the rows, with one replica per division.
    pub fn on_folds(
        parameters: &Parameters,
        dataset: &Dataset,
        divisions: Vec<Splits>,
    ) -> Result<Self> {
        let parameters = &parameters.for_data(dataset)?;
        let prepared = Prepared::new(parameters, dataset)?;
        let mut folds = vec![];
        for (index, splits) in divisions.into_iter().enumerate() {
            let fold = check_division(parameters, &prepared.table, &prepared.labels, &splits)
                .and_then(|()| prepared.fold(splits));
            folds.push(
                fold.map_err(|error| error.within(format!("fold {index} (counted from 0)")))?,
            );
        }
        let run = prepared.run(folds);
        check_replicas(&run)?;
        Ok(run)
    }

    /// The same run with other replicas; refused where their numbers or folds do not suit this run.
    pub fn with_replicas(self, replicas: Vec<Replica>) -> Result<Self> {
        let run = Run { replicas, ..self };
        check_replicas(&run)?;
        Ok(run)
    }
}

/// The parts of a run that its folds share.
struct Prepared<'a> {
    parameters: &'a Parameters,
    dataset: Cow<'a, Dataset>,
    /// The shape of a row of the data, and the place of its channels.
    row_shape: Vec<usize>,
    input_layout: InputLayout,
    augmentation: Option<Augmentation>,
    forecast: Option<Forecast>,
    network: Network,
    table: Table,
    labels: Vec<i64>,
    stopping: Stopping,
    target_normalize: Normalization,
}

impl<'a> Prepared<'a> {
    fn new(parameters: &'a Parameters, given: &'a Dataset) -> Result<Self> {
        let forecast = forecast(parameters)?;
        let arranged = match &forecast {
            None => Arranged::new(parameters, given),
            Some(forecast) => Arranged::windows(given, forecast),
        };
        let Arranged { dataset, shape, layout } = arranged?;
        let row_shape = match &forecast {
            None => given.row_shape.clone(),
            Some(_) => shape.clone(),
        };
        let network = network(parameters, &dataset, shape)?;
        let dataset = without_padding(dataset, &network)?;
        if let Some(forecast) = &forecast {
            check_forecast(parameters, &dataset, &network, forecast)?;
        }
        check_names(&dataset, &network)?;
        check_batch(&network, parameters.batch_size)?;
        let augmentation = parameters.augment.map(|own| Augmentation::new(own, &network.input));
        let augmentation = augmentation.transpose().map_err(|e| e.within("AUGMENT"))?;
        let stopping = stopping(parameters, network.task())?;
        let target_normalize = target_normalize(parameters, network.output_activation())?;
        let (table, labels) = Table::new(
            &dataset,
            &network,
            parameters.layers.sizes_key(),
            parameters.normalize != Normalization::None,
            target_normalize != Normalization::None,
        )?;
        Ok(Prepared {
            parameters,
            dataset,
            row_shape,
            input_layout: layout,
            augmentation,
            forecast,
            network,
            table,
            labels,
            stopping,
            target_normalize,
        })
    }

    /// A fold of these rows, scaled by its training rows.
    fn fold(&self, splits: Splits) -> Result<Fold> {
        let Prepared { parameters, dataset, network, table, labels, .. } = self;
        let train = splits.of(Split::Train);
        let inputs = scaling(parameters.normalize, dataset, network, train);
        // f32 holds every byte, however it is scaled.
        match &dataset.inputs {
            Inputs::Bytes(_) => {}
            Inputs::Reals(values) => check_range("X", values.view(), &inputs, &table.center, None)?,
            Inputs::Windows(windows) => {
                let [shift, scale, center] = [&inputs.shift, &inputs.scale, &table.center]
                    .map(|of_elements| windows.of_channels(of_elements));
                let scaling = Scaling { shift, scale };
                check_range("the moments", windows.view(), &scaling, &center, None)?;
            }
            Inputs::Coded(coded) => {
                let [shift, scale, center] = [&inputs.shift, &inputs.scale, &table.center]
                    .map(|of_inputs| coded.of_columns(of_inputs));
                let scaling = Scaling { shift, scale };
                let names = dataset.feature_names.as_deref().unwrap_or_default();
                let name = |input: usize| names.get(input).cloned().unwrap_or_default();
                let names: Vec<String> = coded.first_inputs().into_iter().map(name).collect();
                let values = coded.values.view();
                check_range("the columns", values, &scaling, &center, Some(&names))?;
            }
        }
        let (targets, target_variation) = self.scaled_targets(&splits)?;
        let given = parameters.class_weight.as_ref();
        let class_weights = class_weights(given, network, table, labels, train)?;
        let fold = Fold {
            splits,
            prepared: None,
            inputs,
            targets,
            class_weights,
            mean_weight: 1.0,
            target_variation,
        };
        check_weights(table, &fold)?;
        Ok(Fold { mean_weight: fold.mean_training_weight(table), ..fold })
    }

    /// The scaling of the targets, and their variation in each split.
    fn scaled_targets(&self, splits: &Splits) -> Result<(Scaling, [Vec<f64>; 3])> {
        let Prepared { dataset, network, table, .. } = self;
        Ok(match network.task() {
            Task::Classification => (Scaling::identity(0), Default::default()),
            Task::MultiLabel => (Scaling::identity(network.outputs()), Default::default()),
            Task::Regression => {
                let mut values = dataset.targets.clone().into_reals();
                let train = splits.of(Split::Train);
                let scaling = Scaling::fit_targets(self.target_normalize, values.view(), train);
                if let TableTargets::Values { center, .. } = &table.targets {
                    check_range("y", values.view(), &scaling, center, None)?;
                }
                if let Some(forecast) = &self.forecast {
                    // R² is of values.
                    let inputs = &dataset.inputs;
                    let element = |row, input| inputs.element(row, input);
                    forecast.add_bases(inputs.ncols(), element, &mut values);
                }
                let variation =
                    Split::ALL.map(|split| variation(&values, splits.of(split), &scaling));
                (scaling, variation)
            }
        })
    }

    /// The rows of each split; of windows those whose targets lie in it. `given` is the data set as it was read.
    fn splits(&self, given: &Dataset) -> Result<Splits> {
        let Prepared { parameters, table, labels, .. } = self;
        let classes = match &table.targets {
            TableTargets::Classes(classes) => Some((&classes[..], &labels[..])),
            TableTargets::Values { .. } => None,
        };
        let splits = splits(parameters, given, classes)?;
        let Some(forecast) = &self.forecast else { return Ok(splits) };
        forecast
            .splits(&splits, given.groups.as_deref())
            .map_err(|error| error.within(format!("the data set {}", given.name)))
    }

    /// One replica per fold, all with the numbers of the parameters.
    fn run(self, folds: Vec<Fold>) -> Run {
        let Prepared { parameters, dataset, row_shape, input_layout, network, .. } = self;
        let (table, labels, stopping) = (self.table, self.labels, self.stopping);
        let replicas = (0..folds.len()).map(|fold| Replica {
            id: ReplicaId(fold),
            fold,
            seed: parameters.random_seed,
            rate: parameters.rate_schedule.beginning_at(parameters.learning_rate),
            l2: parameters.l2,
            clip: parameters.clip,
            optimizer: parameters.optimizer,
            stopping: stopping.clone(),
        });
        Run {
            name: dataset.name.clone(),
            row_shape,
            input_layout,
            augmentation: self.augmentation,
            forecast: self.forecast,
            plan: lower(&network, parameters.initialization),
            feature_names: dataset.feature_names.clone(),
            network,
            table,
            labels,
            target_names: dataset.target_names.clone(),
            prepared: dataset.prepared.clone(),
            step: StepRule {
                batch_size: parameters.batch_size,
                batch_gradient: parameters.batch_gradient,
            },
            replicas: replicas.collect(),
            folds,
        }
    }
}

/// The network the parameters describe, on rows of this shape; its input is checked against the data.
fn network(parameters: &Parameters, dataset: &Dataset, shape: Vec<usize>) -> Result<Network> {
    let columns = dataset.inputs.ncols();
    if let LayerStack::Mlp { sizes, .. } = &parameters.layers
        && sizes.first() != Some(&columns)
    {
        return Err(Error::input(format!(
            "found {sizes:?}; its first number has to be {columns}, the inputs of a \
             row of {}",
            dataset.name
        ))
        .within("LAYER_SIZES"));
    }
    let mut layers = parameters.network_layers()?;
    complete(&mut layers, parameters.task, &dataset.targets);
    let key = match &parameters.layers {
        LayerStack::Hidden { .. } => parameters.layers.sizes_key(),
        LayerStack::Mlp { .. } | LayerStack::General(_) => parameters.layers.key(),
    };
    let network = Network::new(shape, layers).map_err(|e| e.within(key))?;
    let task = task_of(parameters, dataset, network.output());
    let network = network.for_task(task).map_err(|e| e.within("TASK"))?;
    let network = of_rows(network, parameters, dataset)?;
    Ok(match value_loss(parameters, task)? {
        Some(loss) => network.with_value_loss(loss),
        None => network,
    })
}

/// Σ (y - mean y)² of each output over the given rows, scaled as the loss is.
fn variation(values: &Array2<f64>, rows: &[u32], scaling: &Scaling) -> Vec<f64> {
    let mut variations = vec![];
    for output in 0..values.ncols() {
        let column = || rows.iter().map(|&row| values[[row as usize, output]]);
        let count = rows.len().max(1) as f64;
        let mean = column().sum::<f64>() / count;
        let sum: f64 = column().map(|y| (y - mean) * (y - mean)).sum();
        // The mean of values far from 0 is off by its rounding.
        let off: f64 = column().map(|y| y - mean).sum();
        let scale = scaling.scale[output];
        variations.push((sum - off * off / count).max(0.0) * scale * scale);
    }
    variations
}
