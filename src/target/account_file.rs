//! A file of accounts: one a line, `123456789012` or `123456789012,name`; `#` begins a comment.

use std::path::Path;

use super::error::TargetError;
use crate::disk::{self, Ceiling};
use crate::inventory::AccountId;

/// The largest file: a line for each account of the largest organization that AWS grants, and then ten
/// times as much.
const FILE: Ceiling = Ceiling {
    of: "account files",
    bytes: 16 << 20,
};

/// An account that a file or an organisation lists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name; empty where none is given.
    pub name: String,
}

/// Reads a file of accounts.
///
/// # Errors
/// When it cannot be read, or a line is not an account; the error names the line.
pub fn read(path: &Path) -> Result<Vec<ListedAccount>, TargetError> {
    let text = disk::read_text(path, FILE).map_err(|source| TargetError::AccountFile {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|(line, text)| TargetError::AccountLine {
        path: path.to_owned(),
        line,
        text,
    })
}

fn parse(text: &str) -> Result<Vec<ListedAccount>, (usize, String)> {
    let mut accounts: Vec<ListedAccount> = Vec::new();
    // Excel and PowerShell put a byte order mark first.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let entry = line.split('#').next().unwrap_or_default().trim();
        if entry.is_empty() {
            continue;
        }
        let (id, name) = entry.split_once(',').unwrap_or((entry, ""));
        let Ok(id) = AccountId::try_from(id.trim()) else {
            return Err((index + 1, entry.to_owned()));
        };
        if accounts.iter().all(|known| known.id != id) {
            accounts.push(ListedAccount {
                id,
                name: name.trim().to_owned(),
            });
        }
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_names_and_repetitions() {
        let text = "# ours\n111111111111, Production \n\n222222222222 # the other\n111111111111\n";
        let accounts = parse(text).unwrap();
        let pairs: Vec<_> = accounts
            .iter()
            .map(|account| (account.id.as_str(), account.name.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("111111111111", "Production"), ("222222222222", "")]
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line) in [
            ("111111111111\n12345\n", 2),
            ("1111111111111", 1),
            ("\n\nname,111111111111", 3),
            ("arn:aws:iam::111111111111:root", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().0, line, "{text}");
        }
    }
}
