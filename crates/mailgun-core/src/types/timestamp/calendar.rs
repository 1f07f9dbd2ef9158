//! The proleptic Gregorian calendar: converts between microseconds since 1970 and dates.

use super::Timestamp;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// 0001-01-01T00:00:00Z.
pub(super) const MIN_MICROS: i64 = -719_162 * MICROS_PER_DAY;
/// 9999-12-31T23:59:59.999999Z.
pub(super) const MAX_MICROS: i64 = 2_932_897 * MICROS_PER_DAY - 1;

pub(super) const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date and a time of day in UTC.
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) micros: i64,
}

impl Civil {
    pub(super) fn now() -> Self {
        Self::from_micros(Timestamp::now().as_micros())
    }

    pub(super) fn from_micros(micros: i64) -> Self {
        let (year, month, day) = date_of(micros.div_euclid(MICROS_PER_DAY));
        let time = micros.rem_euclid(MICROS_PER_DAY);
        let seconds = time / MICROS_PER_SECOND;
        Self {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: time % MICROS_PER_SECOND,
        }
    }

    /// `None` if the date or time does not exist. Second 60 is the first of the next minute.
    pub(super) fn to_micros(&self) -> Option<i64> {
        let exists = (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && (0..=23).contains(&self.hour)
            && (0..=59).contains(&self.minute)
            && (0..=60).contains(&self.second)
            && (0..MICROS_PER_SECOND).contains(&self.micros);
        let seconds = || (self.hour * 60 + self.minute) * 60 + self.second;
        exists.then(|| {
            days_to(self.year, self.month, self.day) * MICROS_PER_DAY
                + seconds() * MICROS_PER_SECOND
                + self.micros
        })
    }
}

pub(super) fn weekday_name(micros: i64) -> &'static str {
    // 1970 started on a Thursday.
    WEEKDAYS[(micros.div_euclid(MICROS_PER_DAY) + 4).rem_euclid(7) as usize]
}

pub(super) fn month_name(month: i64) -> &'static str {
    MONTHS[(month - 1).rem_euclid(12) as usize]
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// The algorithms are Howard Hinnant's: https://howardhinnant.github.io/date_algorithms.html
// They count in eras of 400 years that start on 1 March, so that the leap day comes last.

fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    year.div_euclid(400) * 146_097 + day_of_era - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_days_have_consecutive_dates() {
        let mut expected = (1, 1, 1);
        for days in MIN_MICROS / MICROS_PER_DAY..=MAX_MICROS / MICROS_PER_DAY {
            let (year, month, day) = date_of(days);
            assert_eq!((year, month, day), expected);
            assert_eq!(days_to(year, month, day), days);
            expected = if day < days_in_month(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
        assert_eq!(days_to(1970, 1, 1), 0);
    }
}
