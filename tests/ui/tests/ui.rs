//! What does not compile, and what the compiler says then.
//!
//! A case is a file named after its mistake, in a folder named after what it is about. After a wanted change of the
//! words: `TRYBUILD=overwrite cargo test -p auth-ui-tests`, and read what changed as a user would.

#[test]
fn misuse_does_not_compile_and_says_why() {
    trybuild::TestCases::new().compile_fail("*/fail/*.rs");
}
