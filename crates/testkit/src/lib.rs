//! Fakes, a whole test stack and output masks; for tests only.
