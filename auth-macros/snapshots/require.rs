#[require(any(all(auth, fresh("10m"), not(amr("pwd"))), StaffOnDuty))]
async fn purge() {}

// becomes

async fn purge(_: ::auth_core::__private::Guard<__purge_policy>) {}
::auth_core::__private::policy! {
    __purge_policy, "purge", ::auth_core::__private::Requirement::Any(&
    [::auth_core::__private::Requirement::All(&
    [::auth_core::__private::Requirement::auth(),
    ::auth_core::__private::Requirement::fresh(600u64),
    ::auth_core::__private::Requirement::Not(&
    ::auth_core::__private::Requirement::amr("pwd"))]),
    ::auth_core::__private::Requirement::bound(& ::auth_core::__private::named(|
    StaffOnDuty | StaffOnDuty, || loop {}))]), enum alone
}
const _: () = ::auth_core::__private::assert_sound(
    &<__purge_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
