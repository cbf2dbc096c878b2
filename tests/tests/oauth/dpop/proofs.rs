//! Section 4.3: the checks of a proof, at the token endpoint and at a resource.

use auth_core::ProofError;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::{Bound, Draft, LOGIN, Prover, encoded, hash, proof, send};
use crate::service::Answer;

/// A service, a key, and a token that is bound to it.
struct Rules {
    service: Bound,
    prover: Prover,
    token: String,
}

impl Rules {
    async fn new() -> Self {
        Self::of(Prover::es256()).await
    }

    async fn of(prover: Prover) -> Self {
        let service = Bound::optional().await;
        let token = service.login(Some(&prover.for_tokens(&service))).await.access();
        Self { service, prover, token }
    }

    fn for_tokens(&self) -> Draft {
        self.prover.draft(&self.service, "POST", "/auth/token")
    }

    fn for_use(&self) -> Draft {
        self.prover.draft(&self.service, "GET", "/me").with_token(&self.token)
    }

    /// This change to a valid proof has it refused in both places, for this reason.
    async fn refuse(&self, reason: ProofError, case: &str, change: impl Fn(&mut Draft)) {
        self.refuse_signed(reason, case, |draft| {
            change(draft);
            draft.signed_by(&self.prover)
        })
        .await;
    }

    async fn refuse_signed(&self, reason: ProofError, case: &str, sign: impl Fn(&mut Draft) -> String) {
        let answer = self.service.login(Some(&sign(&mut self.for_tokens()))).await;
        answer.is_error(400, "invalid_dpop_proof");
        self.service.reasons.are(&proof(reason), case);
        let answer = self.service.get_me(&self.token, &sign(&mut self.for_use())).await;
        answer.is_refused_use("invalid_dpop_proof", case);
        self.service.reasons.are(&proof(reason), case);
    }

    /// A valid proof with this change is still accepted.
    async fn take(&self, case: &str, change: impl Fn(&mut Draft)) {
        let (mut for_tokens, mut for_use) = (self.for_tokens(), self.for_use());
        change(&mut for_tokens);
        change(&mut for_use);
        let answer = self.service.login(Some(&for_tokens.signed_by(&self.prover))).await;
        assert_eq!(answer.status, 200, "{case}: {} {:?}", answer.body, self.service.reasons.take());
        let answer = self.service.get_me(&self.token, &for_use.signed_by(&self.prover)).await;
        assert_eq!(answer.status, 200, "{case}: {} {:?}", answer.body, self.service.reasons.take());
    }
}

fn put(members: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}

#[tokio::test]
async fn rfc9449_s4_3_there_is_one_proof() {
    let rules = Rules::new().await;
    let proofs = [rules.for_tokens().signed_by(&rules.prover), rules.for_tokens().signed_by(&rules.prover)];
    let headers = [("DPoP", proofs[0].as_str()), ("DPoP", proofs[1].as_str())];
    send(&rules.service, Method::POST, "/auth/token", &headers, LOGIN).await.is_error(400, "invalid_dpop_proof");
    rules.service.reasons.are(&proof(ProofError::Twice), "two headers");
    let (authorization, use_) = (format!("DPoP {}", rules.token), rules.for_use().signed_by(&rules.prover));
    let headers = [("Authorization", authorization.as_str()), ("DPoP", &use_), ("DPoP", &use_)];
    let answer = send(&rules.service, Method::GET, "/me", &headers, &[]).await;
    answer.is_refused_use("invalid_dpop_proof", "two headers");
    rules.service.reasons.are(&proof(ProofError::Twice), "two headers");
    let answer = send(&rules.service, Method::GET, "/me", &headers[..1], &[]).await;
    answer.is_refused_use("invalid_dpop_proof", "no header");
    rules.service.reasons.are(&proof(ProofError::Missing), "no header");
    let listed = format!("{}, {}", proofs[0], proofs[1]);
    rules.refuse_signed(ProofError::Malformed, "a list", |_| listed.clone()).await;
}

#[tokio::test]
async fn rfc9449_s4_3_it_is_a_well_formed_jwt() {
    let rules = Rules::new().await;
    let good = rules.for_tokens();
    let (header, claims) = (Value::from(good.header.clone()).to_string(), Value::from(good.claims.clone()).to_string());
    let mut long = good.claims.clone();
    put(&mut long, "x", "x".repeat(8 * 1024).into());
    let long = Value::from(long).to_string();
    for (case, text) in [
        ("empty", String::new()),
        ("a word", "proof".to_owned()),
        ("two parts", encoded(&header, &claims)),
        ("four parts", format!("{}.e30", rules.prover.sign(&encoded(&header, &claims)))),
        ("no JSON", rules.prover.sign(&encoded("header", &claims))),
        ("an array", rules.prover.sign(&encoded("[]", &claims))),
        ("no claims", rules.prover.sign(&encoded(&header, "claims"))),
        ("an array of claims", rules.prover.sign(&encoded(&header, "[]"))),
        ("padding", rules.prover.sign(&format!("{}=.e30", encoded(&header, &claims).split('.').next().unwrap()))),
        ("too long", rules.prover.sign(&encoded(&header, &long))),
    ] {
        rules.refuse_signed(ProofError::Malformed, case, |_| text.clone()).await;
    }
    let bytes = HeaderValue::from_bytes(b"\xE9.\xE9.\xE9").unwrap();
    let request =
        rules.service.http.post(format!("{}/auth/token", rules.service.url)).header("DPoP", bytes).form(LOGIN);
    Answer::of(request.send().await.unwrap()).await.is_error(400, "invalid_dpop_proof");
    rules.service.reasons.are(&proof(ProofError::Malformed), "bytes");
}

#[tokio::test]
async fn rfc9449_s4_3_no_member_is_doubled() {
    let rules = Rules::new().await;
    let doubled = |draft: &Draft, part: usize, name: &str| {
        let mut parts = [Value::from(draft.header.clone()).to_string(), Value::from(draft.claims.clone()).to_string()];
        let value = if part == 0 { &draft.header[name] } else { &draft.claims[name] };
        parts[part] = format!("{{\"{name}\":{value},{}", &parts[part][1..]);
        rules.prover.sign(&encoded(&parts[0], &parts[1]))
    };
    for name in ["typ", "alg", "jwk"] {
        rules.refuse_signed(ProofError::Malformed, name, |draft| doubled(draft, 0, name)).await;
    }
    for name in ["jti", "htm", "htu", "iat"] {
        rules.refuse_signed(ProofError::Malformed, name, |draft| doubled(draft, 1, name)).await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_every_claim_is_there_and_of_its_type() {
    let rules = Rules::new().await;
    for name in ["jti", "htm", "htu", "iat"] {
        rules.refuse(ProofError::Claims, name, |draft| drop(draft.claims.remove(name))).await;
        for wrong in [Value::Null, json!(["x"]), json!({}), json!(true)] {
            rules.refuse(ProofError::Claims, name, |draft| put(&mut draft.claims, name, wrong.clone())).await;
        }
    }
    for name in ["jti", "htm", "htu"] {
        rules.refuse(ProofError::Claims, name, |draft| put(&mut draft.claims, name, 1.into())).await;
    }
    rules.refuse(ProofError::Claims, "iat", |draft| put(&mut draft.claims, "iat", "now".into())).await;
    rules.refuse(ProofError::Claims, "iat", |draft| put(&mut draft.claims, "iat", json!(1e300))).await;
    rules.refuse(ProofError::Claims, "jti", |draft| put(&mut draft.claims, "jti", "".into())).await;
    rules.take("more claims", |draft| put(&mut draft.claims, "nonce", json!({ "a": 1 }))).await;
}

#[tokio::test]
async fn rfc9449_s4_3_its_type_is_dpop_jwt() {
    let rules = Rules::new().await;
    let reason = ProofError::Header("`typ` is not `dpop+jwt`");
    rules.refuse(reason, "none", |draft| drop(draft.header.remove("typ"))).await;
    for typ in [json!("JWT"), json!("at+jwt"), json!("dpop"), json!("DPoP+JWT2"), json!(""), json!(1), Value::Null] {
        rules.refuse(reason, "another", |draft| put(&mut draft.header, "typ", typ.clone())).await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_its_algorithm_is_asymmetric_and_supported() {
    let rules = Rules::new().await;
    let reason = ProofError::Header("unsupported `alg`");
    for alg in [json!("none"), json!("None"), json!("HS256"), json!("ES384"), json!("RS512"), json!(""), json!(256)] {
        rules.refuse(reason, "alg", |draft| put(&mut draft.header, "alg", alg.clone())).await;
    }
    rules.refuse(reason, "alg", |draft| drop(draft.header.remove("alg"))).await;
    // A secret in the header, and a signature by that secret.
    let secret =
        Prover { key: EncodingKey::from_secret(b"secret").unwrap(), algorithm: Algorithm::HS256, ..Prover::es256() };
    rules
        .refuse_signed(reason, "a secret", |draft| {
            put(&mut draft.header, "alg", "HS256".into());
            put(&mut draft.header, "jwk", json!({ "kty": "oct", "k": "c2VjcmV0" }));
            draft.signed_by(&secret)
        })
        .await;
}

#[tokio::test]
async fn rfc9449_s4_3_every_supported_algorithm_is_accepted() {
    for prover in [Prover::es256(), Prover::eddsa(), Prover::rsa(Algorithm::RS256), Prover::rsa(Algorithm::PS256)] {
        let case = format!("{:?}", prover.algorithm);
        let rules = Rules::of(prover).await;
        rules.take(&case, |_| ()).await;
        // As a browser writes it.
        rules
            .take(&case, |draft| {
                let jwk = draft.header["jwk"].as_object_mut().unwrap();
                jwk.retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
            })
            .await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_its_signature_is_by_the_key_in_its_header() {
    let rules = Rules::new().await;
    let another = Prover::another();
    rules.refuse_signed(ProofError::Signature, "of another key", |draft| draft.signed_by(&another)).await;
    rules
        .refuse_signed(ProofError::Signature, "changed afterwards", |draft| {
            let signed = draft.signed_by(&rules.prover);
            put(&mut draft.claims, "jti", "another".into());
            let changed = draft.signed_by(&rules.prover);
            let (message, _) = changed.rsplit_once('.').unwrap();
            format!("{message}.{}", signed.rsplit_once('.').unwrap().1)
        })
        .await;
    rules
        .refuse_signed(ProofError::Signature, "none", |draft| {
            let signed = draft.signed_by(&rules.prover);
            format!("{}.", signed.rsplit_once('.').unwrap().0)
        })
        .await;
    // The key determines the algorithm: a P-256 key signs with no other.
    rules.refuse(ProofError::Key, "of another algorithm", |draft| put(&mut draft.header, "alg", "EdDSA".into())).await;
}

#[tokio::test]
async fn rfc9449_s4_3_its_key_is_in_its_header_and_public() {
    let rules = Rules::new().await;
    let missing = ProofError::Header("missing `jwk`");
    rules.refuse(missing, "none", |draft| drop(draft.header.remove("jwk"))).await;
    for jwk in [Value::Null, json!("key"), json!([rules.prover.jwk])] {
        rules.refuse(missing, "no object", |draft| put(&mut draft.header, "jwk", jwk.clone())).await;
    }
    // With any value, `null` included.
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for value in [Value::Null, json!("AQAB"), json!(1)] {
            rules.refuse(ProofError::Key, private, |draft| draft.header["jwk"][private] = value.clone()).await;
        }
    }
}

#[tokio::test]
async fn rfc9449_s4_3_a_weak_key_is_refused() {
    let rules = Rules::new().await;
    // A key of 1024 bits, and exponents with which every message is its own signature.
    for (len, e) in [(128, "AQAB"), (256, "AQ"), (256, "AA")] {
        let n = BASE64_URL_SAFE_NO_PAD.encode(vec![0xC1; len]);
        rules
            .refuse(ProofError::Key, "RSA", |draft| {
                put(&mut draft.header, "alg", "RS256".into());
                put(&mut draft.header, "jwk", json!({ "kty": "RSA", "n": n, "e": e }));
            })
            .await;
    }
    let jwk = |name: &'static str, value: Value| move |draft: &mut Draft| draft.header["jwk"][name] = value.clone();
    rules.refuse(ProofError::Key, "off its curve", jwk("x", rules.prover.jwk["y"].clone())).await;
    rules.refuse(ProofError::Key, "of another type", jwk("kty", json!("oct"))).await;
    rules.refuse(ProofError::Key, "of another curve", jwk("crv", json!("P-384"))).await;
    rules.refuse(ProofError::Key, "for encryption", jwk("use", json!("enc"))).await;
    rules.refuse(ProofError::Key, "for another operation", jwk("key_ops", json!(["deriveKey"]))).await;
    rules.refuse(ProofError::Key, "for another algorithm", jwk("alg", json!("RS256"))).await;
    rules.take("for this", jwk("use", json!("sig"))).await;
}

#[tokio::test]
async fn rfc9449_s4_3_another_key_or_an_extension_is_refused() {
    let rules = Rules::new().await;
    let reason = ProofError::Header("unsupported `jku`, `x5u`, `x5c`, `crit`, `zip` or `b64`");
    for (name, value) in [
        ("jku", json!("https://keys.example/jwks.json")),
        ("x5u", json!("https://keys.example/cert.pem")),
        ("x5c", json!(["MII"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
    ] {
        rules.refuse(reason, name, |draft| put(&mut draft.header, name, value.clone())).await;
    }
    rules.take("a name for the key", |draft| put(&mut draft.header, "kid", "key 1".into())).await;
}

#[tokio::test]
async fn rfc9449_s4_3_it_is_for_this_method() {
    let rules = Rules::new().await;
    for method in ["PUT", "post", "get", "HEAD", "", "POST, GET", "*"] {
        rules.refuse(ProofError::Method, method, |draft| put(&mut draft.claims, "htm", method.into())).await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_it_is_for_this_address() {
    let rules = Rules::new().await;
    let with = |change: fn(&str) -> String| {
        move |draft: &mut Draft| {
            let htu = change(draft.claims["htu"].as_str().unwrap());
            put(&mut draft.claims, "htu", htu.into());
        }
    };
    for (case, change) in [
        ("another path", (|_| "https://issuer.example/reports".to_owned()) as fn(&str) -> String),
        ("a longer path", |htu| format!("{htu}/")),
        ("a shorter path", |htu| htu[..htu.len() - 1].to_owned()),
        ("another case of the path", |htu| htu.replace("/me", "/Me").replace("/auth", "/Auth")),
        ("another host", |htu| htu.replace("issuer.example", "issuer.example.com")),
        ("another port", |htu| htu.replace("issuer.example", "issuer.example:444")),
        ("without TLS", |htu| htu.replace("https", "http")),
        ("with a user", |htu| htu.replace("://", "://issuer.example@")),
        ("no host", |htu| htu.replace("https://issuer.example", "")),
        ("the address of the socket", |_| "http://127.0.0.1/me".to_owned()),
        ("nothing", |_| String::new()),
    ] {
        rules.refuse(ProofError::Address, case, with(change)).await;
    }
    for (case, change) in [
        ("another case", (|htu| htu.replace("https://issuer", "HTTPS://Issuer")) as fn(&str) -> String),
        ("the usual port", |htu| htu.replace("issuer.example", "issuer.example:443")),
        ("needless escapes", |htu| htu.replace("/m", "/%6D").replace("/a", "/%61")),
        ("dot segments", |htu| htu.replace(".example/", ".example/a/.././")),
        ("query and fragment", |htu| format!("{htu}?a=b#c")),
    ] {
        rules.take(case, with(change)).await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_the_query_is_ignored() {
    let rules = Rules::new().await;
    let (authorization, used) = (format!("DPoP {}", rules.token), rules.for_use().signed_by(&rules.prover));
    let headers = [("Authorization", authorization.as_str()), ("DPoP", &used)];
    assert_eq!(send(&rules.service, Method::GET, "/me?page=2", &headers, &[]).await.status, 200);
}

#[tokio::test]
async fn rfc9449_s4_3_the_host_header_of_a_request_is_ignored() {
    let rules = Rules::new().await;
    let authorization = format!("DPoP {}", rules.token);
    let mut elsewhere = rules.for_use();
    put(&mut elsewhere.claims, "htu", "https://evil.example/me".into());
    let used = elsewhere.signed_by(&rules.prover);
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("DPoP", &used),
    ];
    let answer = send(&rules.service, Method::GET, "/me", &headers, &[]).await;
    answer.is_refused_use("invalid_dpop_proof", "another host");
    rules.service.reasons.are(&proof(ProofError::Address), "another host");
}

#[tokio::test]
async fn rfc9449_s4_3_it_was_issued_within_the_last_minute() {
    let rules = Rules::new().await;
    let made = |secs: f64| {
        move |draft: &mut Draft| {
            let iat = draft.claims["iat"].as_f64().unwrap() + secs;
            put(&mut draft.claims, "iat", json!(iat));
        }
    };
    // A minute, and 5 seconds of clock skew.
    for secs in [-64.0, -1.0, -0.5, 0.25, 5.0] {
        rules.take(&format!("{secs}"), made(secs)).await;
    }
    for secs in [-65.0, -66.5, -3600.0, -1.8e9, 6.0, 7.5, 3600.0, 1e15] {
        rules.refuse(ProofError::Time, &format!("{secs}"), made(secs)).await;
    }
}

#[tokio::test]
async fn rfc9449_s4_3_exp_and_nbf_are_checked() {
    let rules = Rules::new().await;
    let at = |name: &'static str, secs: i64| {
        move |draft: &mut Draft| {
            let time = draft.claims["iat"].as_i64().unwrap() + secs;
            put(&mut draft.claims, name, time.into());
        }
    };
    rules.take("ends later", at("exp", 1)).await;
    rules.refuse(ProofError::Time, "ended", at("exp", -5)).await;
    rules.refuse(ProofError::Time, "not begun", at("nbf", 6)).await;
    rules.refuse(ProofError::Claims, "no time", |draft| put(&mut draft.claims, "exp", "soon".into())).await;
}

#[tokio::test]
async fn rfc9449_s4_3_it_expires() {
    let rules = Rules::new().await;
    let used = rules.for_use().signed_by(&rules.prover);
    rules.service.advance(65);
    rules.service.get_me(&rules.token, &used).await.is_refused_use("invalid_dpop_proof", "too old");
    rules.service.reasons.are(&proof(ProofError::Time), "too old");
}

#[tokio::test]
async fn rfc9449_s4_3_at_a_resource_it_is_for_the_token() {
    let rules = Rules::new().await;
    let another = rules.service.login(Some(&rules.prover.for_tokens(&rules.service))).await.access();
    for (case, reason, ath) in [
        ("none", ProofError::Token, None),
        ("another token's", ProofError::Token, Some(json!(hash(&another)))),
        ("the token itself", ProofError::Token, Some(json!(rules.token))),
        ("padded", ProofError::Token, Some(json!(format!("{}=", hash(&rules.token))))),
        ("empty", ProofError::Token, Some(json!(""))),
        ("null", ProofError::Claims, Some(Value::Null)),
        ("a list", ProofError::Claims, Some(json!([hash(&rules.token)]))),
    ] {
        let mut draft = rules.for_use();
        match ath {
            Some(ath) => put(&mut draft.claims, "ath", ath),
            None => drop(draft.claims.remove("ath")),
        }
        let answer = rules.service.get_me(&rules.token, &draft.signed_by(&rules.prover)).await;
        answer.is_refused_use("invalid_dpop_proof", case);
        rules.service.reasons.are(&proof(reason), case);
    }
}
