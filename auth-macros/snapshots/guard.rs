guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m")));

// becomes

///Requires `all(role(Moderator), scope("duty"), fresh("10m"))`.
pub enum StaffOnDuty {}
::auth_core::__private::policy! {
    StaffOnDuty, "StaffOnDuty", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::role(& Role::Moderator).__requirement(),
    ::auth_core::__private::Requirement::scope("duty"),
    ::auth_core::__private::Requirement::fresh(600u64)])
}
const _: () = ::auth_core::__private::assert_sound(
    &<StaffOnDuty as ::auth_core::__private::Policy>::REQUIREMENT,
);
#[doc(hidden)]
pub const StaffOnDuty: ::auth_core::__private::TypeArgument<
    ::auth_core::__private::PhantomData<StaffOnDuty>,
> = ::auth_core::__private::TypeArgument::VALUE;
