//! A serde deserializer for environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{SettingsError, unknown};

/// The longest file. A list of a hundred clients has about 20 KiB.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The prefix of every setting.
pub(super) const PREFIX: &str = "AUTH_";

/// Variables whose value may come from a file, and the variables that name the file.
pub(super) const FILES: [(&str, &str); 7] = [
    ("AUTH_API_KEYS", "AUTH_API_KEYS_FILE"),
    ("AUTH_CLIENTS", "AUTH_CLIENTS_FILE"),
    ("AUTH_LEGACY_SECRET", "AUTH_LEGACY_SECRET_FILE"),
    ("AUTH_MFA_KEY", "AUTH_MFA_KEY_FILE"),
    ("AUTH_AUDIT_KEY", "AUTH_AUDIT_KEY_FILE"),
    ("AUTH_SECRET", "AUTH_SECRET_FILE"),
    ("AUTH_TRUSTED_ISSUERS", "AUTH_TRUSTED_ISSUERS_FILE"),
];

/// The variables that begin with [`PREFIX`]. Deserializes a struct whose fields have their names, and warns about
/// variables without a field.
pub(super) struct Environment(BTreeMap<String, OsString>);

impl Environment {
    pub(super) fn of_process() -> Self {
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect()
    }

    /// An empty value is an error.
    fn variable(&self, name: &'static str) -> Result<Option<String>, Invalid> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        match value.to_str().map(trimmed) {
            Some("") => Err(Invalid::new(name, "the value is empty; set a value or unset the variable")),
            Some(value) => Ok(Some(value.to_owned())),
            None => Err(Invalid::new(name, "the value is not valid UTF-8")),
        }
    }

    /// The value of a variable or of its file, with the name of the variable that is set.
    fn value(&self, name: &'static str) -> Result<Option<(&'static str, String)>, Invalid> {
        let own = self.variable(name)?;
        let Some((_, file)) = FILES.into_iter().find(|(of, _)| *of == name) else {
            return Ok(own.map(|value| (name, value)));
        };
        match (own, self.variable(file)?) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some((name, value))),
            (None, Some(path)) => {
                let text = read(&path).map_err(|problem| Invalid::new(file, problem))?;
                Ok(Some((file, text.expose_secret().to_owned())))
            }
            (Some(_), Some(_)) => Err(Invalid::new(name, format!("{file} is also set; unset one of the two"))),
        }
    }
}

impl FromIterator<(String, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, OsString)>>(variables: I) -> Self {
        // In any case: a name in lower case is none of ours, and is warned of.
        let has_prefix = |name: &str| name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        Self(variables.into_iter().filter(|(name, _)| has_prefix(name)).collect())
    }
}

/// The trimmed text of a file.
pub(super) fn read(path: &str) -> Result<SecretString, String> {
    let text = contents(path)
        .map_err(|error| format!("cannot read {}: {error}; name a file that this user can read", shown(path)))?;
    Ok(trimmed(&text).to_owned().into())
}

/// The text of a file or a pipe. A device may have no end.
fn contents(path: &str) -> io::Result<Zeroizing<String>> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    #[cfg(unix)]
    let is_pipe = std::os::unix::fs::FileTypeExt::is_fifo(&kind);
    #[cfg(not(unix))]
    let is_pipe = false;
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    if !kind.is_file() && !is_pipe {
        return Err(refused("it is neither a file nor a pipe".to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(refused(format!("it has over {} KiB", MAX_FILE_BYTES / 1024)));
    }
    Ok(text)
}

/// A path for a message. What does not look like one may be the secret itself, in the wrong variable.
pub(super) fn shown(path: &str) -> &str {
    if path.starts_with(['/', '.']) { path } else { "the file that it names" }
}

/// The text without the line end, white space and byte order mark that files and secret stores add.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

impl<'de> Deserializer<'de> for &Environment {
    type Error = Invalid;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Invalid> {
        unknown::warn(self.0.keys().map(String::as_str), fields);
        visitor.visit_map(Set { environment: self, fields: fields.iter(), next: None })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Invalid> {
        Err(Invalid::custom("the environment deserializes only into a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields whose variables are set.
struct Set<'a> {
    environment: &'a Environment,
    fields: std::slice::Iter<'static, &'static str>,
    next: Option<(&'static str, String)>,
}

impl<'de> MapAccess<'de> for Set<'_> {
    type Error = Invalid;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Invalid> {
        for field in self.fields.by_ref() {
            self.next = self.environment.value(field)?;
            if self.next.is_some() {
                return seed.deserialize((*field).into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Invalid> {
        let (source, text) =
            self.next.take().ok_or_else(|| Invalid::custom("`next_value` was called without `next_key`"))?;
        seed.deserialize(Value(text)).map_err(|invalid| Invalid { variable: source, ..invalid })
    }
}

/// The text of one variable.
struct Value(String);

impl<'de> Deserializer<'de> for Value {
    type Error = Invalid;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Invalid> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Invalid> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Invalid> {
        visitor.visit_enum(StringDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// An invalid variable. Unlike serde's own errors it never contains the value, which may be a secret.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub(super) struct Invalid {
    variable: &'static str,
    problem: String,
}

impl Invalid {
    fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

impl From<Invalid> for SettingsError {
    fn from(invalid: Invalid) -> Self {
        Self::new(invalid.variable, invalid.problem)
    }
}

impl de::Error for Invalid {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::new(PREFIX, problem.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("expected one of `{}`", expected.join("`, `")))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::service::settings::variables::Variables;

    fn read(variables: &[(&str, &str)]) -> Result<Variables, String> {
        let environment: Environment =
            variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
        Variables::deserialize(&environment).map_err(|invalid| invalid.to_string())
    }

    fn error(variables: &[(&str, &str)]) -> String {
        read(variables).err().unwrap_or_else(|| panic!("{variables:?} was accepted"))
    }

    #[test]
    fn an_error_names_the_variable_and_never_the_value() {
        assert!(error(&[("AUTH_ISSUER", "\n")]).contains("is empty"));
        assert_eq!(read(&[("AUTH_ISSUER", "https://a.example\n")]).unwrap().auth_issuer.unwrap(), "https://a.example");
        assert_eq!(error(&[("AUTH_ISSUER", "")]), "AUTH_ISSUER: the value is empty; set a value or unset the variable");
        assert_eq!(error(&[("AUTH_DPOP", "hunter2")]), "AUTH_DPOP: expected one of `off`, `optional`, `required`");
        assert_eq!(error(&[("AUTH_LEGACY_SUBJECT", "hunter2")]), "AUTH_LEGACY_SUBJECT: expected one of `id`, `login`");
        // Of these each text is a value.
        let texts = ["AUTH_ISSUER", "AUTH_AUDIENCE", "AUTH_LEGACY_SUBJECT_CLAIM"];
        let files = FILES.map(|(_, file)| file);
        for name in unknown::tests::fields().iter().map(String::as_str).chain(files) {
            for value in ["hunter2", "10 hunter2", "hunter2 account 20/h", "[\"hunter2\"]", "https://hunter2@"] {
                let Some(error) = read(&[(name, value)]).err() else {
                    assert!(texts.contains(&name), "{name}={value}");
                    continue;
                };
                assert!(error.starts_with(&format!("{name}: ")) && !error.contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn a_duration_has_a_unit_of_a_fixed_length() {
        let ttl = |text: &str| read(&[("AUTH_ACCESS_TTL", text)]).map(|set| set.auth_access_ttl.unwrap().0.as_millis());
        for (text, millis) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("15m", 900_000),
            ("15min", 900_000),
            ("1h 30m", 5_400_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("2w", 1_209_600_000),
            ("0s", 0),
        ] {
            assert_eq!(ttl(text), Ok(millis), "{text}");
        }
        for text in ["15M", "1month", "2months", "1y", "8000years", "1d 2M"] {
            assert!(ttl(text).unwrap_err().contains("have no fixed length"), "{text}");
        }
        for text in ["15", "soon", "-1s", "5us", "5ns", "99999999999999999999s"] {
            assert!(ttl(text).unwrap_err().contains("not a duration"), "{text}");
        }
    }

    #[test]
    fn addresses_that_would_not_take_effect_are_refused() {
        for urls in [",", "https://a.example,", "http://a?q", "http://a#f", "a.example", "https://a.example:99999"] {
            assert!(error(&[("AUTH_DPOP_URLS", urls)]).starts_with("AUTH_DPOP_URLS: write"), "{urls}");
        }
        assert!(read(&[("AUTH_DPOP_URLS", "https://a.example, https://b.example/prefix")]).is_ok());
        for origins in ["https://a.example:99999", "https://*.example.com", "https://a.example,"] {
            assert!(
                error(&[("AUTH_BROWSER_ORIGINS", origins)]).starts_with("AUTH_BROWSER_ORIGINS: write"),
                "{origins}"
            );
        }
        for proxies in ["0.0.0.0/0", "::/0"] {
            assert!(error(&[("AUTH_TRUSTED_PROXIES", proxies)]).contains("length 0"), "{proxies}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_to_an_end_and_never_a_device() {
        assert!(error(&[("AUTH_LEGACY_SECRET_FILE", "/dev/zero")]).contains("neither a file nor a pipe"));
        let folder = tempfile::tempdir().unwrap();
        assert!(error(&[("AUTH_LEGACY_SECRET_FILE", folder.path().to_str().unwrap())]).contains("neither a file"));
        let path = folder.path().join("long");
        std::fs::write(&path, "b7Qm".repeat(16 * 1024 + 1)).unwrap();
        assert!(error(&[("AUTH_LEGACY_SECRET_FILE", path.to_str().unwrap())]).contains("over 64 KiB"));
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE\n").unwrap()
        });
        assert!(read(&[("AUTH_LEGACY_SECRET_FILE", pipe.to_str().unwrap())]).is_ok());
        writer.join().unwrap();
    }

    #[test]
    fn a_file_is_trimmed_as_its_variable_is() {
        let secret = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, format!("{secret}\n")).unwrap();
        let path = path.to_str().unwrap();
        let (ended, spaced, marked) = (format!("{secret}\n"), format!(" {secret}\r\n"), format!("\u{feff}{secret}\n"));
        let marked_file = folder.path().join("marked");
        std::fs::write(&marked_file, &marked).unwrap();
        let files = [path, marked_file.to_str().unwrap()].map(|path| ("AUTH_LEGACY_SECRET_FILE", path));
        let variables = [&ended, &spaced, &marked].map(|text| ("AUTH_LEGACY_SECRET", text.as_str()));
        for set in files.into_iter().chain(variables) {
            let read = read(&[set]).unwrap().auth_legacy_secret.unwrap();
            assert_eq!(read.0.expose_secret(), secret);
        }
        assert!(error(&[("AUTH_SECRET", secret), ("AUTH_SECRET_FILE", path)]).contains("unset one of the two"));
        std::fs::write(path, "short").unwrap();
        assert!(error(&[("AUTH_SECRET_FILE", path)]).starts_with("AUTH_SECRET_FILE: the secret has 5 bytes"));
        assert!(error(&[("AUTH_SECRET_FILE", "/nowhere")]).starts_with("AUTH_SECRET_FILE: cannot read /nowhere: "));
    }

    #[test]
    fn an_entry_of_a_list_is_an_object_and_not_an_array() {
        let hash = "b7".repeat(32);
        // The fields of valid entries, by position.
        let lists = [
            ("AUTH_API_KEYS", format!(r#"[["metrics", "{hash}", []]]"#)),
            #[cfg(feature = "server")]
            ("AUTH_CLIENTS", r#"[["id", "secret"]]"#.to_owned()),
            #[cfg(feature = "server")]
            ("AUTH_CLIENTS", format!(r#"[["billing", null, "{hash}", ["password"], [], false, false]]"#)),
            #[cfg(feature = "oidc")]
            (
                "AUTH_TRUSTED_ISSUERS",
                r#"[["https://login.example.com", "api", "", [], [], null, null, false, false, false, false]]"#
                    .to_owned(),
            ),
        ];
        for (name, list) in lists {
            let error = error(&[(name, &list)]);
            assert!(error.starts_with(&format!("{name}: unexpected JSON at line 1, column ")), "{error}");
            assert!(error.contains("; write `[{\"") && !error.contains(&hash), "{error}");
        }
        let keys = format!(r#"[{{"name": "metrics", "sha256": "{hash}"}}]"#);
        assert_eq!(read(&[("AUTH_API_KEYS", &keys)]).map(|read| read.auth_api_keys.0.len()), Ok(1));
    }

    #[cfg(unix)]
    #[test]
    fn invalid_utf8_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(vec![0xFF]);
        let environment: Environment = [("AUTH_ISSUER".to_owned(), value)].into_iter().collect();
        let error = Variables::deserialize(&environment).err().unwrap();
        assert_eq!(error.to_string(), "AUTH_ISSUER: the value is not valid UTF-8");
    }
}
