//! The tiles of products: `shaders/product.wgsl` and `shaders/product_large.wgsl`.

use crate::gpu::device::dispatch::{Dispatcher, Size, word};
use crate::gpu::session::sizes::TILE_COLUMNS;

/// Rows, columns and terms per tile of a product.
const TILE: [usize; 3] = [16, TILE_COLUMNS, 16];
/// Columns and terms per tile of a large product.
const LARGE_TILE: [usize; 2] = [128, 8];
/// Outputs per thread of a large tile.
const OF_THREAD: usize = 64;
/// The fewest rows of large tiles that keep the cores of a GPU busy.
const LARGE_ROWS: usize = 64 * 128;

/// The size of a product (m, k) · (k, n) on tiles.
pub(super) fn tiled([m, k, n]: [usize; 3]) -> Size {
    let [rows, columns, terms] = TILE;
    Size { workgroups: [n.div_ceil(columns), m.div_ceil(rows)], iterations: k.div_ceil(terms) }
}

/// The tiles of a large product, of so many rows: 128, or fewer where it has few.
#[derive(Debug, Clone, Copy)]
pub(super) struct LargeTiles {
    rows: usize,
}

impl LargeTiles {
    /// Those of matrices.
    pub const OF_MATRICES: Self = LargeTiles { rows: 128 };

    /// Those of a convolution with m filters (or channels, backward), which are the rows of its product. Most networks
    /// have 32 or 64: of 128 rows three quarters or half would be nothing.
    pub fn of_convolution(m: usize) -> Self {
        LargeTiles { rows: if m <= 32 { 32 } else { 64 } }
    }

    /// The constant of the kernel.
    pub fn constant(self) -> [(&'static str, u32); 1] {
        [("TILE_ROWS", word(self.rows))]
    }

    /// The size of a product (m, k) · (k, n).
    pub fn size(self, [m, k, n]: [usize; 3]) -> Size {
        let [columns, terms] = LARGE_TILE;
        let fetches = Self::OF_MATRICES.rows / self.rows;
        Size {
            workgroups: [n.div_ceil(columns), m.div_ceil(self.rows)],
            // Drivers count the look that ends a loop as well.
            iterations: k.div_ceil(terms) * (3 + fetches + terms),
        }
    }

    /// Whether a product (m, n), there `times` per replica, has enough of these tiles for a device, at least half of
    /// their outputs in use; software gains nothing by them.
    pub fn gain(self, on: &Dispatcher, [m, n]: [usize; 2], times: usize) -> bool {
        let [columns, _] = LARGE_TILE;
        let tiled = [m.next_multiple_of(self.rows), n.next_multiple_of(columns)];
        let rows = tiled[0] * (tiled[1] / columns) * times * on.replicas;
        let threads = self.rows * columns / OF_THREAD;
        !on.gpu.is_software
            && rows >= LARGE_ROWS
            && 2 * m * n >= tiled[0] * tiled[1]
            && on.gpu.limits.max_compute_invocations_per_workgroup as usize >= threads
    }
}
