use trace::Timestamp;

use super::*;
use crate::stack::Environment;

fn function(name: &str, phases: &[Phase]) -> Function {
    let environment = |phase: &Phase| Environment {
        name: "e".into(),
        phase: *phase,
        started: Timestamp::default(),
        memory_bytes: None,
        pid: None,
    };
    Function {
        name: name.into(),
        handler: "index.php".into(),
        runtime: "provided.al2023".into(),
        memory_megabytes: 1_024,
        timeout: Duration::from_secs(28),
        capacity: 8,
        waiting: 0,
        environments: phases.iter().map(environment).collect(),
    }
}

#[test]
fn moments_are_counted_by_phase_and_the_oldest_go() {
    let history = History::default();
    history.add(&[function("Site", &[Phase::Initialising, Phase::Running, Phase::Ready, Phase::Gone])]);
    assert_eq!(history.of("Site"), [Moment { starting: 1, running: 1, ready: 1 }]);
    for _ in 0..LENGTH {
        history.add(&[function("Site", &[])]);
    }
    assert_eq!(history.of("Site"), [Moment::default(); LENGTH]);
}

#[test]
fn a_function_that_has_gone_is_forgotten() {
    let history = History::default();
    history.add(&[function("Old", &[])]);
    history.add(&[function("New", &[])]);
    assert!(history.of("Old").is_empty());
}
