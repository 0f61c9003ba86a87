//! Who the enclosed process is: uid 1051, as in Lambda, without a single capability.

use std::io;

use rustix::process::{Gid, Uid};

/// What the launcher may do before it gives everything up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Privileges {
    /// root: real mounts, then a real change of user.
    Root,
    /// Anybody else: a user namespace in which 1051 is himself.
    Ordinary,
}

impl Privileges {
    pub(super) fn of_this_process() -> Self {
        if rustix::process::geteuid().is_root() { Self::Root } else { Self::Ordinary }
    }
}

/// The user as the machine knows him.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    uid: Uid,
    gid: Gid,
}

impl Identity {
    pub(super) fn of_this_process() -> Self {
        Self { uid: rustix::process::geteuid(), gid: rustix::process::getegid() }
    }

    /// Makes the user 1051 in the user namespace that this process has just entered. Not 0: php-fpm
    /// as root wants to change its workers' user, which such a namespace refuses.
    pub(super) fn map(self) -> io::Result<()> {
        // Before the groups, because an ordinary user may not drop any (user_namespaces(7)).
        std::fs::write("/proc/self/setgroups", "deny")?;
        std::fs::write("/proc/self/uid_map", format!("{USER} {} 1", self.uid.as_raw()))?;
        std::fs::write("/proc/self/gid_map", format!("{USER} {} 1", self.gid.as_raw()))
    }
}

/// Hands standard output and error over to the user that will write them: php-fpm opens
/// `/proc/self/fd/2` anew, which asks the pipe's owner.
pub(super) fn hand_over_output() -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(USER), Gid::from_raw(USER));
    rustix::fs::fchown(rustix::stdio::stdout(), Some(uid), Some(gid))?;
    Ok(rustix::fs::fchown(rustix::stdio::stderr(), Some(uid), Some(gid))?)
}

/// Becomes uid 1051; the capabilities go with the last uid of 0.
pub(super) fn drop_root() -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(USER), Gid::from_raw(USER));
    rustix::thread::set_thread_groups(&[])?;
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    Ok(rustix::thread::set_thread_res_uid(uid, uid, uid)?)
}

/// `sbx_user1051`, as recorded from Lambda (facts, lambda 4).
pub(super) const USER: u32 = 1_051;
