//! Guards on modules and impl blocks.

use guards::GuardedRouter;
use guards::prelude::*;

/// The roles of the back office.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The clerk.
    Clerk,
    /// The head of the office.
    #[role(includes(Clerk))]
    Head,
}

/// The back office.
#[require_role(Clerk)]
pub mod office {
    use guards::{GuardedRouter, authorize, require_scope};

    use super::{Auth, Identity, Role, get};

    /// Open to every clerk.
    pub async fn files() {}

    /// Needs a scope as well.
    #[require_scope("files:write")]
    #[authorize(identity.role_name() != Some(Role::Clerk.to_string()))]
    async fn write(identity: Identity, body: String) -> String {
        format!("{} {body}", identity.subject())
    }

    trait RoleName {
        fn role_name(&self) -> Option<String>;
    }

    impl RoleName for Identity {
        fn role_name(&self) -> Option<String> {
            None
        }
    }

    /// A nested module.
    pub mod archive {
        /// Open to every clerk, too.
        pub async fn old_files() {}
    }

    /// The routes of this module.
    pub fn routes() -> GuardedRouter<Auth> {
        GuardedRouter::new().route("/files", get(files).post(write)).route("/archive", get(archive::old_files))
    }

    #[cfg(test)]
    mod tests {
        async fn helper() {}

        #[test]
        fn a_module_for_tests_is_left_alone() {
            drop(helper());
        }
    }
}

/// Traits and their implementations in a guarded module, which answer no requests.
#[require_auth]
pub mod shelf {
    use core::convert::Infallible;
    use core::fmt::{self, Display};
    use core::str::FromStr;
    use std::borrow::Cow;

    /// Open to everyone who is signed in.
    pub async fn list() {}

    /// A box of files.
    #[derive(Clone, Copy, Debug)]
    pub struct Box<'a, T, const N: usize> {
        label: &'a str,
        files: [Option<T>; N],
    }

    impl<'a, T: Copy, const N: usize> From<&'a str> for Box<'a, T, N> {
        fn from(label: &'a str) -> Self {
            Self { label, files: [None; N] }
        }
    }

    impl<T> Display for Box<'_, T, 2> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.label)
        }
    }

    impl<T> IntoIterator for Box<'_, T, 1> {
        type Item = Option<T>;
        type IntoIter = core::array::IntoIter<Option<T>, 1>;

        fn into_iter(self) -> Self::IntoIter {
            self.files.into_iter()
        }
    }

    /// The number of a shelf.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
    pub struct Number(pub u32);

    impl FromStr for Number {
        type Err = Infallible;

        fn from_str(_: &str) -> Result<Self, Self::Err> {
            Ok(Self(0))
        }
    }

    impl From<Number> for u32 {
        fn from(Number(number): Number) -> Self {
            number
        }
    }

    impl core::ops::Add<Self> for Number {
        type Output = Self;

        fn add(self, other: Self) -> Self::Output {
            Self(self.0 + other.0)
        }
    }

    impl FromIterator<Self> for Number {
        fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
            items.into_iter().fold(Self(0), |sum, item| sum + item)
        }
    }

    /// What has a label.
    pub trait Labelled<'a, T: ?Sized = str>
    where
        Self: Sized,
    {
        /// The label's type.
        type Label: Default;

        /// A label of this kind.
        fn of(kind: &'a T) -> Self::Label;

        /// No label.
        #[must_use]
        fn none<U>(_: U) -> Self::Label
        where
            U: PartialEq<Self>,
        {
            Self::Label::default()
        }

        /// The thing itself.
        #[must_use]
        fn same(self) -> Self {
            self
        }

        /// It is never there.
        fn never() -> ! {
            loop {
                core::hint::spin_loop();
            }
        }
    }

    /// What borrows is a response of axum only for `'static`.
    #[must_use]
    pub fn trimmed<'a>(label: &'a str, _boxes: &mut Vec<&'a str>) -> (Cow<'a, str>, Option<&'a str>) {
        (Cow::Borrowed(label.trim()), None)
    }

    /// The same, as a whole result.
    #[must_use]
    pub fn shortened<'a>(label: &'a str) -> Cow<'a, str> {
        let of = |label: &'a str| -> Cow<'a, str> { Cow::Borrowed(label.trim()) };
        of(label)
    }

    impl<'a> Labelled<'a> for Number {
        type Label = &'a str;

        fn of(kind: &'a str) -> Self::Label {
            kind
        }

        fn none<U>(_: U) -> &'a str
        where
            U: PartialEq<Self>,
        {
            ""
        }
    }
}

/// Handlers of one type.
#[derive(Clone, Copy, Debug)]
pub struct Desk;

#[require_role(Head)]
impl Desk {
    async fn sign() {}

    #[require(fresh("5m"))]
    async fn seal(body: String) -> String {
        body
    }
}

/// The routes of this module.
pub fn routes() -> GuardedRouter<Auth> {
    office::routes().route("/desk", post(Desk::sign).put(Desk::seal)).route("/shelf", get(shelf::list))
}
