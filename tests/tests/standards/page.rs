//! The text of the page.

use std::fmt::Write as _;

use crate::left_out::LEFT_OUT;
use crate::names::Covered;

const TITLES: &[(u32, &str)] = &[
    (3339, "Timestamps"),
    (4055, "RSA Algorithms in X.509"),
    (6749, "The OAuth 2.0 Authorization Framework"),
    (6750, "Bearer Token Usage"),
    (6819, "OAuth 2.0 Threat Model"),
    (7009, "OAuth 2.0 Token Revocation"),
    (7515, "JSON Web Signature (JWS)"),
    (7516, "JSON Web Encryption (JWE)"),
    (7517, "JSON Web Key (JWK)"),
    (7518, "JSON Web Algorithms (JWA)"),
    (7519, "JSON Web Token (JWT)"),
    (7520, "Examples of JOSE"),
    (7591, "OAuth 2.0 Dynamic Client Registration"),
    (7617, "The 'Basic' HTTP Authentication Scheme"),
    (7636, "Proof Key for Code Exchange"),
    (7638, "JWK Thumbprint"),
    (7662, "OAuth 2.0 Token Introspection"),
    (7800, "Proof-of-Possession Key Semantics for JWT"),
    (8037, "CFRG Elliptic Curves in JOSE"),
    (8176, "Authentication Method Reference Values"),
    (8414, "OAuth 2.0 Authorization Server Metadata"),
    (8705, "OAuth 2.0 Mutual-TLS"),
    (8725, "JWT Best Current Practices"),
    (9068, "JWT Profile for OAuth 2.0 Access Tokens"),
    (9110, "HTTP Semantics"),
    (9112, "HTTP/1.1"),
    (9207, "OAuth 2.0 Issuer Identification"),
    (9449, "Demonstrating Proof of Possession (DPoP)"),
    (9457, "Problem Details for HTTP APIs"),
    (9470, "Step Up Authentication Challenge"),
    (9700, "OAuth 2.0 Security Best Current Practice"),
    (9728, "OAuth 2.0 Protected Resource Metadata"),
    (9864, "Fully-Specified Algorithms for JOSE"),
];

pub(crate) fn title(rfc: u32) -> Option<&'static str> {
    TITLES.iter().find(|(number, _)| *number == rfc).map(|(_, title)| *title)
}

/// The page for `covered`, sorted.
pub(crate) fn write(covered: &[Covered]) -> String {
    let mut page = String::from(
        "# Standards\n\n\
         Which sections of which RFC a test holds the code to, and which are left out and why. Generated from the names of \
         the tests by `tests/tests/standards`; write it again with `UPDATE_SNAPSHOTS=1 cargo test -p auth-tests --test \
         standards`. A section that is in neither list has no requirement that applies here, or none that is tested.\n",
    );
    let mut rfcs: Vec<u32> = covered.iter().map(|test| test.rfc).chain(LEFT_OUT.iter().map(|left| left.0)).collect();
    rfcs.sort_unstable();
    rfcs.dedup();
    for rfc in rfcs {
        let _ = write!(page, "\n## RFC {rfc}: {}\n", title(rfc).unwrap_or_default());
        let tests: Vec<&Covered> = covered.iter().filter(|test| test.rfc == rfc).collect();
        if !tests.is_empty() {
            page.push_str("\n| section | tested promise | where |\n| --- | --- | --- |\n");
        }
        for test in tests {
            let link = format!("[{}](../{})", test.file.trim_start_matches("tests/tests/"), test.file);
            let _ = writeln!(page, "| {} | {} | {link} |", test.section(), test.promise);
        }
        let left: Vec<_> = LEFT_OUT.iter().filter(|left| left.0 == rfc).collect();
        if !left.is_empty() {
            page.push_str("\nLeft out:\n\n");
        }
        for (_, section, why) in left {
            let _ = writeln!(page, "- section {section}: {why}");
        }
    }
    page
}
