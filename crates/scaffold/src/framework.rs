//! Which framework a folder holds, by the files that only it has.

use std::path::Path;

/// What is in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// `artisan` and `bootstrap/app.php`.
    Laravel,
    /// `bin/console` and `config/bundles.php`.
    Symfony,
    /// `wp-load.php` and `wp-includes/`.
    WordPress,
    /// An `index.php` of somebody's own.
    Plain,
    /// No PHP at all.
    Nothing,
}

impl Framework {
    /// Looks into `folder`.
    pub fn of(folder: &Path) -> Self {
        let has = |path: &str| folder.join(path).exists();
        if has("artisan") && has("bootstrap/app.php") {
            Self::Laravel
        } else if has("bin/console") && has("config/bundles.php") {
            Self::Symfony
        } else if has("wp-load.php") && has("wp-includes") {
            Self::WordPress
        } else if has("index.php") || has("public/index.php") {
            Self::Plain
        } else {
            Self::Nothing
        }
    }

    /// Its name as its makers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Laravel => "Laravel",
            Self::Symfony => "Symfony",
            Self::WordPress => "WordPress",
            Self::Plain => "plain PHP",
            Self::Nothing => "a new site",
        }
    }

    /// Variables that the framework needs where only `/tmp` can be written and no memory is shared.
    pub(crate) const fn variables(self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self {
            Self::Laravel => LARAVEL,
            Self::Symfony => SYMFONY,
            Self::WordPress => WORDPRESS,
            Self::Plain | Self::Nothing => &[],
        }
    }
}

/// Name, value, and why.
const LARAVEL: &[(&str, &str, &str)] = &[
    ("APP_ENV", "production", ""),
    ("LOG_CHANNEL", "stderr", "Logs go to CloudWatch."),
    ("SESSION_DRIVER", "cookie", "Execution environments share no files."),
    ("VIEW_COMPILED_PATH", "/tmp/views", "Only /tmp can be written."),
    ("APP_CONFIG_CACHE", "/tmp/cache/config.php", ""),
    ("APP_ROUTES_CACHE", "/tmp/cache/routes.php", ""),
    ("APP_SERVICES_CACHE", "/tmp/cache/services.php", ""),
    ("APP_PACKAGES_CACHE", "/tmp/cache/packages.php", ""),
    ("APP_EVENTS_CACHE", "/tmp/cache/events.php", ""),
];
const SYMFONY: &[(&str, &str, &str)] = &[
    ("APP_ENV", "prod", ""),
    (
        "APP_CACHE_DIR",
        "/tmp/cache",
        "Only /tmp can be written; take this line out once var/cache/prod is shipped warm.",
    ),
    ("APP_LOG_DIR", "/tmp/log", ""),
];
const WORDPRESS: &[(&str, &str, &str)] = &[
    ("DAVY_SCRIPTS", "1", "Every script answers for itself, as behind nginx."),
    ("WP_TEMP_DIR", "/tmp", "For a wp-config.php that reads its settings from the environment."),
];

#[cfg(test)]
mod tests;
