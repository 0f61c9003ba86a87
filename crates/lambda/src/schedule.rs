//! Schedules: when a function is called by the clock, and with what.
//!
//! Source: `EventBridge` user guide, "Cron expressions" and "Rate expressions"; times are UTC.

mod cron;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use access::calendar::{Civil, iso_millis, parse_iso};
use serde_json::json;
use trace::{Entropy, Timestamp};

use crate::job::uuid;
use cron::Cron;

/// One schedule of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name, by which it can be fired by hand.
    pub name: String,
    /// When.
    pub expression: Expression,
    /// `Input`: what the function is given in place of the scheduler's event.
    pub input: Option<String>,
    /// `Enabled` or `State`.
    pub enabled: bool,
}

/// When a schedule fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `rate(5 minutes)`, counted from the stack's start.
    Rate(Duration),
    /// `cron(0 10 ? * MON-FRI *)`
    Cron(Cron),
    /// `at(2026-11-24T10:00:00)`, once: seconds since the epoch.
    At(u64),
}

/// An expression that isn't one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedSchedule {
    expression: String,
    problem: String,
}

impl Expression {
    /// Reads `rate(…)`, `cron(…)` or `at(…)`.
    pub fn parse(text: &str) -> Result<Self, MalformedSchedule> {
        let malformed =
            |problem: &str| MalformedSchedule { expression: text.to_owned(), problem: problem.to_owned() };
        let (kind, rest) = text.trim().split_once('(').ok_or_else(|| malformed(KINDS))?;
        let inner = rest.strip_suffix(')').ok_or_else(|| malformed("it has no `)` at its end"))?;
        match kind {
            "rate" => rate(inner).map(Self::Rate).map_err(malformed),
            "cron" => Cron::parse(inner).map(Self::Cron).map_err(|problem| malformed(&problem)),
            "at" => parse_iso(&format!("{inner}Z"))
                .map(Self::At)
                .ok_or_else(|| malformed("expected a time like at(2026-11-24T10:00:00)")),
            _ => Err(malformed(KINDS)),
        }
    }

    /// Whether it fires after `from` and not after `to`, in a stack that started at `start`.
    pub(crate) fn fires(&self, start: Timestamp, from: Timestamp, to: Timestamp) -> bool {
        match self {
            Self::Rate(period) => {
                let count = |at: Timestamp| at.since(start).as_secs() / period.as_secs().max(1);
                count(to) > count(from)
            }
            Self::At(seconds) => (from.seconds() + 1..=to.seconds()).contains(seconds),
            Self::Cron(cron) => {
                let (first, last) = (from.seconds() / 60 + 1, to.seconds() / 60);
                // A machine that has slept catches up on an hour at most.
                (first.max(last.saturating_sub(60))..=last)
                    .any(|minute| cron.matches(&Civil::of(minute * 60)))
            }
        }
    }
}

impl Schedule {
    /// What the function is given when it fires at `now`.
    pub(crate) fn event(&self, now: Timestamp, account: &str, region: &str, entropy: &dyn Entropy) -> String {
        if let Some(input) = &self.input {
            return input.clone();
        }
        let time = iso_millis(now.seconds() * 1_000).replace(".000Z", "Z");
        json!({
            "version": "0",
            "id": uuid(entropy),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account,
            "time": time,
            "region": region,
            "resources": [format!("arn:aws:events:{region}:{account}:rule/{}", self.name)],
            "detail": {},
        })
        .to_string()
    }
}

impl fmt::Display for MalformedSchedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is not a schedule: {}", self.expression, self.problem)
    }
}

impl std::error::Error for MalformedSchedule {}

fn rate(text: &str) -> Result<Duration, &'static str> {
    let wrong = "expected a number and minutes, hours or days, as in rate(5 minutes)";
    let (number, unit) = text.trim().split_once(' ').ok_or(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong)?;
    let minutes = match unit.trim() {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return Err(wrong),
    };
    if number == 0 { Err(wrong) } else { Ok(Duration::from_secs(number.saturating_mul(minutes * 60))) }
}

const KINDS: &str = "expected rate(…), cron(…) or at(…)";
