//! Guarded modules and impl blocks: what they cover; and attributes among other names, in function bodies, under `cfg`s,
//! beside items whose generated names could be the same.

#![allow(
    clippy::unused_async,
    clippy::non_minimal_cfg,
    clippy::items_after_statements,
    reason = "handlers in the places and under the conditions that are tested"
)]

use auth_core::GuardedMethodRouter;
use auth_core::prelude::*;

use crate::service::{Role, Service};

guard!(Staff = role(Moderator));

use auth_core::require_scope as carries;

#[require_auth]
mod office {
    use auth_core::prelude::*;

    pub(super) struct Desk;
    pub(super) struct Shelf<T>(pub(super) T);

    impl Desk {
        pub(super) async fn plain() {}
    }

    impl<T: 'static> Shelf<T> {
        pub(super) async fn generic() {}
    }

    #[super::carries("a")]
    impl Desk {
        pub(super) async fn aliased() {}
    }

    #[cfg_attr(all(), require_scope("a"))]
    impl Desk {
        pub(super) async fn conditional() {}
    }

    /// A handler with a keyword for its name.
    #[cfg_attr(all(), doc = "And more of its documentation.")]
    pub(super) async fn r#move() {}

    pub(super) fn routes() -> GuardedRouter<Auth> {
        GuardedRouter::new().route("/given", one())
    }

    pub(super) const ONE: fn() -> auth_core::GuardedMethodRouter<Auth> = one;

    fn one() -> auth_core::GuardedMethodRouter<Auth> {
        get(r#move)
    }

    pub(super) mod back {
        pub(crate) struct Drawer;

        impl Drawer {
            pub(crate) async fn deeper() {}
        }
    }

    pub(super) fn name_of(desk: &Desk) -> &'static str {
        let Desk = desk;
        stringify!(Desk)
    }
}

/// A plain router asks for no evidence, so that only the guard of the module stands before these.
#[tokio::test]
async fn a_module_covers_its_impl_blocks_on_a_plain_router() {
    use axum::routing::get;

    let app = |auth: &Auth| {
        axum::Router::new()
            .route("/plain", get(office::Desk::plain))
            .route("/generic", get(office::Shelf::<u8>::generic))
            .route("/deeper", get(office::back::Drawer::deeper))
            .route("/aliased", get(office::Desk::aliased))
            .route("/conditional", get(office::Desk::conditional))
            .route("/raw", get(office::r#move))
            .merge(office::routes().route("/constant", office::ONE()).with_state(auth.clone()))
            .with_state(auth.clone())
    };
    let service = Service::start(app).await;
    let token = service.token(&[]).await;
    for (path, status) in [
        ("/plain", 200),
        ("/generic", 200),
        ("/deeper", 200),
        ("/raw", 200),
        ("/given", 200),
        ("/constant", 200),
        ("/aliased", 403),
        ("/conditional", 403),
    ] {
        assert_eq!(service.anonymously(path).await.status, 401, "{path}");
        assert_eq!(service.with_token(path, &token).await.status, status, "{path}");
    }
    assert_eq!(office::name_of(&office::Desk), "Desk");
    assert_eq!(office::Shelf(1).0, 1);
}

/// What the policy table shows of this handler.
fn requirement(handler: GuardedMethodRouter<Auth>) -> String {
    GuardedRouter::new().route("/", handler).policy().routes()[0].requirement.to_string()
}

mod kitchen {
    use auth_core::prelude::*;

    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Role {
        #[role(rename = "kitchen:admin")]
        Admin,
    }
}

#[test]
fn the_nearest_role_enum_is_meant() {
    #[require_role(Guest)]
    async fn of_the_module() {}
    assert_eq!(requirement(get(of_the_module)), "role(Guest)");

    {
        use kitchen::Role;

        #[require_role(Admin)]
        async fn imported() {}
        assert_eq!(requirement(get(imported)), "role(kitchen:admin)");
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Role)]
    enum Local {
        #[role(rename = "local:admin")]
        Admin,
    }
    {
        use Local as Role;

        struct Desk;

        #[require_auth]
        impl Desk {
            #[require_role(Admin)]
            async fn handler() {}
        }
        assert_eq!(requirement(get(Desk::handler)), "all(auth, role(local:admin))");
    }
}

#[require_auth]
#[cfg(any())]
async fn either() {}

#[require_auth]
#[cfg_attr(all(), cfg(all()), doc = "One of two.")]
#[require_scope("b")]
async fn either() {}

#[require_auth]
mod configured {
    #[cfg(any())]
    #[auth_core::require_scope("a")]
    pub(super) async fn handler() {}

    #[cfg(all())]
    #[auth_core::require_scope("b")]
    pub(super) async fn handler() {}

    pub(super) struct Desk;

    #[cfg(any())]
    #[auth_core::require_scope("a")]
    impl Desk {
        pub(super) async fn handler() {}
    }

    #[cfg(all())]
    #[auth_core::require_scope("b")]
    impl Desk {
        #[cfg(any())]
        pub(super) async fn handler() {}

        #[cfg(all())]
        #[auth_core::require_scope("c")]
        pub(super) async fn handler() {}
    }
}

#[require_scope("a")]
#[cfg(any())]
mod which {
    pub(super) async fn handler() {}
}

#[require_scope("b")]
#[cfg(all())]
mod which {
    pub(super) async fn handler() {}
}

#[test]
fn cfgs_apply_to_all_that_is_generated() {
    assert_eq!(requirement(get(either)), r#"all(auth, scope("b"))"#);
    assert_eq!(requirement(get(configured::handler)), r#"all(auth, scope("b"))"#);
    assert_eq!(requirement(get(configured::Desk::handler)), r#"all(auth, scope("b"), scope("c"))"#);
    assert_eq!(requirement(get(which::handler)), r#"scope("b")"#);
}

#[require_scope("module")]
mod admin {
    pub(super) async fn handler() {}
}

#[require_scope("function")]
async fn admin_module() {}

struct Desk;
#[expect(non_camel_case_types, reason = "its methods' names begin as another type's could")]
struct Desk_x;
struct Shelf<T>(T);

#[require_scope("Desk")]
impl Desk {
    async fn x_y() {}
}

#[require_scope("Desk_x")]
impl Desk_x {
    async fn y() {}
}

#[require_scope("function")]
#[expect(non_snake_case, reason = "as above")]
async fn Desk_x_y() {}

#[require_scope("text")]
impl Shelf<&'static str> {
    async fn handler() {}
}

#[require_scope("list")]
impl Shelf<[&'static str; 0]> {
    async fn handler() {}
}

#[require_scope("module")]
impl kitchen::Role {
    async fn handler() {}
}

#[require_scope("imported")]
impl Role {
    async fn handler() {}
}

#[test]
fn generated_names_do_not_collide() {
    assert_eq!(requirement(get(admin::handler)), r#"scope("module")"#);
    assert_eq!(requirement(get(admin_module)), r#"scope("function")"#);
    assert_eq!(requirement(get(Desk::x_y)), r#"scope("Desk")"#);
    assert_eq!(requirement(get(Desk_x::y)), r#"scope("Desk_x")"#);
    assert_eq!(requirement(get(Desk_x_y)), r#"scope("function")"#);
    assert_eq!(requirement(get(Shelf::<&'static str>::handler)), r#"scope("text")"#);
    assert_eq!(requirement(get(Shelf::<[&'static str; 0]>::handler)), r#"scope("list")"#);
    assert_eq!(requirement(get(kitchen::Role::handler)), r#"scope("module")"#);
    assert_eq!(requirement(get(Role::handler)), r#"scope("imported")"#);
}

#[require_auth]
async fn with_a_guard_of_its_own(_: Guard<Staff>) {}

#[authorize(true)]
async fn with_a_condition(_: auth_core::Guard<Staff>) {}

#[require_scope("a")]
mod around {
    pub(super) async fn handler(_: auth_core::Guard<super::Staff>) {}
}

#[test]
fn a_guard_among_the_parameters_is_in_the_table() {
    assert_eq!(requirement(get(with_a_guard_of_its_own)), "all(auth, role(Moderator))");
    assert_eq!(requirement(get(with_a_condition)), "role(Moderator)");
    assert_eq!(requirement(get(around::handler)), r#"all(scope("a"), role(Moderator))"#);
}
