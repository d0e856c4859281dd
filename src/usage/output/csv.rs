//! Predictions as comma-separated text: a header, and one line per row.

use std::fmt::Write as _;
use std::io::{self, Write};

use ::csv::{Writer, WriterBuilder};
use ndarray::Array2;

use crate::artifact::WholeFile;
use crate::metrics::{is_predicted, predicted};
use crate::model::Model;
use crate::network::Task;
use crate::text::to_cell;

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 16;

/// Standard output, or a file.
enum Sink {
    Stream(Box<dyn Write>),
    File(WholeFile),
}

/// Columns `class`, perhaps `name`, and `probability_NAME` (or of the label) per class; or `NAME` and then `probability_NAME` per
/// label; or one per output.
pub(super) struct CsvOutput {
    writer: Writer<Sink>,
    header: Option<Vec<String>>,
    task: Task,
    labels: Vec<i64>,
    /// Whether the label of a class is told beside its name.
    has_labels: bool,
    /// The names of the classes; empty where they have none.
    names: Vec<String>,
    cell: String,
}

impl CsvOutput {
    pub fn new(stream: Box<dyn Write>, model: &Model, kept: &[String]) -> Self {
        Self::to(Sink::Stream(stream), model, kept)
    }

    pub fn to_file(file: WholeFile, model: &Model, kept: &[String]) -> Self {
        Self::to(Sink::File(file), model, kept)
    }

    fn to(sink: Sink, model: &Model, kept: &[String]) -> Self {
        let names = (0..model.labels.len()).map_while(|class| model.class_name(class));
        let names: Vec<String> = names.map(str::to_owned).collect();
        CsvOutput {
            writer: WriterBuilder::new().buffer_capacity(BUFFER).from_writer(sink),
            header: Some(with_kept(header(model), kept)),
            has_labels: has_labels(model),
            task: model.network.task(),
            labels: model.labels.clone(),
            // A spreadsheet takes no cell for a formula.
            names: names.iter().map(|name| to_cell(name).into_owned()).collect(),
            cell: String::new(),
        }
    }

    pub fn write(&mut self, predictions: &Array2<f64>, kept: &[Vec<String>]) -> io::Result<()> {
        self.write_header()?;
        for (index, row) in predictions.outer_iter().enumerate() {
            for column in kept {
                self.writer.write_field(&column[index]).map_err(plain)?;
            }
            match self.task {
                Task::Classification => self.class(predicted(row.iter().copied()))?,
                Task::MultiLabel => row
                    .iter()
                    .try_for_each(|&p| self.field(format_args!("{}", u8::from(is_predicted(p)))))?,
                Task::Regression => {}
            }
            for &value in row {
                // The shortest digits that read back as this number.
                match self.task {
                    Task::Regression => self.field(format_args!("{value:?}"))?,
                    Task::Classification | Task::MultiLabel => {
                        self.field(format_args!("{:?}", value as f32))?;
                    }
                }
            }
            self.writer.write_record(None::<&[u8]>).map_err(plain)?;
        }
        Ok(())
    }

    fn class(&mut self, class: usize) -> io::Result<()> {
        if self.has_labels {
            let label = self.labels[class];
            self.field(format_args!("{label}"))?;
        }
        self.names.get(class).map_or(Ok(()), |name| self.writer.write_field(name).map_err(plain))
    }

    fn write_header(&mut self) -> io::Result<()> {
        match self.header.take() {
            Some(header) => self.writer.write_record(header).map_err(plain),
            None => Ok(()),
        }
    }

    fn field(&mut self, text: std::fmt::Arguments) -> io::Result<()> {
        self.cell.clear();
        // Writing to a String cannot fail.
        let _ = self.cell.write_fmt(text);
        self.writer.write_field(&self.cell).map_err(plain)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.write_header()?;
        self.writer.flush()?;
        match self.writer.into_inner() {
            Ok(Sink::File(file)) => file.finish(),
            Ok(Sink::Stream(mut stream)) => stream.flush(),
            Err(error) => Err(error.into_error()),
        }
    }
}

/// The underlying error: a pipe that nobody reads differs from a full disk.
fn plain(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// Whether the label of a class is told: not where the classes of a table are words, and a label is their number here
/// alone.
fn has_labels(model: &Model) -> bool {
    model.prepared.is_none() || model.class_name(0).is_none()
}

/// The names of kept columns and then those of predictions, which are told apart where they are the same.
fn with_kept(own: Vec<String>, kept: &[String]) -> Vec<String> {
    let own = own.into_iter().map(|name| {
        let mut name = name;
        while kept.contains(&name) {
            name = format!("predicted_{name}");
        }
        name
    });
    let kept = kept.iter().map(|name| to_cell(name).into_owned());
    kept.chain(own).collect()
}

/// The names of the columns of predictions.
fn header(model: &Model) -> Vec<String> {
    let outputs = model.network.outputs();
    let names = |word: &str| match model.output_names() {
        Some(names) => names.to_vec(),
        None if outputs == 1 => vec![word.into()],
        None => (0..outputs).map(|output| format!("{word}_{output}")).collect(),
    };
    let cells = |names: Vec<String>| names.into_iter().map(|name| to_cell(&name).into_owned());
    match model.network.task() {
        Task::Classification => {}
        Task::MultiLabel => {
            let names = names("label");
            let probabilities: Vec<_> =
                names.iter().map(|name| format!("probability_{name}")).collect();
            return cells(names).chain(probabilities).collect();
        }
        Task::Regression => return cells(names("value")).collect(),
    }
    let named = model.class_name(0).is_some();
    let class = if named && has_labels(model) { &["class", "name"][..] } else { &["class"] };
    let names =
        model.labels.iter().enumerate().map(|(class, label)| match model.class_name(class) {
            Some(name) => format!("probability_{}", to_cell(name)),
            None => format!("probability_{label}"),
        });
    class.iter().map(ToString::to_string).chain(names).collect()
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stream(stream) => stream.write(bytes),
            Sink::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stream(stream) => stream.flush(),
            Sink::File(file) => file.flush(),
        }
    }
}
