//! The system calls that a function has no business with, refused by the kernel.
//!
//! A list of refusals, not of permissions: any runtime may come here, and Lambda's own list isn't
//! known. Refused is what makes namespaces, mounts, modules and tracing, by which one could work on
//! the enclosure itself, and what programs of the kernel have had holes in.

use std::io;

use super::system;

/// Installs the filter for this process and all that it starts. It must have given up new
/// privileges before.
pub(super) fn install() -> io::Result<()> {
    system::install_filter(&program())
}

/// One instruction of classic BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

fn program() -> Vec<Instruction> {
    let mut program = vec![
        load(ARCHITECTURE_OFFSET),
        // Another architecture has other numbers.
        jump(EQUAL, ARCHITECTURE, 1, 0),
        answer(KILL),
        load(NUMBER_OFFSET),
        // x32: the same calls under other numbers.
        jump(GREATER_OR_EQUAL, 0x4000_0000, 0, 1),
        answer(errno(libc::ENOSYS)),
    ];
    for &call in REFUSED {
        program.extend([jump(EQUAL, number(call), 0, 1), answer(errno(libc::EPERM))]);
    }
    for &call in UNKNOWN {
        program.extend([jump(EQUAL, number(call), 0, 1), answer(errno(libc::ENOSYS))]);
    }
    // clone with a flag that makes a namespace.
    program.extend([
        jump(EQUAL, number(libc::SYS_clone), 0, 4),
        load(FIRST_ARGUMENT_OFFSET),
        jump(ANY_BIT, NAMESPACES, 0, 1),
        answer(errno(libc::EPERM)),
        answer(ALLOW),
    ]);
    // Sockets of any other family than these: packets, virtual machines, kernel crypto.
    program.extend([jump(EQUAL, number(libc::SYS_socket), 0, 6), load(FIRST_ARGUMENT_OFFSET)]);
    let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    for (left, family) in (0_u8..4).rev().zip(families) {
        program.push(jump(EQUAL, family.unsigned_abs(), left + 1, 0));
    }
    program.extend([answer(errno(libc::EAFNOSUPPORT)), answer(ALLOW)]);
    program
}

const fn load(offset: u32) -> Instruction {
    Instruction { code: 0x20, if_true: 0, if_false: 0, value: offset }
}

const fn jump(code: u16, value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code, if_true, if_false, value }
}

const fn answer(value: u32) -> Instruction {
    Instruction { code: 0x06, if_true: 0, if_false: 0, value }
}

const fn errno(error: i32) -> u32 {
    0x0005_0000 | error.unsigned_abs()
}

fn number(call: libc::c_long) -> u32 {
    u32::try_from(call).unwrap_or(u32::MAX)
}

const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;
const EQUAL: u16 = 0x15;
const GREATER_OR_EQUAL: u16 = 0x35;
const ANY_BIT: u16 = 0x45;
/// Places in `struct seccomp_data`; of the first argument the lower half, on little-endian machines.
const NUMBER_OFFSET: u32 = 0;
const ARCHITECTURE_OFFSET: u32 = 4;
const FIRST_ARGUMENT_OFFSET: u32 = 16;
/// `AUDIT_ARCH_X86_64`, `AUDIT_ARCH_AARCH64`
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
/// `CLONE_NEWTIME` (0x80) is left out: in clone's flags its bit belongs to the exit signal.
const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32;

/// The C library falls back to `clone` and to ordinary reading and writing.
const UNKNOWN: &[libc::c_long] =
    &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

const REFUSED: &[libc::c_long] = &[
    // The enclosure itself.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // Other processes' memory and descriptors.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    // The kernel's keys, code and clock.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
];
