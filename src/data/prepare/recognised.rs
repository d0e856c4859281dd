//! All columns of a table, recognised: inputs, targets, weights, groups, and what is left out.

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::asked::{Asked, AskedKind};
use super::column::{Column, option};
use super::copies::{Classes, Telling};
use super::counts::Different;
use super::dates::DateForm;
use super::decisions::Decision;
use super::fit::MOST_CATEGORIES;
use super::input_column::{InputColumn, Taken, take};
use super::kind::Kind;
use super::lookup::{MOST_LISTED, asked_kinds, column, target_columns};
use super::special::{groups, weights};
use super::target::{TargetKind, TargetsFound, targets};
use super::typed::Values;
use crate::data::frame::Frame;
use crate::error::{Error, Result, counted};

/// What the columns of a table are.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised<'f> {
    /// The columns that become inputs, in the order of the file.
    pub inputs: Vec<InputColumn<'f>>,
    /// The targets.
    pub targets: TargetsFound,
    /// How much each row counts, if a column tells.
    pub weights: Option<Vec<f64>>,
    /// The group of each row, if a column tells.
    pub groups: Option<Vec<i64>>,
    /// What is done with each column, in the order of the file; of inputs the preparation tells more.
    pub decisions: Vec<Decision>,
    /// What a user may want to know.
    pub notes: Vec<String>,
    /// What a user should look at.
    pub warnings: Vec<String>,
}

/// Recognises the columns of a table from all its rows.
pub fn recognise<'f>(frame: &'f Frame, asked: &Asked) -> Result<Recognised<'f>> {
    if frame.rows() == 0 {
        return Err(Error::input("has no rows; a row is needed for every example to learn from"));
    }
    let target_columns = target_columns(frame, asked)?;
    let kinds = asked_kinds(frame, asked)?;
    // As many columns at once as there are cores.
    let all = (0..frame.columns.len()).into_par_iter();
    let columns: Vec<Column> = all.map(|index| column(frame, asked, index)).collect();
    let kind = |index: &usize| kinds.get(index).copied();
    let with_kind = |index: &usize| (columns[*index], kind(index));
    let targets = targets(target_columns.iter().map(with_kind).collect(), asked)?;
    let classes = Classes::of(&targets.targets);
    let notes = targets.note.iter().cloned().collect();
    let mut found = Recognised {
        inputs: vec![],
        targets,
        weights: None,
        groups: None,
        decisions: vec![],
        notes,
        warnings: vec![],
    };
    let taken = columns.par_iter().map(|column| {
        let kind = kind(&column.index);
        let is_role = matches!(kind, Some(AskedKind::Weight | AskedKind::Group));
        let is_input = !is_role && !target_columns.contains(&column.index);
        is_input.then(|| take(column, kind))
    });
    for (column, taken) in columns.iter().zip(taken.collect::<Vec<_>>()) {
        let kind = kind(&column.index);
        match taken {
            Some(taken) => found.add(column, taken?, kind.is_some(), &classes),
            None if target_columns.contains(&column.index) => found.decide_target(column),
            None => found.add_role(column, kind)?,
        }
    }
    if found.inputs.is_empty() { Err(no_input(&found.decisions)) } else { Ok(found) }
}

/// An error about a table whose columns are all left out.
fn no_input(decisions: &[Decision]) -> Error {
    let others: Vec<&Decision> = decisions.iter().filter(|own| own.kind != "target").collect();
    let Some(first) = others.first() else {
        return Error::input(
            "has no column besides the target; a network needs at least one input to learn from",
        );
    };
    let mut reasons: Vec<String> =
        others.iter().map(|own| format!("{:?} ({})", own.column, own.done)).collect();
    let more = reasons.len().saturating_sub(MOST_LISTED);
    reasons.truncate(MOST_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::input(format!(
        "no column is left as an input: {}{more}; a kind asked for keeps a column, for example {}",
        reasons.join(", "),
        option(&first.column, AskedKind::Category)
    ))
}

impl<'f> Recognised<'f> {
    fn decide_target(&mut self, column: &Column) {
        let (done, categories) = match &self.targets.kind {
            TargetKind::Classes { count, .. } => (format!("target: {count} classes"), Some(*count)),
            TargetKind::Labels => ("target: label, 0 or 1".to_owned(), None),
            TargetKind::Values => ("target: values".to_owned(), None),
        };
        let decision = Decision::new(column.name, "target", 0, done);
        self.decisions.push(Decision { categories, ..decision });
    }

    /// Adds a column of weights or groups.
    fn add_role(&mut self, column: &Column, role: Option<AskedKind>) -> Result<()> {
        if role == Some(AskedKind::Weight) {
            refuse_second(self.weights.is_some(), column, "weights")?;
            self.weights = Some(weights(column)?);
            self.decide(column, "weight", "how much each row counts");
            return Ok(());
        }
        refuse_second(self.groups.is_some(), column, "groups")?;
        let groups = groups(column)?;
        let count = groups.iter().max().map_or(0, |most| most + 1);
        self.groups = Some(groups);
        let done = format!("{}, never apart in a split", counted(count, "group"));
        self.decide(column, "group", &done);
        Ok(())
    }

    /// Adds a column that is an input or left out.
    fn add(&mut self, column: &Column, taken: Taken<'f>, is_asked: bool, classes: &Classes) {
        match taken {
            Taken::LeftOut { kind, why } => {
                if !is_asked && kind == "text" {
                    self.warnings.extend(mostly(column, "left out as text"));
                }
                self.decide(column, kind, &format!("left out: {why}"));
            }
            Taken::Input(input, remark) => {
                if !is_asked && input.kind == Kind::Category {
                    self.warnings.extend(mostly(column, "read as categories"));
                }
                let told = if is_asked { None } else { classes.told_by(&input) };
                self.add_input(column, input, remark, told);
            }
        }
    }

    fn add_input(
        &mut self,
        column: &Column,
        input: InputColumn<'f>,
        remark: Option<String>,
        told: Option<(usize, Telling)>,
    ) {
        let name = &input.name;
        match told {
            Some((target, Telling::Copy)) => {
                let target = self.targets.names[target].clone();
                self.notes.push(format!(
                    "the column {name:?} is left out: it is a copy of the target {target:?}; {} keeps it",
                    option(name, AskedKind::Category)
                ));
                let done = if self.targets.names.len() == 1 {
                    "left out: copy of the target".to_owned()
                } else {
                    format!("left out: copy of the target {target:?}")
                };
                self.decide(column, input.kind.name(), &done);
                return;
            }
            Some((target, Telling::Determines(categories))) => self.warnings.push(format!(
                "the column {name:?} gives the target {:?} away: each of its {categories} categories (gaps are one) \
                 has one class; if it isn't known before the target is, leave it out with {}",
                self.targets.names[target],
                option(name, AskedKind::Drop)
            )),
            Some((_, Telling::Honest)) | None => {}
        }
        if let (Kind::Date(_), Some(remark)) = (&input.kind, &remark) {
            self.notes.push(format!("the column {name:?} is {remark}"));
        }
        let mut categories = None;
        if let Values::Names { names, .. } = &input.values {
            categories = Some(names.len());
            if names.len() > MOST_CATEGORIES {
                self.warnings.push(format!(
                    "the column {name:?} has {} categories; the {MOST_CATEGORIES} most frequent in the training rows \
                     are told apart, all others are one",
                    names.len()
                ));
            }
        }
        let missing = column.counts.gaps;
        let done = remark.unwrap_or_else(|| "input".to_owned());
        let decision = Decision::new(column.name, input.kind.name(), missing, done);
        self.decisions.push(Decision { categories, ..decision });
        self.inputs.push(input);
    }

    fn decide(&mut self, column: &Column, kind: &str, done: &str) {
        let missing = column.counts.gaps;
        let has_names = matches!(kind, "text" | "category") && !column.has_too_many;
        let categories = has_names.then(|| Different::of(column.cells).values);
        let decision = Decision::new(column.name, kind, missing, done);
        self.decisions.push(Decision { categories, ..decision });
    }
}

/// A warning about a column most of whose cells are numbers or dates, though not all.
fn mostly(column: &Column, what: &str) -> Option<String> {
    let cells = column.cells;
    let counts = column.counts;
    let name = column.name;
    if 2 * counts.numbers > counts.values() {
        let (numbers, values) = (counts.numbers, counts.values());
        return Some(format!(
            "the column {name:?} is {what}, though {numbers} of its {values} cells are numbers; name what stands for a \
             gap with --na WORD"
        ));
    }
    let of_form = |form: &DateForm| {
        let is_date = |text: &&String| form.seconds(text).is_some();
        cells.texts.iter().filter(is_date).count()
    };
    let dates = DateForm::ALL.iter().map(of_form).max().unwrap_or(0);
    (2 * dates > cells.texts.len()).then(|| {
        format!(
            "the column {name:?} is {what}, though {dates} of its {} texts are dates; correct the others, or leave them \
             empty",
            cells.texts.len()
        )
    })
}

fn refuse_second(has_one: bool, column: &Column, what: &str) -> Result<()> {
    if has_one {
        return Err(column.wrong(format!("a second column of {what}; allowed: one")));
    }
    Ok(())
}
