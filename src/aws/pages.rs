//! The end of lists: whoever answers must come to one.

use std::collections::HashSet;

use thiserror::Error;

/// The most pages of one list: 200,000 items where AWS gives 50 a page, four times the functions of the
/// largest account that this is made for.
pub(crate) const MOST_PAGES: usize = 4_000;

/// The most pages in a row without an item. AWS gives such pages where it filters what it has read.
pub(crate) const MOST_EMPTY: usize = 100;

/// Why a list is not followed any further. What was read of it is not the whole.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Endless {
    /// A token came that had come before.
    #[error("the same page was offered again and again: the list is incomplete")]
    Repeated,
    /// Pages came with nothing on them.
    #[error("{MOST_EMPTY} pages in a row were empty: the list is incomplete")]
    Empty,
    /// Pages came without an end.
    #[error("the list has more than {MOST_PAGES} pages: it is incomplete")]
    TooLong,
}

/// How far a list was read.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    seen: HashSet<String>,
    read: usize,
    empty: usize,
    /// Whether the last page named another.
    open: bool,
}

impl Pages {
    /// Takes note of a page with so many items, and with that token for the next.
    ///
    /// # Errors
    /// When the next page is not to be asked for.
    pub(crate) fn turn(&mut self, token: Option<&str>, items: usize) -> Result<(), Endless> {
        self.read += 1;
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        let token = token.filter(|token| !token.is_empty());
        self.open = token.is_some();
        let Some(token) = token else { return Ok(()) };
        if !self.seen.insert(token.to_owned()) {
            return Err(Endless::Repeated);
        }
        if self.empty >= MOST_EMPTY {
            return Err(Endless::Empty);
        }
        if self.read >= MOST_PAGES {
            return Err(Endless::TooLong);
        }
        Ok(())
    }

    /// What there is to say when no further page comes: the SDK ends a list in silence where a token
    /// comes twice.
    ///
    /// # Errors
    /// When the last page named another.
    pub(crate) fn end(&self) -> Result<(), Endless> {
        match self.open {
            true => Err(Endless::Repeated),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads pages until the list ends.
    fn read(pages: impl Iterator<Item = (Option<String>, usize)>) -> (usize, Result<(), Endless>) {
        let mut read = Pages::default();
        let mut count = 0;
        for (token, items) in pages {
            count += 1;
            if let Err(endless) = read.turn(token.as_deref(), items) {
                return (count, Err(endless));
            }
            if token.is_none() {
                break;
            }
        }
        (count, read.end())
    }

    #[test]
    fn no_list_is_followed_for_ever() {
        let token = |n: usize| Some(format!("t{n}"));
        assert_eq!(
            read((1..).map(|n| (token(n % 2), 5))),
            (3, Err(Endless::Repeated))
        );
        assert_eq!(
            read((1..).map(|n| (token(n % 7), 5))),
            (8, Err(Endless::Repeated))
        );
        assert_eq!(
            read((1..).map(|n| (token(n), 0))),
            (MOST_EMPTY, Err(Endless::Empty))
        );
        assert_eq!(
            read((1..).map(|n| (token(n), 1))),
            (MOST_PAGES, Err(Endless::TooLong))
        );
        let sparse = (1..).map(|n| (token(n), usize::from(n % 50 == 0)));
        assert_eq!(read(sparse), (MOST_PAGES, Err(Endless::TooLong)));
        let whole = (1..=90).map(|n| (token(n).filter(|_| n < 90), 0));
        assert_eq!(read(whole), (90, Ok(())));
        assert_eq!(read([(Some(String::new()), 1)].into_iter()), (1, Ok(())));
        assert_eq!(
            read([(token(1), 1)].into_iter()),
            (1, Err(Endless::Repeated))
        );
    }
}
