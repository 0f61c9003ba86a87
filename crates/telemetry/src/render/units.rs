//! Durations and sizes as a person reads them: three digits, and the unit that fits.

use std::time::Duration;

/// `420 µs`, `9.13 ms`, `142 ms`, `1.42 s`, `2 min 5 s`.
pub fn duration(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", three_digits(micros)),
        1_000_000..60_000_000 => format!("{} s", three_digits(micros / 1_000)),
        _ => format!("{} min {} s", micros / 60_000_000, micros / 1_000_000 % 60),
    }
}

/// `512 B`, `9.13 KB`, `4.40 MB`: thousands, as networks count.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", three_digits(bytes.into())),
        1_000_000..1_000_000_000 => format!("{} MB", three_digits((bytes / 1_000).into())),
        _ => format!("{} GB", three_digits((bytes / 1_000_000).into())),
    }
}

/// A thousandth of `thousandths` with three digits in all.
fn three_digits(thousandths: u128) -> String {
    match thousandths {
        0..10_000 => format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10),
        10_000..100_000 => format!("{}.{}", thousandths / 1_000, thousandths % 1_000 / 100),
        _ => format!("{}", thousandths / 1_000),
    }
}

#[cfg(test)]
mod tests;
