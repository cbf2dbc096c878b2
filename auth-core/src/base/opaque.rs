//! A shared value whose type does not show.

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;

/// A shared value of which a crate with handlers sees no more than this pointer.
///
/// Of what a handler holds the compiler looks through every field, in every handler anew, for whether it is `Send` and what
/// its drop may touch. Behind a trait object there is nothing to look through: for a crate of 200 handlers that is a tenth
/// of its `cargo check`.
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
