#[public]
async fn health() -> &'static str {
    "ok"
}

// becomes

async fn health(_: ::auth_core::__private::Guard<__health_policy>) -> &'static str {
    "ok"
}
::auth_core::__private::policy! {
    __health_policy, "health", ::auth_core::__private::Requirement::Public, enum alone
}
