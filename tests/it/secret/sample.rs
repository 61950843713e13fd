//! Values from templates: `ghp_{crc:36}` becomes what looks like a token, and no file holds one.
//!
//! `{alphabet:length}` gives random characters, `{uuid}` a UUID, `{jwt}` a token of three parts,
//! `{crc:n}` characters that end in their checksum, `{password:n}` a generated password and
//! `{encode:…}` base64 of a template. Any other brace stands for itself. `\n` is a new line, `\\` a
//! backslash.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// A small generator, the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn pick(&mut self, alphabet: &str) -> char {
        let index = self.next() as usize % alphabet.len();
        char::from(alphabet.as_bytes()[index])
    }

    fn string(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| self.pick(alphabet)).collect()
    }
}

/// The value of a template.
pub(super) fn expand(template: &str, random: &mut Random) -> String {
    let mut value = String::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\n") {
            value.push('\n');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\\\") {
            value.push('\\');
            rest = after;
        } else if let Some((made, after)) = placeholder(rest, random) {
            value.push_str(&made);
            rest = after;
        } else {
            value.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    value
}

fn placeholder<'a>(text: &'a str, random: &mut Random) -> Option<(String, &'a str)> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 1;
    let end = inside.find(|character| {
        depth += match character {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    let (inside, after) = (&inside[..end], &inside[end + 1..]);
    Some((make(inside, random)?, after))
}

fn make(inside: &str, random: &mut Random) -> Option<String> {
    let (kind, argument) = inside.split_once(':').unwrap_or((inside, ""));
    match kind {
        "encode" => return Some(STANDARD.encode(expand(argument, random))),
        "uuid" if argument.is_empty() => {
            let parts = [8, 4, 4, 4, 12].map(|length| random.string("0123456789abcdef", length));
            return Some(parts.join("-"));
        }
        "jwt" if argument.is_empty() => {
            let subject = random.string(DIGITS, 10);
            let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
            let body = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{subject}","role":"service"}}"#));
            let signature = random.string(&[LOWER, UPPER, DIGITS, "-_"].concat(), 43);
            return Some(format!("{head}.{body}.{signature}"));
        }
        _ => {}
    }
    let length = argument.parse().ok()?;
    let alphabet = match kind {
        "hex" => "0123456789abcdef".to_owned(),
        "HEX" => "0123456789ABCDEF".to_owned(),
        "alnum" => [LOWER, UPPER, DIGITS].concat(),
        "ALNUM" => [UPPER, DIGITS].concat(),
        "alpha" => [LOWER, UPPER].concat(),
        "lower" => [LOWER, DIGITS].concat(),
        "digits" => DIGITS.to_owned(),
        "b64" => [LOWER, UPPER, DIGITS, "+/"].concat(),
        "url" => [LOWER, UPPER, DIGITS, "-_"].concat(),
        "b32" => [UPPER, "234567"].concat(),
        "bech32" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_owned(),
        "django" => [LOWER, DIGITS, "!@#$%^&*(-_=+)"].concat(),
        "password" => return Some(password(length, random)),
        "crc" => return Some(checked(length, random)),
        _ => return None,
    };
    Some(random.string(&alphabet, length))
}

/// As password generators make them: every class occurs; no character that URLs and connection
/// strings would need to escape.
fn password(length: usize, random: &mut Random) -> String {
    let classes = [LOWER, UPPER, DIGITS, "!*-_.~^+"];
    let mut password: String = classes.iter().map(|class| random.pick(class)).collect();
    password.push_str(&random.string(&classes.concat(), length - classes.len()));
    password
}

fn checked(length: usize, random: &mut Random) -> String {
    let digits = [DIGITS, UPPER, LOWER].concat();
    let body = random.string(&digits, length - 6);
    let mut sum = crc32(body.as_bytes());
    let mut end = String::new();
    for _ in 0..6 {
        end.insert(0, char::from(digits.as_bytes()[sum as usize % 62]));
        sum /= 62;
    }
    body + &end
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
