//! From the files that the keys name to a data set, and to values for the keys that the data decide.

use std::path::Path;
use std::sync::Arc;

use super::parameters::Parameters;
use super::splits::splits;
use super::table::numbered;
use crate::data::{
    Asked, AskedKind, AskedTask, Content, CsvOptions, Dataset, DateForm, Decision, Inputs,
    Overflow, Preparation, Prepared, Recognised, Split, SplitMode, TargetKind, Targets, WholeTable,
    recognise,
};
use crate::error::{Error, Result};
use crate::network::{Output, Task};
use crate::text::first_listed;

/// The data of a run.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The rows.
    pub dataset: Dataset,
    /// The parameters, see [`Parameters::for_data`].
    pub parameters: Parameters,
    /// How a table was read; None for an archive of arrays.
    pub reading: Option<Reading>,
}

/// How the columns of a table were read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// How the file is written, in words.
    pub manner: String,
    /// What is done with each column.
    pub decisions: Vec<Decision>,
    /// What a user may want to know.
    pub notes: Vec<String>,
    /// What a user should look at.
    pub warnings: Vec<String>,
}

impl Parameters {
    /// Reads the data, and the test rows from a file of their own. A table is prepared by statistics of its training rows.
    pub fn read_data(&self, path: &Path, test: Option<&Path>) -> Result<Loaded> {
        let content = Content::of(path).map_err(|error| error.within(path.display()))?;
        if matches!(content, Content::Archive) && !self.asks_for_columns() {
            self.refuse_keys_of_tables()?;
            let dataset = Dataset::read_grouped(path, self.groups.as_deref())?;
            let parameters = self.for_data(&dataset)?;
            return Ok(Loaded { dataset, parameters, reading: None });
        }
        self.refuse_arrangements()?;
        if !matches!(content, Content::Text(_)) {
            self.refuse_keys_of_tables()?;
        }
        let gaps = self.gaps.clone().unwrap_or_default();
        let options = CsvOptions { header: self.header, gaps };
        let keeps = |name: &str| self.keeps_all_texts(name);
        let groups = self.groups.as_deref();
        let table = WholeTable::read(content, path, test, &options, groups, &keeps)?;
        let found = self.recognised(&table).map_err(|error| error.within(path.display()))?;
        self.prepared(&table, found)
    }

    /// Whether a key is about the columns of a table.
    fn asks_for_columns(&self) -> bool {
        self.targets.is_some() || self.gaps.is_some() || self.columns.is_some()
    }

    /// Refuses keys of CSV files that an archive has no use for.
    fn refuse_keys_of_tables(&self) -> Result<()> {
        let given =
            [("TEST_DATASET", self.test_dataset.is_some()), ("HEADER", self.header.is_some())];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((key, _)) => Err(Error::input(
                "goes with CSV, and the data are an archive, which has names and test rows (X_test, y_test) of its own; \
                 leave it out",
            )
            .within(key)),
        }
    }

    /// Refuses keys of arrays that a table does not have.
    fn refuse_arrangements(&self) -> Result<()> {
        let given = [
            ("WINDOW", self.window.is_some()),
            ("INPUT_SHAPE", self.input_shape.is_some()),
            ("INPUT_LAYOUT", self.input_layout.is_some()),
            ("AUGMENT", self.augment.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((key, _)) => Err(Error::input(
                "goes with the arrays of an .npz archive, and a table has columns; save its rows as arrays X and y, or \
                 leave it out",
            )
            .within(key)),
        }
    }

    /// Whether a column keeps all its texts, however many: groups and targets may be that many.
    fn keeps_all_texts(&self, name: &str) -> bool {
        let is_target = self.targets.iter().flatten().any(|own| own == name);
        let is_asked = self.columns.iter().flatten().any(|(own, _)| own == name);
        is_target || is_asked || self.groups.as_deref() == Some(name)
    }

    /// What the columns of a table are.
    fn recognised<'t>(&self, table: &'t WholeTable) -> Result<Recognised<'t>> {
        let of_archive = table.archive.as_ref().map(|archive| &archive.targets);
        let targets = self.targets.as_ref().or(of_archive).ok_or_else(|| no_target(table))?;
        let mut kinds = self.columns.clone().unwrap_or_default();
        if let (Some(name), None) = (&self.groups, &table.archive) {
            kinds.push((name.clone(), AskedKind::Group));
        }
        let mut asked =
            Asked { targets: targets.clone(), task: self.asked_task()?, kinds, ..Asked::default() };
        for (column, overflow) in table.overflow.iter().enumerate() {
            match overflow {
                Some(Overflow::Seconds) => asked.seconds.push((column, DateForm::Iso)),
                Some(Overflow::Dropped { .. }) => asked.too_many.push(column),
                None => {}
            }
        }
        recognise(&table.frame, &asked)
    }

    /// The task that the parameters tell, by `TASK` or by the output of their layers.
    fn asked_task(&self) -> Result<Option<AskedTask>> {
        let by_output = || -> Result<Option<Task>> {
            if self.layers.is_open() {
                return Ok(None);
            }
            Ok(Some(Output::of(&self.network_layers()?)?.task()))
        };
        let task = match self.task {
            Some(task) => Some(task),
            None => by_output()?,
        };
        Ok(task.map(|task| match task {
            Task::Classification | Task::MultiLabel => AskedTask::Classification,
            Task::Regression => AskedTask::Regression,
        }))
    }

    /// The data set of a table: its inputs as its training rows make them.
    fn prepared(&self, table: &WholeTable, found: Recognised) -> Result<Loaded> {
        let task = match found.targets.kind {
            TargetKind::Classes { .. } => Task::Classification,
            TargetKind::Labels => Task::MultiLabel,
            TargetKind::Values => Task::Regression,
        };
        let own = Parameters { task: self.task.or(Some(task)), ..self.clone() };
        let own = own.split_by_groups(table, &found)?;
        let rows = Dataset::of_table(table, &found)?;
        let train = own.for_data(&rows)?.training_rows(&rows)?;
        let within = |error: Error| error.within(format!("the data set {}", rows.name));
        let preparation = Preparation::fit(&found.inputs, &train).map_err(within)?;
        let reading = Reading {
            manner: table.manner.clone(),
            decisions: preparation.summary(&found, &table.frame, &train),
            notes: found.notes,
            warnings: found.warnings,
        };
        let mut inputs = preparation.coded(&found.inputs)?;
        if let Some(test) = &table.test {
            let within =
                |error: Error| error.within(self.test_dataset.as_deref().unwrap_or_default());
            let of_test = preparation.rows(test).map_err(within)?;
            inputs.append(of_test.view())?;
        }
        let names = preparation.inputs().iter().map(|input| input.name.clone());
        let dataset = Dataset {
            row_shape: vec![names.len()],
            feature_names: Some(names.collect()),
            prepared: Some(Arc::new(Prepared {
                columns: preparation,
                targets: found.targets.names,
                gaps: self.gaps.clone().unwrap_or_default(),
            })),
            ..rows.with_inputs(Inputs::Coded(inputs))
        };
        let parameters = own.for_data(&dataset)?;
        Ok(Loaded { dataset, parameters, reading: Some(reading) })
    }

    /// The same with the rows of each group in one split, where a column tells groups.
    fn split_by_groups(self, table: &WholeTable, found: &Recognised) -> Result<Self> {
        if found.groups.is_none() || table.archive.is_some() || self.groups.is_some() {
            return Ok(self);
        }
        match self.split_mode {
            None => Ok(Parameters { split_mode: Some(SplitMode::Grouped), ..self }),
            Some(SplitMode::Grouped) => Ok(self),
            Some(SplitMode::Random | SplitMode::Ordered) => Err(Error::input(
                "a column is the group of its rows, which belongs to \"grouped\"; leave SPLIT_MODE out, or the group",
            )
            .within("SPLIT_MODE")),
        }
    }

    /// The rows that are trained on.
    fn training_rows(&self, rows: &Dataset) -> Result<Vec<u32>> {
        let classes = match (&rows.targets, self.task) {
            (Targets::Integers(labels), Some(Task::Classification)) => {
                Some(numbered(&labels.iter().copied().collect::<Vec<_>>()))
            }
            _ => None,
        };
        let classes = classes.as_ref().map(|(classes, labels)| (&classes[..], &labels[..]));
        Ok(splits(self, rows, classes)?.of(Split::Train).to_vec())
    }
}

fn no_target(table: &WholeTable) -> Error {
    let names = first_listed(&table.frame.names);
    Error::input(format!(
        "missing: the column that is predicted (--target COLUMN); the columns of the data: {names}"
    ))
    .within("TARGET")
}
