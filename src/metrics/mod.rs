//! How good predictions are, as scikit-learn counts it: figures from the sums of a backend ([`Figures`]) and from
//! predictions ([`Metrics`]).

mod confusion;
mod counts;
mod curves;
mod decision;
mod evaluation;
mod figures;
mod json;
mod means;
mod quality;
mod regression;
mod tally;
mod truth;

pub use confusion::Confusion;
pub use counts::ClassFigures;
pub use curves::{average_precision, roc_auc};
pub(crate) use decision::{is_predicted, predicted};
pub use evaluation::Evaluation;
pub use figures::{Figures, LabelFigures, Scores, figures};
pub(crate) use json::figures_json;
pub use quality::{Metrics, Quality};
pub use regression::{OutputFigures, RegressionFigures};
pub(crate) use tally::Tally;
pub use truth::Truth;
