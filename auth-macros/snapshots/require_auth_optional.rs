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
::auth_core::__private::policy! {
    __greet_policy, "greet", ::auth_core::__private::Requirement::Optional, enum alone
}
