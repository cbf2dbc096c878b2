//! Project Wycheproof's cases for JSON Web Signature, all of them.

use std::collections::BTreeMap;

use auth_core::testing::open_jws;
use serde_json::Value;

const CASES: &str = include_str!("../../vectors/wycheproof/json_web_signature_test.json");

/// Why a case that Wycheproof calls valid is refused here.
fn refused_for_a_reason(id: u64) -> Option<&'static str> {
    Some(match id {
        264..=271 => "RS384 and RS512 are not offered",
        320..=323 | 325..=328 => "PS384 and PS512 are not offered",
        346 | 350 => "the key says PS256, and the token was signed by PS384: a key is bound to its algorithm",
        347 | 351 => "P-521 is not offered, and the key's `ES521` is no algorithm",
        372 | 373 => "the character `?` is not base64url (RFC 7515 section 2)",
        _ => return None,
    })
}

/// Cases that Wycheproof calls invalid and that are identical to a valid case: their padding is missing.
const SAME_AS_VALID: &[(u64, u64)] = &[(367, 357), (370, 357)];

fn token(case: &Value) -> String {
    case["jws"].as_str().map_or_else(|| case["jws"].to_string(), str::to_owned)
}

fn case(cases: &Value, id: u64) -> (String, &Value) {
    let groups = cases["testGroups"].as_array().unwrap().iter();
    let mut found = groups.filter_map(|group| {
        let key = group.get("public").or(group.get("private")).unwrap().to_string();
        Some((key, group["tests"].as_array().unwrap().iter().find(|case| case["tcId"] == id)?))
    });
    found.next_back().unwrap()
}

#[test]
fn rfc7515_s5_2_every_case_of_wycheproof_is_decided_as_stated_or_for_a_named_reason() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let mut wrong = Vec::new();
    let mut count = BTreeMap::new();
    for group in cases["testGroups"].as_array().unwrap() {
        let key = group.get("public").or(group.get("private")).unwrap().to_string();
        for case in group["tests"].as_array().unwrap() {
            let id = case["tcId"].as_u64().unwrap();
            let verdict = open_jws(&key, &token(case));
            let expected = if let Some((_, twin)) = SAME_AS_VALID.iter().find(|(same, _)| *same == id) {
                assert_eq!(token(case), token(self::case(&cases, *twin).1));
                true
            } else {
                case["result"] == "valid" && refused_for_a_reason(id).is_none()
            };
            *count.entry((case["result"].to_string(), verdict.is_ok())).or_insert(0) += 1;
            if verdict.is_ok() != expected {
                wrong.push(format!("{id} {}: {} here {verdict:?}", case["comment"], case["result"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let count = |result: &str, accepted| count.get(&(format!("\"{result}\""), accepted)).copied().unwrap_or(0);
    assert_eq!((count("valid", true), count("valid", false)), (24, 22));
    assert_eq!((count("invalid", true), count("invalid", false)), (2, 353));
}
