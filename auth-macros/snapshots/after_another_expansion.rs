#[require_scope("reports:read")]
async fn reports(_: ::auth_core::__private::Guard<__reports_policy>, id: Path<u32>) {}

// becomes

async fn reports(_: ::auth_core::__private::Guard<__reports_policy_and>, id: Path<u32>) {}
::auth_core::__private::policy! {
    __reports_policy_and, "reports", ::auth_core::__private::Requirement::All(& [<
    __reports_policy as ::auth_core::__private::Policy > ::REQUIREMENT,
    ::auth_core::__private::Requirement::scope("reports:read")]), enum;
    ::auth_core::__private::Conditions { own : & [], limits : & [], earlier :
    ::auth_core::__private::Some(& < __reports_policy as ::auth_core::__private::Policy >
    ::STATED.conditions) }
}
const _: () = ::auth_core::__private::assert_sound(
    &<__reports_policy_and as ::auth_core::__private::Policy>::REQUIREMENT,
);
