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
        _: ::auth_core::__private::Guard<__Api_list_bddf741a>,
        State(api): State<Self>,
    ) {}
    async fn write(
        _: ::auth_core::__private::Guard<__Api_write_b77937e6>,
        body: String,
    ) {}
    async fn not_a_handler(&self) {}
    fn __not_a_handler_receives() {
        use ::auth_core::__private::answers::*;
        ::auth_core::__private::no_receiver((
            ::auth_core::__private::Returned(::auth_core::__private::any::<&Self>())
                .extractor(),
            ::auth_core::__private::AFuture,
        ));
    }
}
::auth_core::__private::policy! {
    __Api_list_bddf741a, "Api::list", ::auth_core::__private::Requirement::bound(&
    ::auth_core::__private::Requirement::auth()), pub enum
}
const _: () = ::auth_core::__private::assert_sound(
    &<__Api_list_bddf741a as ::auth_core::__private::Policy>::REQUIREMENT,
);
const _: () = {
    #[require_scope("reports:write")]
    async fn __is_of_auth_core() {
        ::auth_core::__private::not_ours!("require_scope")
    }
    let _ = __is_of_auth_core;
};
::auth_core::__private::policy! {
    __Api_write_b77937e6, "Api::write", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::bound(&
    ::auth_core::__private::Requirement::auth()),
    ::auth_core::__private::Requirement::scope("reports:write")]), enum
}
const _: () = ::auth_core::__private::assert_sound(
    &<__Api_write_b77937e6 as ::auth_core::__private::Policy>::REQUIREMENT,
);
