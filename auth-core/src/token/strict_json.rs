//! JSON without duplicate member names, at every depth.
//!
//! RFC 7515 section 4 and RFC 7519 section 4 allow refusing duplicates or using the last. Two parsers that use
//! different ones would read two different tokens.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

const NUMBER: &str = "$serde_json::private::Number";

/// Parses a JSON object.
pub(crate) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Strict(Value::Object(members))) => Some(members),
        _ => None,
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate names")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            // With the feature `arbitrary_precision`, which any crate of the build can enable, serde_json passes a number as
            // an object.
            if name == NUMBER && map.is_empty() {
                let number = value.as_str().and_then(|text| text.parse().ok());
                return number.map(Value::Number).ok_or_else(|| A::Error::custom("not a number"));
            }
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member name"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::object;

    #[test]
    fn a_number_is_a_number_in_either_form() {
        let read = object(br#"{"exp":{"$serde_json::private::Number":"1800000000"},"f":1.5}"#).unwrap();
        assert_eq!(serde_json::Value::from(read), json!({ "exp": 1_800_000_000, "f": 1.5 }));
        for refused in ["[]", "x", "{}", "null"] {
            assert!(
                object(format!(r#"{{"exp":{{"$serde_json::private::Number":"{refused}"}}}}"#).as_bytes()).is_none()
            );
        }
    }
}
