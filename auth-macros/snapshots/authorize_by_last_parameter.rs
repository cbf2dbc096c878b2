#[require_auth]
#[authorize(patch.owner == user.id)]
async fn edit(CurrentUser(user): CurrentUser<User>, Json(patch): Json<Patch>) -> impl IntoResponse {
    "ok"
}

// becomes

async fn edit(
    __gate: ::auth_core::__private::Gate<__edit_policy>,
    CurrentUser(user): CurrentUser<User>,
    Json(patch): Json<Patch>,
) -> impl IntoResponse {
    let __condition = ::auth_core::__private::condition(patch.owner == user.id);
    __gate.check(__condition).await;
    { "ok" }
}
const _: () = {
    #[allow(unused_imports)]
    use authorize as _;
};
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __edit_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __edit_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Auth;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "edit",
        ::auth_core::__private::core::module_path!(),
    );
}
