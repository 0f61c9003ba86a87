//! The command line, declared: what can be asked of `davy`, each with an example.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Serverless PHP on one machine: the whole stack of a SAM template, with no web server.
#[derive(Debug, Parser)]
#[command(name = "davy", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_possible_values = false)]
    pub(crate) color: Color,
}

/// When to colour what a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands, in the order in which one meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a template for the application in a folder
    #[command(after_help = "Example:\n  davy init shop && davy up shop")]
    Init(Init),
    /// Run the stack that a template describes
    #[command(after_help = "Example:\n  davy up examples/website --port 8080")]
    Up(Up),
    /// Check a template and print every problem at once
    #[command(after_help = "Example:\n  davy validate template.yaml")]
    Validate(Validate),
    /// Run a function once with an event
    #[command(
        after_help = "Example:\n  echo '{\"version\":\"2.0\",\"rawPath\":\"/\",\"requestContext\":{\"http\":{\"method\":\"GET\"}}}' | davy invoke Website --event -"
    )]
    Invoke(Invoke),
    /// Run a console command where a function would run: same code, variables and walls
    #[command(after_help = "Example:\n  davy php Website -- artisan migrate --force")]
    Php(Php),
    /// Show the functions' logs
    #[command(after_help = "Example:\n  davy logs --follow --function Website")]
    Logs(Logs),
    /// List traces, or draw one as a waterfall
    #[command(after_help = "Example:\n  davy traces --last")]
    Traces(Traces),
    /// Empty the running stack's caches
    #[command(subcommand, after_help = "Example:\n  davy cache purge '/assets/*'")]
    Cache(Cache),
    /// Make what is deployed: function zips, PHP layers, opcode caches, the template that names them
    #[command(
        after_help = "Example:\n  davy build && sam deploy --guided --template .davy/build/template.yaml"
    )]
    Build(Build),
    /// Say what is installed, what is missing and how to get it
    #[command(after_help = "Example:\n  davy doctor --json")]
    Doctor(Doctor),
    /// Remove the stack's state: buckets, logs, traces
    #[command(after_help = "Example:\n  davy clean --yes")]
    Clean(Clean),
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  davy completions bash > ~/.local/share/bash-completion/completions/davy"
    )]
    Completions(Completions),
}

/// Which template, resolved how.
#[derive(Args, Clone, Debug)]
pub(crate) struct TemplateArguments {
    /// A template, or a folder with a template.yaml (or just an index.php)
    #[arg(value_name = "TEMPLATE|FOLDER", default_value = ".")]
    pub(crate) template: PathBuf,

    /// Give a template parameter its value
    #[arg(long = "parameter", value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) parameters: Vec<(String, String)>,
}

/// `davy init`
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The folder; made if missing. An empty one gets a small site
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// Of what is run once, apart from a running stack.
#[derive(Args, Clone, Debug)]
pub(crate) struct ApartArguments {
    /// A template, or a folder with a template.yaml
    #[arg(long, value_name = "TEMPLATE|FOLDER", default_value = ".")]
    pub(crate) template: PathBuf,

    /// Give a template parameter its value
    #[arg(long = "parameter", value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) parameters: Vec<(String, String)>,

    /// Where state is kept [default: .davy beside the template]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,

    /// Run it unenclosed, without namespaces
    #[arg(long)]
    pub(crate) unenclosed: bool,
}

/// `davy up`
#[derive(Args, Debug)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) template: TemplateArguments,

    /// The site's port; further services take the next ones. 0: all chosen by the kernel
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub(crate) port: u16,

    /// Where buckets, logs and traces are kept [default: .davy beside the template]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,

    /// How many execution environments may run at once; what exceeds it waits
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,

    /// How long an idle execution environment is kept
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub(crate) idle: Duration,

    /// Run functions unenclosed, without namespaces
    #[arg(long)]
    pub(crate) unenclosed: bool,

    /// Speak TLS too, by a certificate authority of this machine, and enforce viewer protocol policies
    #[arg(long)]
    pub(crate) https: bool,

    /// With --https: a certificate of your own instead, as PEM
    #[arg(long, value_name = "FILE", requires_all = ["https", "key"])]
    pub(crate) certificate: Option<PathBuf>,

    /// With --https: its key, as PEM
    #[arg(long, value_name = "FILE", requires_all = ["https", "certificate"])]
    pub(crate) key: Option<PathBuf>,

    /// Print one JSON line when ready, then one a request, to stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy validate`
#[derive(Args, Debug)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) template: TemplateArguments,

    /// Print the problems as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy invoke`
#[derive(Args, Debug)]
pub(crate) struct Invoke {
    /// The function's logical id or name
    #[arg(required_unless_present = "schedule")]
    pub(crate) function: Option<String>,

    /// The event: a file, or - for standard input
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    pub(crate) event: PathBuf,

    /// Fire a schedule of the template by hand, with the event that the clock would give
    #[arg(long, value_name = "NAME", conflicts_with_all = ["function", "event"])]
    pub(crate) schedule: Option<String>,

    #[command(flatten)]
    pub(crate) apart: ApartArguments,
}

/// `davy php`
#[derive(Args, Debug)]
pub(crate) struct Php {
    /// The function's logical id or name [default: the template's first]
    pub(crate) function: Option<String>,

    /// What php is given: a script and its arguments, or options of php's own
    #[arg(last = true, required = true, value_name = "ARGUMENTS")]
    pub(crate) arguments: Vec<String>,

    #[command(flatten)]
    pub(crate) apart: ApartArguments,
}

/// Where a stack's state is, for commands that read it.
#[derive(Args, Clone, Debug)]
pub(crate) struct StateArguments {
    /// The stack's folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,

    /// Where its state is kept [default: FOLDER/.davy]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

impl StateArguments {
    /// The state folder meant.
    pub(crate) fn folder(&self) -> PathBuf {
        self.state.clone().unwrap_or_else(|| self.folder.join(".davy"))
    }
}

/// `davy logs`
#[derive(Args, Debug)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub(crate) state: StateArguments,

    /// Go on printing lines as they come
    #[arg(long, short)]
    pub(crate) follow: bool,

    /// Of this function alone
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,

    /// Of this invocation alone
    #[arg(long, value_name = "REQUEST-ID")]
    pub(crate) request: Option<String>,

    /// At most so many of the newest lines
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) lines: usize,

    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy traces`
#[derive(Args, Debug)]
pub(crate) struct Traces {
    #[command(flatten)]
    pub(crate) state: StateArguments,

    /// Draw this trace
    #[arg(value_name = "ID", conflicts_with = "last")]
    pub(crate) id: Option<String>,

    /// Draw the newest trace
    #[arg(long)]
    pub(crate) last: bool,

    /// At most so many of the newest traces
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) lines: usize,

    /// As JSON; one trace in X-Ray's form
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy cache`
#[derive(Debug, Subcommand)]
pub(crate) enum Cache {
    /// Remove cached answers by path, as a CloudFront invalidation does
    Purge(Purge),
}

/// `davy cache purge`
#[derive(Args, Debug)]
pub(crate) struct Purge {
    /// Paths; a * at the end stands for anything
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<String>,

    #[command(flatten)]
    pub(crate) state: StateArguments,
}

/// `davy build`
#[derive(Args, Debug)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) template: TemplateArguments,

    /// Where the build is put [default: .davy/build beside the template]
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Extensions of PHP layers, parted by commas [default: what most applications need]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) extensions: Vec<String>,

    /// A signed apt source for PHP's packages, as a line of sources.list [default: Debian's]
    #[arg(long = "source", value_name = "LINE")]
    pub(crate) sources: Vec<String>,

    /// Print what was built as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy doctor`
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `davy clean`
#[derive(Args, Debug)]
pub(crate) struct Clean {
    #[command(flatten)]
    pub(crate) state: StateArguments,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// `davy completions`
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, like --parameter Stage=dev".to_owned()),
    }
}

/// Reads `90`, `90s`, `5m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, seconds_each) = match text.chars().last() {
        Some('s') => (&text[..text.len() - 1], 1),
        Some('m') => (&text[..text.len() - 1], 60),
        Some('h') => (&text[..text.len() - 1], 3_600),
        _ => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| "expected a duration like 90s, 5m or 1h".to_owned())?;
    number.checked_mul(seconds_each).map(Duration::from_secs).ok_or_else(|| "that is too long".to_owned())
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the template has errors, the function failed, or what was asked for is not there
  2  the command line is wrong
  3  something that Davy needs is missing on this machine (davy doctor says what)
  4  an address is in use
  5  another davy works on this state folder
 70  a defect of Davy's own";

#[cfg(test)]
mod tests;
