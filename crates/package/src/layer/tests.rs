//! Layers from the network, started in a root that holds nothing else.

use std::process::Command;

use super::*;
use crate::elf;

fn options(php: &str, architecture: Architecture) -> LayerOptions {
    let cache = std::env::temp_dir().join("davy-test-packages");
    LayerOptions { php: php.to_owned(), architecture, cache, ..LayerOptions::default() }
}

/// A root with the layer at /opt and what every system has: /dev/null, /tmp.
struct Root(tempfile::TempDir);

impl Root {
    fn of(layer: &Layer) -> Root {
        let root = tempfile::tempdir().unwrap();
        for folder in ["opt", "dev", "tmp", "etc", "var/task"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        layer.unpack(&root.path().join("opt")).unwrap();
        fs::write(root.path().join("dev/null"), "").unwrap();
        Root(root)
    }

    #[expect(clippy::disallowed_methods, reason = "a test starts what it has built, and waits for it")]
    fn run(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("/usr/sbin/chroot").arg(self.0.path()).args(arguments).env_clear().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
#[ignore = "fetches 60 MB of packages; needs root for chroot"]
fn php_runs_where_there_is_nothing_else() {
    let layer = Layer::build(&options("8.2", Architecture::X86_64)).unwrap();
    let root = Root::of(&layer);
    assert!(root.run(&["/opt/bin/php-fpm", "-v"]).starts_with("PHP 8.2."));
    let script = "
        foreach (explode(',', 'apcu,bcmath,curl,gd,intl,mbstring,mysqli,openssl,PDO,pdo_mysql,pdo_sqlite,redis,xml,zip,Zend OPcache') as $name)
            extension_loaded($name) || print(\"no $name\\n\");
        echo PHP_BINARY, ' ', (new DateTime('2026-07-01', new DateTimeZone('Europe/Berlin')))->format('T P'), ' ';
        echo bin2hex(iconv('UTF-8', 'EUC-JP', 'あ')), ' ', mb_strtoupper('é'), ' ';
        echo (new NumberFormatter('de', NumberFormatter::DECIMAL))->format(1234.5), ' ';
        echo count(file(ini_get('openssl.cafile'))) > 1000 ? 'certificates' : 'none', ' ';
        foreach (['jpeg', 'avif', 'webp'] as $form) {
            ob_start();
            ('image' . $form)(imagecreatetruecolor(8, 8));
            echo imagesx(imagecreatefromstring(ob_get_clean())), $form, ' ';
        }
    ";
    assert_eq!(
        root.run(&["/opt/bin/php", "-r", script]),
        "/opt/bin/php CEST +02:00 a4a2 É 1.234,5 certificates 8jpeg 8avif 8webp "
    );
    let weight = layer.files.weight();
    assert!(weight.bytes < crate::limits::UNPACKED_MAXIMUM, "{}", weight.report());
}

#[test]
#[ignore = "fetches 60 MB of packages"]
fn a_foreign_layer_is_whole_without_being_run() {
    let layer = Layer::build(&options("8.2", Architecture::Arm64)).unwrap();
    for (path, entry) in layer.files.iter() {
        let Entry::Made { content, .. } = entry else { continue };
        let Some(elf) = elf::read(content) else { continue };
        assert_eq!(elf.machine, 183, "{path}");
        for name in elf.needed.iter().filter(|name| !name.starts_with("ld-linux")) {
            let there =
                ["lib", "gconv"].iter().any(|folder| layer.files.contains(&format!("davy/{folder}/{name}")));
            assert!(there, "{path} needs {name}");
        }
    }
}

#[test]
fn a_php_that_debian_has_not_is_refused() {
    let error = Layer::build(&options("7.4", Architecture::X86_64)).unwrap_err();
    assert!(error.to_string().contains("name an apt source"), "{error}");
}

#[test]
fn one_package_holds_several_extensions() {
    let mut wanted = options("8.4", Architecture::X86_64);
    wanted.extensions = ["mysqli", "pdo_mysql", "sqlite", "iconv"].map(str::to_owned).into();
    let names = package_names(&wanted);
    assert_eq!(
        names,
        [
            "ca-certificates",
            "libgcc-s1",
            "php8.4-cli",
            "php8.4-common",
            "php8.4-fpm",
            "php8.4-mysql",
            "php8.4-sqlite3",
            "tzdata"
        ]
    );
}
