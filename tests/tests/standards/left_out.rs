//! Sections that are not implemented, and why.

/// RFC, section, reason.
pub(crate) const LEFT_OUT: &[(u32, &str, &str)] = &[
    (
        6749,
        "3.1, 4.1, 4.2, 4.4",
        "no authorization endpoint and no client_credentials: users of the service's own log in by password, programs have API keys, and delegated access is an identity provider's work",
    ),
    (
        6749,
        "2.4",
        "unregistered clients: a client that is not known is refused, and the service's own needs no registration",
    ),
    (6749, "4.5", "extension grants: none is offered, so each is an unsupported grant type"),
    (7009, "2.3", "cross-origin requests by JSONP would put tokens into URLs"),
    (
        7515,
        "4.1.2",
        "`jku` is refused in tokens of this service and ignored in those of others: keys are never fetched from where a token says",
    ),
    (7515, "4.1.5", "`x5u` is refused, for the same reason"),
    (7515, "7.2", "the JSON serialisation is no form of a bearer token"),
    (7515, "A.5", "unsecured JWS (`alg: none`) is refused"),
    (7516, "3", "encrypted tokens (JWE) are not read: an access token here holds nothing to hide from its bearer"),
    (7517, "4.7", "certificates in JWK (`x5c`, `x5t`) are ignored: the key itself is what is trusted"),
    (7517, "8", "encrypted JWK: keys come from files that only the service can read"),
    (
        7518,
        "3.2 to 3.5 with SHA-384 and SHA-512",
        "HS384, HS512, RS384, RS512, PS384, PS512, ES384 and ES512 are not offered: each has a sibling of 256 bits that is, and that is enough",
    ),
    (7519, "6", "unsecured JWT are refused"),
    (7520, "5", "examples of encryption"),
    (8037, "3.2", "key agreement (X25519, X448)"),
    (
        7662,
        "2.1 with a token of the protected resource",
        "a resource server asks by an API key or as a client, and not by an access token of its own",
    ),
    (8414, "2.1", "signed metadata: the issuer itself serves it over TLS, and this service reads no other issuer's"),
    (8414, "5", "the place of OpenID Connect discovery: this is no OpenID provider, and does not look like one"),
    (9068, "4, decryption", "encrypted tokens (JWE) are not read"),
    (
        9449,
        "8, 9",
        "no nonces: a proof is valid once and for a minute, so an attacker who could use the key for a while can use a proof made in advance within that minute",
    ),
    (9449, "10", "there is no authorization endpoint whose codes could be bound"),
];
