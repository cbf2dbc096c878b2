//! `UserTable`: users of the application's own table register, log in, and change and reset passwords, over HTTP.

use auth_core::password::WeakPassword;
use auth_core::prelude::*;
use auth_core::store::{
    Audit, AuditFilter, NewUser, OwnUsers, PostgresStore, SqliteStore, UserRegistry as _, UserStore as _, UserTable,
};
use auth_core::token::SigningKey;
use auth_core::{AccountError, Auth, Clock as _, Context, Keep, Registration, SystemClock, Timestamp};
use auth_tests::servers::Database;
use auth_tests::{Client, serve};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, raw_sql};

const PASSWORD: &str = "three words and a comma";
const NEXT: &str = "four words and no comma";

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Admin,
    Editor,
}

#[require_role(Admin)]
async fn admin() {}

#[require_auth]
async fn me(identity: Identity) -> String {
    identity.subject().to_string()
}

enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Store {
    async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(store) => drop(raw_sql(sql).execute(store.pool()).await.unwrap()),
            Self::Postgres(store) => drop(raw_sql(sql).execute(store.pool()).await.unwrap()),
        }
    }

    async fn open(&self, table: UserTable) -> Result<OwnUsers, auth_core::store::StoreError> {
        match self {
            Self::Sqlite(store) => table.in_sqlite(store.pool()).await,
            Self::Postgres(store) => table.in_postgres(store.pool()).await,
        }
    }

    async fn auth(&self, table: UserTable) -> Auth {
        self.auth_of(self.open(table).await.unwrap())
    }

    fn auth_of(&self, users: OwnUsers) -> Auth {
        let key = SigningKey::hs256(&"b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE".to_owned().into()).unwrap();
        let builder = Auth::builder(key, "https://api.example.com", "own table");
        let builder = match self {
            Self::Sqlite(store) => builder.store(store.clone()),
            Self::Postgres(store) => builder.store(store.clone()),
        };
        builder.registry(users).build().unwrap()
    }
}

/// Runs a test on each engine, with the type of a number that the database makes.
async fn on_each_engine(test: impl AsyncFn(Store, &str)) {
    test(Store::Sqlite(SqliteStore::open("sqlite::memory:").await.unwrap()), "INTEGER").await;
    if let Some(database) = Database::create("a table of users in PostgreSQL").await {
        let store = PostgresStore::open(&database.url()).await.unwrap();
        test(Store::Postgres(store), "INTEGER GENERATED ALWAYS AS IDENTITY").await;
    }
}

/// A table of which no name is the default, and some need quotation marks.
async fn people(store: &Store, number: &str) -> UserTable {
    let table = r#"CREATE TABLE "people of ours" ("user" NUMBER PRIMARY KEY, mail TEXT NOT NULL UNIQUE, "hash ""at rest""" TEXT,
                   "order" INTEGER NOT NULL, enabled BOOLEAN, nick TEXT NOT NULL UNIQUE,
                   is_admin BOOLEAN NOT NULL, is_editor BOOLEAN)"#;
    store.run(&table.replace("NUMBER", number)).await;
    let people =
        UserTable::new("people of ours").whole_number_id("user").email("mail").password_hash(r#"hash "at rest""#);
    let people =
        people.version("order").active("enabled").role("is_admin", Role::Admin).role("is_editor", Role::Editor);
    people.field("nick")
}

async fn start(store: &Store, table: UserTable) -> (Auth, Client) {
    let auth = store.auth(table).await;
    let routes = GuardedRouter::new().route("/admin", get(admin)).route("/me", get(me)).merge(auth.routes());
    let client = Client::new(&serve(routes.with_state(auth.clone())).await);
    (auth, client)
}

async fn register(client: &Client, body: Value) -> (u16, Value) {
    let answer = client.send(client.request(Method::POST, "/auth/register").json(&body)).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn users_register_log_in_and_change_and_reset_their_passwords() {
    on_each_engine(async |store, number| {
        let (auth, client) = start(&store, people(&store, number).await).await;
        let ada = json!({ "email": "Ada@example.com", "password": PASSWORD, "nick": "ada" });
        let (status, body) = register(&client, ada).await;
        assert_eq!((status, &body["id"]), (201, &json!("1")), "{body}");
        let tokens = client.login("ADA@example.com", PASSWORD).await;
        assert_eq!(client.get_as(&tokens.access, "/me").await.text, "1");
        client.try_login("ada@example.com", NEXT).await.is_problem(401);

        let change = json!({ "current_password": PASSWORD, "new_password": NEXT });
        client.json_as(&tokens.access, Method::POST, "/auth/password", &change).await.tokens();
        client.get_as(&tokens.access, "/me").await.is_problem(401);
        client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
        client.login("ada@example.com", NEXT).await;

        let (system, id) = (Context::system("test"), "1".parse().unwrap());
        auth.set_password(&system, &id, PASSWORD.into(), Keep::None).await.unwrap();
        client.try_login("ada@example.com", NEXT).await.is_problem(401);
        let tokens = client.login("ada@example.com", PASSWORD).await;
        auth.logout_everywhere(&system, &id).await.unwrap();
        client.get_as(&tokens.access, "/me").await.is_problem(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_needs_its_fields_and_says_which_are_taken() {
    on_each_engine(async |store, number| {
        let (_, client) = start(&store, people(&store, number).await).await;
        let body = |email: &str, nick: Value| json!({ "email": email, "password": PASSWORD, "nick": nick });
        assert_eq!(register(&client, body("ada@example.com", json!("ada"))).await.0, 201);
        assert_eq!(register(&client, body("ada@example.com", json!("ada2"))).await.0, 409);
        let (status, taken) = register(&client, body("bob@example.com", json!("ada"))).await;
        assert_eq!((status, &taken["errors"]), (409, &json!([{ "detail": "is taken", "pointer": "#/nick" }])));
        for nick in [json!(null), json!(""), json!(" "), json!(7), json!(["ada"]), json!("a\0"), json!("a".repeat(256))]
        {
            let (status, refused) = register(&client, body("bob@example.com", nick.clone())).await;
            assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("#/nick")), "{nick}: {refused}");
        }
        let unknown = json!({ "email": "bob@example.com", "password": PASSWORD, "nick": "bob", "is_admin": true });
        assert_eq!(register(&client, unknown).await.0, 422);
        assert_eq!(register(&client, body("bob@example.com", json!("bob"))).await.0, 201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_the_state_are_boolean_columns() {
    on_each_engine(async |store, number| {
        let (auth, client) = start(&store, people(&store, number).await).await;
        let system = Context::system("test");
        let new = Registration::new("ada@example.com", PASSWORD).with_field("nick", "ada");
        let (ada, _) = auth.register(&system, new).await.unwrap();
        let tokens = client.login("ada@example.com", PASSWORD).await;
        client.get_as(&tokens.access, "/admin").await.is_problem(403);
        store.run(r#"UPDATE "people of ours" SET is_admin = TRUE, is_editor = NULL"#).await;
        auth.invalidate_subject(&system, &ada).await;
        assert_eq!(client.get_as(&tokens.access, "/admin").await.status, 200);
        for state in ["FALSE", "NULL"] {
            store.run(&format!(r#"UPDATE "people of ours" SET enabled = {state}"#)).await;
            auth.invalidate_subject(&system, &ada).await;
            client.get_as(&tokens.access, "/admin").await.is_problem(401);
            client.try_login("ada@example.com", PASSWORD).await.is_problem(401);
            let set = auth.set_password(&system, &ada, NEXT.into(), Keep::None).await;
            assert!(set.is_err(), "a disabled user got a password");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_has_one_spelling_and_a_hash_is_replaced_only_by_its_successor() {
    on_each_engine(async |store, number| {
        let users = store.open(people(&store, number).await).await.unwrap();
        let hash = auth_core::password::PasswordHash::from_stored;
        let mut new = NewUser::new("ada@example.com".parse().unwrap(), hash("old")).with_roles(vec!["Editor".into()]);
        new.extra.insert("nick".into(), "ada".into());
        let id = users.create(new.clone(), Audit::none()).await.unwrap().unwrap();
        let found = users.find_by_id(&id).await.unwrap().unwrap();
        assert_eq!((&*found.state.roles, found.state.version), (&["Editor".into()][..], 0));
        for other in ["01", "+1", "1 ", "1.0", "one", "9223372036854775808", "2"] {
            if let Ok(other) = other.parse() {
                assert!(users.find_by_id(&other).await.unwrap().is_none(), "{other}");
                assert_eq!(users.revoke_tokens(&other, Audit::none()).await.unwrap(), None, "{other}");
            }
        }
        for login in ["ada", "a\0@example.com", "' OR TRUE --@example.com"] {
            assert!(users.find_by_login(login).await.unwrap().is_none(), "{login}");
        }
        let upgraded = users.upgrade_hash(&id, &hash("older"), &hash("wrong"), Audit::none()).await.unwrap();
        assert!(!upgraded, "another hash is stored");
        assert!(users.upgrade_hash(&id, &hash("old"), &hash("new"), Audit::none()).await.unwrap());
        assert_eq!(users.set_password(&id, 1, &hash("late"), Audit::none()).await.unwrap(), None);
        let found = users.find_by_login("ada@example.com").await.unwrap().unwrap();
        assert_eq!(found.password_hash.unwrap().as_str(), "new");
        assert_eq!(users.set_password(&id, 0, &hash("next"), Audit::none()).await.unwrap(), Some(1));
        assert_eq!(users.revoke_tokens(&id, Audit::none()).await.unwrap(), Some(2));
        store.run(r#"UPDATE "people of ours" SET enabled = FALSE"#).await;
        let of_disabled = users.set_password(&id, 2, &hash("of a disabled user"), Audit::none()).await;
        assert_eq!(of_disabled.unwrap(), None);
        assert_eq!(users.sample_hashes().await.unwrap().len(), 1);

        new.email = "bob@example.com".parse().unwrap();
        new.extra.insert("nick".into(), "bob".into());
        let unknown = users.create(new.with_roles(vec!["Owner".into()]), Audit::none()).await;
        assert!(unknown.unwrap_err().to_string().contains("`Owner`"), "a role without a column was dropped");
    })
    .await;
}

/// Each of these hashes has its salt among its first characters.
#[tokio::test(flavor = "multi_thread")]
async fn many_hashes_of_one_format_hide_no_other_format() {
    on_each_engine(async |store, number| {
        let users = store.open(people(&store, number).await).await.unwrap();
        let add = r#"
            INSERT INTO "people of ours" (mail, "hash ""at rest""", "order", nick, is_admin)
            SELECT 'u' || n || '@example.com', HASH, 0, 'u' || n, FALSE
            FROM (WITH RECURSIVE numbers(n) AS (SELECT FIRST UNION ALL SELECT n + 1 FROM numbers WHERE n < LAST)
                  SELECT n FROM numbers) AS numbers"#;
        let tail = "GJ1xP0kUoLhAvBQv0q3kBsdeUWnuyAcYqgTVPmRmqhvCzHtU";
        for (hash, first, last) in [
            (format!("'$2b$12$' || n || '{tail}'"), "100001", "101001"),
            (format!("'pbkdf2_sha256$600000$' || n || '$' || '{tail}'"), "200001", "200001"),
        ] {
            store.run(&add.replace("HASH", &hash).replace("FIRST", first).replace("LAST", last)).await;
        }
        let samples = users.sample_hashes().await.unwrap();
        let formats: Vec<_> = samples.iter().map(|sample| &sample.as_str()[..3]).collect();
        assert!(formats.len() == 2 && formats.contains(&"$2b") && formats.contains(&"pbk"), "{formats:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_new_password_is_a_field_of_the_user() {
    on_each_engine(async |store, number| {
        let (auth, client) = start(&store, people(&store, number).await).await;
        let system = Context::system("test");
        let new = Registration::new("ada@example.com", PASSWORD).with_field("nick", "Wednesday at noon");
        let (ada, _) = auth.register(&system, new).await.unwrap();
        let nick = "wednesday at noon";
        let tokens = client.login("ada@example.com", PASSWORD).await;
        let change = json!({ "current_password": PASSWORD, "new_password": nick });
        client.json_as(&tokens.access, Method::POST, "/auth/password", &change).await.is_problem(422);
        let set = auth.set_password(&system, &ada, nick.into(), Keep::None).await.unwrap_err();
        assert_eq!(set, AccountError::WeakPassword(WeakPassword::Guessable));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_has_the_time_of_creation() {
    on_each_engine(async |store, _| {
        for kind in ["TIMESTAMP", "TIMESTAMPTZ NOT NULL"] {
            let columns = "id TEXT PRIMARY KEY, email TEXT UNIQUE, password_hash TEXT, version BIGINT";
            store.run(&format!(r#"CREATE TABLE dated ({columns}, "joined at" {kind})"#)).await;
            let users = store.open(UserTable::new("dated").created_at("joined at")).await.unwrap();
            let hash = auth_core::password::PasswordHash::from_stored("hash");
            let before = SystemClock.now().as_secs();
            let new = NewUser::new("ada@example.com".parse().unwrap(), hash);
            let id = users.create(new, Audit::none()).await.unwrap().unwrap();
            let created = async || users.find_by_id(&id).await.unwrap().unwrap().created_at;
            let now = created().await.unwrap().as_secs();
            assert!((before..=SystemClock.now().as_secs()).contains(&now), "{now}");
            store.run(r#"UPDATE dated SET "joined at" = '2027-01-15 08:00:00'"#).await;
            assert_eq!(created().await, Some(Timestamp::from_secs(1_800_000_000)), "{kind}");
            if !kind.contains("NOT NULL") {
                store.run(r#"UPDATE dated SET "joined at" = NULL"#).await;
                assert_eq!(created().await, None);
            }
            store.run("DROP TABLE dated").await;
        }
        let missing = UserTable::new("people of ours").created_at("joined at");
        assert!(store.open(missing).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_names_have_text_ids_and_another_table_is_refused_at_start() {
    on_each_engine(async |store, _| {
        let table = "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE, password_hash TEXT, version BIGINT)";
        store.run(table).await;
        let (_, client) = start(&store, UserTable::new("users")).await;
        let body = json!({ "email": "ada@example.com", "password": PASSWORD });
        let (status, body) = register(&client, body).await;
        assert_eq!(status, 201, "{body}");
        let tokens = client.login("ada@example.com", PASSWORD).await;
        assert_eq!(json!(client.get_as(&tokens.access, "/me").await.text), body["id"]);
        for wrong in [
            UserTable::new("people"),
            UserTable::new("users").version("revision"),
            UserTable::new("users").active("is_active"),
            UserTable::new("users").role("is_admin", Role::Admin),
            UserTable::new("users").field("nick"),
        ] {
            let shown = format!("{wrong:?}");
            assert!(store.open(wrong).await.is_err(), "{shown}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audited_change_and_its_row_are_one_transaction() {
    on_each_engine(async |store, number| {
        let table = people(&store, number).await;
        let users = store.open(table.clone()).await.unwrap().audited().await.unwrap();
        let (auth, system) = (store.auth_of(users.clone()), Context::system("test"));
        let new =
            |nick: &str| Registration::new(format!("{nick}@example.com").as_str(), PASSWORD).with_field("nick", nick);
        let (ada, _) = auth.register(&system, new("ada")).await.unwrap();
        auth.set_password(&system, &ada, NEXT.into(), Keep::None).await.unwrap();
        auth.logout_everywhere(&system, &ada).await.unwrap();
        let events = auth.events(&AuditFilter::default(), 100).await.unwrap();
        for kind in ["user_registered", "password_changed", "tokens_revoked"] {
            assert_eq!(events.iter().filter(|event| event.kind.name() == kind).count(), 1, "{kind}: {events:?}");
        }

        let (events, chains) = match store {
            Store::Sqlite(_) => ("auth_events", "auth_event_chains"),
            Store::Postgres(_) => ("auth_core.events", "auth_core.event_chains"),
        };
        store.run(&format!("ALTER TABLE {events} RENAME TO gone")).await;
        let before = users.find_by_id(&ada).await.unwrap().unwrap();
        assert!(auth.set_password(&system, &ada, PASSWORD.into(), Keep::None).await.is_err());
        assert!(auth.logout_everywhere(&system, &ada).await.is_err());
        assert!(auth.register(&system, new("bob")).await.is_err());
        let after = users.find_by_id(&ada).await.unwrap().unwrap();
        assert_eq!(
            (after.state, after.password_hash),
            (before.state, before.password_hash),
            "a change without its row"
        );
        assert!(users.find_by_login("bob@example.com").await.unwrap().is_none(), "a user without a row");

        store.run(&format!("ALTER TABLE {chains} RENAME TO gone_too")).await;
        let users = store.open(table).await.unwrap();
        assert!(users.audited().await.is_err(), "there is no audit trail");
    })
    .await;
}

/// Its value would be taken where the address was free.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_registration_takes_no_unique_field() {
    on_each_engine(async |store, _| {
        let columns = "id TEXT PRIMARY KEY, email TEXT UNIQUE, password_hash TEXT, version BIGINT";
        store.run(&format!("CREATE TABLE users ({columns}, nick TEXT UNIQUE, city TEXT, \"Street\" TEXT)")).await;
        store.run("CREATE UNIQUE INDEX by_lower_email ON users (lower(email))").await;
        let is_built = async |table: UserTable| {
            let users = store.open(table).await.unwrap();
            let builder = auth_core::testing::in_memory().delivery(auth_core::recovery::LogDelivery);
            let built = builder.registry(users).private_registration().build();
            let is_refused = |error: &auth_core::BuildError| error.to_string().contains("unique fields");
            assert!(built.as_ref().err().is_none_or(is_refused), "{built:?}");
            built.is_ok()
        };
        let table = UserTable::new("users");
        assert!(is_built(table.clone()).await, "the address is unique anyway");
        assert!(is_built(table.clone().field("city").field("Street")).await);
        assert!(!is_built(table.clone().field("city").field("nick")).await);
        store.run("CREATE UNIQUE INDEX by_city ON users (lower(city))").await;
        assert!(!is_built(table.clone().field("city")).await);
        store.run("CREATE UNIQUE INDEX by_street ON users (\"Street\", email)").await;
        assert!(!is_built(table.field("Street")).await);
    })
    .await;
}
