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
::auth_core::__private::policy! {
    __delete_user_policy, "delete_user", ::auth_core::__private::Requirement::Any(&
    [::auth_core::__private::role(& Role::Admin).__requirement(),
    ::auth_core::__private::role(& staff::Role::Moderator).__requirement()]), enum alone
}
const _: () = ::auth_core::__private::assert_sound(
    &<__delete_user_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
