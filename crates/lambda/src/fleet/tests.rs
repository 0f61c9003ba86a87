use super::*;

const NEVER: Timestamp = Timestamp::from_millis(u64::MAX / 1_000);
const FIRST: EnvironmentId = EnvironmentId(1);
const SECOND: EnvironmentId = EnvironmentId(2);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn fleet(capacity: usize, functions: usize) -> Fleet<&'static str> {
    let mut fleet = Fleet::new(capacity, 1_000);
    for _ in 0..functions {
        fleet.add_function(None);
    }
    fleet
}

#[test]
fn every_arrival_starts_an_environment_while_there_is_room() {
    let mut fleet = fleet(2, 1);
    for job in ["a", "b", "c"] {
        assert_eq!(fleet.arrive(0, job, NEVER), Placed::Queued);
    }
    assert_eq!(fleet.growth(at(0)), Some(Growth::Start(0)));
    assert_eq!(fleet.growth(at(0)), Some(Growth::Start(0)));
    assert_eq!(fleet.growth(at(0)), None, "two is all this machine holds");
    assert_eq!(fleet.ready(0, FIRST, true, at(1)), Some("a"));
    assert_eq!(fleet.ready(0, SECOND, true, at(2)), Some("b"));
    assert_eq!(fleet.ready(0, SECOND, false, at(3)), Some("c"), "whoever is free first takes who waits");
    assert_eq!(fleet.ready(0, FIRST, false, at(4)), None);
}

#[test]
fn the_newest_idle_one_is_used_first() {
    let mut fleet = fleet(8, 1);
    fleet.start(0);
    fleet.start(0);
    fleet.ready(0, FIRST, true, at(1));
    fleet.ready(0, SECOND, true, at(2));
    assert_eq!(fleet.arrive(0, "a", NEVER), Placed::Warm(SECOND, "a"));
    assert_eq!(fleet.arrive(0, "b", NEVER), Placed::Warm(FIRST, "b"));
}

#[test]
fn another_functions_idle_environment_makes_room() {
    let mut fleet = fleet(1, 2);
    fleet.start(0);
    fleet.ready(0, FIRST, true, at(1));
    fleet.arrive(1, "a", NEVER);
    assert_eq!(fleet.growth(at(0)), Some(Growth::Evict(FIRST)));
    assert_eq!(fleet.growth(at(0)), Some(Growth::Start(1)));
    assert_eq!(fleet.growth(at(0)), None);
}

#[test]
fn reserved_concurrency_throttles() {
    let mut fleet = Fleet::new(8, 1_000);
    let (none, one) = (fleet.add_function(Some(0)), fleet.add_function(Some(1)));
    let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(fleet.arrive(none, "a", NEVER), Placed::Throttled("a", reason));
    assert_eq!(fleet.arrive(one, "b", NEVER), Placed::Queued);
    assert_eq!(fleet.arrive(one, "c", NEVER), Placed::Throttled("c", reason));
    fleet.ended(one);
    assert_eq!(fleet.arrive(one, "d", NEVER), Placed::Queued);
}

#[test]
fn what_was_not_taken_is_placed_before_the_others() {
    let mut fleet = fleet(1, 1);
    fleet.arrive(0, "a", NEVER);
    fleet.growth(at(0));
    fleet.arrive(0, "b", NEVER);
    assert_eq!(fleet.ready(0, FIRST, true, at(1)), Some("a"));
    fleet.gone(0, FIRST, false);
    assert_eq!(fleet.bring_back(0, "a", NEVER), Placed::Queued);
    assert_eq!(fleet.growth(at(0)), Some(Growth::Start(0)));
    assert_eq!(fleet.ready(0, SECOND, true, at(2)), Some("a"));
}

#[test]
fn patience_ends_in_the_queue() {
    let mut fleet = fleet(1, 1);
    fleet.arrive(0, "short", at(10));
    fleet.arrive(0, "long", at(20));
    assert_eq!(fleet.impatient(at(9)), []);
    assert_eq!(fleet.impatient(at(10)), [(0, "short")]);
    assert_eq!(fleet.take_waiting(0), Some("long"));
}

#[test]
fn idle_environments_go_but_for_those_that_are_kept() {
    let mut fleet = fleet(8, 1);
    for (number, millis) in [(1, 0), (2, 5), (3, 50)] {
        fleet.start(0);
        fleet.ready(0, EnvironmentId(number), true, at(millis));
    }
    let idle = Duration::from_millis(10);
    assert_eq!(fleet.superfluous(at(20), idle, |_| 0), [FIRST, SECOND]);
    assert_eq!(fleet.superfluous(at(100), idle, |_| 1), []);
    assert_eq!(fleet.superfluous(at(100), idle, |_| 0), [EnvironmentId(3)]);
    assert!(fleet.is_quiet());
}

#[test]
fn who_is_about_to_be_ready_counts_for_a_moment() {
    let mut fleet = fleet(8, 1);
    fleet.start(0);
    fleet.ready(0, FIRST, true, at(0));
    fleet.arrive(0, "a", NEVER);
    fleet.settling(0, FIRST, at(10));
    fleet.arrive(0, "b", NEVER);
    assert_eq!(fleet.growth(at(19)), None);
    assert_eq!(fleet.growth(at(20)), Some(Growth::Start(0)), "it works on after its answer");
    assert_eq!(fleet.ready(0, FIRST, false, at(21)), Some("b"));
}

#[test]
fn the_accounts_limit_throttles_too() {
    let mut fleet = Fleet::new(8, 1);
    let (one, other) = (fleet.add_function(None), fleet.add_function(None));
    assert_eq!(fleet.arrive(one, "a", NEVER), Placed::Queued);
    let reason = ThrottleReason::ConcurrentInvocationLimitExceeded;
    assert_eq!(fleet.arrive(other, "b", NEVER), Placed::Throttled("b", reason));
    fleet.ended(one);
    assert_eq!(fleet.arrive(other, "c", NEVER), Placed::Queued);
}
