//! What is wrong with the fields of a body, in the words of its type.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The names of the fields of a struct.
#[derive(Clone, Copy)]
pub(super) struct Fields(&'static [&'static str]);

impl Fields {
    /// The fields, if `T` is a struct.
    pub(super) fn of<T: DeserializeOwned>() -> Option<Self> {
        match T::deserialize(Probe::Fields).err()? {
            Asked::Fields(fields) => Some(Self(fields)),
            Asked::Value(_) | Asked::Nothing => None,
        }
    }

    /// The field that cannot be used, and why. `error` is serde's message, after the path. It is compared with the type's own
    /// names and not taken over: what a type's `Deserialize` adds to it may contain the input.
    pub(super) fn hint<T: DeserializeOwned>(self, error: &str) -> Option<String> {
        let named = |what: &str, field: &str| format!("{what} field `{field}`");
        let mut all = self.0.iter().flat_map(|field| [named("missing", field), named("duplicate", field)]);
        if let Some(found) = all.find(|message| error.starts_with(message.as_str())) {
            return Some(format!(": {found}"));
        }
        let after = |field: &str| error.strip_prefix(field).filter(|rest| rest.starts_with([':', '.', '[']));
        if let Some((field, rest)) = self.0.iter().find_map(|field| Some((*field, after(field)?))) {
            let expected = expected::<T>(field);
            let is_of_wrong_type = rest.starts_with(": invalid type: ");
            return Some(match expected {
                Some(expected) if is_of_wrong_type || expected.is_complete => {
                    format!(": `{field}` must be {}", expected.what)
                }
                _ => format!(": the value of `{field}` cannot be used"),
            });
        }
        // The path begins with the unknown name.
        error.contains("unknown field `").then(|| {
            let names: Vec<_> = self.0.iter().map(|field| format!("`{field}`")).collect();
            format!(": unknown field; the fields are {}", names.join(", "))
        })
    }
}

/// What the type of a field takes.
#[derive(Debug)]
struct Expectation {
    what: String,
    /// Every value of this description can be used.
    is_complete: bool,
}

fn expected<T: DeserializeOwned>(field: &'static str) -> Option<Expectation> {
    match T::deserialize(Probe::Field(field)).err()? {
        Asked::Value(expected) => Some(expected),
        Asked::Fields(_) | Asked::Nothing => None,
    }
}

/// A deserializer that fails with what it was asked for.
#[derive(Clone, Copy)]
enum Probe {
    /// The fields of a struct.
    Fields,
    /// The value of this field of a struct.
    Field(&'static str),
    /// A value.
    Value,
}

#[derive(Debug, thiserror::Error)]
#[error("not a value")]
enum Asked {
    Fields(&'static [&'static str]),
    Value(Expectation),
    Nothing,
}

impl Asked {
    fn any(what: &str) -> Self {
        Self::Value(Expectation { what: what.to_owned(), is_complete: false })
    }
}

impl de::Error for Asked {
    fn custom<M: Display>(_: M) -> Self {
        Self::Nothing
    }
}

macro_rules! answers {
    ($($method:ident $what:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
            Err(Asked::any($what))
        }
    )*};
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Asked;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked::Nothing)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Asked> {
        match self {
            Self::Fields => Err(Asked::Fields(fields)),
            Self::Field(field) => visitor.visit_map(OneField(Some(field))),
            Self::Value => Err(Asked::any("an object")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Asked> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Asked> {
        visitor.visit_some(self)
    }

    /// A type with a visitor of its own says what it takes, as a role does.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Asked> {
        let expected: &dyn Expected = &visitor;
        let what = expected.to_string();
        let is_complete = what.starts_with("one of `");
        let what = if is_complete { what } else { "a string".to_owned() };
        Err(Asked::Value(Expectation { what, is_complete }))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        let names: Vec<_> = variants.iter().map(|variant| format!("`{variant}`")).collect();
        let what = format!("one of {}", names.join(", "));
        Err(Asked::Value(Expectation { what, is_complete: true }))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Asked> {
        Err(Asked::any("an array"))
    }

    answers! {
        deserialize_bool "a boolean";
        deserialize_i8 "a whole number";
        deserialize_i16 "a whole number";
        deserialize_i32 "a whole number";
        deserialize_i64 "a whole number";
        deserialize_i128 "a whole number";
        deserialize_u8 "a whole number";
        deserialize_u16 "a whole number";
        deserialize_u32 "a whole number";
        deserialize_u64 "a whole number";
        deserialize_u128 "a whole number";
        deserialize_f32 "a number";
        deserialize_f64 "a number";
        deserialize_string "a string";
        deserialize_seq "an array";
        deserialize_map "an object";
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple_struct identifier ignored_any
    }
}

/// A map of one field, whose value is a [`Probe`].
struct OneField(Option<&'static str>);

impl<'de> MapAccess<'de> for OneField {
    type Error = Asked;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Asked> {
        self.0.take().map(|field| seed.deserialize(StrDeserializer::new(field))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Asked> {
        seed.deserialize(Probe::Value)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use serde::Deserialize;

    use super::*;

    struct Colour;

    impl<'de> Deserialize<'de> for Colour {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Name;
            impl Visitor<'_> for Name {
                type Value = Colour;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("one of `red`, `blue`")
                }
            }
            deserializer.deserialize_str(Name)
        }
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its fields are asked for")]
    struct Body {
        name: String,
        size: Option<u32>,
        tags: Vec<String>,
        colour: Option<Colour>,
    }

    #[test]
    fn a_hint_has_the_words_of_the_type_alone() {
        let fields = Fields::of::<Body>().unwrap();
        let hint = |error: &str| fields.hint::<Body>(error);
        for (error, expected) in [
            ("missing field `name` at line 1 column 2", Some(": missing field `name`")),
            ("size: invalid type: string \"x\", expected u32", Some(": `size` must be a whole number")),
            ("size: invalid value: integer `-1`, expected u32", Some(": the value of `size` cannot be used")),
            ("tags: invalid type: map, expected a sequence", Some(": `tags` must be an array")),
            ("tags[0]: invalid type: map, expected a string", Some(": the value of `tags` cannot be used")),
            ("colour: unknown colour `secret`", Some(": `colour` must be one of `red`, `blue`")),
            ("colour: unknown colour `missing field `name``", Some(": `colour` must be one of `red`, `blue`")),
            (
                "secret: unknown field `secret`, expected one of `name`",
                Some(": unknown field; the fields are `name`, `size`, `tags`, `colour`"),
            ),
            ("missing field `secret`", None),
            ("secret: invalid type", None),
        ] {
            assert_eq!(hint(error).as_deref(), expected, "{error}");
        }
        assert!(Fields::of::<String>().is_none());
    }
}
