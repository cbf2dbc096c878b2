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

/// A salt and a hash of 16 bytes, all of them zero.
pub(super) const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA";

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

/// The digits of crypt(3), in order of their value.
const ITOA64: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number of this many digits of crypt(3), the lowest first, and what follows it.
pub(super) fn itoa64(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let number = number.chars().rev().try_fold(0_u32, |number, digit| {
        let digit = u32::try_from(ITOA64.find(digit)?).ok()?;
        Some(number << 6 | digit)
    })?;
    Some((number, rest))
}

/// The 32 bytes of a hash of crypt(3): each 3 are a number of 4 digits, the lowest first.
pub(super) fn itoa64_bytes(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::with_capacity(33), text);
    while !rest.is_empty() {
        let (number, more) = itoa64(rest, rest.len().min(4))?;
        bytes.extend(number.to_le_bytes().iter().take(3));
        rest = more;
    }
    // The last two bytes have three digits.
    (text.len() == 43 && bytes.pop() == Some(0)).then_some(bytes)
}
