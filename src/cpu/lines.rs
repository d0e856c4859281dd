//! Lines of numbers, mostly short ones, in pieces of known length: a copy of such a piece is a move or two, and not a
//! call, and a loop over one becomes vectors.

use super::simd::LANES;

/// What is done with a line. Numbers may be taken twice: the last piece may begin among those of the one before.
pub(super) trait OnLine {
    /// Takes N numbers from this one on. `#[inline(always)]`.
    fn take<const N: usize>(&mut self, at: usize);
}

/// Takes all numbers of a line of so many.
#[inline(always)]
pub(super) fn on_line(len: usize, line: &mut impl OnLine) {
    match len {
        LANES.. => {
            for at in (0..len - LANES).step_by(LANES) {
                line.take::<LANES>(at);
            }
            line.take::<LANES>(len - LANES);
        }
        8 => line.take::<8>(0),
        4 => line.take::<4>(0),
        8.. => {
            line.take::<8>(0);
            line.take::<8>(len - 8);
        }
        4.. => {
            line.take::<4>(0);
            line.take::<4>(len - 4);
        }
        _ => (0..len).for_each(|at| line.take::<1>(at)),
    }
}

/// Copies a line.
#[inline(always)]
pub(super) fn copy_line(from: &[f32], to: &mut [f32]) {
    let len = to.len();
    on_line(len, &mut Copied { from: &from[..len], to });
}

struct Copied<'a> {
    from: &'a [f32],
    to: &'a mut [f32],
}

impl OnLine for Copied<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self, at: usize) {
        if let (Some(from), Some(to)) =
            (self.from[at..].first_chunk::<N>(), self.to[at..].first_chunk_mut())
        {
            *to = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_any_length_is_copied_whole_and_nothing_behind_it() {
        let from: Vec<f32> = (1..70).map(|i| i as f32).collect();
        for len in 0..from.len() {
            let mut to = [0.0; 80];
            copy_line(&from, &mut to[..len]);
            assert_eq!(to[..len], from[..len]);
            assert!(to[len..].iter().all(|behind| *behind == 0.0), "{len}");
        }
    }
}
