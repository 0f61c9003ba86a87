use super::*;

#[test]
fn only_the_stacks_own_names_are_answered_to() {
    #[track_caller]
    fn check(hosts: &Hosts, host: &str, expected: bool) {
        assert_eq!(hosts.accept(Some(host)), expected, "{host}");
    }
    let hosts = Hosts::new(["shop.example.com".to_owned(), "*.shop.example.com".to_owned()]);
    check(&hosts, "localhost:8080", true);
    check(&hosts, "LOCALHOST", true);
    check(&hosts, "127.0.0.1:8080", true);
    check(&hosts, "[::1]:8080", true);
    check(&hosts, "[::1]", true);
    check(&hosts, "abc.execute-api.us-east-1.localhost:8080", true);
    check(&hosts, "abc.execute-api.us-east-1.amazonaws.com", true);
    check(&hosts, "shop.example.com:8080", true);
    check(&hosts, "www.shop.example.com", true);
    check(&hosts, "evil.example.com", false);
    check(&hosts, "evilshop.example.com", false);
    check(&hosts, "localhost.evil.example", false);
    check(&hosts, "10.0.0.1", false);
    check(&hosts, "", false);
    assert!(hosts.accept(None));
}
