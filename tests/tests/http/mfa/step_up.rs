//! Step-up, and guards that ask for it.

use std::time::Duration;

use auth_core::{Clock as _, Registration};
use reqwest::Method;
use serde_json::json;

use super::{Role, Scene, access, claims, is, system};
use crate::{OTHER_PASSWORD, PASSWORD};

#[tokio::test]
async fn an_old_session_steps_up_before_it_enrols() {
    let scene = Scene::new().await;
    let session = scene.client.login("ada@example.com", PASSWORD).await;
    scene.clock.advance(Duration::from_mins(14));
    let session = scene.client.try_refresh(&session.refresh).await.tokens();
    scene.clock.advance(Duration::from_mins(2));
    let refused = scene.client.call_as(&session.access, Method::POST, "/auth/mfa/totp").await;
    is(&refused, 401, "step-up");
    let challenge = r#"Bearer realm="quickstart", error="insufficient_user_authentication""#;
    assert_eq!(refused.challenges(), [challenge]);
    let stepped_up = access(&scene.step_up(&session.access, json!({ "password": PASSWORD })).await);
    let enrolled = scene.client.call_as(&stepped_up, Method::POST, "/auth/mfa/totp").await;
    assert_eq!(enrolled.status, 200, "{enrolled:?}");
}

#[tokio::test]
async fn a_step_up_satisfies_guards_and_lasts_with_its_session() {
    let (scene, secret, codes, session) = Scene::enrolled().await;
    let other = scene.login(&codes[0]).await.tokens();
    scene.clock.advance(Duration::from_mins(11));
    let session = scene.client.try_refresh(&session.refresh).await.tokens();
    assert_eq!(
        (scene.status(&session.access, "/recent").await, scene.status(&session.access, "/strong").await),
        (401, 401)
    );

    let by_code = access(&scene.step_up(&session.access, json!({ "otp": scene.code(&secret) })).await);
    let now = scene.clock.now().as_secs();
    assert_eq!(
        (&claims(&by_code)["auth_time"], &claims(&by_code)["amr"]),
        (&json!(now), &json!(["pwd", "otp", "mfa"]))
    );
    assert_eq!(claims(&by_code)["sid"], claims(&session.access)["sid"]);
    assert_eq!((scene.status(&by_code, "/recent").await, scene.status(&by_code, "/strong").await), (200, 200));
    // The code was used, also for another purpose.
    is(&scene.step_up(&session.access, json!({ "otp": scene.code(&secret) })).await, 403, "wrong-code");

    scene.clock.advance(Duration::from_mins(9));
    let next = scene.client.try_refresh(&session.refresh).await.tokens();
    assert_eq!(
        (&claims(&next.access)["auth_time"], &claims(&next.access)["amr"]),
        (&json!(now), &json!(["pwd", "otp", "mfa"]))
    );

    // A password alone does not keep the second factor.
    let form = [("password", PASSWORD)];
    let request = scene.client.request(Method::POST, "/auth/step-up").bearer_auth(&next.access).form(&form);
    let by_password = access(&scene.client.send(request).await);
    assert_eq!(claims(&by_password)["amr"], json!(["pwd"]));
    assert_eq!((scene.status(&by_password, "/recent").await, scene.status(&by_password, "/strong").await), (200, 401));
    let both = json!({ "password": PASSWORD, "otp": codes[1] });
    let both = access(&scene.step_up(&by_password, both).await);
    assert_eq!(claims(&both)["amr"], json!(["pwd", "otp", "mfa"]));

    // Another session is as it was.
    let other = scene.client.try_refresh(&other.refresh).await.tokens();
    assert_eq!(scene.status(&other.access, "/recent").await, 401);
}

#[tokio::test]
async fn a_refused_step_up_changes_nothing() {
    let (scene, secret, codes, session) = Scene::enrolled().await;
    let before = claims(&session.access)["auth_time"].clone();
    is(&scene.step_up(&session.access, json!({ "password": OTHER_PASSWORD })).await, 403, "wrong-current-password");
    is(&scene.step_up(&session.access, json!({ "otp": "000000" })).await, 403, "wrong-code");
    for body in [json!({}), json!({ "password": "", "otp": "" }), json!({ "password": null })] {
        scene.step_up(&session.access, body).await.is_problem(422);
    }
    // A wrong password does not use the code up, and a wrong code wins nothing by a right password.
    let code = scene.code(&secret);
    is(
        &scene.step_up(&session.access, json!({ "password": OTHER_PASSWORD, "otp": code })).await,
        403,
        "wrong-current-password",
    );
    is(&scene.step_up(&session.access, json!({ "password": PASSWORD, "otp": "000000" })).await, 403, "wrong-code");
    let refreshed = scene.client.try_refresh(&session.refresh).await.tokens();
    assert_eq!(claims(&refreshed.access)["auth_time"], before);
    access(&scene.step_up(&session.access, json!({ "password": PASSWORD, "otp": code })).await);
    // A session that has ended.
    scene.client.call_as(&session.access, Method::POST, "/auth/logout").await;
    scene.step_up(&session.access, json!({ "otp": codes[0] })).await.is_problem(401);
    // A subject without a second factor has no code.
    scene.auth.register(&system(), Registration::new("bob@example.com", PASSWORD)).await.unwrap();
    let bob = scene.client.login("bob@example.com", PASSWORD).await;
    is(&scene.step_up(&bob.access, json!({ "otp": scene.code(&secret) })).await, 403, "wrong-code");
}

#[tokio::test]
async fn a_role_needs_a_second_factor() {
    let scene = Scene::new().await;
    let admin = Registration::new("eve@example.com", PASSWORD).with_roles([Role::Admin]);
    let (eve, _) = scene.auth.register(&system(), admin).await.unwrap();
    let ada = scene.client.login("ada@example.com", PASSWORD).await;
    assert_eq!(scene.status(&ada.access, "/admins").await, 200);
    for (amr, status) in [("pwd", 401), ("pwd otp mfa", 200)] {
        let token = auth_core::testing::sign_in(&scene.auth, &eve, amr, "").await.unwrap();
        assert_eq!(scene.status(token.expose(), "/admins").await, status, "{amr}");
    }
}
