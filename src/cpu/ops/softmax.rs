//! a[i] = e^(z[i] - m) / Σ_j e^(z[j] - m), m the row's maximum. Twin of `shaders/softmax.wgsl`.

use super::execute::Execute;
use super::product::Product;
use super::site::Site;
use crate::math::Real;
use crate::plan::ops::softmax::Softmax;

/// The softmax of each row of `z`, rows of `classes` elements.
pub(crate) fn softmax<T: Real>(z: &[T], classes: usize, a: &mut [T]) {
    for (z, a) in z.chunks_exact(classes).zip(a.chunks_exact_mut(classes)) {
        let maximum = z.iter().fold(z[0], |m, &z| z.max(m));
        let mut sum = T::ZERO;
        for (a, &z) in a.iter_mut().zip(z) {
            *a = (z - maximum).exp();
            sum += *a;
        }
        a.iter_mut().for_each(|a| *a = *a / sum);
    }
}

impl Execute for Softmax {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let classes = site.workspace.row_len(self.z);
        site.workspace.with(self.a, |a, workspace| softmax(workspace.of(self.z), classes, a));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table printed in the source document, "Exemples de softmax(z) pour quelques points z".
    #[test]
    fn the_source_document_s_table() {
        let table = [
            ([0.0, 0.0, 0.0], [0.33333333, 0.33333333, 0.33333333]),
            ([5.0, 0.0, 0.0], [0.98670329, 0.00664835, 0.00664835]),
            ([0.0, 5.0, 0.0], [0.00664835, 0.98670329, 0.00664835]),
            ([-5.0, 0.0, 0.0], [0.00335766, 0.49832117, 0.49832117]),
            ([0.0, -5.0, 0.0], [0.49832117, 0.00335766, 0.49832117]),
            ([2.5, -2.5, 0.0], [0.91842297, 0.00618829, 0.07538875]),
            ([-2.5, -2.5, 0.0], [0.07050946, 0.07050946, 0.85898108]),
            ([2.5, 2.5, 0.0], [0.48028779, 0.48028779, 0.03942442]),
            ([-2.5, 2.5, 0.0], [0.00618829, 0.91842297, 0.07538875]),
        ];
        for (z, expected) in table {
            let mut a = [0.0f64; 3];
            softmax(&z, 3, &mut a);
            let mut single = [0.0f32; 3];
            softmax(&z.map(|z| z as f32), 3, &mut single);
            for i in 0..3 {
                // The table is rounded to 8 decimals.
                assert!((a[i] - expected[i]).abs() <= 0.5e-8, "{z:?}: {a:?}");
                assert!((f64::from(single[i]) - a[i]).abs() <= 19.0 * 2f64.powi(-24), "{z:?}");
            }
            assert!((a.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn logits_of_any_size_give_probabilities() {
        let mut a = [0.0f32; 3];
        softmax(&[1e4, -1e4, 1e4], 3, &mut a);
        // e^-20000 is the least e^x there is, not 0.
        assert!(a[0] == 0.5 && a[1] < 1e-37 && a[2] == 0.5, "{a:?}");
    }
}
