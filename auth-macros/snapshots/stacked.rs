#[require_auth]
#[inline]
#[auth_core::require_scope("reports:read")]
async fn reports() {}

// becomes

#[inline]
async fn reports(_: ::auth_core::__private::Guard<__reports_policy>) {}
const _: () = {
    #[auth_core::require_scope("reports:read")]
    async fn __is_of_auth_core() {
        ::auth_core::__private::not_ours!("auth_core::require_scope")
    }
    let _ = __is_of_auth_core;
};
::auth_core::__private::policy! {
    __reports_policy, "reports", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::auth(),
    ::auth_core::__private::Requirement::scope("reports:read")]), enum alone
}
const _: () = ::auth_core::__private::assert_sound(
    &<__reports_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
