use super::*;

#[test]
fn a_program_names_its_loader_and_libraries() {
    let elf = read(&std::fs::read("/proc/self/exe").unwrap()).unwrap();
    assert!(elf.interpreter.unwrap().contains("/ld-linux"));
    assert!(elf.needed.contains(&"libc.so.6".to_owned()), "{:?}", elf.needed);
}

#[test]
fn what_is_cut_off_is_none_or_less_and_never_a_panic() {
    let whole = std::fs::read("/proc/self/exe").unwrap();
    assert_eq!(read(b"#!/bin/sh"), None);
    for end in (0..4_096).chain([whole.len() / 2]) {
        read(&whole[..end]);
    }
    let mut broken = whole[..65_536].to_vec();
    for index in 0..512 {
        broken[index] ^= 0xff;
        read(&broken);
        broken[index] ^= 0xff;
    }
}

#[test]
fn paths_keep_their_length() {
    let mut bytes = b"\0/usr/lib/here/\0x/usr/lib/there\0/usr/lib\0".to_vec();
    assert_eq!(replace_path(&mut bytes, "/usr/lib", "/o/lib"), 2);
    assert_eq!(bytes, b"\0/o///lib/here/\0x/usr/lib/there\0/o///lib\0");
}

#[test]
fn a_program_gets_another_loader() {
    let mut bytes = std::fs::read("/proc/self/exe").unwrap();
    assert!(replace_interpreter(&mut bytes, "/opt/davy/ld.so"));
    assert_eq!(read(&bytes).unwrap().interpreter.unwrap(), "/opt/davy/ld.so");
    assert!(!replace_interpreter(&mut bytes, &"/long".repeat(20)));
    assert!(!replace_interpreter(&mut b"#!/bin/sh".to_vec(), "/ld"));
}

#[test]
fn a_stand_in_has_the_same_names() {
    let folder =
        std::fs::read_dir("/usr/lib/x86_64-linux-gnu").or_else(|_| std::fs::read_dir("/usr/lib")).unwrap();
    let library = folder
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("libz.so"))
        .map(|entry| std::fs::read(entry.path()).unwrap());
    let Some(library) = library else { panic!("zlib is on every Debian") };
    let symbols = offered(&library).unwrap();
    assert!(symbols.contains(&Symbol { name: "deflateInit_".to_owned(), is_function: true }), "{symbols:?}");
    let made = stand_in(&library, "libz.so.1").unwrap();
    let elf = read(&made).unwrap();
    assert_eq!((elf.machine, elf.needed), (read(&library).unwrap().machine, Vec::new()));
    assert!(made.len() < 20_000, "{}", made.len());
}
