use super::*;

#[test]
fn ports_follow_the_first_and_leave_the_consoles_place() {
    assert_eq!(port(8080, 0), Some(8080));
    assert_eq!(port(8080, 8), Some(8088));
    assert_eq!(port(8080, 9), Some(8090));
    assert_eq!(port(0, 5), Some(0));
    assert_eq!(port(65_535, 1), None);
}

#[test]
fn a_port_in_use_names_the_entrance_that_wanted_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = bind(port, vec![Entrance::Distribution("Website".to_owned())]).unwrap_err();
    assert!(
        matches!(&error, StartError::AddressInUse { entrance: Entrance::Distribution(name), .. } if name == "Website")
    );
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
