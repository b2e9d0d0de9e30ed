//! Points in time, and the one form in which they are written.

use std::fmt;

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Days from 1970-01-01 to the start of the year 0, and of one era of 400 years. The calculation
/// counts years from March, which puts the leap day at a year's end.
const EPOCH_DAYS: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;

impl Timestamp {
    /// Reads `2026-11-22T20:31:05Z`, and nothing but that form.
    pub fn parse(string: &str) -> Option<Timestamp> {
        let number = |range: std::ops::Range<usize>| {
            let digits = string.get(range)?;
            digits.bytes().all(|it| it.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * ERA_DAYS + day_of_era - EPOCH_DAYS;
        let is_marked = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")]
            .iter()
            .all(|&(at, mark)| string.get(at..at + 1) == Some(mark));
        let is_there = string.len() == 20 && is_marked && hour < 24 && minute < 60 && second < 60;
        let timestamp = Timestamp(days * 86_400 + hour * 3_600 + minute * 60 + second);
        // The way back shows in one go that there is such a day.
        (is_there && timestamp.date() == (year, month, day)).then_some(timestamp)
    }

    /// The form that [`Timestamp::parse`] reads; nothing beyond the years 0 to 9999.
    pub fn iso(self) -> Option<String> {
        let (year, month, day) = self.date();
        let second = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        (0..=9_999)
            .contains(&year)
            .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
    }

    /// Year, month and day.
    fn date(self) -> (i64, i64, i64) {
        // Days since 1970 are far fewer than an i64 has room for.
        let days = self.0.div_euclid(86_400) + EPOCH_DAYS;
        let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        (era * 400 + year_of_era + i64::from(month <= 2), month, day)
    }
}

/// As people read it: `2026-11-22 20:31 UTC`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.iso() {
            Some(iso) => write!(f, "{} {} UTC", &iso[..10], &iso[11..16]),
            None => write!(f, "{} s after 1970", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_read_back() {
        for (seconds, string) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_379_465, "2026-11-22T20:31:05Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp(seconds).iso().as_deref(), Some(string));
            assert_eq!(Timestamp::parse(string), Some(Timestamp(seconds)), "{string}");
        }
        assert_eq!(Timestamp(1_795_379_465).to_string(), "2026-11-22 20:31 UTC");
    }

    #[test]
    fn other_forms_of_time_are_not_understood() {
        for string in [
            "2026-11-22T20:31:05.5Z",
            "2026-11-22T20:31:05+07:00",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-22 20:31:05Z",
            "2026-11-22T24:00:00Z",
            "",
            "é026-11-22T20:31:05Z",
        ] {
            assert_eq!(Timestamp::parse(string), None, "{string}");
        }
        assert_eq!(Timestamp(i64::MAX).iso(), None);
        assert_eq!(Timestamp(i64::MIN).iso(), None);
    }
}
