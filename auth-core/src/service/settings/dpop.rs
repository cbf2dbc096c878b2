//! DPoP from the environment.

use serde::Deserialize;

use super::SettingsError;
use crate::verify::dpop::Dpop;

/// `AUTH_DPOP`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DpopMode {
    Off,
    Optional,
    Required,
}

/// `AUTH_DPOP_URLS`.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct DpopUrls(Vec<String>);

impl From<String> for DpopUrls {
    fn from(text: String) -> Self {
        Self(text.split(',').map(|url| url.trim().to_owned()).filter(|url| !url.is_empty()).collect())
    }
}

pub(super) fn dpop(mode: Option<DpopMode>, urls: Option<DpopUrls>) -> Result<Option<Dpop>, SettingsError> {
    let dpop = match mode {
        // `AUTH_DPOP_URLS` alone would leave DPoP off silently.
        None if urls.is_some() => {
            let problem = "AUTH_DPOP is unset; set it to `optional`, `required` or `off`";
            return Err(SettingsError::new("AUTH_DPOP_URLS", problem));
        }
        None | Some(DpopMode::Off) => return Ok(None),
        Some(DpopMode::Optional) => Dpop::optional(),
        Some(DpopMode::Required) => Dpop::required(),
    };
    Ok(Some(urls.into_iter().flat_map(|urls| urls.0).fold(dpop, Dpop::address)))
}
