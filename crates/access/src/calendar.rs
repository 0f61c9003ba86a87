//! The date forms of signatures, policies and S3's answers, to and from seconds since the Unix epoch.

/// A moment taken apart, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year, four digits.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// 0 to 23.
    pub hour: u64,
    /// 0 to 59.
    pub minute: u64,
    /// 0 to 59.
    pub second: u64,
}

impl Civil {
    /// Takes `seconds` since the epoch apart.
    ///
    /// Source: the days-to-civil algorithm over 400-year eras that begin on 1 March.
    pub fn of(seconds: u64) -> Self {
        let (days, rest) = (seconds / DAY, seconds % DAY);
        let shifted = days + DAYS_TO_EPOCH;
        let (era, day_of_era) = (shifted / ERA, shifted % ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self { year, month, day, hour: rest / 3_600, minute: rest / 60 % 60, second: rest % 60 }
    }

    /// Seconds since the epoch; `None` for a date that no calendar has, or one before 1970.
    pub fn seconds(&self) -> Option<u64> {
        let valid = self.year >= 1970
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60;
        if !valid {
            return None;
        }
        let year = self.year - u64::from(self.month <= 2);
        let (era, year_of_era) = (year / 400, year % 400);
        let month_from_march = (self.month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * ERA + day_of_era - DAYS_TO_EPOCH;
        let seconds = days * DAY + self.hour * 3_600 + self.minute * 60 + self.second;
        // 31 February comes back as a day in March.
        (Self::of(seconds) == *self).then_some(seconds)
    }
}

/// `20130524T000000Z`, the form of signatures.
pub fn basic(seconds: u64) -> String {
    let Civil { year, month, day, hour, minute, second } = Civil::of(seconds);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Reads `20130524T000000Z`.
pub fn parse_basic(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('Z')?;
    let (date, time) = digits.split_once('T')?;
    if date.len() != 8 || time.len() != 6 || !date.is_ascii() || !time.is_ascii() {
        return None;
    }
    Civil {
        year: number(&date[..4])?,
        month: number(&date[4..6])?,
        day: number(&date[6..])?,
        hour: number(&time[..2])?,
        minute: number(&time[2..4])?,
        second: number(&time[4..])?,
    }
    .seconds()
}

/// Reads ISO 8601 in UTC: `2013-05-24`, `2013-05-24T00:00:00Z`, with or without a fraction, which
/// is dropped.
pub fn parse_iso(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let time = time.strip_suffix('Z').or_else(|| time.strip_suffix("+00:00"))?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let mut date = date.splitn(3, '-').map(number);
    let mut time = time.splitn(3, ':').map(number);
    Civil {
        year: date.next()??,
        month: date.next()??,
        day: date.next()??,
        hour: time.next()??,
        minute: time.next()??,
        second: time.next().unwrap_or(Some(0))?,
    }
    .seconds()
}

/// `2013-05-24T00:00:00.000Z`, the form of S3's documents, from milliseconds.
pub fn iso_millis(millis: u64) -> String {
    let Civil { year, month, day, hour, minute, second } = Civil::of(millis / 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1_000)
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

const DAY: u64 = 86_400;
const ERA: u64 = 146_097;
/// Days from 1 March of the year 0 to the Unix epoch.
const DAYS_TO_EPOCH: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, text: &str) {
        assert_eq!(basic(seconds), text);
        assert_eq!(parse_basic(text), Some(seconds));
    }

    #[test]
    fn known_moments() {
        check(0, "19700101T000000Z");
        check(1_369_353_600, "20130524T000000Z");
        check(951_782_400, "20000229T000000Z");
        check(4_107_542_399, "21000228T235959Z");
        check(4_107_542_400, "21000301T000000Z");
    }

    #[test]
    fn iso_forms() {
        assert_eq!(parse_iso("2013-05-24"), Some(1_369_353_600));
        assert_eq!(parse_iso("2013-05-24T00:00:01.5Z"), Some(1_369_353_601));
        assert_eq!(iso_millis(1_369_353_600_042), "2013-05-24T00:00:00.042Z");
    }

    #[test]
    fn dates_that_no_calendar_has() {
        for text in
            ["20130231T000000Z", "20131301T000000Z", "20130524T240000Z", "2013", "2013é524T00000Z", ""]
        {
            assert_eq!(parse_basic(text), None, "{text}");
        }
        assert_eq!(parse_iso("2013-02-30"), None);
    }
}
