//! Where the parts of an expression stand in its text.

use std::ops::Range;

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};

use super::typing::Typer;

impl Typer<'_> {
    /// The bytes of the token that the parser remembers for a node.
    fn token(&self, id: u64) -> Option<Range<usize>> {
        let (start, stop) = self.source.offset_for(id)?;
        let text = &self.source.source;
        Some(byte_of(text, start as usize)..byte_of(text, stop as usize + 1))
    }

    /// The bytes of a name that stands where the node does.
    pub(super) fn span(&self, expr: &IdedExpr, name: &str) -> Range<usize> {
        match self.token(expr.id) {
            Some(token) if self.text(token.clone()).starts_with(name) => token,
            Some(_) => self.name_before(expr, name),
            None => 0..self.source.source.len(),
        }
    }

    /// The bytes of a field's name, after the dot that the parser remembers.
    pub(super) fn field_span(&self, expr: &IdedExpr, field: &str) -> Range<usize> {
        let dot = self.token(expr.id).map_or(0, |token| token.start);
        let rest = self.text(dot..self.source.source.len());
        let start = dot + rest.find(field).unwrap_or(0);
        start..start + field.len()
    }

    /// The bytes of a function's name, before the bracket that the parser remembers.
    pub(super) fn name_before(&self, expr: &IdedExpr, name: &str) -> Range<usize> {
        let end = self.token(expr.id).map_or(0, |token| token.start);
        match self.text(0..end).rfind(name) {
            Some(start) => start..start + name.len(),
            None => self.whole(expr),
        }
    }

    /// All bytes of an expression.
    pub(super) fn whole(&self, expr: &IdedExpr) -> Range<usize> {
        let mut span = self.token(expr.id).unwrap_or_default();
        self.widen(expr, &mut span);
        let rest = self.text(span.end..self.source.source.len());
        // The parser remembers where an argument list begins, not where it ends.
        let open = self.text(span.clone()).matches(['(', '[', '{']).count();
        let close = self.text(span.clone()).matches([')', ']', '}']).count();
        let missing = open.saturating_sub(close);
        if missing > 0
            && let Some((at, bracket)) = rest.match_indices([')', ']', '}']).nth(missing - 1)
        {
            span.end += at + bracket.len();
        }
        span
    }

    fn widen(&self, expr: &IdedExpr, span: &mut Range<usize>) {
        // Nodes that a macro adds stand where its bracket does and widen nothing.
        if let Some(token) = self.token(expr.id) {
            span.start = span.start.min(token.start);
            span.end = span.end.max(token.end);
        }
        match &expr.expr {
            Expr::Call(call) => {
                for part in call.target.as_deref().into_iter().chain(&call.args) {
                    self.widen(part, span);
                }
            }
            Expr::Select(select) => {
                let field = self.field_span(expr, &select.field);
                if !select.test {
                    span.end = span.end.max(field.end);
                }
                self.widen(&select.operand, span);
            }
            Expr::List(list) => {
                for element in &list.elements {
                    self.widen(element, span);
                }
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.widen(&entry.key, span);
                        self.widen(&entry.value, span);
                    }
                }
            }
            Expr::Comprehension(comprehension) => {
                self.widen(&comprehension.iter_range, span);
                self.widen(&comprehension.loop_step, span);
            }
            Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
        }
    }

    fn text(&self, span: Range<usize>) -> &str {
        self.source.source.get(span).unwrap_or_default()
    }
}

/// The byte at which the nth character stands: the parser counts characters.
pub(super) fn byte_of(text: &str, nth: usize) -> usize {
    let found = text.char_indices().nth(nth);
    found.map_or(text.len(), |(byte, _)| byte)
}
