//! Dates, as texts and as seconds since 1970.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::DateTimeParser;
use jiff::{Span, Unit};

/// How the texts of a column write a date; a time may follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// 2024-01-31; a time perhaps with Z or an offset, and in UTC without.
    Iso,
    /// 31.1.2024
    DayMonthDots,
    /// 1/31/2024
    MonthDaySlashes,
    /// 31/1/2024
    DayMonthSlashes,
    /// 2024/1/31
    YearMonthSlashes,
}

/// The seconds of a day.
pub(super) const DAY: f64 = 86400.0;

const PARSER: DateTimeParser = DateTimeParser::new();

impl DateForm {
    /// All forms; where a column allows two, the first is taken, the month first as in pandas.
    pub(super) const ALL: [DateForm; 5] = [
        DateForm::Iso,
        DateForm::DayMonthDots,
        DateForm::MonthDaySlashes,
        DateForm::DayMonthSlashes,
        DateForm::YearMonthSlashes,
    ];

    /// The forms that all texts have, the one to take first; none where there is no text.
    pub fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<DateForm> {
        let mut texts = texts.into_iter().peekable();
        let mut forms = if texts.peek().is_some() { DateForm::ALL.to_vec() } else { vec![] };
        for text in texts {
            forms.retain(|form| form.seconds(text).is_some());
            if forms.is_empty() {
                break;
            }
        }
        forms
    }

    /// The form in letters.
    pub fn pattern(self) -> &'static str {
        match self {
            DateForm::Iso => "yyyy-mm-dd",
            DateForm::DayMonthDots => "d.m.yyyy",
            DateForm::MonthDaySlashes => "m/d/yyyy",
            DateForm::DayMonthSlashes => "d/m/yyyy",
            DateForm::YearMonthSlashes => "yyyy/m/d",
        }
    }

    /// The seconds from the start of 1970 to a date in this form, both in UTC; None where the text is none.
    pub fn seconds(self, text: &str) -> Option<f64> {
        let separator = match self {
            DateForm::Iso => return iso_seconds(text),
            DateForm::DayMonthDots => '.',
            DateForm::MonthDaySlashes | DateForm::DayMonthSlashes | DateForm::YearMonthSlashes => {
                '/'
            }
        };
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (date, time_of(time.trim_start())?),
            None => (text, Time::midnight()),
        };
        let mut numbers = date.split(separator);
        let [first, second, third] = [numbers.next()?, numbers.next()?, numbers.next()?];
        let (year, month, day) = match self {
            DateForm::MonthDaySlashes => (third, first, second),
            DateForm::YearMonthSlashes => (first, second, third),
            DateForm::Iso | DateForm::DayMonthDots | DateForm::DayMonthSlashes => {
                (third, second, first)
            }
        };
        // Two digits don't tell the century.
        let (year, month, day) = (digits(year, 4..=4)?, digits(month, 1..=2)?, digits(day, 1..=2)?);
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        if numbers.next().is_some() { None } else { seconds_of(date.to_datetime(time)) }
    }
}

/// The number of a text of so many digits.
fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let is_number = count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// A time of day: 15:04, 15:04:05.5, 3:04 PM, 3:04:05 PM.
fn time_of(text: &str) -> Option<Time> {
    if !text.get(..2)?.ends_with(':') && text.as_bytes().get(2) != Some(&b':') {
        return None;
    }
    if text.ends_with(['M', 'm']) {
        let of = |format| Time::strptime(format, text).ok();
        return of("%I:%M:%S %p").or_else(|| of("%I:%M %p"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')) {
        return None;
    }
    let padded = if text.as_bytes()[1] == b':' { format!("0{text}") } else { text.to_owned() };
    PARSER.parse_time(&padded).ok()
}

fn iso_seconds(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let date = text.get(..10)?;
    let is_date = bytes[4] == b'-' && bytes[7] == b'-' && bytes[0].is_ascii_digit();
    let Some(rest) = text.get(11..).filter(|_| is_date) else {
        return if is_date && bytes.len() == 10 { seconds_of(parsed(date)?) } else { None };
    };
    // What the parser knows beyond these: names of zones in brackets, hours without minutes.
    let is_plain = |byte: u8| byte.is_ascii_digit() || b":.+-Zz".contains(&byte);
    let has_time = matches!(bytes[10], b'T' | b't' | b' ') && bytes.get(13) == Some(&b':');
    if !has_time || !rest.bytes().all(is_plain) {
        return None;
    }
    if rest.contains(['Z', 'z', '+', '-']) {
        let moment = PARSER.parse_timestamp(text).ok()?;
        return Some(moment.as_second() as f64 + f64::from(moment.subsec_nanosecond()) * 1e-9);
    }
    seconds_of(parsed(text)?)
}

fn parsed(text: &str) -> Option<DateTime> {
    PARSER.parse_datetime(text).ok()
}

fn epoch() -> Date {
    jiff::civil::date(1970, 1, 1)
}

fn seconds_of(moment: DateTime) -> Option<f64> {
    let days = epoch().until((Unit::Day, moment.date())).ok()?.get_days();
    let time = moment.time();
    let seconds =
        (i32::from(time.hour()) * 60 + i32::from(time.minute())) * 60 + i32::from(time.second());
    Some(f64::from(days) * DAY + f64::from(seconds) + f64::from(time.subsec_nanosecond()) * 1e-9)
}

/// The date of a moment, and the seconds since its midnight; None beyond the years that the calendar has.
pub(super) fn date_and_seconds(seconds: f64) -> Option<(Date, f64)> {
    let days = (seconds / DAY).floor();
    if !days.is_finite() || days.abs() > 4e6 {
        return None;
    }
    let date = epoch().checked_add(Span::new().try_days(days as i64).ok()?).ok()?;
    Some((date, seconds - days * DAY))
}

/// A moment as a text: the date, and the time unless that is midnight.
pub(super) fn moment_shown(seconds: f64) -> String {
    let Some((date, of_day)) = date_and_seconds(seconds) else { return "no date".to_owned() };
    if of_day == 0.0 {
        return date.to_string();
    }
    let whole = of_day as u32;
    format!("{date} {:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_a_date_or_none(text in "\\PC{0,24}|[0-9TZ:./+ -]{0,24}") {
            for form in DateForm::ALL {
                let seconds = form.seconds(&text);
                prop_assert!(seconds.is_none_or(|seconds| date_and_seconds(seconds).is_some()));
            }
        }

        #[test]
        fn every_day_comes_back(year in 1i16..9999, month in 1i8..13, day in 1i8..29) {
            let date = Date::new(year, month, day).unwrap();
            let texts = [
                format!("{year:04}-{month:02}-{day:02}"),
                format!("{day}.{month:02}.{year:04}"),
                format!("{month:02}/{day}/{year:04}"),
                format!("{day:02}/{month}/{year:04}"),
            ];
            for (form, text) in DateForm::ALL.into_iter().zip(texts) {
                let seconds = form.seconds(&text).unwrap();
                prop_assert_eq!(date_and_seconds(seconds), Some((date, 0.0)));
            }
        }
    }

    #[test]
    fn iso_dates_have_times_fractions_and_offsets() {
        for (text, seconds) in [
            ("1970-01-01", 0.0),
            ("1970-01-02", DAY),
            ("1969-12-31 12:00", -DAY / 2.0),
            ("2000-02-29T00:00:01", 951_782_401.0),
            ("1970-01-01T00:00:00.25", 0.25),
            ("1970-01-01T02:00:00+02:00", 0.0),
            ("1970-01-01 00:00:07Z", 7.0),
            ("1969-12-31T23:30-00:30", 0.0),
            ("9999-12-31", 253_402_214_400.0),
        ] {
            assert_eq!(DateForm::Iso.seconds(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none_in_every_form() {
        for text in [
            "",
            "12:30",
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "31.4.2023",
            "1.1.24",
            "1/1/24",
            "13/13/2023",
            "1.1.2024 25:00",
            "1.1.2024x",
            "1.1.2024 noon",
            "2024-01-01T10",
            "2024-01-01 10:00[Europe/Berlin]",
            "20240101",
            "1.2.2024.5",
            "+1/1/2024",
            "2024-W01-1",
            "ää-äääää",
            "2024-01-0ä",
            "1.1.2024 ä:30",
            "-024-01-01",
            "1/1/2024 1:2",
        ] {
            for form in DateForm::ALL {
                assert_eq!(form.seconds(text), None, "{text} as {form:?}");
            }
        }
    }

    #[test]
    fn all_texts_together_tell_the_form() {
        let forms = |texts: &[&str]| DateForm::of_texts(texts.iter().copied());
        assert_eq!(forms(&["3.2.2024", "31.12.2023 7:05"]), [DateForm::DayMonthDots]);
        assert_eq!(forms(&["1/2/2024", "1/13/2024"]), [DateForm::MonthDaySlashes]);
        assert_eq!(forms(&["1/2/2024", "13/1/2024"]), [DateForm::DayMonthSlashes]);
        let both = [DateForm::MonthDaySlashes, DateForm::DayMonthSlashes];
        assert_eq!(forms(&["1/2/2024", "3/4/2024"]), both);
        assert!(forms(&["13/1/2024", "1/13/2024"]).is_empty());
        assert!(forms(&["2024-01-01", "1.1.2024"]).is_empty());
        assert!(forms(&[]).is_empty());
    }

    #[test]
    fn day_and_month_are_where_the_form_says() {
        let noon = DateForm::Iso.seconds("2024-02-01 12:00");
        assert_eq!(DateForm::MonthDaySlashes.seconds("2/1/2024 12:00:00"), noon);
        assert_eq!(DateForm::MonthDaySlashes.seconds("02/01/2024 12:00 PM"), noon);
        assert_eq!(DateForm::DayMonthSlashes.seconds("1/2/2024 12:00"), noon);
        assert_eq!(DateForm::DayMonthDots.seconds("01.02.2024 12:00"), noon);
    }

    #[test]
    fn seconds_go_back_to_their_date() {
        let seconds = DateForm::Iso.seconds("1969-12-31 18:00").unwrap();
        let (date, of_day) = date_and_seconds(seconds).unwrap();
        assert_eq!((date, of_day), (jiff::civil::date(1969, 12, 31), 0.75 * DAY));
        assert_eq!(moment_shown(seconds), "1969-12-31 18:00:00");
        assert_eq!(moment_shown(0.0), "1970-01-01");
        for seconds in [f64::NAN, f64::INFINITY, 1e300, -1e300, 3e11] {
            assert_eq!(date_and_seconds(seconds), None);
        }
    }
}
