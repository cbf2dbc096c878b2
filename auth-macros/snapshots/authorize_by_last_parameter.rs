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
) -> ::auth_core::__private::Result<
    impl IntoResponse,
    ::auth_core::__private::EarlyResponse,
> {
    let __condition = ::auth_core::__private::condition(patch.owner == user.id);
    __gate.check(__condition).await?;
    ::auth_core::__private::Ok(
        async move {
            if let ::auth_core::__private::Some(__returned) = ::auth_core::__private::None::<
                _,
            > {
                return __returned;
            }
            { "ok" }
        }
            .await,
    )
}
const _: () = {
    #[authorize(patch.owner = = user.id)]
    async fn __is_of_auth_core() {
        ::auth_core::__private::not_ours!("authorize")
    }
    let _ = __is_of_auth_core;
};
const _: [(); {
    let _: fn() = || {
        use ::auth_core::__private::check::{
            OfAny as _, OfBody as _, OfCaller as _, OfData as _, OfState as _,
        };
        ::auth_core::__private::check::Parameter::<Json<Patch>>::NEW.data();
    };
    0
}] = [];
::auth_core::__private::policy! {
    __edit_policy, "edit", ::auth_core::__private::Requirement::auth(), enum alone;
    ::auth_core::__private::Conditions { own : & ["patch.owner == user.id"], limits : &
    [], earlier : ::auth_core::__private::None }
}
