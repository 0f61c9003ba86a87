//! The page over made-up data, to look at it without a stack:
//! `cargo run -p console --example demo -- [PORT] [TRACES]`

mod made_up;

use std::sync::Arc;
use std::time::Duration;

use console::{Access, Console, Sources};
use telemetry::Telemetry;

use made_up::MadeUp;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example says where it is")]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse::<u16>().ok()).unwrap_or(0);
    let traces = arguments.next().and_then(|count| count.parse::<u32>().ok()).unwrap_or(2_000);
    let telemetry = Telemetry::in_memory();
    let made_up = Arc::new(MadeUp { telemetry: telemetry.clone() });
    made_up.hour(traces);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let living = Arc::clone(&made_up);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        loop {
            ticks.tick().await;
            living.request(living.telemetry.clock().now());
        }
    });
    let sources = Sources { telemetry, stack: made_up };
    let until_interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    Console::new(sources, Access::Local).serve(listener, until_interrupted).await
}
