//! Keyed fingerprints: equal secrets are recognised, and nobody without the key can test a guess.

use std::fmt;

use hmac::digest::{Key, KeyInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Bytes of the hash that a fingerprint shows: enough to tell the secrets of a fleet apart.
const SHOWN: usize = 8;

/// The key of one run's fingerprints.
#[derive(Clone)]
pub struct FingerprintKey(Hmac<Sha256>);

/// No random key could be made.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct KeyError(#[source] getrandom::Error);

impl FingerprintKey {
    /// A key for this run alone: its fingerprints mean nothing in another run.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn random() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(KeyError)?;
        Ok(Self::from_seed(&seed))
    }

    /// A key from bytes that the user keeps, so that fingerprints of different runs compare.
    pub fn from_seed(seed: &[u8]) -> Self {
        let mut key = Key::<Hmac<Sha256>>::default();
        for (slot, byte) in key.iter_mut().zip(Sha256::digest(seed)) {
            *slot = byte;
        }
        Self(<Hmac<Sha256> as KeyInit>::new(&key))
    }

    /// The fingerprint of a secret, in hex.
    pub(super) fn fingerprint(&self, secret: &[u8]) -> String {
        let mut hash = self.0.clone();
        hash.update(secret);
        hash.finalize()
            .into_bytes()
            .iter()
            .take(SHOWN)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FingerprintKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_depend_on_key_and_secret() {
        let key = FingerprintKey::from_seed(b"one");
        let other = FingerprintKey::from_seed(b"two");
        assert_eq!(key.fingerprint(b"s"), key.clone().fingerprint(b"s"));
        assert_ne!(key.fingerprint(b"s"), key.fingerprint(b"t"));
        assert_ne!(key.fingerprint(b"s"), other.fingerprint(b"s"));
        assert_eq!(key.fingerprint(b"s").len(), 2 * SHOWN);
        assert_eq!(format!("{key:?}"), "FingerprintKey(…)");
    }

    #[test]
    fn random_keys_differ() {
        let one = FingerprintKey::random().unwrap();
        let other = FingerprintKey::random().unwrap();
        assert_ne!(one.fingerprint(b"s"), other.fingerprint(b"s"));
    }
}
