//! `rename_all`: serde's set of cases.

/// The conversion of a variant's name to a role's name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    const ALL: [(&'static str, Self); 8] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
    ];

    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, case)| case)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::ALL.into_iter().map(|(name, _)| name)
    }

    /// The name of a variant, which is written in `PascalCase`.
    pub(super) fn apply(self, variant: &str) -> String {
        match self {
            Self::Lower => variant.to_lowercase(),
            Self::Upper => variant.to_uppercase(),
            Self::Pascal => variant.to_owned(),
            Self::Camel => {
                let mut letters = variant.chars();
                letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
            }
            Self::Snake => words_joined(variant, '_'),
            Self::ScreamingSnake => words_joined(variant, '_').to_uppercase(),
            Self::Kebab => words_joined(variant, '-'),
            Self::ScreamingKebab => words_joined(variant, '-').to_uppercase(),
        }
    }
}

/// Every capital letter begins a word, as in serde.
fn words_joined(variant: &str, separator: char) -> String {
    let mut name = String::with_capacity(variant.len() + 4);
    for (i, letter) in variant.chars().enumerate() {
        if i > 0 && letter.is_uppercase() {
            name.push(separator);
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_are_converted_as_serde_does() {
        let cased = |case| Case::of(case).map(|case| case.apply("SuperUser"));
        for (case, name) in [
            ("lowercase", "superuser"),
            ("UPPERCASE", "SUPERUSER"),
            ("PascalCase", "SuperUser"),
            ("camelCase", "superUser"),
            ("snake_case", "super_user"),
            ("SCREAMING_SNAKE_CASE", "SUPER_USER"),
            ("kebab-case", "super-user"),
            ("SCREAMING-KEBAB-CASE", "SUPER-USER"),
        ] {
            assert_eq!(cased(case).as_deref(), Some(name), "{case}");
        }
        assert!(Case::of("Title Case").is_none());
    }
}
