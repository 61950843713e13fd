//! Texts that stand for all texts of a shape: one for each way in which patterns tell them apart.
//!
//! Nobody can ask a policy about every account. But its patterns treat most alike, so one of each kind is enough, if the
//! kinds are found after reading what the patterns are. The patterns run side by side over all texts of the shape at once,
//! character by character; what they cannot tell apart so far is walked only once.

use std::collections::{HashMap, HashSet, VecDeque};

use super::pattern::{Pattern, Token};

const DIGITS: &str = "0123456789";
const LOWER: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const LABEL: &str = "-abcdefghijklmnopqrstuvwxyz0123456789";
const NAME: &str = "lampostbcdefghijknqruvwxyz-.0123456789";

/// Beyond so many states the walk ends.
const MAX_STATES: usize = 4_096;
/// So many tokens of all patterns together are walked with.
const MAX_TOKENS: usize = 4_096;

/// What texts look like.
#[derive(Clone, Debug)]
pub struct Shape(Vec<Piece>);

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// The characters that it may be, in the order in which they are tried.
    of: &'static str,
    /// Whether it may stand there as often as one likes, or not at all.
    many: bool,
}

impl Shape {
    /// The id of an account: twelve digits.
    pub fn account() -> Shape {
        Shape(vec![Piece::one(DIGITS); 12])
    }

    /// The id of an organisation.
    ///
    /// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
    pub fn organization() -> Shape {
        let mut pieces = vec![Piece::one("o"), Piece::one("-")];
        pieces.extend([Piece::one(LOWER); 10]);
        pieces.push(Piece::many(LOWER));
        Shape(pieces)
    }

    /// A label, such as that of a region or service in an ARN.
    pub fn label() -> Shape {
        Shape(vec![Piece::one(LABEL), Piece::many(LABEL)])
    }

    /// The principal of a service.
    pub fn service() -> Shape {
        let mut pieces = vec![Piece::one(LABEL), Piece::many(NAME)];
        let suffix = ".amazonaws.com";
        let characters = suffix.char_indices();
        pieces.extend(
            characters.filter_map(|(place, _)| Some(Piece::one(suffix.get(place..=place)?))),
        );
        Shape(pieces)
    }

    /// A name in lower case with dots, such as a token.
    pub fn name() -> Shape {
        Shape(vec![Piece::one(NAME), Piece::many(NAME)])
    }
}

impl Piece {
    fn one(of: &'static str) -> Piece {
        Piece { of, many: false }
    }

    fn many(of: &'static str) -> Piece {
        Piece { of, many: true }
    }
}

/// A text that stands for all that the patterns treat alike.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TextCell {
    /// The text; none of the literals.
    pub text: String,
    /// The patterns that match it, by their place.
    pub matched: Vec<usize>,
}

/// All such texts.
#[derive(Clone, Debug, Default)]
pub struct TextCells {
    /// One for each set of patterns that can match together.
    pub cells: Vec<TextCell>,
    /// Whether there were too many to find them all.
    pub cut: bool,
}

/// The texts of a shape that stand for all but the literals, as far as the patterns tell them apart.
pub fn text_cells(shape: &Shape, patterns: &[Pattern], literals: &[&str]) -> TextCells {
    Walk::new(shape, patterns, literals).run()
}

/// A place in the walk. Texts that lead to the same place are alike from there on.
#[derive(Clone, Eq, Hash, PartialEq)]
struct State {
    piece: usize,
    /// For each token of each pattern, and the end of each, whether the pattern may stand there.
    at: Vec<u64>,
    /// The literals that begin so, as a place in the tree of them.
    literal: Option<usize>,
}

struct Walk<'a> {
    shape: &'a Shape,
    /// Each pattern with the place of its first token.
    patterns: Vec<(usize, Vec<Token>)>,
    width: usize,
    tree: HashMap<(usize, char), usize>,
    whole: HashSet<usize>,
    mentioned: HashSet<char>,
    cut: bool,
}

impl<'a> Walk<'a> {
    fn new(shape: &'a Shape, patterns: &[Pattern], literals: &[&str]) -> Self {
        let mut walk = Self {
            shape,
            patterns: Vec::with_capacity(patterns.len()),
            width: 0,
            tree: HashMap::new(),
            whole: HashSet::new(),
            mentioned: HashSet::new(),
            cut: false,
        };
        for pattern in patterns {
            let tokens = pattern.tokens();
            if walk.width + tokens.len() >= MAX_TOKENS {
                walk.cut = true;
                break;
            }
            let characters = tokens.iter().filter_map(|token| token.character());
            walk.mentioned.extend(characters);
            let length = tokens.len() + 1;
            walk.patterns.push((walk.width, tokens));
            walk.width += length;
        }
        for literal in literals {
            let mut node = 0;
            for character in literal.chars() {
                walk.mentioned.insert(character);
                let next = walk.tree.len() + 1;
                node = *walk.tree.entry((node, character)).or_insert(next);
            }
            walk.whole.insert(node);
        }
        walk
    }

    fn run(mut self) -> TextCells {
        let mut start = State {
            piece: 0,
            at: vec![0; self.width.div_ceil(64)],
            literal: Some(0),
        };
        for (first, tokens) in &self.patterns {
            enter(&mut start.at, *first, tokens, 0);
        }
        let mut found: Vec<TextCell> = Vec::new();
        let mut seen = HashSet::from([start.clone()]);
        let mut queue = VecDeque::from([(start, String::new())]);
        while let Some((state, text)) = queue.pop_front() {
            if seen.len() > MAX_STATES {
                self.cut = true;
                break;
            }
            let Some(piece) = self.shape.0.get(state.piece) else {
                self.end(&state, text, &mut found);
                continue;
            };
            let mut go = |next: State, text: String| {
                if seen.insert(next.clone()) {
                    queue.push_back((next, text));
                }
            };
            for character in self.characters(piece) {
                let mut next = self.step(&state, character);
                next.piece += usize::from(!piece.many);
                let mut text = text.clone();
                text.push(character);
                go(next, text);
            }
            if piece.many {
                let mut next = state;
                next.piece += 1;
                go(next, text);
            }
        }
        TextCells {
            cells: found,
            cut: self.cut,
        }
    }

    /// The characters of a piece that are worth trying: one that nobody mentions, and those that somebody does.
    fn characters(&self, piece: &Piece) -> impl Iterator<Item = char> {
        let (mentioned, others): (Vec<char>, Vec<char>) = piece
            .of
            .chars()
            .partition(|one| self.mentioned.contains(one));
        others.into_iter().take(1).chain(mentioned)
    }

    fn step(&self, state: &State, character: char) -> State {
        let mut at = vec![0; state.at.len()];
        for (first, tokens) in &self.patterns {
            for (place, token) in tokens.iter().enumerate() {
                if !holds(&state.at, first + place) {
                    continue;
                }
                match token {
                    Token::Many => enter(&mut at, *first, tokens, place),
                    Token::One => enter(&mut at, *first, tokens, place + 1),
                    Token::Char(one) if *one == character => {
                        enter(&mut at, *first, tokens, place + 1);
                    }
                    Token::Char(_) => {}
                }
            }
        }
        State {
            piece: state.piece,
            at,
            literal: state
                .literal
                .and_then(|node| self.tree.get(&(node, character)).copied()),
        }
    }

    fn end(&self, state: &State, text: String, found: &mut Vec<TextCell>) {
        if state.literal.is_some_and(|node| self.whole.contains(&node)) {
            return;
        }
        let patterns = self.patterns.iter().enumerate();
        let matched =
            patterns.filter(|(_, (first, tokens))| holds(&state.at, first + tokens.len()));
        let matched: Vec<usize> = matched.map(|(place, _)| place).collect();
        if !found.iter().any(|cell| cell.matched == matched) {
            found.push(TextCell { text, matched });
        }
    }
}

fn holds(at: &[u64], place: usize) -> bool {
    at.get(place / 64)
        .is_some_and(|word| word >> (place % 64) & 1 == 1)
}

/// Puts a pattern at a token, and behind every `*` there.
fn enter(at: &mut [u64], first: usize, tokens: &[Token], mut place: usize) {
    loop {
        if let Some(word) = at.get_mut((first + place) / 64) {
            *word |= 1 << ((first + place) % 64);
        }
        if !matches!(tokens.get(place), Some(Token::Many)) {
            return;
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(shape: &Shape, patterns: &[&str], literals: &[&str]) -> Vec<(String, Vec<usize>)> {
        let patterns: Vec<Pattern> = patterns.iter().map(|text| Pattern::glob(text)).collect();
        let found = text_cells(shape, &patterns, literals);
        assert!(!found.cut);
        let each = found.cells.into_iter();
        each.map(|cell| (cell.text, cell.matched)).collect()
    }

    #[test]
    fn one_text_for_each_way_to_match() {
        let account = Shape::account();
        assert_eq!(
            cells(&account, &[], &["000000000000", "111122223333"]),
            [("444444444444".to_owned(), vec![])]
        );
        let found = cells(&account, &["1*", "10*"], &[]);
        let matched: HashSet<Vec<usize>> =
            found.iter().map(|(_, matched)| matched.clone()).collect();
        assert_eq!(
            matched,
            HashSet::from([vec![], vec![0], vec![0, 1]]),
            "{found:?}"
        );
        let all: Vec<String> = (0..=9).map(|digit| format!("{digit}*")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let found = cells(&account, &all, &[]);
        assert_eq!(found.len(), 10, "nothing is left beside them: {found:?}");
        assert_eq!(cells(&Shape::organization(), &["o-a*z"], &[]).len(), 2);
        assert_eq!(cells(&Shape::label(), &["us-*"], &["us-east-1"]).len(), 2);
    }

    #[test]
    fn too_much_is_cut() {
        let patterns: Vec<Pattern> = (0..40)
            .map(|number| Pattern::glob(&format!("*{number:02}*")))
            .collect();
        assert!(text_cells(&Shape::account(), &patterns, &[]).cut);
    }

    proptest! {
        #[test]
        fn every_text_has_one_that_stands_for_it(
            patterns in prop::collection::vec("[01?*]{1,5}", 0..4),
            text in "[0-9]{12}",
        ) {
            let patterns: Vec<Pattern> = patterns.iter().map(|text| Pattern::glob(text)).collect();
            let matching = |text: &str| -> Vec<usize> {
                let matched = patterns.iter().enumerate().filter(|(_, one)| one.matches(text));
                matched.map(|(place, _)| place).collect()
            };
            let found = text_cells(&Shape::account(), &patterns, &[]);
            prop_assert!(!found.cut);
            for cell in &found.cells {
                prop_assert_eq!(&matching(&cell.text), &cell.matched);
            }
            prop_assert!(found.cells.iter().any(|cell| cell.matched == matching(&text)));
        }
    }
}
