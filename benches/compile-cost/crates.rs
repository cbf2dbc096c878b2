//! The generated crates: the same application for each contender, with the same 200 handlers in ten modules.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Modules of a crate, and handlers of a module.
const MODULES: usize = 10;
const HANDLERS: usize = 20;

/// The line that the measured edit changes.
const EDITED: &str = "if total > ";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// axum with hand-written extractors, the reference.
    Plain,
    /// The attributes of auth-core.
    Guarded,
    /// The plain handlers with `#[protect_axum::protect(..)]` in place of the checks in the body.
    Protect,
    /// The plain handlers with `#[axum::debug_handler]`.
    DebugHandler,
}

/// The access rule of a handler.
#[derive(Clone, Copy)]
enum Demand {
    Auth,
    Role(&'static str),
    Scope,
    Owner,
}

impl Demand {
    /// Of ten handlers, five demand any user, three a role, one a scope, one the item's owner.
    const fn of(number: usize) -> Self {
        match number % 10 {
            0..5 => Self::Auth,
            5 | 6 => Self::Role("Admin"),
            7 => Self::Role("Moderator"),
            8 => Self::Scope,
            _ => Self::Owner,
        }
    }
}

impl Side {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::Guarded, Self::Protect, Self::DebugHandler];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Guarded => "guarded",
            Self::Protect => "protect-axum",
            Self::DebugHandler => "debug-handler",
        }
    }

    fn attributes(self, demand: Demand) -> String {
        match (self, demand) {
            (Self::Plain, _) => String::new(),
            (Self::DebugHandler, _) => "#[axum::debug_handler]\n".to_owned(),
            (Self::Protect, Demand::Auth | Demand::Scope) => "#[protect(\"Role::User\", ty = \"Role\")]\n".to_owned(),
            (Self::Protect, Demand::Role(role)) => format!("#[protect(\"Role::{role}\", ty = \"Role\")]\n"),
            (Self::Protect, Demand::Owner) => {
                "#[protect(\"Role::User\", expr = \"user.sub.len() > id as usize\", ty = \"Role\")]\n".to_owned()
            }
            (Self::Guarded, Demand::Auth) => "#[require_auth]\n".to_owned(),
            (Self::Guarded, Demand::Role(role)) => format!("#[require_role({role})]\n"),
            (Self::Guarded, Demand::Scope) => "#[require_scope(\"items:read\")]\n".to_owned(),
            (Self::Guarded, Demand::Owner) => {
                "#[require_auth]\n#[authorize(user.sub.len() > id as usize)]\n".to_owned()
            }
        }
    }

    /// The same checks in the body, for contenders without attributes.
    fn checks(self, demand: Demand) -> String {
        match (self, demand) {
            (Self::Guarded | Self::Protect, _) | (_, Demand::Auth) => String::new(),
            (_, Demand::Role(role)) => format!("    user.require_role(Role::{role})?;\n"),
            (_, Demand::Scope) => "    user.require_scope(\"items:read\")?;\n".to_owned(),
            (_, Demand::Owner) => {
                "    if user.sub.len() <= id as usize {\n        return Err(StatusCode::FORBIDDEN);\n    }\n".to_owned()
            }
        }
    }

    const fn imports(self) -> &'static str {
        match self {
            Self::Guarded => "use auth_core::prelude::*;\nuse crate::auth::*;\n",
            Self::Protect => {
                "use axum::routing::get;\nuse axum::Router;\nuse protect_axum::protect;\nuse crate::auth::*;\n"
            }
            _ => "use axum::routing::get;\nuse axum::Router;\nuse crate::auth::*;\n",
        }
    }

    const fn user(self) -> &'static str {
        match self {
            Self::Guarded => "CurrentUser<User>",
            _ => "CurrentUser",
        }
    }

    const fn router(self) -> &'static str {
        match self {
            Self::Guarded => "GuardedRouter",
            _ => "Router",
        }
    }

    const fn auth(self) -> &'static str {
        match self {
            Self::Guarded => include_str!("template/guarded.rs"),
            _ => include_str!("template/plain.rs"),
        }
    }

    fn handler(self, number: usize) -> String {
        let demand = Demand::of(number);
        let (attributes, checks, user) = (self.attributes(demand), self.checks(demand), self.user());
        format!(
            "
{attributes}pub async fn handler_{number}(
    CurrentUser(user): {user},
    Path(id): Path<u32>,
    State(app): State<App>,
) -> Result<Json<Total>, StatusCode> {{
{checks}    let of = app.find(id).await.ok_or(StatusCode::NOT_FOUND)?;
    let total = of.parts.iter().map(|part| part.price * u64::from(part.count)).sum::<u64>();
    {EDITED}1000 && of.owner != user.sub {{
        return Err(StatusCode::PAYMENT_REQUIRED);
    }}
    Ok(Json(Total {{ of, total }}))
}}
"
        )
    }

    fn module(self, module: usize) -> String {
        let mut text = String::from("#![allow(unused_imports)]\n");
        text += "use axum::Json;\nuse axum::extract::{Path, State};\nuse axum::http::StatusCode;\n";
        text += "use crate::app::{App, Total};\n";
        text += self.imports();
        let numbers = module * HANDLERS..(module + 1) * HANDLERS;
        for number in numbers.clone() {
            text += &self.handler(number);
        }
        let _ = write!(text, "\npub fn routes() -> {router}<App> {{\n    {router}::new()\n", router = self.router());
        for number in numbers {
            let _ = writeln!(text, "        .route(\"/items/{number}/{{id}}\", get(handler_{number}))");
        }
        text + "}\n"
    }

    fn root(self) -> String {
        let mut text = String::from("pub mod app;\npub mod auth;\n");
        if self != Self::Guarded {
            text += "pub mod login;\n";
        }
        for module in 0..MODULES {
            let _ = writeln!(text, "pub mod part_{module};");
        }
        let router = match self {
            Self::Guarded => "auth_core::GuardedRouter",
            _ => "axum::Router",
        };
        let _ = write!(text, "\npub fn router(app: app::App) -> axum::Router {{\n    {router}::new()\n");
        for module in 0..MODULES {
            let _ = writeln!(text, "        .merge(part_{module}::routes())");
        }
        // The same for both: a user logs in.
        text += match self {
            Self::Guarded => "        .merge(app.auth.routes())\n",
            _ => "        .route(\"/auth/login\", axum::routing::post(login::login))\n",
        };
        text += "        .with_state(app)\n}\n";
        text + "\npub async fn serve(app: app::App, listener: tokio::net::TcpListener) -> std::io::Result<()> {\n    \
                axum::serve(listener, router(app)).await\n}\n"
    }
}

/// The crates on disk, in a workspace with the dependency versions of this one and Cargo's default profile. auth-core
/// is checked without incremental compilation, as Cargo checks a crate from a registry.
pub(crate) struct Crates {
    pub(crate) root: PathBuf,
}

impl Crates {
    pub(crate) fn write(root: PathBuf, workspace: &Path) -> io::Result<Self> {
        for side in Side::ALL {
            let sources = root.join(side.name()).join("src");
            fs::create_dir_all(&sources)?;
            fs::write(root.join(side.name()).join("Cargo.toml"), manifest(side))?;
            fs::write(sources.join("lib.rs"), side.root())?;
            fs::write(sources.join("app.rs"), include_str!("template/app.rs"))?;
            fs::write(sources.join("auth.rs"), side.auth())?;
            if side != Side::Guarded {
                fs::write(sources.join("login.rs"), include_str!("template/login.rs"))?;
            }
            for module in 0..MODULES {
                fs::write(sources.join(format!("part_{module}.rs")), side.module(module))?;
            }
        }
        fs::write(root.join("Cargo.toml"), shared_manifest(workspace))?;
        fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock"))?;
        Ok(Self { root })
    }

    /// Changes one line in the body of a handler in the middle.
    pub(crate) fn edit(&self, side: Side, round: usize) -> io::Result<()> {
        let path = self.root.join(side.name()).join(format!("src/part_{}.rs", MODULES / 2));
        let text = fs::read_to_string(&path)?;
        let at = text.match_indices(EDITED).nth(HANDLERS / 2).map_or(text.len(), |(at, found)| at + found.len());
        let rest = text[at..].trim_start_matches(|digit: char| digit.is_ascii_digit());
        fs::write(path, format!("{}{}{rest}", &text[..at], 2000 + round))
    }
}

fn manifest(side: Side) -> String {
    let own = match side {
        Side::Plain => "axum.workspace = true",
        Side::Guarded => "auth-core.workspace = true\naxum.workspace = true",
        Side::Protect => "axum.workspace = true\nprotect-axum = \"0.2\"",
        Side::DebugHandler => "axum = { workspace = true, features = [\"macros\"] }",
    };
    let by_hand = match side {
        Side::Guarded => "",
        _ => "argon2.workspace = true\njsonwebtoken.workspace = true\n",
    };
    format!(
        "[package]\nname = \"cost-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         serde.workspace = true\ntokio.workspace = true\n{by_hand}{own}\n",
        side.name()
    )
}

fn shared_manifest(workspace: &Path) -> String {
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n[workspace.dependencies]\n\
         auth-core = {{ path = \"{}\", default-features = false, features = [\"server\"] }}\n\
         argon2 = {{ version = \"0.6\", features = [\"zeroize\"] }}\n\
         axum = \"0.8.9\"\n\
         jsonwebtoken = {{ version = \"12\", default-features = false, features = [\"aws_lc_rs\", \"use_pem\"] }}\n\
         serde = {{ version = \"1.0.229\", features = [\"derive\"] }}\n\
         tokio = {{ version = \"1.54\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }}\n\n\
         [profile.dev]\nincremental = true\n\n\
         [profile.dev.package.auth-core]\nincremental = false\n\n\
         [profile.dev.package.auth-macros]\nincremental = false\n",
        workspace.join("auth-core").display()
    )
}
