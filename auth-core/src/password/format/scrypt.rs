//! scrypt (RFC 7914), as passlib and the PHC string format, libsodium, Django and Werkzeug write it.

use ::scrypt::Params;
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::encoding::{self, OUTPUT_BYTES};
use super::{MAX_MEMORY_KIB, MAX_WORK_KIB};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::password) struct Scrypt {
    log_n: u8,
    r: u32,
    p: u32,
}

struct Stored {
    work: Scrypt,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// `None` if the text is no scrypt hash.
fn parse(stored: &str) -> Option<Stored> {
    let fields: Vec<_> = stored.split('$').collect();
    let (log_n, r, p, salt, hash) = match *fields {
        // passlib, PHC: $scrypt$ln=16,r=8,p=1$salt$hash
        ["", "scrypt", parameters, salt, hash] => {
            let [log_n, r, p] = encoding::named(parameters, ["ln", "r", "p"])?;
            (u8::try_from(log_n).ok()?, r, p, encoding::base64(salt)?, encoding::base64(hash)?)
        }
        // crypt(3), passlib, libsodium: $7$C6..../....salt$hash
        ["", "7", setting, hash] => {
            let (log_n, rest) = encoding::itoa64(setting, 1)?;
            let (r, rest) = encoding::itoa64(rest, 5)?;
            let (p, salt) = encoding::itoa64(rest, 5)?;
            (u8::try_from(log_n).ok()?, r, p, salt.into(), encoding::itoa64_bytes(hash)?)
        }
        // Django: scrypt$16384$salt$8$5$hash
        ["scrypt", n, salt, r, p, hash] => {
            (log_of(n)?, r.parse().ok()?, p.parse().ok()?, salt.into(), encoding::base64(hash)?)
        }
        // Werkzeug: scrypt:32768:8:1$salt$hash
        [method, salt, hash] => {
            let parameters: Vec<_> = method.strip_prefix("scrypt:")?.split(':').collect();
            let [n, r, p] = *parameters else { return None };
            (log_of(n)?, r.parse().ok()?, p.parse().ok()?, salt.into(), hex::decode(hash).ok()?)
        }
        _ => return None,
    };
    Some(Stored { work: Scrypt { log_n, r, p }, salt, hash })
}

fn log_of(n: &str) -> Option<u8> {
    let n: u64 = n.parse().ok()?;
    n.is_power_of_two().then(|| n.trailing_zeros()).and_then(|log| log.try_into().ok())
}

impl Scrypt {
    pub(super) fn of(stored: &str) -> Option<Self> {
        let Stored { work, hash, .. } = parse(stored)?;
        (work.is_bounded() && OUTPUT_BYTES.contains(&hash.len())).then_some(work)
    }

    /// By bytes, before anything is allocated: scrypt has a block of `r * 128` bytes for each of `N` steps and one for each
    /// of `p` passes (RFC 7914 section 6), and `log_n`, `r` and `p` are as a stored text says.
    fn is_bounded(self) -> bool {
        let Some(n) = 1_u64.checked_shl(self.log_n.into()).filter(|_| self.log_n > 0) else { return false };
        let (passes, block) = (u64::from(self.p), u64::from(self.r) * 128);
        let is_within = |bytes: Option<u64>, kib: u64| bytes.is_some_and(|bytes| (1..=kib * 1024).contains(&bytes));
        is_within(n.max(passes).checked_mul(block), MAX_MEMORY_KIB.into())
            && is_within(n.checked_mul(passes).and_then(|steps| steps.checked_mul(block)), MAX_WORK_KIB)
    }

    fn params(self) -> Option<Params> {
        // Beyond the limits `Params` computes with overflow.
        self.is_bounded().then(|| Params::new(self.log_n, self.r, self.p).ok()).flatten()
    }

    pub(super) fn verify(password: &[u8], stored: &str) -> Option<bool> {
        let Stored { work, salt, hash } = parse(stored)?;
        let mut output = vec![0; hash.len()];
        ::scrypt::scrypt(password, &salt, &work.params()?, &mut output).ok()?;
        Some(verify_slices_are_equal(&output, &hash).is_ok())
    }

    pub(super) fn sample(self) -> String {
        let Self { log_n, r, p } = self;
        format!("$scrypt$ln={log_n},r={r},p={p}${}", encoding::ZEROS)
    }
}
