//! What secrets look like: random, chosen by a person, or checked by a sum.

use super::harmless::{is_algorithm, is_harmless, is_name, is_nothing, is_placeholder};
use super::view::decode;

/// Shannon entropy in bits for each byte.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// Whether a value looks like a password: chosen by a person or by a generator.
pub(super) fn is_password(value: &str) -> bool {
    let value = unquoted(value);
    if !(6..=256).contains(&value.len())
        || value
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        || is_placeholder(value)
    {
        return false;
    }
    let one_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digits = value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    if one_word && digits && letters {
        return !is_algorithm(value);
    }
    if is_harmless(value) {
        // people join words of their own to what a policy asks for
        let chosen = is_mixed(value) && value.len() <= 16 && !value.contains(['/', ':']);
        return chosen || one_word && letters && value.len() >= 20;
    }
    classes(value) >= 3 || classes(value) == 2 && value.len() >= 8 || value.len() >= 16
}

/// Whether a value is a password as people choose them where nothing stops them: one word, words joined by hyphens, or
/// digits. Only a name that promises a password makes it one.
pub(super) fn is_word_password(value: &str) -> bool {
    let value = unquoted(value);
    if !(4..=64).contains(&value.len()) || is_nothing(value) || is_algorithm(value) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits == value.len() {
        return true;
    }
    let words: Vec<&str> = value.split(['-', '_', '.']).collect();
    let spelled = |word: &&str| {
        let letters = word.trim_end_matches(|last: char| last.is_ascii_digit());
        letters.len() >= 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    words.iter().all(spelled) && (words.len() == 1 || !words.iter().any(|word| is_name(word)))
}

/// Whether a value looks random.
pub(super) fn is_token(value: &str) -> bool {
    let value = unquoted(value);
    if !(10..=4096).contains(&value.len())
        || !value.bytes().all(|byte| byte.is_ascii_graphic())
        || value.contains(['{', '}', '<', '>', '"'])
        || is_placeholder(value)
        || is_harmless(value)
    {
        return false;
    }
    let bits = entropy(value.as_bytes());
    if value.len() < 16 {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        return classes(value) >= 3 && digits >= 2 && bits >= 3.0;
    }
    bits >= 3.0
}

/// Whether upper case, lower case and digits all occur.
pub(super) fn is_mixed(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
        && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a value is base64 of a user and a password.
pub(super) fn is_basic_auth(value: &str) -> bool {
    decode(value)
        .as_deref()
        .and_then(|decoded| decoded.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
}

/// Whether the checksum at the end of a token is right.
///
/// Source: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>.
pub(super) fn has_base62_crc32(token: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((body, checksum)) = token
        .split_once('_')
        .and_then(|(_, rest)| rest.split_at_checked(rest.len().saturating_sub(6)))
    else {
        return false;
    };
    checksum.len() == 6
        && checksum
            .bytes()
            .try_fold(0_u64, |sum, byte| {
                let digit = DIGITS.iter().position(|known| *known == byte)?;
                Some(sum * 62 + digit as u64)
            })
            .is_some_and(|sum| sum == u64::from(crc32(body.as_bytes())))
}

/// CRC-32 as of Ethernet, zip and PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let reminder = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    !reminder
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}

/// How many of lower case, upper case, digits and other characters occur.
fn classes(value: &str) -> usize {
    let tests: [fn(&u8) -> bool; 4] = [
        u8::is_ascii_lowercase,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        |byte| !byte.is_ascii_alphanumeric(),
    ];
    tests
        .iter()
        .filter(|test| value.as_bytes().iter().any(test))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_shannons() {
        assert_eq!(entropy(b""), 0.0);
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert_eq!(entropy(b"abab"), 1.0);
        assert_eq!(entropy(b"abcdefgh"), 3.0);
    }

    #[test]
    fn the_checksum_is_that_of_the_issuer() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // a published, revoked token, cut in two
        let token = ["ghp_zQWBuTSOoRi4A9spHc", "VY5ncnsDkxkJ0mLq17"].concat();
        assert!(has_base62_crc32(&token));
        assert!(!has_base62_crc32(&token.replace("zQ", "zR")));
        assert!(!has_base62_crc32("ghp"));
        assert!(!has_base62_crc32("ghp_"));
        assert!(!has_base62_crc32("ghp_é1234"));
    }

    #[test]
    fn passwords_are_recognised() {
        for text in [
            "hunter2",
            "Summer2024!",
            "P@ssw0rd99",
            "correcthorsebatterystaple",
            "S3cr3t!x",
        ] {
            assert!(is_password(text), "{text}");
        }
        for text in [
            "argon2id",
            "sha256",
            "yes",
            "prod-db-password",
            "12",
            "two words 1",
            "12345678",
        ] {
            assert!(!is_password(text), "{text}");
        }
    }
}
