//! How the methods of an instruction set of x86-64 are written.

/// Methods of [`Simd`](super::operations::Simd), of intrinsics alone. No closure around one: it would not take over
/// the instruction set, and each intrinsic would be a call.
macro_rules! methods {
    ($($method:ident($($a:ident: $t:ty),*) $(-> $out:ty)? = $body:expr;)+) => {
        $(#[inline(always)]
        fn $method(self, $($a: $t),*) $(-> $out)? {
            // SAFETY: `self` is made only where the machine has the instructions; what is read and
            // written are references to whole arrays.
            unsafe { $body }
        })+
    };
}
pub(super) use methods;
