#[require_scope("reports:read")]
async fn report(
    __gate: ::auth_core::__private::Gate<__report_policy>,
    Path(id): Path<u32>,
) {
    let __condition = ::auth_core::__private::condition(id > 0);
    __gate.check(__condition).await;
    {}
}

// becomes

async fn report(
    __gate: ::auth_core::__private::Gate<__report_policy_and>,
    Path(id): Path<u32>,
) {
    let __condition = ::auth_core::__private::condition(id > 0);
    __gate.check(__condition).await;
    {}
}
::auth_core::__private::policy! {
    __report_policy_and, "report", ::auth_core::__private::Requirement::All(& [<
    __report_policy as ::auth_core::__private::Policy > ::REQUIREMENT,
    ::auth_core::__private::Requirement::scope("reports:read")]), enum;
    ::auth_core::__private::Conditions { own : & [], limits : & [], earlier :
    ::auth_core::__private::Some(& < __report_policy as ::auth_core::__private::Policy >
    ::STATED.conditions) }
}
const _: () = ::auth_core::__private::assert_sound(
    &<__report_policy_and as ::auth_core::__private::Policy>::REQUIREMENT,
);
