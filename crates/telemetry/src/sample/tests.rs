use super::*;

const QUICK: Duration = Duration::from_millis(2);

fn kept(sampler: &mut Sampler, second: u64, count: u32, duration: Duration, outcome: Outcome) -> usize {
    (0..count).filter(|_| sampler.keeps(second, duration, outcome)).count()
}

#[test]
fn every_trace_is_kept_up_to_the_limit_of_each_second() {
    let mut sampler = Sampler::new(1_000);
    for second in 1..4 {
        assert_eq!(kept(&mut sampler, second, 1_000, QUICK, Outcome::Ok), 1_000);
    }
}

#[test]
fn beyond_the_limit_one_of_ten_is_kept() {
    let mut sampler = Sampler::new(100);
    assert_eq!(kept(&mut sampler, 1, 1_100, QUICK, Outcome::Ok), 200);
}

#[test]
fn errors_are_always_kept() {
    let mut sampler = Sampler::new(10);
    kept(&mut sampler, 1, 500, QUICK, Outcome::Ok);
    assert_eq!(kept(&mut sampler, 1, 500, QUICK, Outcome::Fault), 500);
}

#[test]
fn the_slowest_are_always_kept_once_a_busy_second_has_shown_what_slow_is() {
    let mut sampler = Sampler::new(0);
    for round in 0..1_000 {
        sampler.keeps(1, Duration::from_micros(1_000 + round), Outcome::Ok);
    }
    assert_eq!(kept(&mut sampler, 2, 9, Duration::from_micros(1_500), Outcome::Ok), 0);
    assert_eq!(kept(&mut sampler, 2, 9, Duration::from_secs(3), Outcome::Ok), 9);
}
