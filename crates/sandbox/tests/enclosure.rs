//! What an enclosed process sees, and that nothing of it survives: as root and as an ordinary user.
#![expect(clippy::unwrap_used, reason = "a test ends where its scene cannot be set")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use sandbox::{Enclosure, Exit, Isolation, Limits, Tree};
use tokio::io::AsyncReadExt;

struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["root", "task", "task/.davy"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("task/index.php"), "<?php").unwrap();
        std::fs::write(folder.path().join("task/.davy/secret"), "secret").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tree(&self) -> Tree {
        Tree {
            mount_point: self.path("root"),
            task: self.path("task"),
            hidden: vec![".davy".into(), ".git".into()],
            temporary_bytes: 1 << 20,
            ..Tree::default()
        }
    }

    fn shell(&self, script: &str) -> Enclosure {
        Enclosure {
            launcher: launcher(),
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            environment: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
            directory: "/var/task".into(),
            tree: Some(self.tree()),
            companions: None,
            limits: Limits::default(),
        }
    }
}

fn launcher() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_sandbox-launcher"))
}

async fn run(enclosure: Enclosure) -> (String, Exit) {
    let (mut process, mut output) = enclosure.spawn().await.unwrap();
    let mut text = String::new();
    output.output.read_to_string(&mut text).await.unwrap();
    output.error.read_to_string(&mut text).await.unwrap();
    (text, process.wait().await)
}

#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn this_machine_can_enclose() {
    assert_eq!(sandbox::probe_with(&launcher()), Isolation::Enclosed);
}

#[tokio::test]
async fn only_what_is_named_is_there() {
    let scene = Scene::new();
    let (text, exit) = run(scene.shell("ls -A /; id -u; pwd; ls -A; ls /proc | grep -c '^[0-9]'")).await;
    assert_eq!(exit, Exit::Code(0), "{text}");
    for absent in ["home", "root", "run", "sys", "mnt", "srv", "media", "boot"] {
        assert!(!text.lines().any(|line| line == absent), "{absent} in {text}");
    }
    for present in ["tmp", "opt", "usr", "1051", "/var/task", "index.php"] {
        assert!(text.lines().any(|line| line == present), "{present} not in {text}");
    }
}

#[tokio::test]
async fn code_is_read_only_and_the_state_folder_shut() {
    let scene = Scene::new();
    let script = "echo x 2>&1 > index.php || echo refused; cat .davy/secret 2>/dev/null || echo shut; \
                  touch /x /usr/x /etc/x /opt/x 2>/dev/null || echo read-only; echo fine > /tmp/x && cat /tmp/x";
    let (text, _) = run(scene.shell(script)).await;
    let said = text.lines().filter(|line| !line.contains("Read-only")).collect::<Vec<_>>();
    assert_eq!(said, ["refused", "shut", "read-only", "fine"]);
    assert_eq!(std::fs::read_to_string(scene.path("task/index.php")).unwrap(), "<?php");
}

#[tokio::test]
async fn temporary_space_ends_where_it_should() {
    let scene = Scene::new();
    let (text, _) = run(scene.shell("head -c 2000000 /dev/zero > /tmp/large || echo full")).await;
    assert!(text.contains("full") && text.contains("No space left"), "{text}");
}

#[tokio::test]
async fn layers_lie_one_over_the_other() {
    let scene = Scene::new();
    for (layer, file, text) in
        [("a", "both", "a"), ("a", "first", "a"), ("b", "both", "b"), ("b", "second", "b")]
    {
        std::fs::create_dir_all(scene.path(layer)).unwrap();
        std::fs::write(scene.path(layer).join(file), format!("{text}\n")).unwrap();
    }
    let mut enclosure = scene.shell("cat /opt/both /opt/first /opt/second");
    enclosure.tree.as_mut().unwrap().layers = vec![scene.path("a"), scene.path("b")];
    assert_lines(&run(enclosure).await.0, &["b", "a", "b"]);
    let mut enclosure = scene.shell("cat /opt/both; touch /opt/x 2>/dev/null || echo read-only");
    enclosure.tree.as_mut().unwrap().layers = vec![scene.path("a")];
    assert_lines(&run(enclosure).await.0, &["a", "read-only"]);
}

#[tokio::test]
async fn a_volume_is_shared_and_writable() {
    let scene = Scene::new();
    let volume = scene.path("volume");
    std::fs::create_dir(&volume).unwrap();
    std::fs::set_permissions(&volume, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let mut enclosure = scene.shell("echo shared > /mnt/files/note");
    enclosure.tree.as_mut().unwrap().volumes = vec![(volume.clone(), "/mnt/files".into())];
    let (text, exit) = run(enclosure).await;
    assert_eq!((text.as_str(), exit), ("", Exit::Code(0)));
    assert_eq!(std::fs::read_to_string(volume.join("note")).unwrap(), "shared\n");
}

#[tokio::test]
async fn limits_are_lambdas() {
    let scene = Scene::new();
    let (text, _) =
        run(scene.shell("ulimit -n; ulimit -c; ulimit -v; ulimit -s; grep NoNewPrivs /proc/self/status"))
            .await;
    assert_lines(&text, &["1024", "0", "unlimited", "8192", "NoNewPrivs:\t1"]);
}

#[tokio::test]
async fn capabilities_are_gone() {
    let scene = Scene::new();
    let (text, _) = run(scene.shell("grep Cap[EPA] /proc/self/status | sort -u -k 2")).await;
    assert!(text.lines().count() == 1 && text.contains("0000000000000000"), "{text}");
}

#[tokio::test]
async fn the_end_is_told_as_it_was() {
    let scene = Scene::new();
    assert_eq!(run(scene.shell("exit 3")).await.1, Exit::Code(3));
    assert_eq!(run(scene.shell("kill -9 $$")).await.1, Exit::Signal(9));
    assert_eq!(run(scene.shell("kill -SEGV $$")).await.1.to_string(), "signal: segmentation fault");
    let mut enclosure = scene.shell("");
    enclosure.program = "/var/task/nothing".into();
    let Exit::Unstarted(why) = run(enclosure).await.1 else { panic!("it can't have started") };
    assert!(why.contains("/var/task/nothing") && why.contains("No such file"), "{why}");
}

#[tokio::test]
async fn what_it_left_behind_ends_with_it() {
    let scene = Scene::new();
    let (mut process, mut output) =
        scene.shell("setsid sleep 1000 & echo started; wait").spawn().await.unwrap();
    let mut text = [0; 8];
    output.output.read_exact(&mut text).await.unwrap();
    let inside = process.handle().processes();
    assert_eq!(inside.len(), 2, "the shell and what it started");
    process.handle().kill();
    assert_eq!(process.wait().await, Exit::Killed);
    assert_gone(&inside);
}

#[tokio::test]
async fn unenclosed_descendants_are_found_too() {
    let scene = Scene::new();
    let mut enclosure = scene.shell("(setsid sleep 1000 &) ; sleep 1000 & echo started; wait");
    enclosure.tree = None;
    enclosure.directory = "/".into();
    let (mut process, mut output) = enclosure.spawn().await.unwrap();
    let mut text = [0; 8];
    output.output.read_exact(&mut text).await.unwrap();
    let inside = process.handle().processes();
    assert!(inside.len() >= 3, "{inside:?}");
    process.handle().kill();
    process.wait().await;
    assert_gone(&inside);
}

#[tokio::test]
async fn frozen_processes_stand_still() {
    let scene = Scene::new();
    let (process, mut output) =
        scene.shell("echo a; read line < /dev/null; while :; do echo tick; done").spawn().await.unwrap();
    let mut first = [0; 7];
    output.output.read_exact(&mut first).await.unwrap();
    let handle = process.handle();
    handle.freeze();
    let shell = handle.processes()[0];
    until(|| state(shell) == Some('T')).await;
    handle.thaw();
    until(|| state(shell) != Some('T')).await;
}

/// Waits for an event that only `/proc` tells, at most 5 seconds.
async fn until(mut met: impl FnMut() -> bool) {
    let poll = async {
        while !met() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), poll).await.expect("it should have happened by now");
}

fn state(pid: u32) -> Option<char> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit_once(") ")?.1.chars().next()
}

#[track_caller]
fn assert_gone(processes: &[u32]) {
    for pid in processes {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{pid} is still there");
    }
}

#[tokio::test]
async fn the_kernel_refuses_what_a_function_has_no_business_with() {
    let scene = Scene::new();
    let script = "unshare -U true 2>&1; unshare -n true 2>&1; mount -t tmpfs x /tmp 2>&1 | head -1; \
                  grep Seccomp: /proc/self/status; /usr/sbin/chroot / true 2>&1";
    let (text, _) = run(scene.shell(script)).await;
    assert!(text.contains("Seccomp:\t2"), "{text}");
    assert_eq!(text.matches("unshare failed: Operation not permitted").count(), 2, "{text}");
    assert!(text.contains("chroot: cannot change root directory"), "{text}");
}
