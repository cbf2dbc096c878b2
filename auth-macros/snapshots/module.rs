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
    use super::Role;
    pub async fn list(_: ::auth_core::__private::Guard<__list_policy>) {}
    #[doc(hidden)]
    #[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
    pub enum __list_policy {}
    #[diagnostic::do_not_recommend]
    impl ::auth_core::__private::Policy for __list_policy {
        const REQUIREMENT: ::auth_core::__private::Requirement = <super::__admin_module_policy as ::auth_core::__private::Policy>::REQUIREMENT;
        const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
            "list",
            ::auth_core::__private::core::module_path!(),
        );
    }
    pub async fn purge(_: ::auth_core::__private::Guard<__purge_policy>, id: Path<u32>) {}
    const _: () = {
        #[allow(unused_imports)]
        use require as _;
    };
    #[doc(hidden)]
    #[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
    pub enum __purge_policy {}
    #[diagnostic::do_not_recommend]
    impl ::auth_core::__private::Policy for __purge_policy {
        const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
            &[
                <super::__admin_module_policy as ::auth_core::__private::Policy>::REQUIREMENT,
                ::auth_core::__private::Requirement::Amr("mfa"),
            ],
        );
        const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
            "purge",
            ::auth_core::__private::core::module_path!(),
        );
    }
    const _: () = ::auth_core::__private::stands_alone(
        &<__purge_policy as ::auth_core::__private::Policy>::REQUIREMENT,
    );
    fn helper() {}
    mod deeper {
        async fn report(_: ::auth_core::__private::Guard<__report_policy>) {}
        #[doc(hidden)]
        #[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
        enum __report_policy {}
        #[diagnostic::do_not_recommend]
        impl ::auth_core::__private::Policy for __report_policy {
            const REQUIREMENT: ::auth_core::__private::Requirement = <super::super::__admin_module_policy as ::auth_core::__private::Policy>::REQUIREMENT;
            const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
                "report",
                ::auth_core::__private::core::module_path!(),
            );
        }
    }
    #[cfg(test)]
    mod tests {
        async fn helper() {}
    }
}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __admin_module_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __admin_module_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = {
        #[allow(non_snake_case, unused_imports, clippy::all, clippy::pedantic)]
        mod Role {
            pub use ::auth_core::__private::NO_ROLE as Admin;
        }
        {
            #[allow(unused_imports, clippy::wildcard_imports)]
            use self::*;
            #[allow(unused_imports)]
            use ::auth_core::__private::Stated as _;
            ::auth_core::__private::bare_role(&Role::Admin).__requirement()
        }
    };
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "admin",
        ::auth_core::__private::core::module_path!(),
    );
}
