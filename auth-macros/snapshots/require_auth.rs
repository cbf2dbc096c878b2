/// The caller's own account.
#[require_auth]
#[instrument(skip_all)]
pub(crate) async fn r#move<T: Store>(Path(id): Path<u32>, State(store): State<T>) -> Result<Json<User>, AppError>
where
    T: Clone,
{
    store.find(id).await
}

// becomes

/// The caller's own account.
#[instrument(skip_all)]
pub(crate) async fn r#move<T: Store>(
    _: ::auth_core::__private::Guard<__move_policy>,
    Path(id): Path<u32>,
    State(store): State<T>,
) -> Result<Json<User>, AppError>
where
    T: Clone,
{
    store.find(id).await
}
::auth_core::__private::policy! {
    __move_policy, "move", ::auth_core::__private::Requirement::auth(), pub (crate) enum
    alone
}
