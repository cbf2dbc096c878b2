#[require_role("Admin")]
async fn delete_user(Path(id): Path<u32>) {}

// becomes

#[allow(unused)]
async fn delete_user(
    _: ::auth_core::__private::Guard<::auth_core::__private::Undecided>,
    Path(id): Path<u32>,
) {}
::core::compile_error! {
    "expected the path of a role, found a literal\nhelp: write `Admin` without quotes"
}
