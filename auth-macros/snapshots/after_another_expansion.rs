#[require_scope("reports:read")]
async fn reports(_: ::auth_core::__private::Guard<__reports_policy>, id: Path<u32>) {}

// becomes

async fn reports(_: ::auth_core::__private::Guard<__reports_policy_and>, id: Path<u32>) {}
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __reports_policy_and {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __reports_policy_and {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            <__reports_policy as ::auth_core::__private::Policy>::REQUIREMENT,
            ::auth_core::__private::Requirement::Scope("reports:read"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "reports",
        ::auth_core::__private::core::module_path!(),
    );
}
const _: () = ::auth_core::__private::stands_alone(
    &<__reports_policy_and as ::auth_core::__private::Policy>::REQUIREMENT,
);
