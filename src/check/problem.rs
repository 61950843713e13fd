//! What is wrong with a check file, and where.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::nearest::nearest;
use crate::plain::plain;
use crate::terminal::{clean, is_harmful};

/// One thing that is wrong with a check file; displayed as a picture of the place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The file, as a person would find it.
    pub file: String,
    /// What is wrong.
    pub message: String,
    /// What stands at the place, in a few words; may be empty.
    pub label: String,
    /// What would mend it.
    pub help: Option<String>,
    /// The place, in bytes from the start of the file; none when the file as a whole is meant.
    pub span: Option<Range<usize>>,
    pub(crate) text: Arc<str>,
}

impl Problem {
    /// What the TOML parser or the deserialiser found wrong with a file, with the nearest name to
    /// a misspelt one.
    pub(crate) fn of_toml(file: &str, text: &Arc<str>, error: &toml::de::Error) -> Self {
        let message = error.message();
        let mut names = message.split('`').skip(1).step_by(2);
        let help = message
            .starts_with("unknown")
            .then(|| nearest(names.next()?, names))
            .flatten()
            .map(|name| format!("did you mean `{name}`?"));
        Self {
            file: file.to_owned(),
            message: plain(message),
            label: String::new(),
            help,
            span: error.span(),
            text: Arc::clone(text),
        }
    }

    /// Line and column of the place, counted from one, the column in characters.
    pub fn position(&self) -> Option<(usize, usize)> {
        let before = self.text.get(..self.span.as_ref()?.start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default();
        Some((line, column.chars().count() + 1))
    }

    /// The picture, in colour where asked for.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let [message, label, file] =
            [&self.message, &self.label, &self.file].map(|text| clean(text));
        let text = shown(&self.text);
        let title = Level::ERROR.primary_title(&*message);
        let mut group = match &self.span {
            Some(span) => {
                // an engine may end a place inside a character of several bytes
                let place = text.floor_char_boundary(span.start)..text.ceil_char_boundary(span.end);
                let mark = AnnotationKind::Primary.span(place);
                let mark = if label.is_empty() {
                    mark
                } else {
                    mark.label(&*label)
                };
                title.element(Snippet::source(&*text).path(&*file).annotation(mark))
            }
            None => title.element(annotate_snippets::Origin::path(&*file)),
        };
        let help = self.help.as_deref().map(clean);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(&**help));
        }
        renderer.render(&[group])
    }

    /// The same problem with a suggestion.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The text of a file in which places stay where they are: what a terminal would obey becomes dots.
fn shown(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| is_harmful(c) && !matches!(c, '\n' | '\r' | '\t');
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match harmful(c) {
            true => shown.extend(std::iter::repeat_n('.', c.len_utf8())),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problem {}
