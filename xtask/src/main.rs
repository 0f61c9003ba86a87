//! What guards the project: `tidy`, `icount`, `docs`.

fn main() {}
