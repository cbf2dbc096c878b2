//! No secret is in the file in readable form.

use auth_core::token::SigningKey;
use auth_core::{Auth, Context, Login, NewApiKey, Registration};

use super::file::TempFile;

const PASSWORD: &str = "violet otters juggle quietly";
const SIGNING_SECRET: &str = "b7Qm-2xVfL9zT4kWc8RyN1sHd6Gj0PaE";

#[tokio::test]
async fn the_file_and_its_log_hold_no_password_token_or_key() {
    let file = TempFile::new();
    let store = file.open().await;
    let key = SigningKey::hs256(&SIGNING_SECRET.to_owned().into()).unwrap();
    let auth = Auth::builder(key, "https://issuer.example.com", "stores").store(store.clone()).build().unwrap();

    let (subject, _) = auth
        .register(&Context::system("test"), Registration::new("ada@example.com", PASSWORD.to_owned()))
        .await
        .unwrap();
    let first = auth.login(&Context::system("test"), Login::new("ada@example.com", PASSWORD.to_owned())).await.unwrap();
    let second = auth.refresh(&Context::system("test"), first.refresh.expose()).await.unwrap();
    let new_key = NewApiKey::new("export");
    let made = auth.create_api_key(&Context::system("test"), &subject, new_key).await.unwrap();
    let rotated = auth.rotate_api_key(&Context::system("test"), made.key.id()).await.unwrap();

    let mut secrets = vec![PASSWORD, SIGNING_SECRET];
    for tokens in [&first, &second] {
        secrets.extend([tokens.access.expose(), tokens.refresh.expose()]);
    }
    secrets.extend([made.key.expose(), rotated.key.expose()]);

    let files = files(&file);
    // Values that are not secret are found, also in the log, which the next checkpoint would empty.
    for known in ["ada@example.com", subject.as_str(), "$argon2id$"] {
        assert!(files.iter().any(|bytes| contains(bytes, known)), "{known} is nowhere");
    }
    for secret in secrets {
        // The end of a token is its secret, without the prefix of its kind.
        for trace in [secret, &secret[secret.len() - 20..]] {
            assert!(!files.iter().any(|bytes| contains(bytes, trace)), "the database holds {secret}");
        }
    }
    store.close().await;
}

/// The database file and SQLite's files beside it.
fn files(file: &TempFile) -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(file.path().parent().unwrap()).unwrap();
    let files: Vec<_> = folder.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert_eq!(files.len(), 3, "the file, -wal and -shm");
    files
}

fn contains(bytes: &[u8], trace: &str) -> bool {
    bytes.windows(trace.len()).any(|window| window == trace.as_bytes())
}
