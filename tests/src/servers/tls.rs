//! Certificates for the tests, made by `openssl`.

use std::path::PathBuf;
use std::process::Stdio;

use super::process::{Folder, program};

/// A certificate for `localhost` only, and the authority that signed it; files in a server's folder.
pub(super) struct Certificate {
    pub(super) authority: PathBuf,
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
}

const MAKE: &str = "
set -e
key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
openssl req -x509 $key -keyout authority.key -out authority.pem -days 2 -subj /CN=authority-of-a-test \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req $key -keyout server.key -out server.csr -subj /CN=server-of-a-test
printf 'subjectAltName=DNS:localhost' >names
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem
chmod 600 server.key
";

impl Certificate {
    /// A new certificate with a new authority; leaves the suite out when there is no `openssl`.
    pub(super) fn make(folder: &Folder, suite: &str) -> Option<Self> {
        if program("openssl", []).is_none() {
            super::leave_out(suite, "install OpenSSL (Debian: `apt-get install openssl`)");
            return None;
        }
        let made = folder.command("sh").args(["-c", MAKE]).stdout(Stdio::null()).stderr(Stdio::piped()).output();
        let made = made.expect("a shell");
        assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
        let [authority, chain, key] = ["authority.pem", "server.pem", "server.key"].map(|name| folder.path.join(name));
        Some(Self { authority, chain, key })
    }
}
