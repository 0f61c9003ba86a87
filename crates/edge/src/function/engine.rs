//! One run of a function in an engine of its own, bounded in time and memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use rquickjs::context::EvalOptions;
use rquickjs::function::Rest;
use rquickjs::{CatchResultExt as _, Context, Ctx, Function, Object, Runtime, Value};
use trace::Clock;

use super::Run;
use crate::config::CloudFrontFunction;
use crate::pages::OwnError;

/// Why a run gave nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It threw, or is no program.
    Threw(String),
    /// It ran too long.
    TookTooLong,
}

impl Failure {
    /// `FunctionExecutionError`.
    pub(super) fn own_error(&self, function: &str) -> OwnError {
        let reason = match self {
            Self::Threw(why) => format!("The CloudFront function {function} failed: {why}."),
            Self::TookTooLong => format!(
                "The CloudFront function {function} ran for more than {} ms; in AWS it has about one.",
                LONGEST.as_millis()
            ),
        };
        OwnError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The CloudFront function associated with the CloudFront distribution is invalid or could not run.",
            reason,
        )
    }
}

/// Runs `handler(event)` on a thread where it may take its time, and gives what it returned.
pub(super) async fn run(
    function: &CloudFrontFunction,
    event: String,
    clock: Arc<dyn Clock>,
) -> Run<Result<serde_json::Value, Failure>> {
    let code = function.code.clone();
    let run = tokio::task::spawn_blocking(move || run_now(&code, &event, &clock));
    run.await
        .unwrap_or_else(|error| Run { outcome: Err(Failure::Threw(error.to_string())), logged: Vec::new() })
}

fn run_now(code: &str, event: &str, clock: &Arc<dyn Clock>) -> Run<Result<serde_json::Value, Failure>> {
    let logged = Rc::new(RefCell::new(Vec::new()));
    let interrupted = Rc::new(Cell::new(false));
    let outcome = in_engine(code, event, &logged, patience(clock, &interrupted));
    let outcome = match outcome {
        Err(_) if interrupted.get() => Err(Failure::TookTooLong),
        other => other.map_err(Failure::Threw),
    };
    let logged = logged.take();
    Run { outcome, logged }
}

fn in_engine(
    code: &str,
    event: &str,
    logged: &Rc<RefCell<Vec<String>>>,
    patience: impl FnMut() -> bool + 'static,
) -> Result<serde_json::Value, String> {
    if code.len() > CODE_BYTES {
        return Err(format!("its code has {} bytes; at most {CODE_BYTES} are taken", code.len()));
    }
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_memory_limit(MEMORY_BYTES);
    runtime.set_max_stack_size(STACK_BYTES);
    runtime.set_interrupt_handler(Some(Box::new(patience)));
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    context
        .with(|context| call(&context, code, event, logged).map_err(|error| error.trim().replace('\n', " ")))
}

/// Says, each time the engine asks, whether the run has to end.
fn patience(clock: &Arc<dyn Clock>, interrupted: &Rc<Cell<bool>>) -> impl FnMut() -> bool + 'static {
    let (clock, interrupted) = (Arc::clone(clock), Rc::clone(interrupted));
    let until = clock.now().plus(LONGEST);
    let mut steps = 0;
    move || {
        steps += 1;
        interrupted.set(interrupted.get() || steps > STEPS || clock.now() >= until);
        interrupted.get()
    }
}

fn call<'js>(
    context: &Ctx<'js>,
    code: &str,
    event: &str,
    logged: &Rc<RefCell<Vec<String>>>,
) -> Result<serde_json::Value, String> {
    let text = |error: rquickjs::CaughtError<'js>| error.to_string();
    give_console(context, logged).catch(context).map_err(text)?;
    let mut options = EvalOptions::default();
    options.strict = false;
    context.eval_with_options::<(), _>(code, options).catch(context).map_err(text)?;
    let handler: Function<'js> =
        context.globals().get("handler").map_err(|_| "it has no function named handler".to_owned())?;
    let event = context.json_parse(event).catch(context).map_err(text)?;
    let returned: Value<'js> = handler.call((event,)).catch(context).map_err(text)?;
    let returned: Value<'js> = match returned.as_promise() {
        Some(promise) => promise.finish().catch(context).map_err(text)?,
        None => returned,
    };
    let json = context.json_stringify(returned).catch(context).map_err(text)?;
    let json = json.ok_or("it returned nothing")?.to_string().catch(context).map_err(text)?;
    serde_json::from_str(&json).map_err(|error| error.to_string())
}

/// `console.log` and its like, which go to the function's log.
fn give_console<'js>(context: &Ctx<'js>, logged: &Rc<RefCell<Vec<String>>>) -> rquickjs::Result<()> {
    let console = Object::new(context.clone())?;
    for name in ["log", "info", "warn", "error", "debug"] {
        let logged = Rc::clone(logged);
        let log = move |context: Ctx<'js>, values: Rest<Value<'js>>| -> rquickjs::Result<()> {
            let words: Vec<String> = values.0.into_iter().map(|value| shown(&context, value)).collect();
            let mut logged = logged.borrow_mut();
            if logged.len() < LINES {
                logged.push(words.join(" "));
            }
            Ok(())
        };
        console.set(name, Function::new(context.clone(), log)?)?;
    }
    context.globals().set("console", console)
}

fn shown<'js>(context: &Ctx<'js>, value: Value<'js>) -> String {
    if let Some(text) = value.as_string() {
        return text.to_string().unwrap_or_default();
    }
    let json = context.json_stringify(value).ok().flatten();
    json.and_then(|json| json.to_string().ok()).unwrap_or_else(|| "undefined".to_owned())
}

/// CloudFront developer guide, "Quotas on CloudFront Functions".
const CODE_BYTES: usize = 10 * 1024;
const MEMORY_BYTES: usize = 2 << 20;
const STACK_BYTES: usize = 256 * 1024;
/// The guide gives no milliseconds, only a share of "the maximum allowed"; this bounds a slow machine.
const LONGEST: Duration = Duration::from_millis(100);
/// How often the engine asks whether to go on, some ten thousand operations apart: a bound that does
/// not depend on the clock, so that a loop ends even where time stands still.
const STEPS: u32 = 2_000;
const LINES: usize = 64;
