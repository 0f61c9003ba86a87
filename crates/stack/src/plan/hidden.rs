//! What `.davyignore` keeps out of a function's zip, so that it is missed here and not in AWS.

use std::fs;
use std::path::{Path, PathBuf};

use bucket::Ignore;

/// Paths below `code`, relative to it; a folder that is left out stands for all in it.
pub(super) fn hidden(code: &Path) -> Vec<PathBuf> {
    let Ok(lines) = fs::read_to_string(code.join(".davyignore")) else { return Vec::new() };
    let ignore = Ignore::parse(&lines);
    let mut hidden = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(code.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if ignore.lists(&path, is_folder) {
                hidden.push(path);
            } else if is_folder && entry.file_name() != ".davy" {
                open.push(path);
            }
        }
    }
    hidden.sort();
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_found_and_nothing_else() {
        let code = tempfile::tempdir().unwrap();
        for path in ["index.php", "tests/a.php", "src/notes.md", "src/a.php"] {
            let path = code.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert!(hidden(code.path()).is_empty());
        fs::write(code.path().join(".davyignore"), "/tests/\n*.md\n").unwrap();
        let found = hidden(code.path());
        assert_eq!(found, [PathBuf::from("src/notes.md"), PathBuf::from("tests")]);
    }
}
