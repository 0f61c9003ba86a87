use super::{Runtime, Said};

#[track_caller]
fn check(from: Runtime, said: Said, expected: Result<Runtime, &str>) {
    let found = from.after(said).map_err(|refused| format!("{} to {}", refused.from, refused.to));
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn every_call_in_every_state() {
    use Runtime::{InitError, Ready, ResponseSent, Running, Started};
    check(Started, Said::Next, Ok(Ready));
    check(Started, Said::Response, Err("Started to InvocationResponse"));
    check(Started, Said::Error, Err("Started to InvocationErrorResponse"));
    check(Started, Said::InitError, Ok(InitError));
    check(InitError, Said::Next, Err("InitError to Ready"));
    check(InitError, Said::Response, Err("InitError to InvocationResponse"));
    check(InitError, Said::Error, Err("InitError to InvocationErrorResponse"));
    check(InitError, Said::InitError, Err("InitError to InitError"));
    check(Ready, Said::Next, Ok(Ready));
    check(Ready, Said::Response, Err("Ready to InvocationResponse"));
    check(Ready, Said::Error, Err("Ready to InvocationErrorResponse"));
    check(Ready, Said::InitError, Err("Ready to InitError"));
    check(Running, Said::Next, Ok(Running));
    check(Running, Said::Response, Ok(ResponseSent));
    check(Running, Said::Error, Ok(ResponseSent));
    check(Running, Said::InitError, Err("Running to InitError"));
    check(ResponseSent, Said::Next, Ok(Ready));
    check(ResponseSent, Said::Response, Err("ResponseSent to InvocationResponse"));
    check(ResponseSent, Said::Error, Err("ResponseSent to InvocationErrorResponse"));
    check(ResponseSent, Said::InitError, Err("ResponseSent to InitError"));
}
