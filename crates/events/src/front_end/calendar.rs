//! The event's time of day: `10/Jul/2026:19:19:05 +0000`.

/// `epoch_milliseconds` in the form of access logs, UTC.
pub fn common_log_time(epoch_milliseconds: u64) -> String {
    let seconds = epoch_milliseconds / 1_000;
    let (days, second_of_day) = (seconds / DAY, seconds % DAY);
    // Years that begin in March put the leap day last; eras of 400 years repeat.
    let shifted = days + DAYS_BEFORE_EPOCH;
    let (era, day_of_era) = (shifted / ERA, shifted % ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = era * 400 + year_of_era + u64::from(month < 2);
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"Jan");
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{day:02}/{name}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000")
}

const DAY: u64 = 86_400;
const ERA: u64 = 146_097;
/// From 1 March of the year 0 to 1 January 1970.
const DAYS_BEFORE_EPOCH: u64 = 719_468;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::common_log_time;

    #[track_caller]
    fn check(epoch_milliseconds: u64, expected: &str) {
        assert_eq!(common_log_time(epoch_milliseconds), expected);
    }

    #[test]
    fn recorded_and_awkward_moments() {
        check(1_783_711_145_766, "10/Jul/2026:19:19:05 +0000");
        check(1_588_804_615_616, "06/May/2020:22:36:55 +0000");
        check(0, "01/Jan/1970:00:00:00 +0000");
        check(951_782_400_000, "29/Feb/2000:00:00:00 +0000");
        check(4_107_542_399_999, "28/Feb/2100:23:59:59 +0000");
        check(1_735_689_599_000, "31/Dec/2024:23:59:59 +0000");
    }
}
