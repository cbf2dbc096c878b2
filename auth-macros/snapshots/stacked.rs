#[require_auth]
#[inline]
#[auth_core::require_scope("reports:read")]
async fn reports() {}

// becomes

#[inline]
async fn reports(_: ::auth_core::__private::Guard<__reports_policy>) {}
const _: () = {
    #[allow(unused_imports)]
    use auth_core::require_scope as _;
};
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __reports_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __reports_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            ::auth_core::__private::Requirement::Auth,
            ::auth_core::__private::Requirement::Scope("reports:read"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "reports",
        ::auth_core::__private::core::module_path!(),
    );
}
