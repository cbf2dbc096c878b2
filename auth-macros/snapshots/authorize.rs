#[require_auth]
#[authorize(user.id == id)]
async fn edit(CurrentUser(user): CurrentUser<User>, Path(id): Path<UserId>, Json(patch): Json<Patch>) -> Result<(), AppError> {
    users.edit(user, patch).await
}

// becomes

async fn edit(
    __gate: ::auth_core::__private::Gate<__edit_policy>,
    CurrentUser(user): CurrentUser<User>,
    Path(id): Path<UserId>,
    __later: ::auth_core::__private::Deferred<Json<Patch>>,
) -> Result<(), AppError> {
    let __condition = ::auth_core::__private::condition(user.id == id);
    __gate.check(__condition).await;
    let Json(patch): Json<Patch> = __gate.read(__later).await;
    { users.edit(user, patch).await }
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
