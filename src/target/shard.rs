//! A part of the accounts, the same on every machine.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Part `index` of `count`: which account is in which part depends on its id alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// What is written is no shard.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a shard is written `I/N`, with I from 0 to N − 1")]
pub struct NoShard;

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (index, count) = text.split_once('/').ok_or(NoShard)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| NoShard);
        let (index, count) = (number(index)?, number(count)?);
        (index < count)
            .then_some(Self { index, count })
            .ok_or(NoShard)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// Whether the account is in this part.
    pub fn takes(self, account: &str) -> bool {
        let digest = Sha256::digest(account.as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number % u64::from(self.count) == u64::from(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_is_in_exactly_one_part() {
        for count in [1, 3, 8] {
            let shards: Vec<Shard> = (0..count)
                .map(|index| format!("{index}/{count}").parse().unwrap())
                .collect();
            let mut sizes = vec![0; shards.len()];
            for number in 0..1000_u64 {
                let account = format!("{:012}", number * 7919);
                let taken: Vec<usize> = (0..shards.len())
                    .filter(|&at| shards[at].takes(&account))
                    .collect();
                assert_eq!(taken.len(), 1, "{account}");
                sizes[taken[0]] += 1;
            }
            let fair = 1000 / shards.len();
            assert!(
                sizes.iter().all(|&size| size > fair / 2 && size < fair * 2),
                "{sizes:?}"
            );
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "8/8", "-1/8", "1/0", "a/b", "1/8/2"] {
            assert_eq!(text.parse::<Shard>(), Err(NoShard), "{text}");
        }
        assert_eq!("0/8".parse::<Shard>().unwrap().to_string(), "0/8");
    }
}
