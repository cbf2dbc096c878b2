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
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
pub(crate) enum __move_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __move_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Auth;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "move",
        ::auth_core::__private::core::module_path!(),
    );
}
