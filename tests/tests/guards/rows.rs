//! Every row of the guide's tables: a caller that is accepted and one that is refused over HTTP, and a compile-fail
//! case. A row that is added to the guide without a test fails here, and so does a test without a row.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use auth_core::prelude::*;
use auth_core::{Proof, Refusal, Rule};

use crate::handlers::{Staff, StaffOnDuty};
use crate::service::Role::{Admin, Guest, Moderator, User};
use crate::service::{Answer, INSUFFICIENT, INVALID, NOTHING, Role, Service, let_in, refused, refused_with_key};

/// Roles whose names differ from their variants.
#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "kebab-case")]
enum Desk {
    NightShift,
    #[role(includes(NightShift), rename = "head")]
    Leader,
}

/// Permissions of the role `Staff`.
#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    UsersRead,
    UsersWrite,
}

/// Permissions whose names differ from their variants.
#[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
#[permission(rename_all = "kebab-case")]
enum Named {
    UsersRead,
    #[permission(rename = "users:write")]
    UsersWrite,
}

struct IsStaff;

impl Rule for IsStaff {
    async fn allows(&self, caller: &Principal) -> Result<bool, Refusal> {
        Ok(matches!(caller, Principal::Subject(identity) if identity.has_scope("duty")))
    }
}

guard!(Nested = any(StaffOnDuty, api_key));

/// Empty handlers behind these attributes.
macro_rules! handlers {
    ($($name:ident: $(#[$attribute:meta])*;)*) => {$($(#[$attribute])* async fn $name() {})*};
}

handlers! {
    require_auth_: #[require_auth];
    require_auth_optional: #[require_auth(optional)];
    require_role_: #[require_role(Moderator, Guest)];
    require_role_all: #[require_role(all(Moderator, not(Guest)))];
    require_scope_: #[require_scope("a", "b")];
    api_key_: #[api_key];
    api_key_scopes: #[api_key(scopes = ["a", "b"])];
    public_: #[public];
    require_: #[require(auth, scope("a"))];
    auth_: #[require(auth)];
    auth_optional: #[require(auth(optional))];
    key: #[require(api_key)];
    open: #[require(public)];
    role_: #[require(role(Moderator, Guest))];
    permission_: #[require(permission(UsersRead, UsersWrite))];
    require_permission_: #[require_permission(UsersRead, UsersWrite)];
    permission_by_name: #[require_permission(Named::UsersRead)];
    permission_renamed: #[require_permission(Named::UsersWrite)];
    scope_: #[require(scope("a"))];
    fresh_: #[require(fresh("10m"))];
    amr_: #[require(amr("otp"))];
    claim_: #[require(claim("scope", "a"))];
    mfa_: #[require(mfa)];
    any_: #[require(any(role(Admin), api_key))];
    all_: #[require(all(role(Moderator), scope("a")))];
    not_: #[require(not(role(Guest)))];
    named: #[require(StaffOnDuty)];
    within_another: #[require(Nested)];
    desk: #[require_role(Desk::NightShift)];
    leader: #[require_role(Desk::Leader)];
}

#[require_auth]
#[authorize(identity.has_scope("a"))]
async fn authorize_(identity: Identity) {}

#[require_auth]
#[authorize(IsStaff)]
async fn authorize_rule() {}

#[public]
#[rate_limit("1/m", by = address)]
async fn rate_limit_() {}

#[require_role(Moderator)]
mod whole {
    pub(super) async fn inside() {}
}

async fn by_hand(_: Guard<Staff>) {}

async fn allowed(_: Allowed<Staff, Identity>) {}

fn purge(_by: &Proof<Staff>) {}

async fn with_proof(guard: Guard<Staff>) {
    purge(guard.proof());
}

fn plain() -> axum::Router<Auth> {
    axum::Router::new().route("/", axum::routing::get(|| async {}))
}

fn app(auth: &Auth) -> axum::Router {
    GuardedRouter::new()
        .route("/require_auth", get(require_auth_))
        .route("/require_auth_optional", get(require_auth_optional))
        .route("/require_role", get(require_role_))
        .route("/require_role_all", get(require_role_all))
        .route("/require_scope", get(require_scope_))
        .route("/api_key", get(api_key_))
        .route("/api_key_scopes", get(api_key_scopes))
        .route("/public", get(public_))
        .route("/require", get(require_))
        .route("/authorize", get(authorize_))
        .route("/authorize_rule", get(authorize_rule))
        .route("/rate_limit", get(rate_limit_))
        .route("/whole", get(whole::inside))
        .route("/auth", get(auth_))
        .route("/auth_optional", get(auth_optional))
        .route("/key", get(key))
        .route("/open", get(open))
        .route("/role", get(role_))
        .route("/permission", get(permission_))
        .route("/require_permission", get(require_permission_))
        .route("/permission_by_name", get(permission_by_name))
        .route("/permission_renamed", get(permission_renamed))
        .route("/scope", get(scope_))
        .route("/fresh", get(fresh_))
        .route("/amr", get(amr_))
        .route("/claim", get(claim_))
        .route("/mfa", get(mfa_))
        .route("/any", get(any_))
        .route("/all", get(all_))
        .route("/not", get(not_))
        .route("/named", get(named))
        .route("/within_another", get(within_another))
        .route("/desk", get(desk))
        .route("/leader", get(leader))
        .route("/by_hand", get(by_hand))
        .route("/allowed", get(allowed))
        .route("/with_proof", get(with_proof))
        .nest("/guarded", GuardedRouter::new().route("/", get(require_auth_)).guard::<Staff>())
        .nest_unchecked("/layered", plain().layer(Staff::layer(auth)))
        .nest_unchecked("/unchecked", plain())
        .nest("/unchecked_guarded", GuardedRouter::new().merge_unchecked(plain()).guard::<Staff>())
        .with_state(auth.clone())
}

/// The callers of these tests.
enum Caller {
    Anonymous,
    /// Sends a malformed token.
    Broken,
    /// A subject with these roles, authentication methods and scopes.
    Subject(&'static [Role], &'static str, &'static str),
    /// A subject with a role of this name.
    OfRole(&'static str),
    /// A subject that logged in eleven minutes ago.
    Stale,
    /// An API key with these scopes.
    Program(&'static [&'static str]),
}

use Caller::{Anonymous, Broken, OfRole, Program, Stale, Subject};

const NO_ROLE: Caller = Subject(&[], "pwd", "");
const STAFF: Caller = Subject(&[Moderator], "pwd", "");
const OTHERS: Caller = Subject(&[User], "pwd", "");
const ON_DUTY: Caller = Subject(&[Moderator], "pwd", "duty");

/// The row's first column, the path, an accepted caller, a refused one with its answer, and the compile-fail case.
type Row = (&'static str, &'static str, Caller, Option<(Caller, Answer)>, &'static str);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let forbidden = || refused(403, INSUFFICIENT);
    let unknown = || refused(401, NOTHING);
    let invalid = || refused(401, INVALID);
    let scope = |scopes: &str| refused(403, &format!("{INSUFFICIENT}, scope=\"{scopes}\""));
    let step_up = |what: &str| refused(401, &format!("error=\"insufficient_user_authentication\", {what}"));
    vec![
        ("#[require_auth]", "/require_auth", NO_ROLE, Some((Anonymous, unknown())), "require_auth/not_async"),
        ("#[require_auth(optional)]", "/require_auth_optional", Anonymous, Some((Broken, invalid())), "require_auth/optional_misspelt"),
        ("#[require_role(A, B)]", "/require_role", Subject(&[Admin], "pwd", ""), Some((OTHERS, forbidden())), "require_role/unknown_role"),
        ("#[require_role(all(A, B))], #[require_role(not(A))]", "/require_role_all", STAFF, Some((Subject(&[Moderator, Guest], "pwd", ""), forbidden())), "require_role/contradiction"),
        ("#[require_scope(\"a\", \"b\")]", "/require_scope", Subject(&[], "pwd", "b a"), Some((Subject(&[], "pwd", "a"), scope("a b"))), "require_scope/no_scopes"),
        ("#[api_key]", "/api_key", Program(&[]), Some((Anonymous, refused_with_key(401, NOTHING))), "api_key/unknown_argument"),
        ("#[api_key(scope = \"a\")], #[api_key(scopes = [\"a\", \"b\"])]", "/api_key_scopes", Program(&["a", "b"]), Some((Program(&["b"]), scope("a b"))), "api_key/no_scopes_in_list"),
        ("#[public]", "/public", Broken, None, "public/with_arguments"),
        ("#[require(..)]", "/require", Subject(&[], "pwd", "a"), Some((NO_ROLE, scope("a"))), "require/nothing"),
        ("#[authorize(expr)]", "/authorize", Subject(&[], "pwd", "a"), Some((NO_ROLE, forbidden())), "authorize/not_a_bool"),
        ("#[authorize(Rule(..))]", "/authorize_rule", ON_DUTY, Some((STAFF, forbidden())), "authorize/a_type_that_is_no_rule"),
        ("#[rate_limit(\"10/m\", by = address)]", "/rate_limit", Anonymous, Some((Anonymous, Answer { status: 429, challenge: String::new() })), "rate_limit/no_quota"),
        ("any guard above an inline mod or an impl block", "/whole", STAFF, Some((OTHERS, forbidden())), "module/contradiction_inside"),
        ("auth", "/auth", NO_ROLE, Some((Anonymous, unknown())), "require/auth_with_arguments"),
        ("auth(optional)", "/auth_optional", Anonymous, Some((Broken, invalid())), "require/optional_inside_any"),
        ("api_key", "/key", Program(&[]), Some((NO_ROLE, refused_with_key(401, INVALID))), "require/optional_of_a_key"),
        ("public", "/open", Anonymous, None, "require/public_inside_any"),
        ("role(A, B)", "/role", Subject(&[Guest], "pwd", ""), Some((OTHERS, forbidden())), "require/role_misspelt"),
        ("#[require_permission(A, B)]", "/require_permission", OfRole("editor"), Some((OfRole("reader"), forbidden())), "require_permission/unknown_permission"),
        ("permission(A, B)", "/permission", OfRole("editor"), Some((OfRole("reader"), forbidden())), "require/permission_is_a_string"),
        ("#[derive(Permission)]", "/permission", OfRole("editor"), Some((OfRole("kebab"), forbidden())), "derive_permission/on_a_struct"),
        ("#[permission(rename = \"users:write\")]", "/permission_renamed", OfRole("kebab"), Some((OfRole("editor"), forbidden())), "derive_permission/includes"),
        ("#[permission(rename_all = \"kebab-case\")]", "/permission_by_name", OfRole("kebab"), Some((OfRole("reader"), forbidden())), "derive_permission/unknown_case"),
        ("scope(\"a\")", "/scope", Subject(&[], "pwd", "a"), Some((NO_ROLE, scope("a"))), "require/empty_scope"),
        ("fresh(\"10m\")", "/fresh", NO_ROLE, Some((Stale, step_up("max_age=\"600\""))), "require/fresh_without_unit"),
        ("amr(\"otp\")", "/amr", Subject(&[], "otp", ""), Some((NO_ROLE, step_up("acr_values=\"otp\""))), "require/amr_is_a_path"),
        ("claim(\"tenant\", \"acme\")", "/claim", Subject(&[], "pwd", "a"), Some((NO_ROLE, forbidden())), "require/claim_without_value"),
        ("mfa", "/mfa", Subject(&[], "pwd mfa", ""), Some((NO_ROLE, step_up("acr_values=\"mfa\""))), "require/mfa_with_arguments"),
        ("any(..)", "/any", Program(&[]), Some((OTHERS, forbidden())), "require/empty_any"),
        ("all(..)", "/all", Subject(&[Moderator], "pwd", "a"), Some((Subject(&[User], "pwd", "a"), forbidden())), "require/contradiction"),
        ("not(..)", "/not", OTHERS, Some((Subject(&[Guest], "pwd", ""), forbidden())), "require/not_public"),
        ("StaffOnDuty", "/named", ON_DUTY, Some((STAFF, scope("duty"))), "require/unknown_policy"),
        ("guard!(pub Name = ..)", "/within_another", Program(&[]), Some((STAFF, scope("duty"))), "guard/within_itself"),
        ("GuardedRouter::guard::<P>()", "/guarded", STAFF, Some((OTHERS, forbidden())), "router/nested_plain_router"),
        ("Policy::layer", "/layered", STAFF, Some((OTHERS, forbidden())), "guard/value_of_a_policy"),
        ("Guard<P>", "/by_hand", STAFF, Some((Anonymous, unknown())), "router/guard_is_not_first"),
        ("Allowed<P, U>", "/allowed", STAFF, Some((OTHERS, forbidden())), "router/allowed_is_not_first"),
        ("Proof<P>", "/with_proof", STAFF, Some((OTHERS, forbidden())), "guard/proof_made_by_hand"),
        ("merge_unchecked, nest_unchecked", "/unchecked", Anonymous, None, "router/plain_router_merged"),
        ("merge_unchecked, nest_unchecked", "/unchecked_guarded", STAFF, Some((OTHERS, forbidden())), "router/nested_plain_router"),
        ("#[derive(Role)]", "/role", STAFF, Some((OfRole("moderator"), forbidden())), "derive_role/on_a_struct"),
        ("#[role(includes(A, B))]", "/desk", OfRole("head"), Some((OfRole("root"), forbidden())), "derive_role/includes_unknown"),
        ("#[role(rename = \"root\")]", "/leader", OfRole("head"), Some((OfRole("Leader"), forbidden())), "derive_role/rename_to_nothing"),
        ("#[role(rename_all = \"kebab-case\")]", "/desk", OfRole("night-shift"), Some((OfRole("NightShift"), forbidden())), "derive_role/unknown_case"),
    ]
}

async fn answer(service: &Service, path: &str, caller: &Caller) -> Answer {
    match caller {
        Anonymous => service.anonymously(path).await,
        Broken => service.with_token(path, "no token").await,
        Subject(roles, amr, scope) => {
            let user = service.user(roles).await;
            service.with_token(path, &service.token_of(&user, amr, scope).await).await
        }
        OfRole(role) => {
            let user = service.user_named(role).await;
            service.with_token(path, &service.token_of(&user, "pwd", "").await).await
        }
        Stale => {
            let token = service.token(&[]).await;
            service.wait(Duration::from_mins(11));
            service.with_token(path, &token).await
        }
        Program(scopes) => service.with_key(path, &service.key(scopes).await).await,
    }
}

#[tokio::test]
async fn every_row_lets_in_and_refuses_over_http() {
    let service = Service::start(app).await;
    let context = auth_core::Context::system("test");
    for (role, permissions) in [("reader", &[Permission::UsersRead][..]), ("editor", Permission::ALL)] {
        service.auth.set_role_permissions(&context, role, permissions).await.unwrap();
    }
    service.auth.set_role_permissions(&context, "kebab", Named::ALL).await.unwrap();
    for (row, path, one, other, _) in rows() {
        assert_eq!(answer(&service, path, &one).await, let_in(), "`{row}` at {path} refuses");
        if let Some((other, refusal)) = other {
            assert_eq!(answer(&service, path, &other).await, refusal, "`{row}` at {path}");
        }
    }
}

#[test]
fn every_row_of_the_guide_has_its_test_and_its_failing_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(root.join("../docs/reference/guards.md")).unwrap();
    let tested: BTreeSet<_> = rows().iter().map(|(row, ..)| (*row).to_owned()).collect();
    assert_eq!(rows_of(&guide), tested, "left: the guide's rows, right: those tested here");
    for (row, _, _, _, case) in rows() {
        let (area, name) = case.split_once('/').unwrap();
        let case = root.join("ui").join(area).join("fail").join(name).with_extension("stderr");
        assert!(case.is_file(), "`{row}`: there is no {}", case.display());
    }
}

/// The first column of every table of requirements in the guide.
fn rows_of(guide: &str) -> BTreeSet<String> {
    let of_words =
        |section: &&str| section.contains("| word | who is let in |") || section.contains("| word | is met by |");
    let tables = guide.split("\n## ").filter(of_words);
    let lines = tables.flat_map(str::lines).filter(|line| line.starts_with("| ") && !line.starts_with("| word |"));
    let rows = lines.filter(|line| !line.starts_with("| ---"));
    rows.map(|row| row[2..].split(" | ").next().unwrap_or_default().replace('`', "")).collect()
}
