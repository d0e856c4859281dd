//! AVX2 with FMA: two registers a vector.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use std::arch::x86_64::*;

use super::LANES;
use super::intrinsics::methods;
use super::operations::{LARGEST_GRADIENT, LEAST_GRADIENT, NOT_FADED, Simd, Sums};
use crate::cpu::matrix::{Rows, Square, SquareMut};
use crate::instruction_set::Avx2;

type Pair = [__m256; 2];

impl Simd for Avx2 {
    type V = Pair;
    const SUMS: Sums = Sums::Six;
    type Partial = __m256;
    const ROWS: usize = 3;
    const LOOKS_EVERY: u64 = 8;

    /// Partial sums of one register, so that those of three rows fit beside each other.
    #[inline(always)]
    unsafe fn dots<const R: usize>(
        self,
        n: usize,
        a: Rows<'_>,
        b: [&[f32]; 4],
    ) -> [[__m256; 4]; R] {
        // SAFETY: `self` is made only where the machine has AVX2 and FMA; the rows are the caller's promise.
        unsafe {
            let mut sums = [[_mm256_setzero_ps(); 4]; R];
            for t in (0..n).step_by(8) {
                let mut own = [_mm256_setzero_ps(); R];
                for (r, own) in own.iter_mut().enumerate() {
                    *own = _mm256_loadu_ps(a.numbers::<8>(r, t).as_ptr());
                }
                for c in 0..4 {
                    let other = _mm256_loadu_ps(b[c].as_ptr().add(t));
                    for r in 0..R {
                        sums[r][c] = _mm256_fmadd_ps(own[r], other, sums[r][c]);
                    }
                }
            }
            sums
        }
    }

    methods! {
        splat(x: f32) -> Pair = [_mm256_set1_ps(x); 2];
        load(from: &[f32; LANES]) -> Pair =
            [_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))];
        store(to: &mut [f32; LANES], v: Pair) = {
            _mm256_storeu_ps(to.as_mut_ptr(), v[0]);
            _mm256_storeu_ps(to.as_mut_ptr().add(8), v[1]);
        };
        add(a: Pair, b: Pair) -> Pair = [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])];
        sub(a: Pair, b: Pair) -> Pair = [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])];
        mul(a: Pair, b: Pair) -> Pair = [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])];
        div(a: Pair, b: Pair) -> Pair = [_mm256_div_ps(a[0], b[0]), _mm256_div_ps(a[1], b[1])];
        sqrt(a: Pair) -> Pair = [_mm256_sqrt_ps(a[0]), _mm256_sqrt_ps(a[1])];
        mul_add(a: Pair, b: Pair, c: Pair) -> Pair =
            [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])];
        min(a: Pair, b: Pair) -> Pair = [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])];
        max(a: Pair, b: Pair) -> Pair = [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])];
        where_positive(condition: Pair, a: Pair) -> Pair = {
            let zero = _mm256_setzero_ps();
            [
                _mm256_and_ps(_mm256_cmp_ps(condition[0], zero, _CMP_GT_OQ), a[0]),
                _mm256_and_ps(_mm256_cmp_ps(condition[1], zero, _CMP_GT_OQ), a[1]),
            ]
        };
        where_larger(two: [Pair; 2], which: [Pair; 2]) -> Pair = {
            let ([a, b], [x, y]) = (two, which);
            [where_larger([a[0], b[0]], [x[0], y[0]]), where_larger([a[1], b[1]], [x[1], y[1]])]
        };
        where_equal(two: [Pair; 2], x: Pair) -> Pair = {
            let [a, b] = two;
            [
                _mm256_and_ps(_mm256_cmp_ps(a[0], b[0], _CMP_EQ_OQ), x[0]),
                _mm256_and_ps(_mm256_cmp_ps(a[1], b[1], _CMP_EQ_OQ), x[1]),
            ]
        };
        evens_and_odds(of: [Pair; 2]) -> [Pair; 2] = {
            let (low, high) = (evens_and_odds(of[0]), evens_and_odds(of[1]));
            [[low[0], high[0]], [low[1], high[1]]]
        };
        interleaved(evens_and_odds: [Pair; 2]) -> [Pair; 2] = {
            let [evens, odds] = evens_and_odds;
            [interleaved(evens[0], odds[0]), interleaved(evens[1], odds[1])]
        };
        load_whole(from: &[u32; LANES]) -> Pair = [
            _mm256_cvtepi32_ps(_mm256_loadu_si256(from.as_ptr().cast())),
            _mm256_cvtepi32_ps(_mm256_loadu_si256(from.as_ptr().add(8).cast())),
        ];
        store_whole(to: &mut [u32; LANES], v: Pair) = {
            _mm256_storeu_si256(to.as_mut_ptr().cast(), _mm256_cvtps_epi32(v[0]));
            _mm256_storeu_si256(to.as_mut_ptr().add(8).cast(), _mm256_cvtps_epi32(v[1]));
        };
        abs(a: Pair) -> Pair = {
            let sign = _mm256_set1_ps(-0.0);
            [_mm256_andnot_ps(sign, a[0]), _mm256_andnot_ps(sign, a[1])]
        };
        flushed(a: Pair) -> Pair = [flushed(a[0]), flushed(a[1])];
        two_to_the(k: Pair) -> Pair = [two_to_the(k[0]), two_to_the(k[1])];
        sums(v: [Pair; 4]) -> [f32; 4] = {
            let low = quarters([v[0][0], v[1][0], v[2][0], v[3][0]]);
            let high = quarters([v[0][1], v[1][1], v[2][1], v[3][1]]);
            halves_added(_mm256_add_ps(low, high))
        };
        bounded_square(g: Pair) -> Pair = [bounded_square(g[0]), bounded_square(g[1])];
        over_two_roots(m: Pair, v: Pair, epsilon: Pair) -> Pair = [
            over_two_roots(m[0], v[0], epsilon[0]),
            over_two_roots(m[1], v[1], epsilon[1]),
        ];
        four_sums(partial: [__m256; 4]) -> [f32; 4] = halves_added(quarters(partial));
        sixteen_sums(partial: [[__m256; 4]; 4]) -> Pair =
            [eight_sums(partial[0], partial[1]), eight_sums(partial[2], partial[3])];
        transpose(from: Square<'_>, to: SquareMut<'_>) = {
            let mut to = to;
            for i in [0, 8] {
                for j in [0, 8] {
                    let mut rows = [_mm256_setzero_ps(); 8];
                    for (r, row) in rows.iter_mut().enumerate() {
                        *row = _mm256_loadu_ps(from.row(i + r).as_ptr().add(j));
                    }
                    for (c, column) in columns_of_eight(rows).into_iter().enumerate() {
                        _mm256_storeu_ps(to.row(j + c).as_mut_ptr().add(i), column);
                    }
                }
            }
        };
    }
}

/// x where a > b, else y.
#[target_feature(enable = "avx2")]
#[inline]
fn where_larger([a, b]: [__m256; 2], [x, y]: [__m256; 2]) -> __m256 {
    _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_GT_OQ))
}

/// The numbers at even places of sixteen, and those at odd ones.
#[target_feature(enable = "avx2")]
#[inline]
fn evens_and_odds([low, high]: Pair) -> Pair {
    // The halves of both: the first of `low`, that of `high`, the second of each.
    let evens = _mm256_castps_pd(_mm256_shuffle_ps(low, high, 0x88));
    let odds = _mm256_castps_pd(_mm256_shuffle_ps(low, high, 0xdd));
    [
        _mm256_castpd_ps(_mm256_permute4x64_pd(evens, 0xd8)),
        _mm256_castpd_ps(_mm256_permute4x64_pd(odds, 0xd8)),
    ]
}

/// Sixteen numbers, eight at even places and eight at odd ones.
#[target_feature(enable = "avx2")]
#[inline]
fn interleaved(evens: __m256, odds: __m256) -> Pair {
    let (low, high) = (_mm256_unpacklo_ps(evens, odds), _mm256_unpackhi_ps(evens, odds));
    [_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31)]
}

/// 2^k, written into the exponent's bits.
#[target_feature(enable = "avx2")]
#[inline]
fn two_to_the(k: __m256) -> __m256 {
    let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(k), _mm256_set1_epi32(127));
    _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
}

/// The two halves, added.
#[target_feature(enable = "avx2")]
#[inline]
fn halves_added(v: __m256) -> [f32; 4] {
    bytemuck::cast(_mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)))
}

/// The sums of the halves of four vectors of eight, which are quarters of sixteen.
#[target_feature(enable = "avx2")]
#[inline]
fn quarters([a, b, c, d]: [__m256; 4]) -> __m256 {
    _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d))
}

/// 0 where |a| < 2⁻⁹⁵.
#[target_feature(enable = "avx2")]
#[inline]
fn flushed(a: __m256) -> __m256 {
    let not_faded = _mm256_set1_epi32(NOT_FADED as i32);
    let bits = _mm256_and_si256(_mm256_castps_si256(a), not_faded);
    let faded = _mm256_cmpeq_epi32(bits, _mm256_setzero_si256());
    _mm256_andnot_ps(_mm256_castsi256_ps(faded), a)
}

/// The sum of each of eight vectors of eight.
#[target_feature(enable = "avx2")]
#[inline]
fn eight_sums(a: [__m256; 4], b: [__m256; 4]) -> __m256 {
    let (a, b) = (quarters(a), quarters(b));
    _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31))
}

/// g² between the squares of the bounds: the least added where it is smaller than a rounding, and what is
/// beyond f32 cut.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn bounded_square(g: __m256) -> __m256 {
    let least = _mm256_set1_ps(LEAST_GRADIENT * LEAST_GRADIENT);
    let largest = _mm256_set1_ps(LARGEST_GRADIENT * LARGEST_GRADIENT);
    _mm256_min_ps(largest, _mm256_fmadd_ps(g, g, least))
}

/// m / (2√v + ε) as AVX-512 has it, the root from an estimate of 11 bits and a half.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn over_two_roots(m: __m256, v: __m256, epsilon: __m256) -> __m256 {
    let estimate = _mm256_rsqrt_ps(v);
    let near = _mm256_mul_ps(v, estimate);
    let newton = _mm256_fnmadd_ps(near, estimate, _mm256_set1_ps(3.0));
    _mm256_div_ps(m, _mm256_fmadd_ps(near, newton, epsilon))
}

/// The columns of eight rows of eight numbers.
#[target_feature(enable = "avx2")]
#[inline]
fn columns_of_eight(rows: [__m256; 8]) -> [__m256; 8] {
    let (mut a, mut b) = (rows, rows);
    // Pairs of rows, then of pairs, then of halves of a register.
    for i in 0..4 {
        b[2 * i] = _mm256_unpacklo_ps(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm256_unpackhi_ps(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..2 {
        for j in 0..2 {
            let (low, high) = (b[4 * i + j], b[4 * i + 2 + j]);
            a[4 * i + 2 * j] = _mm256_shuffle_ps(low, high, 0x44);
            a[4 * i + 2 * j + 1] = _mm256_shuffle_ps(low, high, 0xee);
        }
    }
    for i in 0..4 {
        b[i] = _mm256_permute2f128_ps(a[i], a[4 + i], 0x20);
        b[4 + i] = _mm256_permute2f128_ps(a[i], a[4 + i], 0x31);
    }
    b
}
