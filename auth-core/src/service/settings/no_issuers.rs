//! Other issuers, where this crate is built without them: a setting that would count for nothing is refused.

use super::{SettingsError, variable};

pub(super) fn none() -> Result<(), SettingsError> {
    for name in ["AUTH_TRUSTED_ISSUERS", "AUTH_TRUSTED_ISSUERS_FILE"] {
        if variable(name)?.is_some() {
            return Err(SettingsError::new(name, "this program is built without the feature `oidc` of auth-core"));
        }
    }
    Ok(())
}
