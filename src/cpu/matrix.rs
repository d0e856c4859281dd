//! Matrices in memory. Whoever walks through one first asks what it `covers`, and then takes numbers unasked.

use super::simd::LANES;

/// A matrix that is read: its numbers, and how many there are from one row to the next.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub values: &'a [f32],
    pub row: usize,
}

/// A matrix that is written.
pub(super) struct RowsMut<'a> {
    pub values: &'a mut [f32],
    pub row: usize,
}

/// A matrix that is read: its numbers, and how many there are from one row, and one column, to the next.
#[derive(Clone, Copy)]
pub(super) struct Strided<'a> {
    pub values: &'a [f32],
    pub row: usize,
    pub column: usize,
}

impl<'a> Rows<'a> {
    /// Whether it has so many rows and columns.
    #[inline(always)]
    pub fn covers(self, size: [usize; 2]) -> bool {
        has(self.values.len(), size, [self.row, 1])
    }

    /// What begins at a row and a column.
    ///
    /// # Safety
    /// It covers them.
    #[inline(always)]
    pub unsafe fn at(self, row: usize, column: usize) -> Self {
        let first = row * self.row + column;
        // SAFETY: what the matrix covers is inside the slice.
        Rows { values: unsafe { self.values.get_unchecked(first..) }, row: self.row }
    }

    /// Sixteen rows and columns from a row and a column on.
    ///
    /// # Safety
    /// It covers them.
    #[inline(always)]
    pub unsafe fn square(self, row: usize, column: usize) -> Square<'a> {
        // SAFETY: the caller's promise.
        Square(unsafe { self.at(row, column) })
    }

    /// `N` numbers of a row, from a column on.
    ///
    /// # Safety
    /// It covers them.
    #[inline(always)]
    pub unsafe fn numbers<const N: usize>(self, row: usize, column: usize) -> &'a [f32; N] {
        // SAFETY: what the matrix covers is inside the slice.
        unsafe { &*self.values.as_ptr().add(row * self.row + column).cast() }
    }
}

impl RowsMut<'_> {
    /// Whether it has so many rows and columns.
    #[inline(always)]
    pub fn covers(&self, size: [usize; 2]) -> bool {
        has(self.values.len(), size, [self.row, 1])
    }

    /// Sixteen rows and columns from a row and a column on.
    ///
    /// # Safety
    /// It covers them.
    #[inline(always)]
    pub unsafe fn square(&mut self, row: usize, column: usize) -> SquareMut<'_> {
        let first = row * self.row + column;
        // SAFETY: what the matrix covers is inside the slice.
        let values = unsafe { self.values.get_unchecked_mut(first..) };
        SquareMut(RowsMut { values, row: self.row })
    }

    /// `N` numbers of a row, from a column on.
    ///
    /// # Safety
    /// It covers them.
    #[inline(always)]
    pub unsafe fn numbers<const N: usize>(&mut self, row: usize, column: usize) -> &mut [f32; N] {
        // SAFETY: what the matrix covers is inside the slice.
        unsafe { &mut *self.values.as_mut_ptr().add(row * self.row + column).cast() }
    }
}

impl Strided<'_> {
    /// Whether it has so many rows and columns.
    #[inline(always)]
    pub fn covers(self, size: [usize; 2]) -> bool {
        has(self.values.len(), size, [self.row, self.column])
    }
}

/// Sixteen rows of sixteen numbers that are read.
#[derive(Clone, Copy)]
pub(super) struct Square<'a>(Rows<'a>);

/// Sixteen rows of sixteen numbers that are written.
pub(super) struct SquareMut<'a>(RowsMut<'a>);

impl<'a> Square<'a> {
    /// One of its rows.
    #[inline(always)]
    pub fn row(self, row: usize) -> &'a [f32; LANES] {
        assert!(row < LANES, "a square has sixteen rows");
        // SAFETY: a square covers sixteen rows of sixteen numbers.
        unsafe { self.0.numbers(row, 0) }
    }
}

impl SquareMut<'_> {
    /// One of its rows.
    #[inline(always)]
    pub fn row(&mut self, row: usize) -> &mut [f32; LANES] {
        assert!(row < LANES, "a square has sixteen rows");
        // SAFETY: a square covers sixteen rows of sixteen numbers.
        unsafe { self.0.numbers(row, 0) }
    }
}

impl<'a> From<Rows<'a>> for Strided<'a> {
    #[inline(always)]
    fn from(Rows { values, row }: Rows<'a>) -> Self {
        Strided { values, row, column: 1 }
    }
}

/// Whether `len` numbers hold a matrix: the last number of its last row is one of them. One without rows or columns
/// has no last number, and is held by none.
#[inline(always)]
fn has(len: usize, [rows, columns]: [usize; 2], [row, column]: [usize; 2]) -> bool {
    let down = rows.wrapping_sub(1).checked_mul(row);
    let right = columns.wrapping_sub(1).checked_mul(column);
    let (Some(down), Some(right)) = (down, right) else { return false };
    down.checked_add(right).is_some_and(|last| last < len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_covers_what_ends_inside_its_numbers() {
        let values = [0.0; 20];
        let rows = Rows { values: &values, row: 8 };
        assert!(rows.covers([3, 4]) && rows.covers([2, 12]));
        assert!(!rows.covers([3, 5]) && !rows.covers([4, 1]));
        let columns = Strided { values: &values, row: 1, column: 5 };
        assert!(columns.covers([5, 4]) && !columns.covers([6, 4]) && !columns.covers([5, 5]));
        let far = Rows { values: &values, row: usize::MAX / 2 };
        assert!(!far.covers([3, 4]) && !far.covers([4, 4]));
    }
}
