use super::*;

#[test]
fn the_machines_own_mirrors_have_the_other_suite_too() {
    let configured = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n\n\
                      deb [arch=amd64] http://security.example/debian-security bookworm-security main\n\
                      deb https://tools.example/apt cloud main\n";
    let lines = sources_like("8.4", configured).unwrap();
    let lines: Vec<_> = lines.iter().map(|line| line.split_once("] ").unwrap().1).collect();
    assert_eq!(
        lines,
        [
            "http://mirror.example/debian trixie main",
            "http://mirror.example/debian trixie-updates main",
            "http://security.example/debian-security trixie-security main",
        ]
    );
}

#[test]
fn elsewhere_a_source_must_be_named() {
    assert_eq!(sources_like("8.2", "deb http://mirror.example/ubuntu noble main"), None);
    assert_eq!(sources_like("8.3", "deb http://mirror.example/debian bookworm main"), None);
}

#[test]
fn a_package_file_tells_its_name_and_version() {
    let package = Package::of(Path::new("/a/libcap2_1%3a2.66-4_amd64.deb")).unwrap();
    assert_eq!((package.name.as_str(), package.version.as_str()), ("libcap2", "1:2.66-4"));
    assert_eq!(Package::of(Path::new("/a/partial")), None);
}
