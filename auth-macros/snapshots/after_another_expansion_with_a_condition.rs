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
#[doc(hidden)]
#[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations)]
enum __report_policy_and {}
#[diagnostic::do_not_recommend]
impl ::auth_core::__private::Policy for __report_policy_and {
    const REQUIREMENT: ::auth_core::__private::Requirement = ::auth_core::__private::Requirement::All(
        &[
            <__report_policy as ::auth_core::__private::Policy>::REQUIREMENT,
            ::auth_core::__private::Requirement::Scope("reports:read"),
        ],
    );
    const DECLARED: ::auth_core::__private::Declaration = ::auth_core::__private::declared(
        "report",
        ::auth_core::__private::core::module_path!(),
    );
}
const _: () = ::auth_core::__private::stands_alone(
    &<__report_policy_and as ::auth_core::__private::Policy>::REQUIREMENT,
);
