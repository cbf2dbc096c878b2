#[role(rename_all = "kebab-case")]
pub enum Role {
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator), rename = "root")]
    Admin,
}

// becomes

impl Role {
    const fn __name(&self) -> &'static ::auth_core::__private::core::primitive::str {
        match self {
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "root",
        }
    }
    const fn __granted_by(
        &self,
    ) -> &'static [&'static ::auth_core::__private::core::primitive::str] {
        match self {
            Self::User => &["user", "moderator", "root"],
            Self::Moderator => &["moderator", "root"],
            Self::Admin => &["root"],
        }
    }
    #[doc(hidden)]
    pub const fn __requirement(&self) -> ::auth_core::__private::Requirement {
        ::auth_core::__private::Requirement::role(self.__name(), self.__granted_by())
    }
}
#[automatically_derived]
impl ::auth_core::__private::Role for Role {
    const ALL: &'static [Self] = &[Self::User, Self::Moderator, Self::Admin];
    fn name(self) -> &'static ::auth_core::__private::core::primitive::str {
        self.__name()
    }
    fn granted_by(
        self,
    ) -> &'static [&'static ::auth_core::__private::core::primitive::str] {
        self.__granted_by()
    }
}
#[automatically_derived]
impl ::auth_core::__private::core::fmt::Display for Role {
    fn fmt(
        &self,
        f: &mut ::auth_core::__private::core::fmt::Formatter<'_>,
    ) -> ::auth_core::__private::core::fmt::Result {
        f.pad(self.__name())
    }
}
#[automatically_derived]
impl ::auth_core::__private::core::str::FromStr for Role {
    type Err = ::auth_core::__private::UnknownRole;
    fn from_str(
        name: &::auth_core::__private::core::primitive::str,
    ) -> ::auth_core::__private::core::result::Result<
        Self,
        ::auth_core::__private::UnknownRole,
    > {
        match name {
            "user" => ::auth_core::__private::core::result::Result::Ok(Self::User),
            "moderator" => {
                ::auth_core::__private::core::result::Result::Ok(Self::Moderator)
            }
            "root" => ::auth_core::__private::core::result::Result::Ok(Self::Admin),
            _ => {
                ::auth_core::__private::core::result::Result::Err(
                    ::auth_core::__private::UnknownRole::new(
                        name,
                        &["user", "moderator", "root"],
                    ),
                )
            }
        }
    }
}
#[automatically_derived]
impl ::auth_core::__private::serde::Serialize for Role {
    fn serialize<S: ::auth_core::__private::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::auth_core::__private::core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.__name())
    }
}
#[automatically_derived]
impl<'de> ::auth_core::__private::serde::Deserialize<'de> for Role {
    fn deserialize<D: ::auth_core::__private::serde::Deserializer<'de>>(
        deserializer: D,
    ) -> ::auth_core::__private::core::result::Result<Self, D::Error> {
        ::auth_core::__private::deserialize_role(deserializer)
    }
}
