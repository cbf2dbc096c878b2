//! Browser mode: tokens in cookies that scripts cannot read, renewed by the way.

mod cookies;
mod issued;
mod layer;
mod local_path;
mod refresh;

pub use issued::{ClearTokens, SetTokens};
pub(crate) use issued::{Issued, IssuedTokens};
pub(crate) use layer::browser;
pub use local_path::{InvalidLocalPath, LocalPath};
pub(crate) use refresh::RefreshCookie;
