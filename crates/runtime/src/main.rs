//! The `bootstrap` of a Lambda function in PHP.
//!
//! Exit codes: 0 never, since a runtime ends with its environment; 1 if php-fpm or the Runtime API
//! failed; 2 if the settings make no sense.

use std::collections::BTreeMap;
use std::process::ExitCode;

use runtime::{Log, Settings, StartFailure, become_php_fpm, serve};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(failure) = become_php_fpm(&arguments) {
        Log::default().say(&failure.to_string());
        return ExitCode::FAILURE;
    }
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let settings = match Settings::from_environment(&environment) {
        Ok(settings) => settings,
        Err(problems) => {
            let log = Log::default();
            for problem in problems {
                log.say(&problem.to_string());
            }
            return ExitCode::from(2);
        }
    };
    let failure: StartFailure = serve(&settings, &environment);
    Log::new(settings.log_format).say(&failure.to_string());
    ExitCode::FAILURE
}
