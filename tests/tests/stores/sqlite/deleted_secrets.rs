//! Deleted secrets in the file.

use auth_core::store::{Audit, SessionStore};

use super::file::{LEEWAY, NOW, SEALED_TEXT, TempFile, begin, redeem};

#[tokio::test]
async fn deleted_secrets_are_overwritten_in_the_file() {
    let file = TempFile::new();
    let store = file.open().await;
    let session = begin(&store).await;
    redeem(&store, 0, NOW, LEEWAY).await;
    store.close().await;
    let traces = [SEALED_TEXT, &[1; 32], session.id.as_str().as_bytes()];
    assert!(traces.iter().all(|trace| contains(&file, trace)), "they are there while the session is");

    let store = file.open().await;
    assert!(store.end(&session.subject, &session.id, Audit::none()).await.unwrap());
    store.close().await;
    for trace in traces {
        assert!(!contains(&file, trace), "{} is left", String::from_utf8_lossy(trace));
    }
}

fn contains(file: &TempFile, trace: &[u8]) -> bool {
    std::fs::read(file.path()).unwrap().windows(trace.len()).any(|window| window == trace)
}
