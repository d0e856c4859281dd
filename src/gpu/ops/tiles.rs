//! The tiles of products: `shaders/product.wgsl` and `shaders/product_large.wgsl`.

use crate::gpu::device::dispatch::{Dispatcher, Size};
use crate::gpu::session::sizes::TILE_COLUMNS;

/// Rows, columns and terms per tile of a product.
const TILE: [usize; 3] = [16, TILE_COLUMNS, 16];
/// The tile of a large product, for 256 threads.
const LARGE_TILE: [usize; 3] = [128, 128, 8];
/// The fewest large tiles that keep the cores of a GPU busy.
const LARGE_TILES: usize = 64;

/// The size of a product (m, k) · (k, n) on tiles.
pub(super) fn tiled([m, k, n]: [usize; 3]) -> Size {
    let [rows, columns, terms] = TILE;
    Size { workgroups: [n.div_ceil(columns), m.div_ceil(rows)], iterations: k.div_ceil(terms) }
}

/// The same on large tiles.
pub(super) fn largely_tiled([m, k, n]: [usize; 3]) -> Size {
    let [rows, columns, terms] = LARGE_TILE;
    Size {
        workgroups: [n.div_ceil(columns), m.div_ceil(rows)],
        iterations: k.div_ceil(terms) * (1 + terms),
    }
}

/// Whether a product (m, n) has enough large tiles for a device; software gains nothing by them.
pub(super) fn takes_large_tiles(on: &Dispatcher, [m, n]: [usize; 2]) -> bool {
    let [rows, columns, _] = LARGE_TILE;
    let full = (m / rows) * (n / columns) * on.replicas;
    !on.gpu.is_software
        && full >= LARGE_TILES
        && on.gpu.limits.max_compute_invocations_per_workgroup >= 256
}
