//! Fields of stored hashes.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The lengths of a stored scrypt or PBKDF2 hash. A shorter one would fit too many passwords.
pub(super) const OUTPUT_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 with or without padding; passlib writes `.` for `+`.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(text.replace('.', "+")).ok()
}

/// The numbers of `ln=16,r=8,p=1`, which must have these names in this order.
pub(super) fn named<const N: usize>(parameters: &str, names: [&str; N]) -> Option<[u32; N]> {
    let numbers = parameters.split(',').zip(names).map(|(field, name)| {
        let number = field.strip_prefix(name)?.strip_prefix('=')?;
        number.parse().ok()
    });
    let numbers: Vec<u32> = numbers.collect::<Option<_>>()?;
    if parameters.split(',').count() == N { numbers.try_into().ok() } else { None }
}
