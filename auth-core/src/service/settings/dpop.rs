//! DPoP from the environment.

use serde::Deserialize;

use super::SettingsError;
use crate::base::is_service_url;
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
#[serde(try_from = "String")]
pub(super) struct DpopUrls(Vec<String>);

impl TryFrom<String> for DpopUrls {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let urls: Vec<_> = text.split(',').map(|url| url.trim().to_owned()).collect();
        let are_urls = urls.iter().all(|url| is_service_url(url));
        are_urls.then_some(Self(urls)).ok_or(
            "write http or https URLs without query and fragment, separated by commas, such as `https://api.example.com`",
        )
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
