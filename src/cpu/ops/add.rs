//! to = from, or to += from. Twin of `shaders/add.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, set};
use crate::plan::ops::add::Add;

impl Execute for Add {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.to, |to, workspace| {
            set(to, self.mode);
            to.iter_mut().zip(workspace.of(self.from)).for_each(|(to, from)| *to += *from);
        });
    }
}
