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
    if len >= LANES {
        for at in (0..len - LANES).step_by(LANES) {
            line.take::<LANES>(at);
        }
        line.take::<LANES>(len - LANES);
    } else if len >= 8 {
        take_ends::<8>(len, line);
    } else if len >= 4 {
        take_ends::<4>(len, line);
    } else {
        for at in 0..len {
            line.take::<1>(at);
        }
    }
}

/// Takes the first N numbers and the last N of a line that has no more than twice as many.
#[inline(always)]
fn take_ends<const N: usize>(len: usize, line: &mut impl OnLine) {
    line.take::<N>(0);
    if len > N {
        line.take::<N>(len - N);
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
