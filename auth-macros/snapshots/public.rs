#[public]
async fn health() -> &'static str {
    "ok"
}

// becomes

async fn health(_: ::auth_core::__private::Guard<__health_policy>) -> &'static str {
    "ok"
}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __health_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __health_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Public;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "health",
        ::auth_core::__private::core::module_path!(),
    );
}
