//! The cases are in the folders beside this one, the tests in `tests/`.

pub mod case;
