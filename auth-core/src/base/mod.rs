//! Values that every layer uses: the clock, identifiers, e-mail addresses.

#[macro_use]
mod macros;

mod clock;
mod context;
mod email;
mod id;
pub(crate) mod meter;
mod opaque;

pub use clock::{Clock, InvalidTimestamp, SystemClock, Timestamp};
pub(crate) use context::Standing;
pub use context::{Actor, Context};
pub use email::{Email, InvalidEmail};
pub use id::{ApiKeyId, ClientId, FactorId, InvalidIdentifier, SessionId, SubjectId};
pub(crate) use opaque::Opaque;
