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
) -> ::auth_core::__private::Result<
    Json<Vec<Draft>>,
    ::auth_core::__private::EarlyResponse,
> {
    let __condition = ::auth_core::__private::condition(user.is_author());
    __gate.check(__condition).await?;
    ::auth_core::__private::Ok(
        async move {
            if let ::auth_core::__private::Some(__returned) = ::auth_core::__private::None::<
                Json<Vec<Draft>>,
            > {
                return __returned;
            }
            { Json(drafts.of(user).await) }
        }
            .await,
    )
}
const _: () = {
    #[authorize(user.is_author())]
    async fn __is_of_auth_core() {
        ::auth_core::__private::not_ours!("authorize")
    }
    let _ = __is_of_auth_core;
};
::auth_core::__private::policy! {
    __drafts_policy, "drafts", ::auth_core::__private::Requirement::auth(), enum alone;
    ::auth_core::__private::Conditions { own : & ["user.is_author()"], limits : & [],
    earlier : ::auth_core::__private::None }
}
