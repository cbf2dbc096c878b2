//! Tokens are signed and verified with any cryptography provider of the process, and without one.

use auth_core::Context;
use std::process::Command;

use auth_core::token::{EdDsa, Es256, KeySet, Ps256, Rs256, SigningKey, VerifyingKey};
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils};

use crate::forge::{SECRET, pem};
use crate::service::Service;

/// The provider of a process whose dependencies turn on both backends of the library and choose none.
static NONE: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| panic!("the provider of the process was asked"),
    verifier_factory: |_, _| panic!("the provider of the process was asked"),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Not a test: the child process of the other.
#[tokio::test]
#[ignore = "run by the other test of this module"]
async fn child() {
    NONE.install_default().unwrap();
    let keys: [KeySet; 5] = [
        SigningKey::hs256(&SECRET.to_owned().into()).unwrap().into(),
        SigningKey::<EdDsa>::from_pem(&pem!("ed25519").into()).unwrap().into(),
        SigningKey::<Es256>::from_pem(&pem!("p256.sec1").into()).unwrap().into(),
        SigningKey::<Rs256>::from_pem(&pem!("rsa").into()).unwrap().into(),
        SigningKey::<Ps256>::from_pem(&pem!("rsa.pkcs1").into()).unwrap().into(),
    ];
    for keys in keys {
        let service = Service::start(keys).await;
        service
            .auth
            .accept_key(&Context::system("test"), SigningKey::<EdDsa>::generate().unwrap().verifying_key())
            .unwrap();
        service
            .auth
            .accept_key(&Context::system("test"), VerifyingKey::<Es256>::from_pem(pem!("p256.pub")).unwrap())
            .unwrap();
        assert_eq!(service.me(&service.token).await, 200);
        assert_eq!(service.get("/.well-known/jwks.json").await.status(), 200);
    }
}

#[test]
fn a_process_without_a_provider_signs_and_verifies() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args(["--ignored", "--exact", "provider::child", "--nocapture"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}
