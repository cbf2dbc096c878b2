#[require_scope("reports:read", "reports:list")]
async fn reports() {}

// becomes

async fn reports(_: ::auth_core::__private::Guard<__reports_policy>) {}
::auth_core::__private::policy! {
    __reports_policy, "reports", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::scope("reports:read"),
    ::auth_core::__private::Requirement::scope("reports:list")]), enum alone
}
const _: () = ::auth_core::__private::assert_sound(
    &<__reports_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
