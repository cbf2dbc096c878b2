#[require_auth]
#[authorize(user.is_author())]
async fn drafts(CurrentUser(user): CurrentUser<User>, State(drafts): State<Drafts>) -> Json<Vec<Draft>> {
    Json(drafts.of(user).await)
}

// becomes

async fn drafts(
    __gate: ::auth_core::__private::Gate<__drafts_policy>,
    CurrentUser(user): CurrentUser<User>,
    State(drafts): State<Drafts>,
) -> Json<Vec<Draft>> {
    let __condition = ::auth_core::__private::condition(user.is_author());
    __gate.check(__condition).await;
    { Json(drafts.of(user).await) }
}
const _: () = {
    #[allow(unused_imports)]
    use authorize as _;
};
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __drafts_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __drafts_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Auth;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "drafts",
        ::auth_core::__private::core::module_path!(),
    );
}
