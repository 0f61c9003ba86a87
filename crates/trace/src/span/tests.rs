use super::*;

#[test]
fn hops_are_found_by_their_names() {
    for hop in Hop::ALL {
        assert_eq!(Hop::from_name(hop.name()), Some(hop));
    }
    assert_eq!(Hop::from_name("nginx"), None);
}

#[test]
fn outcomes_are_found_by_their_names_and_order_by_gravity() {
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::from_name(outcome.name()), Some(outcome));
    }
    assert!(
        Outcome::Ok < Outcome::Error
            && Outcome::Error < Outcome::Throttle
            && Outcome::Throttle < Outcome::Fault
    );
}

#[test]
fn a_status_has_its_class() {
    #[track_caller]
    fn check(status: u16, expected: Outcome) {
        assert_eq!(Outcome::of_status(status), expected, "{status}");
    }
    check(200, Outcome::Ok);
    check(304, Outcome::Ok);
    check(404, Outcome::Error);
    check(429, Outcome::Throttle);
    check(499, Outcome::Error);
    check(503, Outcome::Fault);
}
