#[require_auth]
impl<T: Store> Api<T> {
    const LIMIT: usize = 10;

    pub async fn list(State(api): State<Self>) {}

    #[require_scope("reports:write")]
    async fn write(body: String) {}

    async fn not_a_handler(&self) {}
}

// becomes

impl<T: Store> Api<T> {
    const LIMIT: usize = 10;
    pub async fn list(
        _: ::auth_core::__private::Guard<__Api_T_list_policy>,
        State(api): State<Self>,
    ) {}
    async fn write(
        _: ::auth_core::__private::Guard<__Api_T_write_policy>,
        body: String,
    ) {}
    async fn not_a_handler(&self) {}
}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
pub enum __Api_T_list_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __Api_T_list_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Auth;
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "Api::list",
        ::auth_core::__private::core::module_path!(),
    );
}
const _: () = {
    #[allow(unused_imports)]
    use require_scope as _;
};
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __Api_T_write_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __Api_T_write_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            ::auth_core::__private::Requirement::Auth,
            ::auth_core::__private::Requirement::Scope("reports:write"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "Api::write",
        ::auth_core::__private::core::module_path!(),
    );
}
