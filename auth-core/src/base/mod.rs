//! Values that every layer uses: the clock, identifiers, e-mail addresses.

#[macro_use]
mod macros;

mod clock;
mod context;
mod email;
mod id;
pub(crate) mod meter;
mod opaque;
mod scope;
mod url;

pub use clock::{Clock, InvalidTimestamp, SystemClock, Timestamp};
pub use context::{Actor, Context};
pub(crate) use context::{Standing, SubjectStanding};
pub use email::{Email, InvalidEmail};
pub use id::{ApiKeyId, ClientId, FactorId, InvalidIdentifier, SessionId, SubjectId};
pub(crate) use opaque::Opaque;
pub(crate) use scope::is_scope;
pub(crate) use url::{is_host, is_port, is_service_url};
