//! What an archive says about its arrays.

/// What an archive says about one of its arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayInfo {
    /// The array's name: the member's name without `.npy`.
    pub name: String,
    /// NumPy's name of the element type, such as `float32` or `text (<U10)`; of a member whose
    /// header cannot be read, `unreadable` and the reason.
    pub dtype: String,
    /// The shape; empty for a scalar and for an unreadable member.
    pub shape: Vec<usize>,
    /// True for column-major (Fortran) order.
    pub fortran_order: bool,
    /// The size of the member before compression, header included, as the archive declares it.
    pub bytes: u64,
}
