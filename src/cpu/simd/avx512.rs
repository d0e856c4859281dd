//! AVX-512F.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use std::arch::x86_64::*;

use super::LANES;
use super::intrinsics::methods;
use super::operations::{NOT_FADED, Simd, Sums, dots_of_vectors};
use crate::cpu::matrix::{Rows, Square, SquareMut};
use crate::instruction_set::Avx512;

impl Simd for Avx512 {
    type V = __m512;
    const SUMS: Sums = Sums::TwentyFour;
    type Partial = __m512;
    const ROWS: usize = 5;
    const LOOKS_EVERY: u64 = 1;

    #[inline(always)]
    unsafe fn dots<const R: usize>(
        self,
        n: usize,
        a: Rows<'_>,
        b: [&[f32]; 4],
    ) -> [[__m512; 4]; R] {
        // SAFETY: the caller's promise.
        unsafe { dots_of_vectors(self, n, a, b) }
    }

    methods! {
        splat(x: f32) -> __m512 = _mm512_set1_ps(x);
        load(from: &[f32; LANES]) -> __m512 = _mm512_loadu_ps(from.as_ptr());
        store(to: &mut [f32; LANES], v: __m512) = _mm512_storeu_ps(to.as_mut_ptr(), v);
        add(a: __m512, b: __m512) -> __m512 = _mm512_add_ps(a, b);
        sub(a: __m512, b: __m512) -> __m512 = _mm512_sub_ps(a, b);
        mul(a: __m512, b: __m512) -> __m512 = _mm512_mul_ps(a, b);
        div(a: __m512, b: __m512) -> __m512 = _mm512_div_ps(a, b);
        sqrt(a: __m512) -> __m512 = _mm512_sqrt_ps(a);
        mul_add(a: __m512, b: __m512, c: __m512) -> __m512 = _mm512_fmadd_ps(a, b, c);
        min(a: __m512, b: __m512) -> __m512 = _mm512_min_ps(a, b);
        max(a: __m512, b: __m512) -> __m512 = _mm512_max_ps(a, b);
        where_positive(condition: __m512, a: __m512) -> __m512 = {
            let positive = _mm512_cmp_ps_mask(condition, _mm512_setzero_ps(), _CMP_GT_OQ);
            _mm512_maskz_mov_ps(positive, a)
        };
        where_larger(two: [__m512; 2], which: [__m512; 2]) -> __m512 = {
            let is_larger = _mm512_cmp_ps_mask(two[0], two[1], _CMP_GT_OQ);
            _mm512_mask_blend_ps(is_larger, which[1], which[0])
        };
        where_equal(two: [__m512; 2], x: __m512) -> __m512 =
            _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(two[0], two[1], _CMP_EQ_OQ), x);
        evens_and_odds(of: [__m512; 2]) -> [__m512; 2] = {
            let (evens, one) = (_mm512_slli_epi32::<1>(places()), _mm512_set1_epi32(1));
            [
                _mm512_permutex2var_ps(of[0], evens, of[1]),
                _mm512_permutex2var_ps(of[0], _mm512_add_epi32(evens, one), of[1]),
            ]
        };
        interleaved(evens_and_odds: [__m512; 2]) -> [__m512; 2] = {
            // The halves of an index choose the vector and the place in it.
            let first = _mm512_add_epi32(
                _mm512_srli_epi32::<1>(places()),
                _mm512_slli_epi32::<4>(_mm512_and_si512(places(), _mm512_set1_epi32(1))),
            );
            let second = _mm512_add_epi32(first, _mm512_set1_epi32(LANES as i32 / 2));
            let [evens, odds] = evens_and_odds;
            [
                _mm512_permutex2var_ps(evens, first, odds),
                _mm512_permutex2var_ps(evens, second, odds),
            ]
        };
        load_whole(from: &[u32; LANES]) -> __m512 =
            _mm512_cvtepi32_ps(_mm512_loadu_si512(from.as_ptr().cast()));
        store_whole(to: &mut [u32; LANES], v: __m512) =
            _mm512_storeu_si512(to.as_mut_ptr().cast(), _mm512_cvtps_epi32(v));
        abs(a: __m512) -> __m512 = _mm512_abs_ps(a);
        flushed(a: __m512) -> __m512 = {
            let bits = _mm512_castps_si512(a);
            let stays = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(NOT_FADED as i32));
            _mm512_maskz_mov_ps(stays, a)
        };
        two_to_the(k: __m512) -> __m512 = {
            let exponent = _mm512_add_epi32(_mm512_cvtps_epi32(k), _mm512_set1_epi32(127));
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(exponent))
        };
        sums(v: [__m512; 4]) -> [f32; 4] = sums(v);
        four_sums(partial: [__m512; 4]) -> [f32; 4] = sums(partial);
        sixteen_sums(partial: [[__m512; 4]; 4]) -> __m512 = sixteen_sums(partial);
        over_two_roots(m: __m512, v: __m512, epsilon: __m512) -> __m512 =
            over_two_roots(m, v, epsilon);
        transpose(from: Square<'_>, to: SquareMut<'_>) = {
            let (mut rows, mut to) = ([_mm512_setzero_ps(); LANES], to);
            for (i, row) in rows.iter_mut().enumerate() {
                *row = _mm512_loadu_ps(from.row(i).as_ptr());
            }
            for (i, column) in columns(rows).into_iter().enumerate() {
                _mm512_storeu_ps(to.row(i).as_mut_ptr(), column);
            }
        };
    }
}

/// 0 to 15.
#[target_feature(enable = "avx512f")]
#[inline]
fn places() -> __m512i {
    _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

/// The sums of the quarters of four vectors.
#[target_feature(enable = "avx512f")]
#[inline]
fn quarters([a, b, c, d]: [__m512; 4]) -> __m512 {
    let ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    let cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    let (ab, cd) = (_mm512_castps_pd(ab), _mm512_castps_pd(cd));
    let (low, high) = (_mm512_unpacklo_pd(ab, cd), _mm512_unpackhi_pd(ab, cd));
    _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high))
}

/// The quarters of two vectors, those of even number added to those of odd: 01 and 23 of each.
#[target_feature(enable = "avx512f")]
#[inline]
fn pairs(a: __m512, b: __m512) -> __m512 {
    _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd))
}

/// The sum of each of sixteen vectors.
#[target_feature(enable = "avx512f")]
#[inline]
fn sixteen_sums([a, b, c, d]: [[__m512; 4]; 4]) -> __m512 {
    let (ab, cd) = (pairs(quarters(a), quarters(b)), pairs(quarters(c), quarters(d)));
    pairs(ab, cd)
}

/// The sum of each of four vectors.
#[target_feature(enable = "avx512f")]
#[inline]
fn sums(v: [__m512; 4]) -> [f32; 4] {
    let quarters = quarters(v);
    let high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(quarters), 1));
    let halves = _mm256_add_ps(_mm512_castps512_ps256(quarters), high);
    let low = _mm256_castps256_ps128(halves);
    bytemuck::cast(_mm_add_ps(low, _mm256_extractf128_ps(halves, 1)))
}

/// m / (2√v + ε), the root from an estimate of 14 bits and a Newton step to all 24: roots take longer than
/// anything else in Adam's step, and what divides has time beside what multiplies.
#[target_feature(enable = "avx512f")]
#[inline]
fn over_two_roots(m: __m512, v: __m512, epsilon: __m512) -> __m512 {
    let estimate = _mm512_rsqrt14_ps(v);
    let near = _mm512_mul_ps(v, estimate);
    // 2√v ≈ near · (3 - near · estimate)
    let newton = _mm512_fnmadd_ps(near, estimate, _mm512_set1_ps(3.0));
    let divisor = _mm512_fmadd_ps(near, newton, epsilon);
    _mm512_div_ps(m, divisor)
}

/// The columns of sixteen rows.
#[target_feature(enable = "avx512f")]
#[inline]
fn columns(rows: [__m512; LANES]) -> [__m512; LANES] {
    let (mut a, mut b) = (rows, rows);
    // Pairs of rows, then of pairs, then of quarters of a vector, then of halves.
    for i in 0..8 {
        b[2 * i] = _mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..4 {
        for j in 0..2 {
            let low = _mm512_castps_pd(b[4 * i + j]);
            let high = _mm512_castps_pd(b[4 * i + 2 + j]);
            a[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            a[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    }
    for i in 0..4 {
        b[i] = _mm512_shuffle_f32x4(a[i], a[4 + i], 0x88);
        b[4 + i] = _mm512_shuffle_f32x4(a[i], a[4 + i], 0xdd);
        b[8 + i] = _mm512_shuffle_f32x4(a[8 + i], a[12 + i], 0x88);
        b[12 + i] = _mm512_shuffle_f32x4(a[8 + i], a[12 + i], 0xdd);
    }
    for i in 0..4 {
        a[i] = _mm512_shuffle_f32x4(b[i], b[8 + i], 0x88);
        a[8 + i] = _mm512_shuffle_f32x4(b[i], b[8 + i], 0xdd);
        a[4 + i] = _mm512_shuffle_f32x4(b[4 + i], b[12 + i], 0x88);
        a[12 + i] = _mm512_shuffle_f32x4(b[4 + i], b[12 + i], 0xdd);
    }
    a
}
