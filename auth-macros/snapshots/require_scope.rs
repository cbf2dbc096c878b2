#[require_scope("reports:read", "reports:list")]
async fn reports() {}

// becomes

async fn reports(_: ::auth_core::__private::Guard<__reports_policy>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __reports_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __reports_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            ::auth_core::__private::Requirement::Scope("reports:read"),
            ::auth_core::__private::Requirement::Scope("reports:list"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "reports",
        ::auth_core::__private::core::module_path!(),
    );
}
