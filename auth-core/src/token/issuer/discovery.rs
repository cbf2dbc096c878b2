//! Discovery of an issuer's keys (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3).

use reqwest::{Client, Url};
use serde_json::{Map, Value};

use super::Issuer;
use super::fetch::{self, FetchError};
use crate::token::strict_json;

/// Returns the URL of the issuer's keys.
pub(super) async fn jwks_uri(client: &Client, issuer: &Issuer) -> Result<Url, FetchError> {
    if let Some(url) = &issuer.jwks_uri {
        return Ok(url.clone());
    }
    let [openid, oauth] = places(issuer);
    let (url, metadata) = match document(client, issuer, &openid).await {
        Ok(Some(metadata)) => (openid, Some(metadata)),
        // An application with client-side routes responds to every path with its page.
        Ok(None) => (oauth.clone(), document(client, issuer, &oauth).await?),
        Err(error) if error.is_absent() => (oauth.clone(), document(client, issuer, &oauth).await?),
        Err(error) => return Err(error),
    };
    let wrong = |what| FetchError::Content { url: url.clone(), what };
    let metadata = metadata.ok_or_else(|| wrong("invalid JSON"))?;
    // RFC 8414 section 3.3: prevents an issuer from publishing metadata of another.
    if metadata.get("issuer").and_then(Value::as_str) != Some(&issuer.name) {
        return Err(wrong("metadata of another issuer"));
    }
    let uri = metadata.get("jwks_uri").and_then(Value::as_str).ok_or_else(|| wrong("metadata without `jwks_uri`"))?;
    Url::parse(uri).map_err(|_| wrong("an invalid `jwks_uri`"))
}

/// Fetches metadata; `None` if it is not a JSON object.
async fn document(client: &Client, issuer: &Issuer, url: &Url) -> Result<Option<Map<String, Value>>, FetchError> {
    fetch::body(client, issuer, url).await.map(|body| strict_json::object(&body))
}

/// OpenID Connect appends to the issuer's path, RFC 8414 inserts before it.
fn places(issuer: &Issuer) -> [Url; 2] {
    let path = issuer.url.path().trim_end_matches('/');
    let place = |path: String| {
        let mut url = issuer.url.clone();
        url.set_path(&path);
        url
    };
    [
        place(format!("{path}/.well-known/openid-configuration")),
        place(format!("/.well-known/oauth-authorization-server{path}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standard_has_its_metadata_url() {
        let issuer = Issuer::new("https://login.example.com/realms/main", "api").unwrap();
        assert_eq!(
            places(&issuer).map(String::from),
            [
                "https://login.example.com/realms/main/.well-known/openid-configuration",
                "https://login.example.com/.well-known/oauth-authorization-server/realms/main",
            ]
        );
        let rootless = Issuer::new("https://login.example.com/", "api").unwrap();
        assert_eq!(places(&rootless)[1].as_str(), "https://login.example.com/.well-known/oauth-authorization-server");
    }
}
