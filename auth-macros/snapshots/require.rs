#[require(any(all(auth, fresh("10m"), not(amr("pwd"))), StaffOnDuty))]
async fn purge() {}

// becomes

async fn purge(_: ::auth_core::__private::Guard<__purge_policy>) {}
::auth_core::__private::policy! {
    __purge_policy, "purge", ::auth_core::__private::Requirement::Any(&
    [::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::Auth,
    ::auth_core::__private::Requirement::Fresh(::auth_core::__private::Duration::from_secs(600u64)),
    ::auth_core::__private::Requirement::Not(&
    ::auth_core::__private::Requirement::Amr("pwd"))]), < StaffOnDuty as
    ::auth_core::__private::Policy > ::REQUIREMENT]), enum
}
const _: () = ::auth_core::__private::stands_alone(
    &<__purge_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
