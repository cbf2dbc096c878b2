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
) -> ::auth_core::__private::Result<
    Result<(), AppError>,
    ::auth_core::__private::EarlyResponse,
> {
    let __condition = ::auth_core::__private::condition(user.id == id);
    __gate.check(__condition).await?;
    let Json(patch): Json<Patch> = __gate.read(__later).await?;
    ::auth_core::__private::Ok(
        async move {
            if let ::auth_core::__private::Some(__returned) = ::auth_core::__private::None::<
                Result<(), AppError>,
            > {
                return __returned;
            }
            { users.edit(user, patch).await }
        }
            .await,
    )
}
const _: () = {
    #[authorize(user.id = = id)]
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
        ::auth_core::__private::check::Parameter::<Path<UserId>>::NEW.data();
        ::auth_core::__private::check::Parameter::<Json<Patch>>::NEW.data();
    };
    0
}] = [];
::auth_core::__private::policy! {
    __edit_policy, "edit", ::auth_core::__private::Requirement::auth(), enum alone;
    ::auth_core::__private::Conditions { own : & ["user.id == id"], limits : & [],
    earlier : ::auth_core::__private::None }
}
