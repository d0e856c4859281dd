//! to = from / (1 - rate) where a random word keeps an element, else 0. Twin of `shaders/dropout.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::{Site, set};
use crate::data::{Random, Streams};
use crate::plan::ops::dropout::Dropout;

impl Execute for Dropout {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let moment = site.moment;
        let stream = Streams::Dropout as u32 + self.stream;
        let random = Random::new(moment.seed, moment.epoch, stream);
        let (least_kept, scale) = (self.least_kept(), T::from_f64(self.scale()));
        let units = site.workspace.row_len(self.to);
        site.workspace.with(self.to, |to, workspace| {
            set(to, self.mode);
            let rows = to.chunks_exact_mut(units).zip(workspace.of(self.from).chunks_exact(units));
            for (index, (to, from)) in (moment.first..).zip(rows) {
                let row = random.row(index);
                for (element, (to, from)) in (0..).zip(to.iter_mut().zip(from)) {
                    if row.word(element) >= least_kept {
                        *to += *from * scale;
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::data::Random;
    use crate::plan::BufferId;
    use crate::plan::access::Mode;
    use crate::plan::ops::dropout::Dropout;

    #[test]
    fn the_share_that_is_kept_is_that_of_the_rate() {
        for rate in [0.0, 0.25, 0.5, 0.9] {
            let (from, to) = (BufferId(0), BufferId(1));
            let least = Dropout { from, to, rate, stream: 0, mode: Mode::Set }.least_kept();
            let random = Random::new(3, 1, 1);
            let elements = (0..100u32).flat_map(|row| (0..1000).map(move |e| (row, e)));
            let kept = elements.filter(|&(row, e)| random.row(row).word(e) >= least).count();
            // Four standard deviations of a share of 100,000 elements.
            let bound = 4.0 * (rate * (1.0 - rate) / 1e5f64).sqrt();
            assert!((kept as f64 / 1e5 - (1.0 - rate)).abs() <= bound, "{rate}: {kept}");
        }
    }
}
