//! The variables that the runtime reads, each told where it is declared: `docs/runtime.md` is made
//! from here.

/// One variable of the runtime's own.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds if it isn't set.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// All of them, in the order of the reference page.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "DAVY_PHP_FPM",
        default: "`/opt/bin/php-fpm`, else the newest in `PATH`, `/usr/sbin`, `/usr/local/sbin`",
        about: "The php-fpm to run.",
    },
    Variable {
        name: "DAVY_PHP_FPM_CONF",
        default: "the built-in configuration",
        about: "A whole php-fpm configuration instead, relative to the code. Its first pool must say \
                `listen = ${DAVY_LISTEN}`; `pm.max_children = 1` is what makes deadlines and logs exact.",
    },
    Variable {
        name: "DAVY_COMPAT",
        default: "what nginx and php-fpm would give",
        about: "`bref`: variables, header names and base64 exactly as Bref's FPM runtime has them.",
    },
    Variable {
        name: "DAVY_SCRIPTS",
        default: "`1` if the handler is a folder, else `0`",
        about: "`1`: the path chooses the script, as `try_files $uri $uri/index.php /index.php` does, and static \
                files are served. `0`: every request runs the handler.",
    },
    Variable {
        name: "DAVY_DOCUMENT_ROOT",
        default: "the handler's folder",
        about: "The public folder, relative to the code.",
    },
    Variable {
        name: "DAVY_INIT",
        default: "nothing",
        about: "A PHP script run once before php-fpm starts, relative to the code. The `NAME=value` lines that it \
                prints join the environment; what it writes to stderr is logged.",
    },
    Variable {
        name: "DAVY_RESPONSE",
        default: "`buffered`",
        about: "`stream`: the answer is passed on as PHP flushes it. For Function URLs with `InvokeMode: \
                RESPONSE_STREAM` and REST APIs in stream mode; others would deliver the envelope.",
    },
    Variable {
        name: "DAVY_DEADLINE_MARGIN_MS",
        default: "`250`",
        about: "How long before the function's timeout a script is ended, so that its log lines and a proper \
                error still get out.",
    },
    Variable {
        name: "DAVY_ORIGIN_SECRET",
        default: "nobody is trusted",
        about: "The value of `X-Davy-Origin-Secret` that proves `X-Davy-Host`, `X-Davy-Address` and \
                `X-Davy-Proto` to be the distribution's. PHP never sees it.",
    },
    Variable {
        name: "DAVY_WARM",
        default: "nothing",
        about: "Paths, parted by spaces, that are requested before a SnapStart snapshot is taken.",
    },
    Variable {
        name: "DAVY_TRACE",
        default: "`1`",
        about: "`0`: no X-Ray subsegments, even if the trace is sampled.",
    },
    Variable {
        name: "DAVY_EDITABLE",
        default: "`0` if the code lies on a read-only mount, else `1`",
        about: "Whether PHP looks for changed files at each request.",
    },
    Variable {
        name: "DAVY_OPCODE_CACHE",
        default: "`.davy/opcache` in the code, if it's there",
        about: "A folder with an opcode cache made at build time.",
    },
];
