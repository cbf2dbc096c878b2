//! A shared value behind a trait object.

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;

/// A shared value behind a trait object, which hides its fields from crates with handlers.
///
/// For each handler the compiler checks every field of what it holds for `Send` and drop. The trait object ends that
/// walk: for a crate of 200 handlers it saves a tenth of `cargo check`.
pub(crate) struct Opaque<T>(Arc<dyn Borrow<T> + Send + Sync>);

impl<T: Send + Sync + 'static> Opaque<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for Opaque<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Opaque<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).borrow()
    }
}
