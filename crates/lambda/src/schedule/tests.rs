use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(parse_iso(text).expect("a time") * 1_000)
}

#[track_caller]
fn check(expression: &str, minute: &str, expected: bool) {
    let expression = Expression::parse(expression).expect("an expression");
    let to = at(minute);
    let from = Timestamp::from_millis(to.millis() - 1_000);
    assert_eq!(expression.fires(at("2026-11-24T00:00:00Z"), from, to), expected);
}

#[test]
fn when_they_fire() {
    check("rate(1 minute)", "2026-11-24T00:01:00Z", true);
    check("rate(5 minutes)", "2026-11-24T00:04:00Z", false);
    check("rate(5 minutes)", "2026-11-24T00:05:00Z", true);
    check("rate(1 day)", "2026-11-25T00:00:00Z", true);
    check("cron(0 10 * * ? *)", "2026-11-24T10:00:00Z", true);
    check("cron(0 10 * * ? *)", "2026-11-24T10:00:30Z", false);
    check("cron(15 12 ? * MON-FRI *)", "2026-11-24T12:15:00Z", true);
    check("cron(15 12 ? * SAT,SUN *)", "2026-11-24T12:15:00Z", false);
    check("cron(0/10 * * * ? *)", "2026-11-24T12:20:00Z", true);
    check("cron(0/10 * * * ? *)", "2026-11-24T12:25:00Z", false);
    check("cron(0 0 L * ? *)", "2026-11-30T00:00:00Z", true);
    check("cron(0 0 L * ? *)", "2026-11-29T00:00:00Z", false);
    check("cron(0 0 1 JAN ? 2027)", "2027-01-01T00:00:00Z", true);
    check("at(2026-11-24T10:00:00)", "2026-11-24T10:00:00Z", true);
    check("at(2026-11-24T10:00:00)", "2026-11-24T10:00:01Z", false);
}

#[track_caller]
fn refuse(expression: &str, problem: &str) {
    let error = Expression::parse(expression).expect_err("no expression").to_string();
    assert!(error.contains(problem), "{error}");
}

#[test]
fn what_is_wrong_is_said() {
    refuse("every day", "expected rate(…), cron(…) or at(…)");
    refuse("rate(0 minutes)", "rate(5 minutes)");
    refuse("rate(5 fortnights)", "rate(5 minutes)");
    refuse("cron(0 10 * * *)", "expected six fields, found 5");
    refuse("cron(0 10 * * * *)", "exactly one of day and weekday");
    refuse("cron(60 10 * * ? *)", "no number from 0 to 59");
    refuse("cron(0 10 15W * ? *)", "`15W`");
}

#[test]
fn the_schedulers_event() {
    struct Fixed;
    impl Entropy for Fixed {
        fn next_u64(&self) -> u64 {
            0
        }
    }
    let expression = Expression::parse("rate(1 minute)").expect("an expression");
    let mut schedule = Schedule { name: "tick".to_owned(), expression, input: None, enabled: true };
    let event = schedule.event(at("2026-11-24T10:00:00Z"), "123456789012", "us-east-1", &Fixed);
    assert!(
        event.contains(r#""detail-type":"Scheduled Event""#)
            && event.contains(r#""time":"2026-11-24T10:00:00Z""#)
    );
    assert!(event.contains("arn:aws:events:us-east-1:123456789012:rule/tick"));
    schedule.input = Some("{\"a\":1}".to_owned());
    assert_eq!(schedule.event(at("2026-11-24T10:00:00Z"), "", "", &Fixed), "{\"a\":1}");
}
