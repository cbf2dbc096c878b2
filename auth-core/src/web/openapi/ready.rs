//! Documentation of the ready routes.

use serde_json::{Map, Value, json};

use crate::policy::RoutePolicy;

/// The operation of a ready route; `None` for a handler of the application.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn operation(row: &RoutePolicy) -> Option<Map<String, Value>> {
    let path = row.function.map_or_else(|| row.declared.path(), str::to_owned);
    let handler = path.strip_prefix("auth_core::web::")?;
    let operation = match handler {
        "routes::login::login" => Op::new("sessions", "Logs in by user name and password")
            .form_or_json("AuthLogin")
            .returns(200, "The tokens of a new session", "AuthTokens")
            .refused(401, "Wrong user name, password or code, or a code is missing"),
        "routes::login::refresh" => Op::new("sessions", "Exchanges a refresh token")
            .form_or_json("AuthRefresh")
            .returns(200, "New tokens; the old refresh token is used up", "AuthTokens")
            .refused(401, "The refresh token is invalid, expired or used"),
        "routes::sessions::logout" => Op::new("sessions", "Ends this session").empty(204, "The session has ended"),
        "routes::sessions::logout_all" => {
            Op::new("sessions", "Ends every session of the caller").empty(204, "All sessions have ended")
        }
        "routes::sessions::list" => Op::new("sessions", "Lists the caller's sessions, newest first")
            .page()
            .lists("The sessions; `Link` with `rel=\"next\"` leads to the next page", "AuthSession"),
        "routes::sessions::end" => Op::new("sessions", "Ends a session of the caller")
            .id("The session")
            .empty(204, "The session has ended")
            .refused(404, "The caller has no such session"),
        "routes::second_factor::step_up" => Op::new("sessions", "Authenticates again in this session (RFC 9470)")
            .form_or_json("AuthStepUp")
            .returns(200, "An access token with a new time of authentication", "AuthAccessToken")
            .refused(403, "Wrong password or code"),
        "routes::password::change" => Op::new("accounts", "Changes the caller's password; all earlier sessions end")
            .json("AuthPasswordChange")
            .returns(200, "The tokens of a new session", "AuthTokens")
            .refused(403, "Wrong current password"),
        "routes::register::register" => Op::new("accounts", "Registers a user")
            .json("AuthRegistration")
            .returns(201, "The user", "AuthRegistered")
            .refused(409, "The address is taken"),
        "routes::recovery::forgot" => Op::new("accounts", "Sends a message with a token for a new password")
            .form_or_json("AuthAddress")
            .empty(202, "The same answer whether there is such a user"),
        "routes::recovery::reset" => Op::new("accounts", "Sets a new password by the token of a message")
            .json("AuthPasswordReset")
            .empty(204, "The password is set; all sessions have ended")
            .refused(401, "The token is invalid, expired or used"),
        "routes::recovery::verify" => Op::new("accounts", "Verifies an e-mail address by the token of a message")
            .json("AuthOneTimeToken")
            .empty(204, "The address is verified")
            .refused(401, "The token is invalid, expired or used"),
        "routes::recovery::verification" => {
            Op::new("accounts", "Sends another message to verify the caller's address").empty(202, "Sent")
        }
        "routes::recovery::magic_link" => Op::new("sessions", "Sends a message with a link that logs in")
            .form_or_json("AuthAddress")
            .empty(202, "The same answer whether there is such a user"),
        "routes::recovery::magic_link_login" => Op::new("sessions", "Logs in by the token of a message")
            .json("AuthMagicLinkLogin")
            .returns(200, "The tokens of a new session", "AuthTokens")
            .refused(401, "The token is invalid, expired or used, or a code is wrong or missing"),
        "routes::recovery::login_code" => Op::new("sessions", "Sends a message with a code that logs in")
            .form_or_json("AuthAddress")
            .returns(202, "A challenge, whether there is such a user or not", "AuthLoginChallenge"),
        "routes::recovery::login_code_login" => Op::new("sessions", "Logs in by a challenge and the code of a message")
            .form_or_json("AuthLoginCode")
            .returns(200, "The tokens of a new session", "AuthTokens")
            .refused(401, "The code is invalid, expired or used, or a code of the second factor is wrong or missing"),
        "routes::second_factor::enrol" => Op::new("second factor", "Begins the enrolment of an authenticator (TOTP)")
            .returns(200, "The secret, for the authenticator", "AuthTotpEnrolment")
            .refused(409, "There is a second factor already"),
        "routes::second_factor::confirm" => Op::new("second factor", "Confirms the enrolment by a code")
            .form_or_json("AuthTotpCode")
            .returns(200, "Recovery codes, shown this once", "AuthRecoveryCodes")
            .refused(403, "Wrong code")
            .refused(404, "There is no enrolment")
            .refused(409, "There is a second factor already"),
        "routes::second_factor::remove" => Op::new("second factor", "Removes the second factor")
            .optional_form_or_json("AuthTotpCode")
            .empty(204, "The second factor is removed")
            .refused(403, "Wrong code")
            .refused(404, "There is no second factor"),
        "routes::token::token" => Op::new("OAuth", "The token endpoint (RFC 6749 section 3.2)")
            .form("AuthTokenRequest")
            .returns(200, "Tokens", "AuthTokens")
            .oauth_errors(),
        "routes::revoke::revoke" => Op::new("OAuth", "Revokes a token (RFC 7009)")
            .form("AuthTokenOfClient")
            .empty(200, "The token is not valid, if it ever was")
            .oauth_errors(),
        "routes::introspect::by_api_key" | "routes::introspect::by_client_or_api_key" => {
            Op::new("OAuth", "The state of a token (RFC 7662)")
                .form("AuthTokenOfClient")
                .returns(200, "Its properties; `active` alone for an invalid one", "AuthIntrospection")
                .oauth_errors()
        }
        "routes::jwks::keys" => Op::new("OAuth", "The public keys of access tokens (RFC 7517)")
            .returns_as(200, "The keys", "application/jwk-set+json", "AuthKeys")
            .empty(304, "`If-None-Match` names this set"),
        "routes::metadata::metadata" => Op::new("OAuth", "Authorization server metadata (RFC 8414)").returns(
            200,
            "The metadata",
            "AuthServerMetadata",
        ),
        "resource::metadata" => Op::new("OAuth", "Protected resource metadata (RFC 9728)").returns(
            200,
            "The metadata",
            "AuthResourceMetadata",
        ),
        "routes::api_keys::create" | "routes::own_api_keys::create" => Op::new("API keys", "Makes an API key")
            .json("AuthNewApiKey")
            .returns(201, "The key, shown this once", "AuthApiKey"),
        "routes::api_keys::list" | "routes::own_api_keys::list" => Op::new("API keys", "Lists API keys, newest first")
            .page()
            .lists("The keys without their secrets; `Link` with `rel=\"next\"` leads to the next page", "AuthApiKey"),
        "routes::api_keys::rotate" | "routes::own_api_keys::rotate" => {
            Op::new("API keys", "Gives an API key a new secret")
                .id("The key")
                .returns(200, "The new secret, shown this once; the old one is valid for an overlap", "AuthApiKey")
                .refused(404, "There is no such key")
                .refused(409, "The key has expired")
        }
        "routes::api_keys::revoke" | "routes::own_api_keys::revoke" => Op::new("API keys", "Revokes an API key")
            .id("The key")
            .empty(204, "The key is revoked")
            .refused(404, "There is no such key"),
        "routes::own_api_keys::derive" => Op::new("API keys", "Derives an API key from one of the caller's")
            .id("The key above")
            .json("AuthNewApiKey")
            .returns(201, "The key, shown this once", "AuthApiKey")
            .refused(404, "There is no such key"),
        "routes::own_api_keys::derive_by_key" => Op::new("API keys", "Derives an API key from that of the request")
            .json("AuthNewApiKey")
            .returns(201, "The key, shown this once", "AuthApiKey")
            .refused(403, "The key lacks a scope of the new one"),
        "routes::events::all" => {
            Op::new("audit trail", "The events of all subjects, newest first").events().query("subject", "string")
        }
        "routes::events::mine" => Op::new("audit trail", "The caller's events, newest first").events(),
        "policy_page::show" => Op::new("documentation", "Every route, and who may call it")
            .returns(200, "The policy table; an HTML page for browsers", "AuthPolicyTable")
            .also(200, "text/html"),
        "openapi::pages::document" => Op::new("documentation", "This document").returns_any(200, "application/json"),
        "openapi::pages::docs" => Op::new("documentation", "Swagger UI").returns_any(200, "text/html"),
        "openapi::pages::file" => Op::new("documentation", "A file of Swagger UI")
            .returns_any(200, "text/css")
            .also(200, "text/javascript")
            .also(200, "image/png")
            .refused(404, "There is no such file")
            .refused(406, "The client does not accept `Content-Encoding: gzip`"),
        _ => return None,
    };
    Some(operation.0)
}

/// An operation under construction.
struct Op(Map<String, Value>);

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

impl Op {
    fn new(tag: &str, summary: &str) -> Self {
        Self(Map::from_iter([
            ("tags".to_owned(), json!([tag])),
            ("summary".to_owned(), summary.into()),
            ("responses".to_owned(), json!({})),
        ]))
    }

    fn member(&mut self, name: &str, empty: Value) -> &mut Value {
        self.0.entry(name).or_insert(empty)
    }

    fn body(mut self, types: &[&str], name: &str, required: bool) -> Self {
        let content: Map<String, Value> =
            types.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema(name) }))).collect();
        self.0.insert("requestBody".to_owned(), json!({ "required": required, "content": content }));
        self.refused(400, "The body cannot be read, or it asks for a scope that there is not")
            .refused(408, "The body did not arrive in time")
            .refused(413, "The body is too large")
            .refused(415, "Unsupported content type")
            .refused(422, "A value in the body cannot be used")
            .limited()
    }

    fn json(self, name: &str) -> Self {
        self.body(&[JSON], name, true)
    }

    fn optional_form_or_json(self, name: &str) -> Self {
        self.body(&[FORM, JSON], name, false)
    }

    fn form(self, name: &str) -> Self {
        self.body(&[FORM], name, true)
    }

    fn form_or_json(self, name: &str) -> Self {
        self.body(&[FORM, JSON], name, true)
    }

    /// 429 and 503 of the operation.
    fn limited(mut self) -> Self {
        for (status, name) in [("429", "TooManyRequests"), ("503", "Unavailable")] {
            self.member("responses", json!({}))[status] = json!({ "$ref": format!("#/components/responses/{name}") });
        }
        self
    }

    fn returns_as(mut self, status: u16, description: &str, kind: &str, name: &str) -> Self {
        let response = json!({ "description": description, "content": { kind: { "schema": schema(name) } } });
        self.member("responses", json!({}))[status.to_string()] = response;
        self
    }

    fn returns(self, status: u16, description: &str, name: &str) -> Self {
        self.returns_as(status, description, JSON, name)
    }

    fn returns_any(mut self, status: u16, kind: &str) -> Self {
        self.member("responses", json!({}))[status.to_string()] =
            json!({ "description": "Found", "content": { kind: {} } });
        self
    }

    /// Another content type of this response.
    fn also(mut self, status: u16, kind: &str) -> Self {
        self.member("responses", json!({}))[status.to_string()]["content"][kind] = json!({});
        self
    }

    fn lists(mut self, description: &str, name: &str) -> Self {
        let items = json!({ "schema": { "type": "array", "items": schema(name) } });
        let link = json!({ "Link": { "schema": { "type": "string" } } });
        self.member("responses", json!({}))["200"] =
            json!({ "description": description, "headers": link, "content": { JSON: items } });
        self
    }

    fn empty(mut self, status: u16, description: &str) -> Self {
        self.member("responses", json!({}))[status.to_string()] = json!({ "description": description });
        self
    }

    fn refused(mut self, status: u16, description: &str) -> Self {
        let response = json!({ "description": description, "content": { PROBLEM: { "schema": schema("Problem") } } });
        self.member("responses", json!({}))[status.to_string()] = response;
        self
    }

    /// The errors of OAuth's endpoints (RFC 6749 section 5.2).
    fn oauth_errors(mut self) -> Self {
        let responses = self.member("responses", json!({}));
        for (status, description) in [
            ("400", "The request is invalid"),
            ("401", "The client or caller is not authenticated"),
            ("403", "The caller may not do this"),
            ("429", "Too many requests"),
            ("503", "The service cannot answer now"),
        ] {
            let content = json!({ JSON: { "schema": schema("AuthOAuthError") } });
            responses[status] = json!({ "description": description, "content": content });
        }
        // RFC 6749 section 5.2: a body that cannot be read is 400 as well.
        if let Value::Object(responses) = responses {
            for status in ["408", "413", "415", "422"] {
                responses.remove(status);
            }
        }
        self
    }

    fn id(mut self, description: &str) -> Self {
        let id = json!({
            "name": "id", "in": "path", "required": true, "description": description, "schema": { "type": "string" },
        });
        if let Value::Array(parameters) = self.member("parameters", json!([])) {
            parameters.push(id);
        }
        self.refused(400, "The identifier is malformed").limited()
    }

    fn query(mut self, name: &str, kind: &str) -> Self {
        if let Value::Array(parameters) = self.member("parameters", json!([])) {
            parameters.push(json!({ "name": name, "in": "query", "schema": { "type": kind } }));
        }
        self
    }

    fn page(mut self) -> Self {
        let limit = json!({
            "name": "limit", "in": "query", "description": "The number of entries, 100 by default; a greater one than 1000 is 1000",
            "schema": { "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 },
        });
        if let Value::Array(parameters) = self.member("parameters", json!([])) {
            parameters.push(limit);
        }
        self.query("after", "string").refused(400, "A parameter of the query cannot be used").limited()
    }

    fn events(self) -> Self {
        let mut op = self.query("after", "string").query("kind", "string");
        if let Value::Array(parameters) = op.member("parameters", json!([])) {
            parameters.push(json!({
                "name": "limit", "in": "query", "description": "The number of events of a page, 100 by default; not for JSON lines",
                "schema": { "type": "integer", "minimum": 1, "maximum": 1000 },
            }));
            for (name, description) in [
                ("since", "Events of this time or later: RFC 3339, or a date"),
                ("until", "Events before this time: RFC 3339, or a date"),
            ] {
                let schema = json!({ "type": "string" });
                parameters.push(json!({ "name": name, "in": "query", "description": description, "schema": schema }));
            }
        }
        op.refused(400, "A parameter of the query cannot be used")
            .limited()
            .returns(200, "The events, and the `after` of the next page; all of them as JSON lines", "AuthEvents")
            .also(200, "application/x-ndjson")
    }
}
