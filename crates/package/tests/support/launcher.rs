//! A binary that does nothing but enclose, as the tests' launcher.

fn main() {
    sandbox::launcher::run_if_asked();
}
