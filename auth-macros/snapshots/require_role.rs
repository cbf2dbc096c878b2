#[require_role(Admin, staff::Role::Moderator)]
async fn delete_user(Path(id): Path<u32>) -> StatusCode {
    StatusCode::NO_CONTENT
}

// becomes

async fn delete_user(
    _: ::auth_core::__private::Guard<__delete_user_policy>,
    Path(id): Path<u32>,
) -> StatusCode {
    StatusCode::NO_CONTENT
}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __delete_user_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __delete_user_policy {
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
            ::auth_core::__private::Requirement::Any(
                &[
                    ::auth_core::__private::bare_role(&Role::Admin).__requirement(),
                    ::auth_core::__private::role(&staff::Role::Moderator).__requirement(),
                ],
            )
        }
    };
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "delete_user",
        ::auth_core::__private::core::module_path!(),
    );
}
