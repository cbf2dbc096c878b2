//! Keys whose private half is published.

use super::KeyError;
use super::public::PublicKey;

/// Thumbprints (RFC 7638) of the key pairs in standards and on jwt.io.
const THUMBPRINTS: &[&str] = &[
    "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8", // RFC 7515 A.2, RSA
    "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", // RFC 7515 A.3, P-256
    "xtIsOV1FqKH77AI_A3jdTg5QfdabzqI-LNpYTPi0IgI", // RFC 7516 A.1, RSA
    "_K0fXS8wlsT7Tn3vvZrs9qdKUIqi5AxQ5EVk41xi_BM", // RFC 7516 A.2, RSA
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", // RFC 7517 A.2, RSA
    "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", // RFC 7517 A.2, P-256
    "_GK0r6GCoJt9zcssg9lay4obIxgCq05ntiRymRHADSU", // RFC 7518 C, Alice
    "Vy57XrArUrW0NbpI12tEzDHABxMwrTh6HHXRenSpnCo", // RFC 7518 C, Bob
    "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI", // RFC 7520 3.4, RSA
    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", // RFC 8032 7.1 and RFC 8037 A, Ed25519
    "FtIu-VbGrfe_KB6CH7GNwODB72MNxj_ml11dEvO-7kk", // RFC 8032 7.1, Ed25519
    "FVV5umTuau890q59V-4Ga_R6qWb7ON_ivJc4EjvCwTM", // RFC 8032 7.1, Ed25519
    "19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8", // jwt.io, P-256
    "oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY", // jwt.io, RSA
];

/// Refuses a key with which anyone can sign.
pub(super) fn check(key: &PublicKey) -> Result<(), KeyError> {
    if THUMBPRINTS.contains(&key.thumbprint().as_str()) { Err(KeyError::Published) } else { Ok(()) }
}
