//! The enclosed process's file tree: a small read-only root into which parts of this machine are
//! mounted, so that whatever is not named here is not there.
//!
//! ```text
//! /usr /lib… /bin /sbin  read-only, the machine's       /var/task  read-only, the code
//! /etc                   read-only, what PHP needs      /opt       read-only, the layers
//! /dev                   null zero full random urandom  /tmp       writable, its own, limited
//! /proc                  its own processes              /mnt/…     volumes, writable, shared
//! ```

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_change,
    move_mount, open_tree, unmount,
};

use super::privileges::USER;
use super::{Failure, system};
use crate::specification::Tree;

/// Builds the tree and makes it the root of this process, which must have a mount and a PID
/// namespace of its own.
pub(super) fn enter(tree: &Tree) -> Result<(), Failure> {
    // Nothing that is mounted here shows outside.
    step("keep mounts private", || {
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
    })?;
    // The sources are opened before the new root can hide them.
    let parts = parts(tree)?;
    let root = &tree.mount_point;
    step(format!("mount the root on {}", root.display()), || {
        mount("davy", root, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, c"size=1m,mode=755")
    })?;
    let below = |path: &str| root.join(path.trim_start_matches('/'));
    for folder in ["/var/task", "/var/runtime", "/opt", "/tmp", "/proc", "/dev", "/etc"] {
        make_folder(&below(folder))?;
    }
    system_links(root)?;
    identity_files(&below("/etc"))?;
    device_links(&below("/dev"))?;
    for part in &parts {
        place(root, part)?;
    }
    layers(tree, &below("/opt"))?;
    hide(tree, root)?;
    let size = format!("size={},mode=1777", tree.temporary_bytes);
    let size = std::ffi::CString::new(size).expect("digits hold no NUL");
    step("mount /tmp", || {
        mount("davy", below("/tmp"), "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, size.as_c_str())
    })?;
    // While the machine's own is still in sight: the kernel asks for that in a user namespace.
    step("mount /proc", || {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", below("/proc"), "proc", flags, None)
    })?;
    step("change the root", || change_root(root))
}

/// A piece of this machine, and where it goes.
struct Part {
    source: OwnedFd,
    target: PathBuf,
    kind: Kind,
    attributes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
}

fn parts(tree: &Tree) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    let read_only = system::READ_ONLY | system::NO_SETUID | system::NO_DEVICES;
    for folder in SYSTEM {
        // Where /bin is a link into /usr, `system_links` repeats the link.
        if fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
            parts.push(part(Path::new(folder), Path::new(folder), read_only)?);
        }
    }
    for name in ETC {
        let path = Path::new("/etc").join(name);
        if path.exists() {
            parts.push(part(&path, &path, read_only)?);
        }
    }
    for device in DEVICES {
        let path = Path::new("/dev").join(device);
        parts.push(part(&path, &path, system::NO_SETUID)?);
    }
    for path in tree.read_only.iter().filter(|path| path.exists()) {
        parts.push(part(path, path, read_only)?);
    }
    parts.push(part(&tree.task, Path::new("/var/task"), read_only)?);
    if let [layer] = tree.layers.as_slice() {
        parts.push(part(layer, Path::new("/opt"), read_only)?);
    }
    for (source, target) in &tree.volumes {
        parts.push(part(source, target, system::NO_SETUID | system::NO_DEVICES)?);
    }
    Ok(parts)
}

/// Takes a copy of the mounts at `source`, links followed: `/etc/resolv.conf` is often one.
fn part(source: &Path, target: &Path, attributes: u64) -> Result<Part, Failure> {
    let what = || format!("open {}", source.display());
    let metadata = fs::metadata(source).map_err(|error| Failure::new(what(), error))?;
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let mount = open_tree(CWD, source, flags).map_err(|error| Failure::new(what(), error))?;
    let kind = if metadata.is_dir() { Kind::Folder } else { Kind::File };
    Ok(Part { source: mount, target: target.to_owned(), kind, attributes })
}

fn place(root: &Path, part: &Part) -> Result<(), Failure> {
    let target = root.join(part.target.strip_prefix("/").unwrap_or(&part.target));
    match part.kind {
        Kind::Folder => make_folder(&target)?,
        Kind::File => {
            if let Some(folder) = target.parent() {
                make_folder(folder)?;
            }
            step(format!("create {}", part.target.display()), || fs::write(&target, ""))?;
        }
    }
    cover_up(&target, part)
}

/// Mounts a part over what is there.
fn cover_up(target: &Path, part: &Part) -> Result<(), Failure> {
    step(format!("protect {}", part.target.display()), || {
        system::add_mount_attributes(&part.source, part.attributes)
    })?;
    step(format!("mount {}", part.target.display()), || {
        move_mount(&part.source, c"", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
    })
}

/// Several layers are one overlay with nothing to write to; one alone is a [`Part`].
fn layers(tree: &Tree, opt: &Path) -> Result<(), Failure> {
    if tree.layers.len() < 2 {
        return Ok(());
    }
    // The first is the topmost; colons and commas part the options.
    let folders: Vec<String> = tree
        .layers
        .iter()
        .rev()
        .map(|layer| layer.to_string_lossy().replace('\\', "\\\\").replace(':', "\\:").replace(',', "\\,"))
        .collect();
    let options = std::ffi::CString::new(format!("lowerdir={}", folders.join(":")))
        .map_err(|error| Failure::new("name the layers", io::Error::from(error)))?;
    let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    step("merge the layers into /opt", || mount("davy", opt, "overlay", flags, options.as_c_str()))
}

/// Mounts something empty and unreadable over what the function's zip would not hold.
fn hide(tree: &Tree, root: &Path) -> Result<(), Failure> {
    let nothing = root.join(".nothing");
    let mut prepared = false;
    for name in &tree.hidden {
        let target = root.join("var/task").join(name);
        let Ok(metadata) = fs::symlink_metadata(&target) else { continue };
        if metadata.is_symlink() {
            continue;
        }
        if !prepared {
            make_folder(&nothing.join("folder"))?;
            step("create an empty file", || fs::write(nothing.join("file"), ""))?;
            for name in ["folder", "file"] {
                let path = nothing.join(name);
                step("shut it", || fs::set_permissions(&path, fs::Permissions::from_mode(0o000)))?;
            }
            prepared = true;
        }
        let source = nothing.join(if metadata.is_dir() { "folder" } else { "file" });
        let mut cover = part(&source, &target, system::READ_ONLY | system::NO_SETUID | system::NO_DEVICES)?;
        cover.target = Path::new("/var/task").join(name);
        cover_up(&target, &cover)?;
    }
    Ok(())
}

fn system_links(root: &Path) -> Result<(), Failure> {
    for folder in SYSTEM {
        if let Ok(target) = fs::read_link(folder) {
            let link = root.join(folder.trim_start_matches('/'));
            step(format!("link {folder}"), || symlink(&target, &link))?;
        }
    }
    Ok(())
}

fn identity_files(etc: &Path) -> Result<(), Failure> {
    let users =
        format!("root:x:0:0:root:/root:/sbin/nologin\nsbx_user{USER}:x:{USER}:{USER}::/tmp:/sbin/nologin\n");
    let groups = format!("root:x:0:\nsbx_user{USER}:x:{USER}:\n");
    step("write /etc/passwd", || fs::write(etc.join("passwd"), users))?;
    step("write /etc/group", || fs::write(etc.join("group"), groups))
}

fn device_links(dev: &Path) -> Result<(), Failure> {
    let links = [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ];
    for (name, target) in links {
        step(format!("link /dev/{name}"), || symlink(target, dev.join(name)))?;
    }
    Ok(())
}

/// Puts `root` in the place of `/` and lets the old one go.
fn change_root(root: &Path) -> io::Result<()> {
    rustix::process::chdir(root)?;
    // Both names are the same folder: the old root comes to lie on top and is unmounted from there
    // (pivot_root(2), "pivot_root(".", ".")").
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    rustix::process::chdir("/")?;
    let root = rustix::fs::open("/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    system::make_read_only(&root)
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    step(format!("create {}", path.display()), || fs::create_dir_all(path))
}

fn step<T, E: Into<io::Error>>(
    what: impl Into<String>,
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, Failure> {
    run().map_err(|error| Failure::new(what, error))
}

/// The machine's programs and libraries.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix"];
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];
/// What programs read to find libraries, hosts, certificates, time zones, and PHP its settings.
/// Not the rest: it is about this machine and its people.
const ETC: &[&str] = &[
    "ImageMagick-6",
    "ImageMagick-7",
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "fonts",
    "gai.conf",
    "host.conf",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "magic",
    "mime.types",
    "nsswitch.conf",
    "php",
    "php-fpm.d",
    "php.d",
    "php.ini",
    "pki",
    "protocols",
    "resolv.conf",
    "services",
    "ssl",
    "timezone",
];
