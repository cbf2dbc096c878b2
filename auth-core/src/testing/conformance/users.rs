//! Users.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::fixtures::{email, new_user, password, roles};
use crate::base::SubjectId;
use crate::password::PasswordHash;
use crate::store::{Audit, NewUser, SubjectState, UserRegistry, UserRejected};

pub(super) async fn a_user_is_found_by_id_and_by_login_in_any_case<S: UserRegistry>(store: &Arc<S>) {
    let email = email();
    let given = roles(&["User", "Team Lead, \"West\"", "r\u{f4}le"]);
    let new = NewUser::new(email.clone(), password("first")).with_roles(given.clone());
    let id = store.create(new, Audit::none()).await.unwrap().unwrap();

    let lower = store.find_by_login(email.as_str()).await.unwrap().unwrap();
    let upper = store.find_by_login(&email.as_str().to_uppercase()).await.unwrap().unwrap();
    let by_id = store.find_by_id(&id).await.unwrap().unwrap();
    for user in [lower, upper, by_id] {
        assert_eq!(user.id, id);
        assert!(user.password_hash == Some(password("first")), "the hash of the password differs");
        assert!(user.state.active, "a new user is active");
        assert_eq!(*user.state.roles, *given, "the roles differ");
        assert_eq!(user.state.version, 0, "a new user's version");
    }
}

pub(super) async fn an_unknown_user_is_none<S: UserRegistry>(store: &Arc<S>) {
    let unknown = SubjectId::random();
    assert!(store.find_by_id(&unknown).await.unwrap().is_none());
    for login in [email().as_str(), "", "' OR 1=1 --", "%@example.com"] {
        assert!(store.find_by_login(login).await.unwrap().is_none(), "{login:?} names a user");
    }
    assert_eq!(store.set_password(&unknown, 0, &password("new"), Audit::none()).await.unwrap(), None);
    assert_eq!(store.revoke_tokens(&unknown, Audit::none()).await.unwrap(), None);
    let upgraded = store.upgrade_hash(&unknown, &password("first"), &password("new"), Audit::none()).await.unwrap();
    assert!(!upgraded, "an unknown user has no hash to replace");
}

pub(super) async fn a_login_name_of_any_characters_is_no_error<S: UserRegistry>(store: &Arc<S>) {
    for login in ["", "\0", "ada\0@example.com", "\u{feff}ada", "a'; --", "%", "\u{10ffff}"] {
        assert!(store.find_by_login(login).await.unwrap().is_none(), "{login:?} names a user");
    }
}

pub(super) async fn an_email_address_is_taken_once<S: UserRegistry>(store: &Arc<S>) {
    let email = email();
    let first = store.create(new_user(&email), Audit::none()).await.unwrap();
    assert!(first.is_ok());
    let again = store.create(new_user(&email), Audit::none()).await.unwrap();
    assert_eq!(again, Err(UserRejected::EmailTaken), "an address was given twice");
    assert_eq!(store.find_by_login(email.as_str()).await.unwrap().map(|user| user.id), first.ok());
}

pub(super) async fn concurrent_registrations_of_an_address_have_one_winner<S: UserRegistry>(store: &Arc<S>) {
    let email = email();
    let mut calls = JoinSet::new();
    for _ in 0..16 {
        let (store, user) = (Arc::clone(store), new_user(&email));
        calls.spawn(async move { store.create(user, Audit::none()).await.unwrap() });
    }
    assert_eq!(calls.join_all().await.into_iter().flatten().count(), 1);
}

pub(super) async fn a_new_password_raises_the_version_by_one<S: UserRegistry>(store: &Arc<S>) {
    let id = store.create(new_user(&email()), Audit::none()).await.unwrap().unwrap();
    assert_eq!(store.set_password(&id, 0, &password("second"), Audit::none()).await.unwrap(), Some(1));
    assert_eq!(store.set_password(&id, 1, &password("third"), Audit::none()).await.unwrap(), Some(2));
    for version in [0, 1, 3] {
        let late = store.set_password(&id, version, &password("late"), Audit::none()).await.unwrap();
        assert_eq!(late, None, "a password was set from version {version} of a user at 2");
    }
    let user = store.find_by_id(&id).await.unwrap().unwrap();
    assert_eq!(user.state.version, 2, "the version returned is not the version stored");
    assert!(user.password_hash == Some(password("third")), "the hash of the password differs");
}

pub(super) async fn of_concurrent_passwords_from_one_version_one_is_set<S: UserRegistry>(store: &Arc<S>) {
    let id = store.create(new_user(&email()), Audit::none()).await.unwrap().unwrap();
    let mut calls = JoinSet::new();
    for n in 0..16 {
        let (store, id) = (Arc::clone(store), id.clone());
        calls.spawn(async move { store.set_password(&id, 0, &password(&n.to_string()), Audit::none()).await.unwrap() });
    }
    let versions: Vec<u64> = calls.join_all().await.into_iter().flatten().collect();
    assert_eq!(versions, [1], "one call sets the password");
}

pub(super) async fn a_raised_version_keeps_the_password<S: UserRegistry>(store: &Arc<S>) {
    let id = store.create(new_user(&email()), Audit::none()).await.unwrap().unwrap();
    let before = store.find_by_id(&id).await.unwrap().unwrap();
    assert_eq!(store.revoke_tokens(&id, Audit::none()).await.unwrap(), Some(1));
    assert_eq!(store.revoke_tokens(&id, Audit::none()).await.unwrap(), Some(2));
    let user = store.find_by_id(&id).await.unwrap().unwrap();
    assert_eq!(user.state, SubjectState { version: 2, ..before.state }, "only the version must change");
    assert!(user.password_hash == before.password_hash, "the password changed");
}

pub(super) async fn an_upgraded_hash_keeps_the_version<S: UserRegistry>(store: &Arc<S>) {
    let id = store.create(new_user(&email()), Audit::none()).await.unwrap().unwrap();
    let upgraded = store.upgrade_hash(&id, &password("first"), &password("better"), Audit::none()).await.unwrap();
    assert!(upgraded, "the replacement of a hash was not reported");
    let user = store.find_by_id(&id).await.unwrap().unwrap();
    assert!(user.password_hash == Some(password("better")), "the hash was not replaced");
    assert_eq!(user.state.version, 0, "an upgraded hash logged the user out");
}

pub(super) async fn a_hash_is_not_upgraded_over_a_newer_password<S: UserRegistry>(store: &Arc<S>) {
    let id = store.create(new_user(&email()), Audit::none()).await.unwrap().unwrap();
    store.set_password(&id, 0, &password("second"), Audit::none()).await.unwrap();
    let late = store.upgrade_hash(&id, &password("first"), &password("better first"), Audit::none()).await.unwrap();
    assert!(!late, "the replacement of a hash that is gone was reported");
    let user = store.find_by_id(&id).await.unwrap().unwrap();
    assert!(user.password_hash == Some(password("second")), "the old password is back");
}

pub(super) async fn every_format_has_a_sample<S: UserRegistry>(store: &Arc<S>) {
    // The text before the salt, and that after it.
    let formats = [
        ("$argon2id$v=19$m=65536,t=3,p=4$", "$"),
        ("$argon2id$v=19$m=65536,t=3,p=1$", "$"),
        ("$argon2i$v=19$m=512,t=2,p=1$", "$"),
        ("argon2$argon2id$v=19$m=102400,t=2,p=8$", "$"),
        ("$2b$12$", "."),
        ("$2b$10$", "."),
        ("bcrypt$$2b$12$", "."),
        ("bcrypt_sha256$$2b$12$", "."),
        ("$scrypt$ln=16,r=8,p=1$", "$"),
        ("$scrypt$ln=15,r=8,p=1$", "$"),
        ("scrypt$16384$", "$8$5$"),
        ("scrypt$16384$", "$8$1$"),
        ("scrypt$32768$", "$8$5$"),
        ("scrypt:32768:8:1$", "$"),
        ("$pbkdf2-sha256$29000$", "$"),
        ("$pbkdf2-sha512$25000$", "$"),
        ("$pbkdf2$131000$", "$"),
        ("pbkdf2_sha256$600000$", "$"),
        ("pbkdf2_sha256$720000$", "$"),
        ("pbkdf2:sha256:600000$", "$"),
    ];
    let others = ["!", "!8YAqP0kqC5hH0zqBqhAZ7m0xUJZ2xVbIE8q7mBfs", ""];
    let hash = |n: usize, (before, after): (&str, &str)| {
        format!("{before}wagCPXjifgvUFBzq4hqe{n}w{after}CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48R{n}")
    };
    let texts = (0..3).flat_map(|n| formats.map(|format| hash(n, format))).chain(others.map(str::to_owned));
    for text in texts {
        let user = NewUser { password_hash: PasswordHash::from_stored(text), ..new_user(&email()) };
        store.create(user, Audit::none()).await.unwrap().unwrap();
    }
    let samples = store.sample_hashes().await.unwrap();
    for format in formats {
        let is_of_it = |sample: &PasswordHash| (0..3).any(|n| sample.as_str() == hash(n, format));
        assert!(samples.iter().any(is_of_it), "no sample of {format:?}");
    }
}
