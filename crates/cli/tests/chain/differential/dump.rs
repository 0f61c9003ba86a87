//! What a script sees → names and values that compare line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use testkit::http::{Address, Response};

/// Every value with the way to it, such as `_FILES[photo][size]`; names and values in percent-encoding.
#[derive(Debug)]
pub(crate) struct Dump(BTreeMap<String, String>);

impl Dump {
    /// From the answer of [`SCRIPT`]; each server's own port and document root are masked.
    #[track_caller]
    pub(crate) fn read(answer: &Response, address: &Address, root: &str) -> Self {
        // To HEAD there is no body, and PHP has counted what it would have been.
        if answer.status == 200 && answer.body.is_empty() {
            return Self(BTreeMap::new());
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        let port = address.port.to_string();
        let root = root.replace('/', "%2F");
        let text = answer.text();
        let values = text.lines().filter_map(|line| line.split_once(" = ")).map(|(name, value)| {
            let value = value.replace(&format!("%3A{port}"), "%3APORT").replace(&root, "ROOT");
            // A port alone; inside another number it is a number.
            let value = if value == format!("string {port}") { "string PORT".to_owned() } else { value };
            (name.to_owned(), value)
        });
        Self(values.collect())
    }

    pub(crate) fn differences(&self, ours: &Self) -> Vec<Difference> {
        let names: BTreeSet<&String> = self.0.keys().chain(ours.0.keys()).collect();
        let differing = names.into_iter().filter(|name| self.0.get(*name) != ours.0.get(*name));
        differing
            .map(|name| Difference {
                name: name.clone(),
                nginx: self.0.get(name).cloned(),
                davy: ours.0.get(name).cloned(),
            })
            .collect()
    }
}

#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) name: String,
    pub(crate) nginx: Option<String>,
    pub(crate) davy: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "(not there)".to_owned());
        write!(formatter, "{}: nginx {}, davy {}", self.name, or_none(&self.nginx), or_none(&self.davy))
    }
}

/// The place of an uploaded file is php-fpm's own choice; its content is not.
pub(crate) const SCRIPT: &str = r#"<?php
header('Cache-Control: no-store');
header('Content-Type: text/plain');

function show(string $name, mixed $value): void
{
    if (!is_array($value)) {
        echo $name, ' = ', get_debug_type($value), ' ', rawurlencode((string) $value), "\n";
        return;
    }
    if ($value === []) {
        echo $name, " = empty\n";
    }
    foreach ($value as $key => $part) {
        show($name . '[' . rawurlencode((string) $key) . ']', $part);
    }
}

function with_contents(array $files): array
{
    array_walk_recursive($files, function (mixed &$value): void {
        if (is_string($value) && is_uploaded_file($value)) {
            $value = 'sha256 ' . hash_file('sha256', $value);
        }
    });
    return $files;
}

show('_SERVER', $_SERVER);
show('_GET', $_GET);
show('_POST', $_POST);
show('_COOKIE', $_COOKIE);
show('_FILES', with_contents($_FILES));
show('_REQUEST', $_REQUEST);
show('input', strlen($input = file_get_contents('php://input')) . ' bytes, sha256 ' . hash('sha256', $input));
show('sapi', php_sapi_name());
show('folder', getcwd());
"#;
