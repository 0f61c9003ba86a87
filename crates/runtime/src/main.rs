//! The `bootstrap` of a Lambda function in PHP.

fn main() {}
