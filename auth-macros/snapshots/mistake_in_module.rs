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
    "a role is a path that the compiler can check, not a literal\nhelp: write `Admin` without quotes"
}
