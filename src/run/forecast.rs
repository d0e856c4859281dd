//! The keys of a forecast: `WINDOW`, `HORIZON`, `AUTOREGRESSIVE`, `FORECAST`, `GROUPS`.

use super::parameters::Parameters;
use crate::data::{Dataset, FARTHEST, Forecast, ForecastTarget, SplitMode};
use crate::error::{Error, Result, counted};
use crate::network::{Activation, Network, Task};

/// The forecast that the parameters ask for; None where rows are examples. Keys that do not go together are refused.
pub(crate) fn forecast(parameters: &Parameters) -> Result<Option<Forecast>> {
    let Parameters { window, horizons, autoregressive, forecast, groups, split_mode, .. } =
        parameters;
    let Some(window) = *window else {
        let given = [
            ("HORIZON", horizons.is_some()),
            ("AUTOREGRESSIVE", autoregressive.is_some()),
            ("FORECAST", forecast.is_some()),
        ];
        if let (Some(_), Some(SplitMode::Random | SplitMode::Ordered)) = (groups, split_mode) {
            return Err(Error::input(
                "belongs to SPLIT_MODE \"grouped\", or to a forecast with WINDOW; give one of them, or leave it out",
            )
            .within("GROUPS"));
        }
        return match given.into_iter().find(|(_, is_given)| *is_given) {
            Some((key, _)) => Err(Error::input(
                "belongs to a forecast, and there is no WINDOW; give WINDOW, the rows that a network sees at \
                 once, or leave it out",
            )
            .within(key)),
            None => Ok(None),
        };
    };
    refuse_others(parameters)?;
    let autoregressive = autoregressive.unwrap_or(true);
    let change = match forecast {
        None => autoregressive,
        Some(ForecastTarget::Value) => false,
        Some(ForecastTarget::Change) if autoregressive => true,
        Some(ForecastTarget::Change) => {
            return Err(Error::input(
                "found \"change\", and AUTOREGRESSIVE false leaves out the value that a change starts from; allowed: \
                 \"value\"",
            )
            .within("FORECAST"));
        }
    };
    let horizons = horizons.clone().unwrap_or_else(|| vec![1]);
    let groups = groups.clone();
    if window == 0 {
        return Err(Error::input("found 0; allowed: 1 or more").within("WINDOW"));
    }
    let forecast = Forecast { window, horizons, autoregressive, change, groups };
    if !forecast.has_plain_horizons() {
        return Err(Error::input(format!(
            "found {:?}; allowed: whole numbers from 1 to {FARTHEST}, each once, and one at least",
            forecast.horizons
        ))
        .within("HORIZON"));
    }
    Ok(Some(forecast))
}

/// Refuses keys that windows leave no room for.
fn refuse_others(parameters: &Parameters) -> Result<()> {
    let given = [
        ("INPUT_SHAPE", parameters.input_shape.is_some()),
        ("INPUT_LAYOUT", parameters.input_layout.is_some()),
        ("AUGMENT", parameters.augment.is_some()),
    ];
    if let Some((key, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Error::input(
            "has no meaning with WINDOW, which makes signals of (features and targets, WINDOW) of the rows; leave \
             one of them out",
        )
        .within(key));
    }
    if let Some(mode @ (SplitMode::Random | SplitMode::Grouped)) = parameters.split_mode {
        let name = if mode == SplitMode::Random { "random" } else { "grouped" };
        return Err(Error::input(format!(
            "found {name:?}, and windows that overlap would put training rows into the other splits; allowed with \
             WINDOW: \"ordered\"",
        ))
        .within("SPLIT_MODE"));
    }
    Ok(())
}

/// Refuses a network that gives no values, and groups that the data do not have.
pub(super) fn check_forecast(
    parameters: &Parameters,
    dataset: &Dataset,
    network: &Network,
    forecast: &Forecast,
) -> Result<()> {
    if let [_, _, _] = network.input[..] {
        return Err(Error::input(
            "windows are signals of (channels, samples), and the layers take images; allowed: layers of signals, \
             recurrent and dense ones",
        )
        .within("WINDOW"));
    }
    let outputs = dataset.targets.columns();
    if network.outputs() != outputs {
        let horizons = forecast.horizons.len();
        return Err(Error::input(format!(
            "found {}, and the output layer has {}; allowed: one output for each horizon of each target, here {outputs}",
            counted(horizons, "horizon"),
            counted(network.outputs(), "unit")
        ))
        .within("HORIZON"));
    }
    if network.task() != Task::Regression {
        return Err(Error::input(format!(
            "forecasts values, and the network ends with {}; allowed: end with \"linear\"",
            network.output_activation()
        ))
        .within("WINDOW"));
    }
    if forecast.change && !matches!(network.output_activation(), Activation::Linear) {
        return Err(Error::input(format!(
            "the network gives the change from the last value, which may be any number, and it ends with {}; allowed: \
             end with \"linear\", or \"FORECAST\": \"value\"",
            network.output_activation()
        ))
        .within("FORECAST"));
    }
    match (&parameters.groups, &dataset.groups) {
        (Some(name), None) => Err(Error::input(format!(
            "found {name:?}, and {} was read without groups; allowed: Dataset::with_groups",
            dataset.name
        ))
        .within("GROUPS")),
        _ => Ok(()),
    }
}
