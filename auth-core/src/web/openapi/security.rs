//! Security schemes, from the credential sources of an `Auth`, and the security requirement of an operation.

use serde_json::{Map, Value, json};

use crate::policy::{Alternative, PolicyTable};
use crate::service::Auth;
use crate::verify::CredentialKind;
use crate::verify::dpop::Schemes as ProofSchemes;
use crate::verify::source::Place;

/// A security scheme of the document.
struct Scheme {
    name: String,
    object: Value,
    kind: CredentialKind,
    /// Whether only the routes of browser mode read it.
    in_browser: bool,
}

/// The schemes of a service.
pub(super) struct Schemes(Vec<Scheme>);

impl Schemes {
    /// `token_url` is the path of a login by form, if there is one.
    pub(super) fn of(auth: &Auth, table: &PolicyTable, token_url: Option<&str>) -> Self {
        let mut schemes = Self(Vec::new());
        let verifier = auth.verifier();
        let proofs = verifier.schemes();
        if proofs != ProofSchemes::Dpop {
            schemes.add_tokens(auth, table, token_url);
        }
        if proofs != ProofSchemes::Bearer {
            let text = "An access token that is bound to a key, with a proof of it in the header `DPoP` (RFC 9449).";
            schemes.add(
                "dpop",
                CredentialKind::AccessToken,
                json!({ "type": "http", "scheme": "DPoP", "description": text }),
            );
        }
        let text = "An API key. It may be sent as `Authorization: ApiKey` or `Bearer` as well.";
        let header = json!({ "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": text });
        schemes.add("api_key", CredentialKind::ApiKey, header);
        for (place, kind) in verifier.sources.places() {
            if kind == CredentialKind::ApiKey || proofs != ProofSchemes::Dpop {
                schemes.add_source(place, kind);
            }
        }
        if proofs != ProofSchemes::Dpop && table.routes().iter().any(|row| row.in_browser) {
            schemes.add_browser(&verifier.browser.cookies.access);
        }
        schemes
    }

    /// The cookie of browser mode.
    fn add_browser(&mut self, cookie: &str) {
        let text = "The access token of a browser, which a login sets.";
        let object = json!({ "type": "apiKey", "in": "cookie", "name": cookie, "description": text });
        self.0.push(Scheme { name: "browser".to_owned(), object, kind: CredentialKind::AccessToken, in_browser: true });
    }

    fn add(&mut self, name: impl Into<String>, kind: CredentialKind, object: Value) {
        self.0.push(Scheme { name: name.into(), object, kind, in_browser: false });
    }

    fn add_tokens(&mut self, auth: &Auth, table: &PolicyTable, token_url: Option<&str>) {
        if let Some(url) = token_url {
            let mut scopes: Vec<&str> = table.routes().iter().flat_map(|row| row.requirement.token_scopes()).collect();
            scopes.extend(granted_scopes(auth));
            let scopes: Map<String, Value> = scopes.into_iter().map(|scope| (scope.to_owned(), "".into())).collect();
            let flow = json!({ "tokenUrl": url, "scopes": scopes });
            let text = "Logs in by user name and password.";
            let object = json!({ "type": "oauth2", "flows": { "password": flow }, "description": text });
            self.add("login", CredentialKind::AccessToken, object);
        }
        #[cfg(feature = "oidc")]
        for (at, issuer) in auth.verifier().issuers.urls().enumerate() {
            let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            let name = if at == 0 { "issuer".to_owned() } else { format!("issuer_{}", at + 1) };
            self.add(name, CredentialKind::AccessToken, json!({ "type": "openIdConnect", "openIdConnectUrl": url }));
        }
        let text = "An access token.";
        let bearer = json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": text });
        self.add("bearer", CredentialKind::AccessToken, bearer);
    }

    fn add_source(&mut self, place: &Place, kind: CredentialKind) {
        let what = match kind {
            CredentialKind::AccessToken => "An access token.",
            CredentialKind::ApiKey => "An API key.",
        };
        let (prefix, name, object) = match place {
            Place::Cookie(name) => {
                ("cookie", name, json!({ "type": "apiKey", "in": "cookie", "name": name, "description": what }))
            }
            Place::Header(name) => {
                ("header", name, json!({ "type": "apiKey", "in": "header", "name": name, "description": what }))
            }
            Place::Scheme(name) => ("scheme", name, json!({ "type": "http", "scheme": name, "description": what })),
            // A bearer token, which `api_key` and `bearer` describe.
            Place::Prefix(_) => return,
        };
        // Names of components have letters, digits, `.`, `-` and `_`.
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let name: String = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
        self.add(format!("{prefix}_{name}"), kind, object);
    }

    fn of_kind(&self, kind: CredentialKind, in_browser: bool) -> impl Iterator<Item = &Scheme> {
        self.0.iter().filter(move |scheme| scheme.kind == kind && (in_browser || !scheme.in_browser))
    }

    /// The schemes as components.
    pub(super) fn components(&self) -> Map<String, Value> {
        self.0.iter().map(|scheme| (scheme.name.clone(), scheme.object.clone())).collect()
    }

    /// The security requirement of an operation. An empty list is for any caller, an empty object in it for callers without
    /// credentials.
    pub(super) fn requirement(&self, alternatives: &[Alternative], in_browser: bool) -> Value {
        if *alternatives == [Alternative::default()] {
            return json!([]);
        }
        Value::Array(alternatives.iter().flat_map(|alternative| self.of_alternative(alternative, in_browser)).collect())
    }

    /// One for each pair of schemes.
    fn of_alternative(&self, alternative: &Alternative, in_browser: bool) -> Vec<Value> {
        let choices = |kind, scopes: &Option<Vec<&'static str>>| -> Vec<Map<String, Value>> {
            let Some(scopes) = scopes else { return vec![Map::new()] };
            let one = |scheme: &Scheme| Map::from_iter([(scheme.name.clone(), json!(scopes))]);
            self.of_kind(kind, in_browser).map(one).collect()
        };
        let tokens = choices(CredentialKind::AccessToken, &alternative.access_token);
        let keys = choices(CredentialKind::ApiKey, &alternative.api_key);
        let both = |token: &Map<String, Value>, key: &Map<String, Value>| {
            Value::Object(token.clone().into_iter().chain(key.clone()).collect())
        };
        tokens.iter().flat_map(|token| keys.iter().map(move |key| both(token, key))).collect()
    }
}

#[cfg(feature = "server")]
fn granted_scopes(auth: &Auth) -> impl Iterator<Item = &str> {
    auth.0.service.iter().flat_map(|service| service.scopes.iter().map(AsRef::as_ref))
}

#[cfg(not(feature = "server"))]
fn granted_scopes(_: &Auth) -> impl Iterator<Item = &str> {
    std::iter::empty()
}
