//! The different texts of a column, each with its code.

use std::borrow::Cow;
use std::collections::HashMap;

/// The different texts of a column: 1, 2, ... in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Texts<'t> {
    codes: HashMap<Cow<'t, str>, u32>,
}

impl<'t> Texts<'t> {
    /// The code of a text.
    pub fn code(&mut self, text: Cow<'t, str>) -> u32 {
        let next = self.codes.len() as u32 + 1;
        *self.codes.entry(text).or_insert(next)
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// About the bytes that it takes.
    pub fn bytes(&self) -> usize {
        const TEXT: usize = 32;
        self.codes.capacity() * (size_of::<(Cow<str>, u32)>() + 1) + self.codes.len() * TEXT
    }

    /// The texts in the order of their codes.
    pub fn into_list(self) -> Vec<String> {
        let mut list = vec![String::new(); self.codes.len()];
        for (text, code) in self.codes {
            list[code as usize - 1] = text.into_owned();
        }
        list
    }
}
