#[require_auth(optional)]
async fn greet(identity: Option<Identity>) -> String {
    String::new()
}

// becomes

async fn greet(
    _: ::auth_core::__private::Guard<__greet_policy>,
    identity: Option<Identity>,
) -> String {
    String::new()
}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __greet_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __greet_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Optional;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "greet",
        ::auth_core::__private::core::module_path!(),
    );
}
