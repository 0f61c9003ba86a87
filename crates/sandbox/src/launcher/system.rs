//! The system calls that `rustix` does not have, each wrapped where its conditions can be seen.
#![expect(unsafe_code, reason = "the one place in Davy where processes are forked and mounts are set")]

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use rustix::thread::UnshareFlags;

use super::filter::Instruction;

/// Moves this process into new namespaces.
pub(super) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    // SAFETY: the launcher has one thread and no descriptor table shared with another.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(Into::into)
}

/// Forks a sibling: the new process is a child of this one's parent. Inside a new PID namespace it
/// is PID 1. `None` in the new process.
pub(super) fn clone_beside(new_pid_namespace: bool) -> io::Result<Option<i32>> {
    let mut flags = libc::CLONE_PARENT | libc::SIGCHLD;
    if new_pid_namespace {
        flags |= libc::CLONE_NEWPID;
    }
    // SAFETY: like fork(2) with no memory shared: the launcher has one thread, so no lock is held by
    // a thread that the copy lacks. A stack of 0 goes on with the copy of this one.
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(flags), 0, 0, 0, 0) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(i32::try_from(pid).unwrap_or(i32::MAX))),
    }
}

/// Forks. `None` in the child.
pub(super) fn fork() -> io::Result<Option<i32>> {
    // SAFETY: the supervisor has one thread.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(pid)),
    }
}

/// Sends `signal` to every process that this one may signal, itself excepted. In a PID namespace
/// those are the namespace's.
pub(super) fn signal_all(signal: i32) {
    // SAFETY: no memory is involved.
    unsafe { libc::kill(-1, signal) };
}

/// A descriptor that becomes readable when a child has ended; SIGCHLD is blocked for it.
pub(super) fn child_signals() -> io::Result<OwnedFd> {
    // SAFETY: the set is initialised by sigemptyset before it is read, and lives on this stack.
    let descriptor = unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&raw mut signals);
        libc::sigaddset(&raw mut signals, libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const signals, std::ptr::null_mut());
        libc::signalfd(-1, &raw const signals, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: signalfd has just given it, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Adds mount attributes (`MOUNT_ATTR_…`) to a mount and all below it.
pub(super) fn add_mount_attributes(mount: impl AsFd, attributes: u64) -> io::Result<()> {
    set_attributes(mount, attributes, libc::AT_RECURSIVE)
}

/// Makes one mount read-only and none below it.
pub(super) fn make_read_only(mount: impl AsFd) -> io::Result<()> {
    set_attributes(mount, READ_ONLY, 0)
}

fn set_attributes(mount: impl AsFd, attributes: u64, depth: libc::c_int) -> io::Result<()> {
    let attributes = MountAttributes { set: attributes, clear: 0, propagation: 0, user_namespace: 0 };
    // SAFETY: the path is a terminated string and the structure has the size that is given.
    let status = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_fd().as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | depth,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Marks every descriptor from 3 on to be closed by `exec`.
pub(super) fn close_on_exec_from_3() -> io::Result<()> {
    // SAFETY: changes flags of descriptors only.
    let status =
        unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Has the kernel judge every system call by this program from now on.
pub(super) fn install_filter(program: &[Instruction]) -> io::Result<()> {
    let length = u16::try_from(program.len()).map_err(io::Error::other)?;
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut().cast() };
    // SAFETY: `Instruction` is laid out as `sock_filter`, the length is that of the slice, and the
    // kernel copies the program before it returns.
    let status = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `struct mount_attr` of `mount_setattr(2)`.
#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

pub(super) const READ_ONLY: u64 = 0x1;
pub(super) const NO_SETUID: u64 = 0x2;
pub(super) const NO_DEVICES: u64 = 0x4;
