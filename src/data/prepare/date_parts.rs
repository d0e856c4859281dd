//! The parts of a date that become inputs.

use std::f64::consts::TAU;

use jiff::civil::Date;

use super::dates::{DAY, date_and_seconds};

/// The days from 1970 to 2000, from which dates count.
const START: f64 = 10957.0;

/// A part of a date: a number, or the sine and the cosine of an angle.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The days since 2000-01-01, with fraction.
    Count,
    /// The year.
    Year,
    /// The month, angle 2 pi (month - 1) / 12.
    Month,
    /// The day of the week, angle 2 pi (weekday, Monday 0) / 7.
    Weekday,
    /// The day of the year, angle 2 pi (day of the year - 1) / 365.25.
    DayOfYear,
    /// The time of day, angle 2 pi (seconds of the day) / 86400.
    TimeOfDay,
}

/// A date with what its parts are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    seconds: f64,
    date: Date,
    of_day: f64,
}

impl Moment {
    /// The moment so many seconds after the start of 1970; None beyond the calendar, and for a gap.
    pub fn new(seconds: f64) -> Option<Self> {
        date_and_seconds(seconds).map(|(date, of_day)| Moment { seconds, date, of_day })
    }
}

impl DatePart {
    /// All parts, in the order of inputs.
    pub const ALL: [DatePart; 6] = [
        DatePart::Count,
        DatePart::Year,
        DatePart::Month,
        DatePart::Weekday,
        DatePart::DayOfYear,
        DatePart::TimeOfDay,
    ];

    /// The name in names of inputs.
    pub fn name(self) -> &'static str {
        match self {
            DatePart::Count => "count",
            DatePart::Year => "year",
            DatePart::Month => "month",
            DatePart::Weekday => "weekday",
            DatePart::DayOfYear => "day of year",
            DatePart::TimeOfDay => "time of day",
        }
    }

    /// True for a number, which is one input and is scaled; an angle is two, which are not.
    pub fn is_number(self) -> bool {
        matches!(self, DatePart::Count | DatePart::Year)
    }

    /// What the part is in a moment, before an angle is made of it.
    pub(super) fn of(self, moment: &Moment) -> f64 {
        let date = moment.date;
        match self {
            DatePart::Count => moment.seconds / DAY - START,
            DatePart::Year => f64::from(date.year()),
            DatePart::Month => f64::from(date.month() - 1),
            DatePart::Weekday => f64::from(date.weekday().to_monday_zero_offset()),
            DatePart::DayOfYear => f64::from(date.day_of_year() - 1),
            DatePart::TimeOfDay => moment.of_day,
        }
    }

    /// The inputs of the part: itself, or sine and cosine of its angle.
    pub(super) fn inputs(self, moment: &Moment) -> Vec<f64> {
        let value = self.of(moment);
        let Some(period) = self.period() else { return vec![value] };
        let angle = TAU * value / period;
        vec![angle.sin(), angle.cos()]
    }

    /// What makes a full turn; None for a number.
    pub(super) fn period(self) -> Option<f64> {
        match self {
            DatePart::Count | DatePart::Year => None,
            DatePart::Month => Some(12.0),
            DatePart::Weekday => Some(7.0),
            DatePart::DayOfYear => Some(365.25),
            DatePart::TimeOfDay => Some(DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::prepare::dates::DateForm;

    #[test]
    fn parts_follow_their_formulas() {
        let seconds = DateForm::Iso.seconds("2024-04-01 06:00").unwrap();
        let moment = Moment::new(seconds).unwrap();
        // 24 years with 6 leap days, and January to March of a leap year; a Monday.
        let count = 24.0 * 365.0 + 6.0 + 91.0 + 0.25;
        let of = |part: DatePart| part.of(&moment);
        assert_eq!(DatePart::ALL.map(of), [count, 2024.0, 3.0, 0.0, 91.0, 21600.0]);
        let month = DatePart::Month.inputs(&moment);
        assert!((month[0] - 1.0).abs() < 1e-15 && month[1].abs() < 1e-15);
        assert_eq!(DatePart::Weekday.inputs(&moment), [0.0, 1.0]);
        let angle = TAU * 91.0 / 365.25;
        assert_eq!(DatePart::DayOfYear.inputs(&moment), [angle.sin(), angle.cos()]);
        assert_eq!(DatePart::Count.inputs(&moment), [count]);
    }

    #[test]
    fn the_count_begins_with_2000() {
        let start = DateForm::Iso.seconds("2000-01-01").unwrap();
        assert_eq!(DatePart::Count.of(&Moment::new(start).unwrap()), 0.0);
    }
}
