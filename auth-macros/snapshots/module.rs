/// Routes of the back office.
#[require_role(Admin)]
pub mod admin {
    use super::Role;

    pub async fn list() {}

    #[require(mfa)]
    pub async fn purge(id: Path<u32>) {}

    fn helper() {}

    mod deeper {
        async fn report() {}
    }

    #[cfg(test)]
    mod tests {
        async fn helper() {}
    }
}

// becomes

/// Routes of the back office.
pub mod admin {
    macro_rules! stringify {
        (__auth_core_covers $($error:tt)*) => {
            $($error)*
        };
        ($($tokens:tt)*) => {
            ::auth_core::__private::core::stringify!($($tokens)*)
        };
    }
    use super::Role;
    pub async fn list(_: ::auth_core::__private::Guard<__list_policy>) {}
    ::auth_core::__private::policy! {
        __list_policy, "list", ::auth_core::__private::Requirement::bound(& <
        super::__admin_module as ::auth_core::__private::Policy > ::REQUIREMENT), pub
        enum
    }
    pub async fn purge(_: ::auth_core::__private::Guard<__purge_policy>, id: Path<u32>) {}
    const _: () = {
        #[require(mfa)]
        async fn __is_of_auth_core() {
            ::auth_core::__private::not_ours!("require")
        }
        let _ = __is_of_auth_core;
    };
    ::auth_core::__private::policy! {
        __purge_policy, "purge", ::auth_core::__private::Requirement::All(&
        [::auth_core::__private::Requirement::bound(& < super::__admin_module as
        ::auth_core::__private::Policy > ::REQUIREMENT),
        ::auth_core::__private::Requirement::amr("mfa")]), pub enum
    }
    const _: () = ::auth_core::__private::assert_sound(
        &<__purge_policy as ::auth_core::__private::Policy>::REQUIREMENT,
    );
    fn helper() {}
    mod deeper {
        macro_rules! stringify {
            (__auth_core_covers $($error:tt)*) => {
                $($error)*
            };
            ($($tokens:tt)*) => {
                ::auth_core::__private::core::stringify!($($tokens)*)
            };
        }
        async fn report(_: ::auth_core::__private::Guard<__report_policy>) {}
        ::auth_core::__private::policy! {
            __report_policy, "report", ::auth_core::__private::Requirement::bound(& <
            super::super::__admin_module as ::auth_core::__private::Policy >
            ::REQUIREMENT), enum
        }
    }
    #[cfg(test)]
    mod tests {
        macro_rules! stringify {
            ($($tokens:tt)*) => {
                ::auth_core::__private::core::stringify!($($tokens)*)
            };
        }
        async fn helper() {}
    }
}
::auth_core::__private::policy! {
    __admin_module, "admin", ::auth_core::__private::role(& Role::Admin).__requirement(),
    enum alone
}
