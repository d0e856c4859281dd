//! buffer = 0. Twin of `shaders/zero.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::plan::ops::zero::Zero;

impl Execute for Zero {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.workspace.with(self.buffer, |values, _| values.fill(T::ZERO));
    }
}
