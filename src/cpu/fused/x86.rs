//! AVX-512, and AVX2 with FMA.

#![allow(clippy::needless_range_loop)] // rows and columns, as the formulas have them

use std::arch::x86_64::*;

use super::simd::{LARGEST_GRADIENT, LEAST_GRADIENT, NOT_FADED, Simd, Sums, dots_of_vectors};

/// AVX-512F.
#[derive(Clone, Copy)]
pub(super) struct Avx512;

/// AVX2 and FMA: two registers a vector.
#[derive(Clone, Copy)]
pub(super) struct Avx2;

/// The sums of the quarters of four vectors.
///
/// # Safety
/// Only with AVX-512F.
#[inline(always)]
unsafe fn quarters512([a, b, c, d]: [__m512; 4]) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe {
        let ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
        let cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
        let (ab, cd) = (_mm512_castps_pd(ab), _mm512_castps_pd(cd));
        let (low, high) = (_mm512_unpacklo_pd(ab, cd), _mm512_unpackhi_pd(ab, cd));
        _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high))
    }
}

/// The quarters of two vectors, those of even number added to those of odd: 01 and 23 of each.
///
/// # Safety
/// Only with AVX-512F.
#[inline(always)]
unsafe fn pairs512(a: __m512, b: __m512) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe { _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd)) }
}

/// The sum of each of sixteen vectors.
///
/// # Safety
/// Only with AVX-512F.
#[inline(always)]
unsafe fn sixteen_sums512([a, b, c, d]: [[__m512; 4]; 4]) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe {
        let (ab, cd) =
            (pairs512(quarters512(a), quarters512(b)), pairs512(quarters512(c), quarters512(d)));
        pairs512(ab, cd)
    }
}

/// The sum of each of four vectors.
///
/// # Safety
/// Only with AVX-512F.
#[inline(always)]
unsafe fn sums512(v: [__m512; 4]) -> [f32; 4] {
    // SAFETY: the caller's promise; four floats are sixteen bytes.
    unsafe {
        let quarters = quarters512(v);
        let high = _mm512_extractf64x4_pd(_mm512_castps_pd(quarters), 1);
        halves_added(_mm256_add_ps(_mm512_castps512_ps256(quarters), _mm256_castpd_ps(high)))
    }
}

/// The two halves, added.
///
/// # Safety
/// Only with AVX2.
#[inline(always)]
unsafe fn halves_added(v: __m256) -> [f32; 4] {
    // SAFETY: the caller's promise; four floats are sixteen bytes.
    unsafe {
        let sums = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        std::mem::transmute::<__m128, [f32; 4]>(sums)
    }
}

/// The sums of the halves of four vectors of eight, which are quarters of sixteen.
///
/// # Safety
/// Only with AVX2.
#[inline(always)]
unsafe fn quarters256([a, b, c, d]: [__m256; 4]) -> __m256 {
    // SAFETY: the caller's promise.
    unsafe { _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d)) }
}

/// 0 where |a| < 2⁻⁹⁵.
///
/// # Safety
/// Only with AVX2.
#[inline(always)]
unsafe fn flushed256(a: __m256) -> __m256 {
    // SAFETY: the caller's promise.
    unsafe {
        let not_faded = _mm256_set1_epi32(NOT_FADED as i32);
        let bits = _mm256_and_si256(_mm256_castps_si256(a), not_faded);
        let faded = _mm256_cmpeq_epi32(bits, _mm256_setzero_si256());
        _mm256_andnot_ps(_mm256_castsi256_ps(faded), a)
    }
}

/// The sum of each of eight vectors of eight.
///
/// # Safety
/// Only with AVX2.
#[inline(always)]
unsafe fn eight_sums256(a: [__m256; 4], b: [__m256; 4]) -> __m256 {
    // SAFETY: the caller's promise.
    unsafe {
        let (a, b) = (quarters256(a), quarters256(b));
        _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31))
    }
}

/// [`Simd::dots`] with partial sums of one register, so that those of three rows fit beside each other.
///
/// # Safety
/// Only with AVX2 and FMA; so many rows exist, `n` numbers long.
#[inline(always)]
unsafe fn dots256<const R: usize>(
    n: usize,
    (a, a_row): (*const f32, usize),
    (b, b_row): (*const f32, usize),
) -> [[__m256; 4]; R] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); 4]; R];
        for t in (0..n).step_by(8) {
            let mut own = [_mm256_setzero_ps(); R];
            for (r, own) in own.iter_mut().enumerate() {
                *own = _mm256_loadu_ps(a.add(r * a_row + t));
            }
            for c in 0..4 {
                let other = _mm256_loadu_ps(b.add(c * b_row + t));
                for r in 0..R {
                    sums[r][c] = _mm256_fmadd_ps(own[r], other, sums[r][c]);
                }
            }
        }
        sums
    }
}

/// g² between the squares of the bounds: the least added where it is smaller than a rounding, and what is
/// beyond f32 cut.
///
/// # Safety
/// Only with AVX2 and FMA.
#[inline(always)]
unsafe fn bounded_square256(g: __m256) -> __m256 {
    // SAFETY: the caller's promise.
    unsafe {
        let least = _mm256_set1_ps(LEAST_GRADIENT * LEAST_GRADIENT);
        let largest = _mm256_set1_ps(LARGEST_GRADIENT * LARGEST_GRADIENT);
        _mm256_min_ps(largest, _mm256_fmadd_ps(g, g, least))
    }
}

/// m / (2√v + ε) as in [`over_two_roots512`], the root from an estimate of 11 bits and a half.
///
/// # Safety
/// Only with AVX2 and FMA.
#[inline(always)]
unsafe fn over_two_roots256(m: __m256, v: __m256, epsilon: __m256) -> __m256 {
    // SAFETY: the caller's promise.
    unsafe {
        let estimate = _mm256_rsqrt_ps(v);
        let near = _mm256_mul_ps(v, estimate);
        let newton = _mm256_fnmadd_ps(near, estimate, _mm256_set1_ps(3.0));
        _mm256_div_ps(m, _mm256_fmadd_ps(near, newton, epsilon))
    }
}

/// # Safety
/// Only with AVX2; sixteen rows of sixteen numbers on both sides.
#[inline(always)]
unsafe fn transpose256(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        for i in [0, 8] {
            for j in [0, 8] {
                transpose_eight(
                    from.add(i * from_row + j),
                    from_row,
                    to.add(j * to_row + i),
                    to_row,
                );
            }
        }
    }
}

/// # Safety
/// Only with AVX2; eight rows of eight numbers on both sides.
#[inline(always)]
unsafe fn transpose_eight(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = _mm256_setzero_ps();
        let (mut a, mut b) = ([zero; 8], [zero; 8]);
        for (i, a) in a.iter_mut().enumerate() {
            *a = _mm256_loadu_ps(from.add(i * from_row));
        }
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
        for (i, b) in b.iter().enumerate() {
            _mm256_storeu_ps(to.add(i * to_row), *b);
        }
    }
}

/// m / (2√v + ε), the root from an estimate of 14 bits and a Newton step to all 24: roots take longer than
/// anything else in Adam's step, and what divides has time beside what multiplies.
///
/// # Safety
/// Only with AVX-512F.
#[inline(always)]
unsafe fn over_two_roots512(m: __m512, v: __m512, epsilon: __m512) -> __m512 {
    // SAFETY: the caller's promise.
    unsafe {
        let estimate = _mm512_rsqrt14_ps(v);
        let near = _mm512_mul_ps(v, estimate);
        // 2√v ≈ near · (3 - near · estimate)
        let newton = _mm512_fnmadd_ps(near, estimate, _mm512_set1_ps(3.0));
        let divisor = _mm512_fmadd_ps(near, newton, epsilon);
        _mm512_div_ps(m, divisor)
    }
}

/// # Safety
/// Only with AVX-512F; sixteen rows of sixteen numbers on both sides.
#[inline(always)]
unsafe fn transpose512(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let zero = _mm512_setzero_ps();
        let (mut a, mut b) = ([zero; 16], [zero; 16]);
        for (i, a) in a.iter_mut().enumerate() {
            *a = _mm512_loadu_ps(from.add(i * from_row));
        }
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
        for (i, a) in a.iter().enumerate() {
            _mm512_storeu_ps(to.add(i * to_row), *a);
        }
    }
}

// SAFETY of all bodies: the caller's promise, that the machine has the instructions and that
// pointers are valid.
macro_rules! implement {
    ($name:ident, $v:ty, $sums:ident, $partial:ty, $rows:literal, $looks:literal, $dots:expr, $($method:ident($($a:ident: $t:ty),*) $(-> $out:ty)? = $body:expr;)+) => {
        impl Simd for $name {
            type V = $v;
            const SUMS: Sums = Sums::$sums;
            type Partial = $partial;
            const ROWS: usize = $rows;
            const LOOKS_EVERY: u64 = $looks;
            #[inline(always)]
            unsafe fn dots<const R: usize>(
                n: usize,
                a: (*const f32, usize),
                b: (*const f32, usize),
            ) -> [[$partial; 4]; R] {
                unsafe { $dots(n, a, b) }
            }
            $(#[inline(always)]
            unsafe fn $method($($a: $t),*) $(-> $out)? { unsafe { $body } })+
        }
    };
}

implement! { Avx512, __m512, TwentyFour, __m512, 5, 1, dots_of_vectors::<Avx512, R>,
    splat(x: f32) -> __m512 = _mm512_set1_ps(x);
    load(from: *const f32) -> __m512 = _mm512_loadu_ps(from);
    store(to: *mut f32, v: __m512) = _mm512_storeu_ps(to, v);
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
    abs(a: __m512) -> __m512 = _mm512_abs_ps(a);
    flushed(a: __m512) -> __m512 = {
        let bits = _mm512_castps_si512(a);
        let stays = _mm512_test_epi32_mask(bits, _mm512_set1_epi32(NOT_FADED as i32));
        _mm512_maskz_mov_ps(stays, a)
    };
    sums(v: [__m512; 4]) -> [f32; 4] = sums512(v);
    four_sums(partial: [__m512; 4]) -> [f32; 4] = sums512(partial);
    sixteen_sums(partial: [[__m512; 4]; 4]) -> __m512 = sixteen_sums512(partial);
    over_two_roots(m: __m512, v: __m512, epsilon: __m512) -> __m512 =
        over_two_roots512(m, v, epsilon);
    transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) =
        transpose512(from, from_row, to, to_row);
}

type Pair = [__m256; 2];

implement! { Avx2, Pair, Six, __m256, 3, 8, dots256::<R>,
    splat(x: f32) -> Pair = [_mm256_set1_ps(x); 2];
    load(from: *const f32) -> Pair = [_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))];
    store(to: *mut f32, v: Pair) = {
        _mm256_storeu_ps(to, v[0]);
        _mm256_storeu_ps(to.add(8), v[1]);
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
    abs(a: Pair) -> Pair = {
        let sign = _mm256_set1_ps(-0.0);
        [_mm256_andnot_ps(sign, a[0]), _mm256_andnot_ps(sign, a[1])]
    };
    // No closure: it would not take over the instruction set, and each intrinsic would be a call.
    flushed(a: Pair) -> Pair = [flushed256(a[0]), flushed256(a[1])];
    sums(v: [Pair; 4]) -> [f32; 4] = {
        let low = quarters256([v[0][0], v[1][0], v[2][0], v[3][0]]);
        let high = quarters256([v[0][1], v[1][1], v[2][1], v[3][1]]);
        halves_added(_mm256_add_ps(low, high))
    };
    bounded_square(g: Pair) -> Pair = [bounded_square256(g[0]), bounded_square256(g[1])];
    over_two_roots(m: Pair, v: Pair, epsilon: Pair) -> Pair = [
        over_two_roots256(m[0], v[0], epsilon[0]),
        over_two_roots256(m[1], v[1], epsilon[1]),
    ];
    four_sums(partial: [__m256; 4]) -> [f32; 4] = halves_added(quarters256(partial));
    sixteen_sums(partial: [[__m256; 4]; 4]) -> Pair =
        [eight_sums256(partial[0], partial[1]), eight_sums256(partial[2], partial[3])];
    transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) =
        transpose256(from, from_row, to, to_row);
}
