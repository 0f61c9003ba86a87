//! Cron expressions with `EventBridge`'s six fields: minute, hour, day, month, weekday, year.

use access::calendar::Civil;

/// When a cron expression matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<u64>,
    hours: Vec<u64>,
    /// `None`: `?`, the weekday decides.
    days: Option<Days>,
    months: Vec<u64>,
    /// 1 is Sunday. `None`: `?`, the day decides.
    weekdays: Option<Vec<u64>>,
    years: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    Numbers(Vec<u64>),
    /// `L`
    Last,
}

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return Err(format!("expected six fields, found {}", fields.len()));
        };
        if (*days == "?") == (*weekdays == "?") {
            return Err("exactly one of day and weekday must be `?`".to_owned());
        }
        let days = match *days {
            "?" => None,
            "L" => Some(Days::Last),
            days => Some(Days::Numbers(numbers(days, 1, 31, &[])?)),
        };
        let weekdays = match *weekdays {
            "?" => None,
            weekdays => Some(numbers(weekdays, 1, 7, &WEEKDAYS)?),
        };
        Ok(Self {
            minutes: numbers(minutes, 0, 59, &[])?,
            hours: numbers(hours, 0, 23, &[])?,
            days,
            months: numbers(months, 1, 12, &MONTHS)?,
            weekdays,
            years: numbers(years, 1970, 2199, &[])?,
        })
    }

    /// Whether that minute is one of its.
    pub(super) fn matches(&self, at: &Civil) -> bool {
        let seconds = at.seconds().unwrap_or_default();
        // 1 January 1970 was a Thursday, the fifth day of the week.
        let weekday = (seconds / DAY + 4) % 7 + 1;
        let day = match &self.days {
            None => true,
            Some(Days::Numbers(days)) => days.contains(&at.day),
            Some(Days::Last) => Civil::of(seconds + DAY).day == 1,
        };
        day && self.weekdays.as_ref().is_none_or(|weekdays| weekdays.contains(&weekday))
            && self.minutes.contains(&at.minute)
            && self.hours.contains(&at.hour)
            && self.months.contains(&at.month)
            && self.years.contains(&at.year)
    }
}

/// `*`, numbers or names, ranges, steps, and lists of those.
fn numbers(text: &str, least: u64, most: u64, names: &[&str]) -> Result<Vec<u64>, String> {
    let number = |text: &str| -> Result<u64, String> {
        let of_name = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|at| at as u64 + 1);
        let number = of_name.or_else(|| text.parse().ok()).filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| {
            format!("`{text}` is no number from {least} to {most} (`W` and `#` are not supported)")
        })
    };
    let mut found = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                let step = step.parse().ok().filter(|step| *step > 0);
                (range, step.ok_or_else(|| format!("`{part}` has no step"))?)
            }
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            // `5/10` is from 5 on.
            None if part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        found.extend((from..=to).step_by(step));
    }
    Ok(found)
}

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAY: u64 = 86_400;
