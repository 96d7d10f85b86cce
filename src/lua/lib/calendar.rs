//! Dates: seconds since 1970 to calendar and back, and `strftime` in the "C"
//! locale. The only time zone is UTC.
//!
//! The calendar is the Gregorian one, extended in both directions. Source of the
//! day count: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.

use crate::lua::text::number::DecimalDigits;

/// A moment, broken down as C's `struct tm`, but with the full year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// As written; year 0 comes before year 1.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub min: i64,
    /// 0 to 59.
    pub sec: i64,
    /// 1 (Sunday) to 7.
    pub wday: i64,
    /// 1 to 366.
    pub yday: i64,
}

const DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days from 1970-01-01 to the first of a month (1 to 12).
fn days_before_month(year: i64, month: i64) -> i64 {
    // Years begin in March, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl Date {
    /// The moment `seconds` after the start of 1970. `None` if its year, counted
    /// from 1900, does not fit in 32 bits, as in C.
    pub fn from_seconds(seconds: i64) -> Option<Date> {
        let days = seconds.div_euclid(DAY);
        let second = seconds.rem_euclid(DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        i32::try_from(year - 1900).ok()?;
        Some(Date {
            year,
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: second / 3600,
            min: second / 60 % 60,
            sec: second % 60,
            wday: (days + 4).rem_euclid(7) + 1,
            yday: days - days_before_month(year, 1) + 1,
        })
    }

    /// Seconds since the start of 1970 of year, month, day and time of day. Each
    /// field may be beyond its usual range, up to that of 32 bits and a little
    /// more, as `os.time` allows.
    pub fn to_seconds(self) -> i64 {
        let month = self.month - 1;
        let year = self.year + month.div_euclid(12);
        let days = days_before_month(year, month.rem_euclid(12) + 1) + self.day - 1;
        days * DAY + self.hour * 3600 + self.min * 60 + self.sec
    }

    /// Appends what `strftime` makes of `%` and `specifier` in the "C" locale;
    /// false if that is no specifier. `zone` is the name of the time zone.
    pub fn format(&self, specifier: u8, zone: &str, out: &mut Vec<u8>) -> bool {
        match specifier {
            b'a' => out.extend_from_slice(short(&WEEKDAYS, self.wday)),
            b'A' => out.extend_from_slice(full(&WEEKDAYS, self.wday)),
            b'b' | b'h' => out.extend_from_slice(short(&MONTHS, self.month)),
            b'B' => out.extend_from_slice(full(&MONTHS, self.month)),
            b'c' => self.format_all(b"a b e H:M:S Y", zone, out),
            b'C' => number(self.year.div_euclid(100), 1, b'0', out),
            b'd' => number(self.day, 2, b'0', out),
            b'D' | b'x' => self.format_all(b"m/d/y", zone, out),
            b'e' => number(self.day, 2, b' ', out),
            b'F' => self.format_all(b"Y-m-d", zone, out),
            b'g' => number(self.iso_week().0.rem_euclid(100), 2, b'0', out),
            b'G' => number(self.iso_week().0, 1, b'0', out),
            b'H' => number(self.hour, 2, b'0', out),
            b'I' => number((self.hour + 11) % 12 + 1, 2, b'0', out),
            b'j' => number(self.yday, 3, b'0', out),
            b'm' => number(self.month, 2, b'0', out),
            b'M' => number(self.min, 2, b'0', out),
            b'n' => out.push(b'\n'),
            b'p' => out.extend_from_slice(if self.hour < 12 { b"AM" } else { b"PM" }),
            b'r' => self.format_all(b"I:M:S p", zone, out),
            b'R' => self.format_all(b"H:M", zone, out),
            b'S' => number(self.sec, 2, b'0', out),
            b't' => out.push(b'\t'),
            b'T' | b'X' => self.format_all(b"H:M:S", zone, out),
            b'u' => number((self.wday + 5) % 7 + 1, 1, b'0', out),
            b'U' => number((self.yday + 7 - self.wday) / 7, 2, b'0', out),
            b'V' => number(self.iso_week().1, 2, b'0', out),
            b'w' => number(self.wday - 1, 1, b'0', out),
            b'W' => number((self.yday + 6 - (self.wday + 5) % 7) / 7, 2, b'0', out),
            b'y' => number(self.year.rem_euclid(100), 2, b'0', out),
            b'Y' => number(self.year, 1, b'0', out),
            b'z' => out.extend_from_slice(b"+0000"),
            b'Z' => out.extend_from_slice(zone.as_bytes()),
            b'%' => out.push(b'%'),
            _ => return false,
        }
        true
    }

    /// Appends several conversions; in `pattern` letters stand for specifiers.
    fn format_all(&self, pattern: &[u8], zone: &str, out: &mut Vec<u8>) {
        for &byte in pattern {
            if byte.is_ascii_alphabetic() {
                self.format(byte, zone, out);
            } else {
                out.push(byte);
            }
        }
    }

    /// Year and number of the ISO 8601 week: it begins on Monday, and the first
    /// one has the year's first Thursday.
    fn iso_week(&self) -> (i64, i64) {
        let weekday = (self.wday + 5) % 7;
        // The Thursday of this week lies in the year that the week belongs to.
        let thursday = self.yday + 3 - weekday;
        let length = |year| days_before_month(year + 1, 1) - days_before_month(year, 1);
        if thursday < 1 {
            let before = self.year - 1;
            return (before, (thursday + length(before) - 1) / 7 + 1);
        }
        let length = length(self.year);
        if thursday > length {
            return (self.year + 1, 1);
        }
        (self.year, (thursday - 1) / 7 + 1)
    }
}

/// Name number `n` from 1, cut to three letters.
fn short(names: &[&'static str], n: i64) -> &'static [u8] {
    full(names, n).get(..3).unwrap_or(b"?")
}

/// Name number `n` from 1.
fn full(names: &[&'static str], n: i64) -> &'static [u8] {
    let index = usize::try_from(n - 1).ok();
    match index.and_then(|index| names.get(index)) {
        Some(name) => name.as_bytes(),
        None => b"?",
    }
}

/// Appends an integer, filled up to `width` digits.
fn number(value: i64, width: usize, fill: u8, out: &mut Vec<u8>) {
    let digits = DecimalDigits::new(value.unsigned_abs());
    let digits = digits.as_bytes();
    if value < 0 {
        out.push(b'-');
    }
    for _ in digits.len()..width {
        out.push(fill);
    }
    out.extend_from_slice(digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seconds: i64, specifiers: &str) -> String {
        let date = Date::from_seconds(seconds).unwrap();
        let mut out = Vec::new();
        for specifier in specifiers.bytes() {
            if !out.is_empty() {
                out.push(b'|');
            }
            assert!(date.format(specifier, "UTC", &mut out));
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn there_and_back() {
        let mut seconds = i64::from(i32::MIN) * 40;
        while seconds < i64::from(i32::MAX) * 40 {
            let date = Date::from_seconds(seconds).unwrap();
            assert_eq!(date.to_seconds(), seconds);
            assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day));
            seconds += 1_234_567;
        }
        let last = Date::from_seconds(67_768_036_191_676_799).unwrap();
        assert_eq!(last.year, i64::from(i32::MAX) + 1900);
        assert_eq!(Date::from_seconds(67_768_036_191_676_800), None);
        assert_eq!(Date::from_seconds(i64::MIN), None);
        assert_eq!(Date::from_seconds(i64::MAX), None);
    }

    #[test]
    fn fields_out_of_range_carry_over() {
        let date = Date {
            year: 2020,
            month: 14,
            day: -3,
            hour: 50,
            min: -1,
            sec: 1000,
            wday: 0,
            yday: 0,
        };
        assert_eq!(date.to_seconds(), 1_611_972_940);
    }

    // As glibc prints them.
    #[test]
    fn years_of_all_sizes() {
        assert_eq!(shown(-62_000_000_000, "FYCyGg"), "5-04-19|5|0|05|5|05");
        assert_eq!(
            shown(-70_000_000_000, "FYCyGgcDx"),
            "-249-10-15|-249|-3|51|-249|51|Fri Oct 15 19:33:20 -249|10/15/51|10/15/51"
        );
        assert_eq!(
            shown(1_000_000_000_000_000, "FCc"),
            "31690708-07-05|316907|Sun Jul  5 01:46:40 31690708"
        );
    }

    #[test]
    fn weeks_at_the_turn_of_the_year() {
        // 2021-01-03, a Sunday, belongs to the last week of 2020.
        assert_eq!(shown(1_609_632_000, "GVUWuwj"), "2020|53|01|00|7|0|003");
        // 2024-12-30, a Monday, belongs to the first week of 2025.
        assert_eq!(shown(1_735_516_800, "GVUWuwj"), "2025|01|52|53|1|1|365");
        assert_eq!(
            shown(0, "aAbBIprRT"),
            "Thu|Thursday|Jan|January|12|AM|12:00:00 AM|00:00|00:00:00"
        );
    }
}
