guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m")));

// becomes

///Requires `all(role(Moderator), scope("duty"), fresh("10m"))`.
pub enum StaffOnDuty {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for StaffOnDuty {
    const REQUIREMENT: ::auth_core::__private::Requirement = {
        #[allow(non_snake_case, unused_imports, clippy::all, clippy::pedantic)]
        mod Role {
            pub use ::auth_core::__private::NO_ROLE as Moderator;
        }
        {
            #[allow(unused_imports, clippy::wildcard_imports)]
            use self::*;
            #[allow(unused_imports)]
            use ::auth_core::__private::Stated as _;
            ::auth_core::__private::Requirement::All(
                &[
                    ::auth_core::__private::bare_role(&Role::Moderator).__requirement(),
                    ::auth_core::__private::Requirement::Scope("duty"),
                    ::auth_core::__private::Requirement::Fresh(
                        ::auth_core::__private::Duration::from_secs(600u64),
                    ),
                ],
            )
        }
    };
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "StaffOnDuty",
        ::auth_core::__private::core::module_path!(),
    );
}
