#[api_key(scope = "reports:read")]
async fn report(key: ApiKeyIdentity) {}

// becomes

async fn report(_: ::auth_core::__private::Guard<__report_policy>, key: ApiKeyIdentity) {}
::auth_core::__private::policy! {
    __report_policy, "report", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::ApiKey,
    ::auth_core::__private::Requirement::Scope("reports:read")]), enum
}
