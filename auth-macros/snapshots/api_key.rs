#[api_key(scope = "reports:read")]
async fn report(key: ApiKeyIdentity) {}

// becomes

async fn report(_: ::auth_core::__private::Guard<__report_policy>, key: ApiKeyIdentity) {}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __report_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __report_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            ::auth_core::__private::Requirement::ApiKey,
            ::auth_core::__private::Requirement::Scope("reports:read"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "report",
        ::auth_core::__private::core::module_path!(),
    );
}
