guard!(pub StaffOnDuty = all(role(Moderator), scope("duty"), fresh("10m")));

// becomes

///Requires `all(role(Moderator), scope("duty"), fresh("10m"))`.
pub enum StaffOnDuty {}
::auth_core::__private::policy! {
    StaffOnDuty, "StaffOnDuty", ::auth_core::__private::Requirement::All(&
    [::auth_core::__private::role(& Role::Moderator).__requirement(),
    ::auth_core::__private::Requirement::Scope("duty"),
    ::auth_core::__private::Requirement::Fresh(::auth_core::__private::Duration::from_secs(600u64))])
}
