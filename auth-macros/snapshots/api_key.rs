#[api_key(scope = "reports:read")]
async fn report(key: ApiKeyIdentity) {}

// becomes

async fn report(_: ::auth_core::__private::Guard<__report_policy>, key: ApiKeyIdentity) {}
::auth_core::__private::policy! {
    __report_policy, "report", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::api_key(),
    ::auth_core::__private::Requirement::scope("reports:read")]), enum alone
}
const _: () = ::auth_core::__private::assert_sound(
    &<__report_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
