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
    use authorize as _;
};
::auth_core::__private::policy! {
    __drafts_policy, "drafts", ::auth_core::__private::Requirement::auth(), enum
}
