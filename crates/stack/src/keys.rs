//! The owner's keys of a stack: made once, kept where the AWS tools can read them.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use access::{Credentials, Lifetime};
use trace::Entropy;

use crate::StartError;

/// The file's path in the state folder: `AWS_SHARED_CREDENTIALS_FILE` for the aws CLI and the SDKs.
pub(crate) fn path(state: &Path) -> PathBuf {
    state.join("credentials")
}

/// The keys kept in `state`, or new ones, written there for nobody else to read.
///
/// # Errors
/// [`StartError::State`] if the file can be neither read nor written.
pub(crate) fn owner(state: &Path, entropy: &dyn Entropy) -> Result<Credentials, StartError> {
    let path = path(state);
    let failed = |error| StartError::State { path: path.clone(), error };
    match fs::read_to_string(&path) {
        Ok(text) => match parse(&text) {
            Some(credentials) => Ok(credentials),
            // Somebody's edit; keys are nobody's data, and without them nothing could be signed.
            None => make(&path, entropy).map_err(failed),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path, entropy).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<Credentials> {
    let credentials = Credentials::issue(Lifetime::Lasting, || entropy.next_u64());
    let mut file = File::options().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    write!(
        file,
        "[default]\n{ACCESS_KEY} = {}\n{SECRET_KEY} = {}\n",
        credentials.access_key, credentials.secret_key
    )?;
    Ok(credentials)
}

fn parse(text: &str) -> Option<Credentials> {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_owned()).filter(|value| !value.is_empty())
        })
    };
    Some(Credentials { access_key: value(ACCESS_KEY)?, secret_key: value(SECRET_KEY)?, session_token: None })
}

const ACCESS_KEY: &str = "aws_access_key_id";
const SECRET_KEY: &str = "aws_secret_access_key";

#[cfg(test)]
mod tests;
