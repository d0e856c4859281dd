//! A network in text: one line for an MLP, a table of shapes for `LAYERS`.

use super::wrap::{WIDTH, folded, wrapped};
use crate::error::counted;
use crate::network::{PlacedLayer, shape_text};
use crate::run::{LayerStack, Parameters, Run};
use crate::text::shown;

/// The columns before a table.
const INDENT: usize = 4;
/// A blank at which no line is broken.
const NO_BREAK: char = '\u{a0}';

/// The lines that show the architecture.
pub(super) fn lines(parameters: &Parameters, run: &Run) -> Vec<String> {
    match &parameters.layers {
        LayerStack::Mlp { .. } | LayerStack::Hidden { .. } => {
            let names = layer_names(parameters);
            let line = wrapped(&format!("architecture: {}", chain(run, names.as_deref())));
            vec![line.replace(NO_BREAK, " ")]
        }
        LayerStack::General(_) => {
            let rows = table(run).into_iter().map(|row| format!("{:INDENT$}{row}", ""));
            std::iter::once("architecture:".into()).chain(rows).collect()
        }
    }
}

/// The names of the input and of each layer, where the file gives them.
pub(super) fn layer_names(parameters: &Parameters) -> Option<Vec<String>> {
    match &parameters.layers {
        LayerStack::Mlp { names, .. } => names.clone(),
        LayerStack::Hidden { .. } | LayerStack::General(_) => None,
    }
}

/// `input(54) -> hidden1(16, relu) -> output(7, softmax), 1607 parameters`; a layer stays in one line.
fn chain(run: &Run, names: Option<&[String]>) -> String {
    let last = run.network.layers.len();
    let name = |index: usize| match names.and_then(|names| names.get(index)) {
        Some(name) => shown(name).into_owned(),
        None if index == 0 => "input".into(),
        None if index == last => "output".into(),
        None => format!("hidden{index}"),
    };
    let mut text = format!("{}({})", name(0), run.network.inputs());
    for (index, layer) in run.network.layers.iter().enumerate() {
        if let (Some(units), Some(activation)) = (layer.units(), layer.activation()) {
            text += &format!(" -> {}({units},{NO_BREAK}{activation})", name(index + 1));
        }
    }
    format!("{text}, {}", counted(run.plan.parameters(), "parameter"))
}

/// One line or more per layer: its number, the layer, the shape of its output, its parameters.
fn table(run: &Run) -> Vec<String> {
    let network = &run.network;
    let mut rows: Vec<[String; 4]> = vec![
        ["", "layer", "output", "parameters"].map(String::from),
        ["".into(), "input".into(), shape_text(&network.input), "".into()],
    ];
    for (index, layer) in network.placed_layers().iter().enumerate() {
        add_rows(&mut rows, run, layer, &(index + 1).to_string(), 0);
    }
    let all = run.plan.parameters().to_string();
    rows.push(["".into(), "all layers".into(), "".into(), all]);
    let [n, l, o, p] = [0, 1, 2, 3]
        .map(|column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    // Long expressions go on in the next lines, under their layer.
    let l = l.min(WIDTH.saturating_sub(INDENT + n + o + p + 3 * 2));
    let mut lines = vec![];
    for [number, layer, output, parameters] in &rows {
        let mut parts = folded(layer, l).into_iter();
        let layer = parts.next().unwrap_or_default();
        let first = format!("{number:>n$}  {layer:<l$}  {output:>o$}  {parameters:>p$}");
        lines.push(first.trim_end().to_string());
        lines.extend(parts.map(|part| format!("{:>n$}  {part}", "")));
    }
    lines
}

/// The row of a layer, then those of the layers inside it, further in; 0 numbers the projection of a shortcut.
fn add_rows(
    rows: &mut Vec<[String; 4]>,
    run: &Run,
    placed: &PlacedLayer,
    number: &str,
    depth: usize,
) {
    let parameters = run.plan.parameters_of(&placed.path);
    let parameters = if parameters > 0 { parameters.to_string() } else { String::new() };
    let layer = format!("{:1$}{2}", "", 2 * depth, placed.layer);
    rows.push([number.into(), layer, shape_text(&placed.output()), parameters]);
    for (index, inner) in placed.inside().iter().enumerate() {
        add_rows(rows, run, inner, &format!("{number}.{}", index + 1), depth + 1);
    }
    if let Some(projection) = placed.projection() {
        add_rows(rows, run, &projection, &format!("{number}.0"), depth + 1);
    }
}
