//! The policy page: whom each route lets in, its filter, and how it looks in Chromium.

use std::path::Path;

use auth_core::prelude::*;
use auth_core::testing::in_memory;
use auth_tests::chromium;
use serde_json::json;

#[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
#[role(rename_all = "lowercase")]
enum Role {
    /// No route is for guests.
    Guest,
    User,
    #[role(includes(User))]
    Moderator,
    #[role(includes(Moderator))]
    Admin,
}

guard!(Readers = public);
guard!(Staff = role(Moderator));

#[require_role(User)]
async fn behind() {}

#[public]
async fn health() {}

#[require_role(Moderator)]
async fn users() {}

#[require_auth]
#[authorize(id == "<b>")]
async fn note(axum::extract::Path(id): axum::extract::Path<String>) {}

#[require(any(role(Admin), all(api_key, scope("reports:read"))))]
async fn reports() {}

#[require(all(scope("notes:write"), fresh("10m")))]
#[rate_limit("5/m", by = subject)]
async fn purge() {}

fn app() -> GuardedRouter<Auth> {
    GuardedRouter::new()
        .route("/health", get(health))
        .route("/users", get(users))
        .route("/notes/{id}", patch(note))
        .route("/reports", get(reports))
        .route("/purge", post(purge))
        .nest_unchecked("/metrics", axum::Router::new())
        .merge(GuardedRouter::new().route("/behind", get(behind)).guard::<Staff>())
        .policy_route::<Readers>("/policy")
}

async fn served() -> String {
    let auth = in_memory().roles::<Role>().scopes(["reports:read", "never:used'><i>&"]).build().unwrap();
    auth_tests::serve(app().merge(auth.routes()).with_state(auth)).await
}

async fn page(url: &str, query: &str) -> String {
    let request = reqwest::Client::new().get(format!("{url}/policy{query}")).header("accept", "text/html");
    let answer = request.send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    let (before, rest) = policy.split_once("'sha256-").unwrap();
    let (hash, after) = rest.split_once('\'').unwrap();
    assert_eq!((before, hash.len()), ("default-src 'none'; style-src ", 44));
    assert_eq!(after, "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    answer.text().await.unwrap()
}

/// The signs of a route: anyone, signed in, user, moderator, admin, API key.
fn signs(page: &str, path: &str) -> String {
    let row = page.split("<tr").find(|row| row.contains(&format!("<code>{path}</code>"))).unwrap();
    let row = row.split("</tr>").next().unwrap();
    row.chars().filter(|c| matches!(c, '●' | '◐' | '·' | '?')).collect()
}

#[tokio::test]
async fn each_row_says_whom_it_lets_in() {
    let page = page(&served().await, "").await;
    for (path, expected) in [
        ("/health", "●●●●●●"),
        ("/users", "···●●·"),
        ("/notes/{id}", "·◐◐◐◐·"),
        ("/reports", "····●◐"),
        ("/purge", "·◐◐◐◐·"),
        ("/metrics/*", "??????"),
    ] {
        assert_eq!(signs(&page, path), expected, "{path}");
    }
    assert!(page.contains("<tr class=\"public\"><th scope=\"row\"><span class=\"method\">GET</span> <code>/health"));
    assert!(page.contains("<tr class=\"unchecked\">"));
    assert!(page.replace("<wbr>", "").contains("documents/policy_page.rs:"), "the page has the lines of the source");
}

#[tokio::test]
async fn the_filter_leaves_out_other_rows() {
    let url = served().await;
    let rows = async |query: &str| page(&url, query).await.matches("<th scope=\"row\">").count();
    let all = rows("").await;
    assert!(all > 20, "{all}");
    assert_eq!(rows("?q=reports").await, 1);
    assert_eq!(rows("?q=REPORTS&show=all").await, 1);
    assert_eq!(rows("?show=conditions").await, 1);
    let open = rows("?show=open").await;
    assert!(open > 5 && open < all, "{open}");
    assert_eq!(rows("?q=users&role=user").await, 0);
    assert_eq!(rows("?q=%2Fusers&role=moderator").await, 1);
    // A query that cannot be read filters nothing.
    assert_eq!(rows("?show=%FF&show=x").await, all);
}

#[tokio::test]
async fn nothing_that_was_asked_for_becomes_markup() {
    let page = page(&served().await, "?q=%22%3E%3Cscript%3E").await;
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\"") && !page.contains("<script"));
    let page = self::page(&served().await, "?q=notes").await;
    assert!(page.contains("id == &quot;&lt;b&gt;&quot;"), "{page}");
}

/// Every text of the page that comes from the application or the request.
#[test]
fn no_name_becomes_markup() {
    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    enum Hostile {
        #[role(rename = "role'><i>&")]
        Role,
    }

    #[require(any(role(Hostile::Role), all(api_key, scope("scope'><i>&"))))]
    #[authorize(id == "condition'\"><i>&")]
    #[rate_limit("5/m", by = subject)]
    async fn hostile(axum::extract::Path(id): axum::extract::Path<String>) {}

    let table = GuardedRouter::<Auth>::new()
        .route("/path'\"><i>&/{id}", get(hostile))
        .nest_unchecked("/plain'\"><i>&", axum::Router::new())
        .policy();
    let page = table.html();
    for (name, places) in [("role", 4), ("scope", 2), ("condition", 1), ("path", 1), ("plain", 1)] {
        let escaped = page.matches(&format!("{name}&#39;")).count();
        assert!(escaped >= places, "{name} is escaped {escaped} times: {page}");
    }
    assert!(!page.contains("<i>") && !page.contains("'><") && !page.contains("'\"><"), "{page}");
    assert_eq!(page.matches("&gt;&lt;i&gt;&amp;").count(), page.matches("&#39;").count(), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_it_on_a_desk_and_a_phone_in_light_and_dark() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/policy_page.cjs");
    let Some(printed) = chromium::run(&script, json!({ "url": served().await })).await else { return };
    assert_eq!(
        printed,
        "1280 fits\n1280 answers fit\n390 fits\n390 answers fit\n1280 fits\n1280 answers fit\n390 fits\n390 answers fit\nfiltered: 1\nrefused by the policy: 0\nunused: guest never:used'><i>&\n"
    );
}

#[tokio::test]
async fn questions_are_answered_on_the_page() {
    let url = served().await;
    let asked = async |query: &str| {
        let page = page(&url, query).await;
        page.split_once("<section id=\"questions\">").unwrap().1.split_once("</section>").unwrap().0.to_owned()
    };
    assert!(!asked("").await.contains("<h3>"));
    let who = asked("?who=GET+%2Freports").await;
    assert!(who.contains(
        "<code>GET /reports</code>: <code>any(role(admin), all(api_key, scope(&quot;reports:read&quot;)))</code>"
    ));
    assert!(who.contains("<br>a subject with role `admin`<br>an API key with scope `reports:read`</li>"), "{who}");
    assert!(!who.contains("<code>GET /users"), "{who}");
    let what = asked("?what=role(moderator)").await;
    assert!(what.contains("<code>GET /users</code>: <code>role(moderator)</code><br><span class=\"yes\">"), "{what}");
    assert!(
        what.contains("<code>POST /purge</code>") && what.contains("◐ some of them</span>, such as a subject"),
        "{what}"
    );
    let key = asked("?what=api_key").await;
    assert!(key.contains("<code>GET /health</code>: <code>public</code><br><span class=\"yes\">"), "{key}");
    let review = asked("?review=yes").await;
    for part in [
        "<li><code>ANY /metrics/*</code>, <code>GET /.well-known/jwks.json</code>",
        "<h3>Roles that no requirement names</h3>\n<ul>\n<li><code>guest</code></li>\n</ul>",
        "<h3>Scopes that no requirement names</h3>\n<ul>\n<li><code>never:used&#39;&gt;&lt;i&gt;&amp;</code></li>\n</ul>",
        "<h3>Requirements that a stricter guard makes redundant</h3>\n<ul>\n\
         <li><code>GET /behind</code>: <code>role(user)</code> behind <code>role(moderator)</code></li>",
    ] {
        assert!(review.contains(part), "{part} is not in {review}");
    }
}

#[tokio::test]
async fn a_question_without_an_answer_says_why_and_becomes_no_markup() {
    let url = served().await;
    for (query, why) in [
        ("?who=%3Cscript%3E", "`&lt;script&gt;` is not a pattern of routes"),
        ("?who=GET+/%3Cb%3E/none", "no route matches `GET /&lt;b&gt;/none`"),
        ("?what=%3Cscript%3E", "expected a word of the requirement language"),
        ("?what=scope(%22%3Cscript%3E%22)", "What a caller with scope(&quot;&lt;script&gt;&quot;) can call"),
        (&format!("?who=/{}", "a".repeat(200)), "A question has at most 200 bytes."),
        (&format!("?what=scope(%22{}%22)", "a".repeat(200)), "A question has at most 200 bytes."),
    ] {
        let page = page(&url, query).await;
        assert!(page.contains(why) && !page.contains("<script") && !page.contains("<b>/"), "{query}: {page}");
    }
}
