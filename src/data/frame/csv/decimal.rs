//! Numbers as most tables write them, such as -12.75: a sign, digits, a point, digits.
//!
//! Own code because it is what a reader of tables does most: of 8.8 million numbers of 18 digits (160 MB, one core) it
//! reads one in 22 ns, where fast-float2 takes 30 and the standard parser 55. What it does not know, it leaves to them.

use std::num::NonZeroU64;

/// So many digits a u64 holds, whatever they are.
const MOST_DIGITS: usize = 19;
/// Whole numbers below are exact: 2^53.
const EXACT: u64 = 1 << 53;
/// The powers of ten, all exact.
const POWERS: [f64; MOST_DIGITS + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19,
];
/// 1 / 5^k as 128 bits, the first of which is 1, rounded up.
static RECIPROCALS: [u128; MOST_DIGITS + 1] = reciprocals();

/// The number that a text begins with, and its length, to the last bit. None where there is none, and of numbers that
/// take more than this.
#[inline(always)]
pub(super) fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    let is_negative = text.first() == Some(&b'-');
    let first = usize::from(is_negative);
    let (mut digits, mut at) = (0, first);
    take_digits(text, &mut at, &mut digits);
    let (mut count, mut decimals) = (at - first, 0);
    if text.get(at) == Some(&b'.') {
        at += 1;
        let point = at;
        take_eights(text, &mut at, &mut digits);
        take_digits(text, &mut at, &mut digits);
        decimals = at - point;
        count += decimals;
    }
    // With more digits than these, the number has overflowed.
    if count == 0 || count > MOST_DIGITS || matches!(text.get(at), Some(b'e' | b'E')) {
        return None;
    }
    let number = match NonZeroU64::new(digits) {
        // One division of two exact numbers is rounded once.
        _ if digits < EXACT => digits as f64 / POWERS[decimals],
        Some(digits) => rounded(digits, decimals)?,
        None => 0.0,
    };
    Some((if is_negative { -number } else { number }, at))
}

/// Takes digits one by one.
#[inline(always)]
fn take_digits(text: &[u8], at: &mut usize, digits: &mut u64) {
    while let Some(digit) = text.get(*at).map(|byte| byte.wrapping_sub(b'0')).filter(|d| *d < 10) {
        *digits = digits.wrapping_mul(10).wrapping_add(digit.into());
        *at += 1;
    }
}

/// Takes digits while there are eight.
#[inline(always)]
fn take_eights(text: &[u8], at: &mut usize, digits: &mut u64) {
    while let Some(eight) = text.get(*at..).and_then(|rest| rest.first_chunk()) {
        let Some(number) = of_eight(u64::from_le_bytes(*eight)) else { return };
        *digits = digits.wrapping_mul(100_000_000).wrapping_add(number);
        *at += 8;
    }
}

/// The number of eight digits, the first in the lowest byte; None if one is no digit.
///
/// Neighbours are joined to pairs, pairs to fours and fours to eight, as in Lemire's `parse_eight_digits_unrolled`.
#[inline(always)]
fn of_eight(text: u64) -> Option<u64> {
    const LOW: u64 = 0x0000_00ff_0000_00ff;
    let beyond = text.wrapping_add(0x4646_4646_4646_4646);
    let below = text.wrapping_sub(0x3030_3030_3030_3030);
    if (beyond | below) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = below * 10 + (below >> 8);
    let first = (pairs & LOW).wrapping_mul(100 + (1_000_000 << 32));
    let second = ((pairs >> 16) & LOW).wrapping_mul(1 + (10_000 << 32));
    Some(first.wrapping_add(second) >> 32)
}

/// digits / 10^decimals for digits from 2^53 on; None where 128 bits do not tell how it is rounded.
///
/// D. Lemire, Number Parsing at a Gigabyte per Second (2021), algorithm 1. Where his product ends in bits that may be
/// those of a tie, he looks further; here that is None.
#[inline(always)]
fn rounded(digits: NonZeroU64, decimals: usize) -> Option<f64> {
    let zeros = digits.leading_zeros();
    let digits = u128::from(digits.get() << zeros);
    let reciprocal = RECIPROCALS[decimals];
    let product = digits * (reciprocal >> 64);
    let (mut high, mut low) = ((product >> 64) as u64, product as u64);
    // The bits behind the 55 that count are all 1: a carry from below may reach them.
    if high & 0x1ff == 0x1ff {
        let below = (digits * (reciprocal & u128::from(u64::MAX))) >> 64;
        let carries;
        (low, carries) = low.overflowing_add(below as u64);
        high += u64::from(carries);
    }
    if low <= 1 || low >= u64::MAX - 1 {
        return None;
    }
    let top = (high >> 63) as i32;
    // 54 bits: the 53 of an f64, and one to round by.
    let bits = high >> (top + 9);
    let mantissa = (bits + (bits & 1)) >> 1;
    // log2(10) is 217706 / 2^16, near enough for these powers.
    let exponent = ((-(decimals as i32) * 217_706) >> 16) + 63 + top - zeros as i32;
    // Rounded up to 2^53 it has the next exponent, which the sum sees to.
    Some(f64::from_bits((((exponent + 1022) as u64) << 52) + mantissa))
}

/// The reciprocals by long division of a power of 2 by that of 5.
const fn reciprocals() -> [u128; MOST_DIGITS + 1] {
    let mut all = [1 << 127; MOST_DIGITS + 1];
    let (mut power, mut k) = (1_u128, 1);
    while k <= MOST_DIGITS {
        power *= 5;
        let (mut quotient, mut rest) = (1_u128, power.next_power_of_two() - power);
        let mut bit = 1;
        while bit < 128 {
            (quotient, rest) = (quotient << 1, rest << 1);
            if rest >= power {
                (quotient, rest) = (quotient | 1, rest - power);
            }
            bit += 1;
        }
        all[k] = quotient + 1;
        k += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The number of a whole text.
    fn of(text: &str) -> Option<f64> {
        decimal(text.as_bytes()).filter(|(_, length)| *length == text.len()).map(|found| found.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn numbers_are_those_of_the_standard_parser(
            digits in 0..10_000_000_000_000_000_000_u64,
            shift in 0..64_u32,
            decimals in 0..=19_usize,
        ) {
            let mut text = format!("{:0>20}", digits >> shift);
            text.insert(20 - decimals, '.');
            let text = text.trim_start_matches('0');
            if let Some(found) = of(text) {
                prop_assert_eq!(found.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
            }
        }
    }

    #[test]
    fn nearly_all_numbers_are_told() {
        let (mut digits, mut left) = (1_u64, 0);
        for _ in 0..10_000 {
            digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let text = format!("0.{:019}", digits >> 1).chars().take(20).collect::<String>();
            match of(&text) {
                Some(found) => assert_eq!(Some(found), text.parse().ok(), "{text}"),
                None => left += 1,
            }
        }
        assert!(left < 100, "{left}");
    }

    #[test]
    fn a_number_ends_where_its_digits_do() {
        for (text, expected) in [
            ("1,2", Some((1.0, 1))),
            ("-12.75;", Some((-12.75, 6))),
            ("0.1", Some((0.1, 3))),
            ("5.", Some((5.0, 2))),
            ("5.e3", None),
            (".5", Some((0.5, 2))),
            ("-0", Some((-0.0, 2))),
            ("9007199254740993", None),
            ("1234567890.1234567890", None),
            ("", None),
            ("-", None),
            (".", None),
            ("x", None),
        ] {
            assert_eq!(decimal(text.as_bytes()), expected, "{text:?}");
        }
        assert!(decimal(b"-0").is_some_and(|(zero, _)| zero.is_sign_negative()));
    }
}
