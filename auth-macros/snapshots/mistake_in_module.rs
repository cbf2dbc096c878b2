#[require_role("Admin")]
mod admin {
    async fn list() {}
}

// becomes

mod admin {
    #[allow(unused)]
    async fn list(_: ::auth_core::__private::Guard<::auth_core::__private::Undecided>) {}
}
::core::compile_error! {
    "expected the path of a role, found a literal\nhelp: write `Admin` without quotes"
}
