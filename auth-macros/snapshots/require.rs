#[require(any(all(auth, fresh("10m"), not(amr("pwd"))), StaffOnDuty))]
async fn purge() {}

// becomes

async fn purge(_: ::auth_core::__private::Guard<__purge_policy>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __purge_policy {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __purge_policy {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::Any(
        &[
            ::auth_core::__private::Requirement::All(
                &[
                    ::auth_core::__private::Requirement::Auth,
                    ::auth_core::__private::Requirement::Fresh(
                        ::auth_core::__private::Duration::from_secs(600u64),
                    ),
                    ::auth_core::__private::Requirement::Not(
                        &::auth_core::__private::Requirement::Amr("pwd"),
                    ),
                ],
            ),
            <StaffOnDuty as ::auth_core::__private::Policy>::REQUIREMENT,
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "purge",
        ::auth_core::__private::core::module_path!(),
    );
}
const _: () = ::auth_core::__private::stands_alone(
    &<__purge_policy as ::auth_core::__private::Policy>::REQUIREMENT,
);
