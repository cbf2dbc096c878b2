//! Warnings about unknown settings.

use super::environment::{FILES, PREFIX};

/// Warns about unknown names with the prefix of settings: a misspelt one would silently leave its protection off. Only
/// a warning, since the name may belong to another program.
pub(super) fn warn<'a>(names: impl Iterator<Item = &'a str>, fields: &[&'static str]) {
    let known = known(fields);
    for name in names.filter(|name| !known.contains(name)) {
        let hint = nearest(name, &known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        tracing::warn!(target: "auth", "unknown setting {name}{hint}");
    }
}

fn known(fields: &[&'static str]) -> Vec<&'static str> {
    let files = FILES.iter().map(|(_, file)| file);
    fields.iter().chain(files).copied().collect()
}

/// The known name that differs from `name` in at most a third of its letters.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let rest = |name: &str| name.to_ascii_uppercase().trim_start_matches(PREFIX).to_owned();
    let name = rest(name);
    let distances = known.iter().map(|known| (strsim::osa_distance(&name, &rest(known)), *known));
    let near = distances.filter(|(distance, known)| *distance <= name.len().max(rest(known).len()) / 3);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The names of all variables but those of files.
    pub(in super::super) fn fields() -> Vec<String> {
        let fields = include_str!("variables.rs").split("pub(super) ").filter_map(|line| line.split_once(':'));
        fields.map(|(name, _)| name.to_ascii_uppercase()).filter(|name| name.starts_with(PREFIX)).collect()
    }

    #[test]
    fn every_setting_is_documented() {
        let fields = fields();
        let mut read: Vec<&str> = fields.iter().map(String::as_str).chain(FILES.map(|(_, file)| file)).collect();
        let is_name = |text: &&str| text.contains('_') && text.bytes().all(|b| b == b'_' || b.is_ascii_uppercase());
        let mut documented: Vec<&str> =
            include_str!("mod.rs").split('`').filter(is_name).filter(|name| *name != PREFIX).collect();
        read.sort_unstable();
        documented.sort_unstable();
        documented.dedup();
        assert_eq!(documented, read);
    }

    #[test]
    fn the_nearest_name_is_found() {
        let known = known(&["AUTH_DPOP", "AUTH_DPOP_URLS", "AUTH_ACCESS_TTL"]);
        assert_eq!(nearest("AUTH_DPOPP", &known), Some("AUTH_DPOP"));
        assert_eq!(nearest("AUTH_ACCES_TTL", &known), Some("AUTH_ACCESS_TTL"));
        assert_eq!(nearest("AUTH_SECRET_FIEL", &known), Some("AUTH_SECRET_FILE"));
        assert_eq!(nearest("AUTH_PROXY_HOST", &known), None);
        // A name in another case is no setting.
        assert_eq!(nearest("auth_dpop", &known), Some("AUTH_DPOP"));
        assert_eq!(nearest("Auth_Access_Ttl", &known), Some("AUTH_ACCESS_TTL"));
    }
}
