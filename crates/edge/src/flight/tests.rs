use super::*;

fn key() -> Key {
    Key::from_parts(b"/a".as_slice().into(), 2).unwrap()
}

fn lead(flights: &Arc<Flights>) -> Leader {
    match flights.join(&key()) {
        Place::Leader(leader) => leader,
        Place::Waiter(_) => panic!("somebody leads already"),
    }
}

fn follow(flights: &Arc<Flights>) -> watch::Receiver<Landing> {
    match flights.join(&key()) {
        Place::Waiter(landing) => landing,
        Place::Leader(_) => panic!("nobody leads"),
    }
}

#[tokio::test]
async fn e134_the_first_leads_and_the_others_hear_of_it() {
    let flights = Arc::default();
    let leader = lead(&flights);
    let waiter = follow(&flights);
    leader.land(Landing::Alone);
    drop(leader);
    assert!(matches!(wait(waiter).await, Landing::Alone));
    lead(&flights);
}

#[tokio::test]
async fn e134_a_leader_who_goes_without_a_word_is_lost() {
    let flights = Arc::default();
    let leader = lead(&flights);
    let waiter = follow(&flights);
    drop(leader);
    assert!(matches!(wait(waiter).await, Landing::Lost));
}

#[test]
fn a_purge_marks_the_leader_and_frees_his_place() {
    let flights = Arc::default();
    let first = lead(&flights);
    flights.drop_where(|key| key.url().starts_with(b"/"));
    assert!(first.is_purged());
    let second = lead(&flights);
    assert!(!second.is_purged());
    drop(first);
    assert!(flights.is_under_way(&key()), "the first one's end leaves the second's place alone");
}
