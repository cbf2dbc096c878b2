//! DPoP from the environment.

use super::{SettingsError, variable};
use crate::verify::dpop::Dpop;

const DPOP: &str = "AUTH_DPOP";
const URLS: &str = "AUTH_DPOP_URLS";

pub(super) fn dpop() -> Result<Option<Dpop>, SettingsError> {
    let urls = variable(URLS)?;
    let dpop = match variable(DPOP)?.as_deref() {
        // Whoever sets addresses alone believes that it is on.
        None if urls.is_some() => {
            return Err(SettingsError::new(URLS, "AUTH_DPOP is unset; set it to `optional`, `required` or `off`"));
        }
        None | Some("off") => return Ok(None),
        Some("optional") => Dpop::optional(),
        Some("required") => Dpop::required(),
        Some(_) => return Err(SettingsError::new(DPOP, "it is none of `off`, `optional` and `required`")),
    };
    let urls = urls.unwrap_or_default();
    let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
    Ok(Some(urls.fold(dpop, Dpop::address)))
}
