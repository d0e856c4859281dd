//! The kinds of columns that become inputs.

use super::dates::DateForm;

/// How the cells of a column are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Numbers; the words true and false count as 1 and 0.
    Number,
    /// One of two words, false first; without words 0 and 1.
    Boolean(Option<[String; 2]>),
    /// Names without an order.
    Category,
    /// Dates, perhaps with a time.
    Date(DateForm),
}

impl Kind {
    /// The name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Boolean(_) => "boolean",
            Kind::Category => "category",
            Kind::Date(_) => "date",
        }
    }

    /// The cells that the kind takes, in words.
    pub(super) fn takes(&self) -> String {
        match self {
            Kind::Number => "finite numbers".to_owned(),
            Kind::Boolean(None) => "0 and 1, or True and False".to_owned(),
            Kind::Boolean(Some([no, yes])) => {
                format!("{no:?} and {yes:?}, True and False, or 0 and 1")
            }
            Kind::Category => "texts and finite numbers".to_owned(),
            Kind::Date(form) => format!("dates ({})", form.pattern()),
        }
    }
}
