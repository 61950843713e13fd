//! A page of text for a terminal. All text enters here, and is made harmless here.

use std::fmt::Write as _;

use anstyle::Style;
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table,
    TableStyle,
};

use crate::terminal::clean;

/// Text being drawn for a terminal of known width.
pub(super) struct Page {
    text: String,
    width: usize,
    colour: bool,
}

/// A row of a table: the style of its first cell, and its cells. A line break in a cell stays.
pub(super) struct TableRow {
    pub(super) style: Style,
    pub(super) cells: Vec<String>,
}

/// How a column of a table takes its width.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Column {
    /// Numbers and other short things: never wrapped, to the right.
    Number,
    /// Short words: never wrapped.
    Word,
    /// Whatever is left, wrapped.
    Text,
}

const TABLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

impl Page {
    pub(super) fn new(width: usize, colour: bool) -> Self {
        Self {
            text: String::new(),
            // Narrower than this nothing is readable anyway.
            width: width.max(40),
            colour,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Text on the current line.
    pub(super) fn put(&mut self, style: Style, text: &str) -> &mut Self {
        self.paint(style, &clean(text));
        self
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        self.text.push('\n');
    }

    /// An empty line and a heading.
    pub(super) fn heading(&mut self, text: &str) {
        self.end();
        self.put(Style::new().bold(), text).end();
    }

    /// Text wrapped at spaces, every line indented.
    pub(super) fn paragraph(&mut self, indent: usize, style: Style, text: &str) {
        let room = self.width.saturating_sub(indent).max(20);
        for line in wrap(&clean(text), room) {
            self.text.push_str(&" ".repeat(indent));
            self.paint(style, &line);
            self.end();
        }
    }

    /// A shell command that stays one command when it is copied: broken only before an option,
    /// with a backslash.
    pub(super) fn command(&mut self, indent: usize, style: Style, command: &str) {
        let room = self.width.saturating_sub(indent).max(20);
        for line in command.lines().filter(|line| !line.trim().is_empty()) {
            let line = clean(line);
            for line in wrap_command(line.trim_end(), room) {
                self.text.push_str(&" ".repeat(indent));
                self.paint(style, &line);
                self.end();
            }
        }
    }

    /// A table as wide as its content, at most as wide as the page.
    pub(super) fn table(&mut self, columns: &[(&str, Column)], rows: Vec<TableRow>) {
        let mut table = Table::new();
        table
            .load_style(TABLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.width).unwrap_or(u16::MAX))
            .set_header(columns.iter().map(|(name, _)| *name));
        let mut styles = Vec::new();
        for row in rows {
            styles.push(row.style);
            table.add_row(row.cells.iter().map(|cell| {
                let lines: Vec<_> = cell.split('\n').map(clean).collect();
                lines.join("\n")
            }));
        }
        for (column, (_, kind)) in table.column_iter_mut().zip(columns) {
            // The border between columns, empty as it is, takes one more.
            column.set_padding((0, 1));
            if *kind == Column::Number {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if *kind != Column::Text {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let first = table
            .column_max_content_widths()
            .first()
            .map_or(0, |&width| usize::from(width));
        let mut styles = styles.into_iter();
        let mut in_header = true;
        let lines: Vec<String> = table.lines().collect();
        for line in lines {
            let line = line.trim_end();
            if in_header {
                in_header = !line.starts_with('─');
                self.paint(
                    if in_header {
                        Style::new().bold()
                    } else {
                        Style::new().dimmed()
                    },
                    line,
                );
            } else {
                // The first column never wraps: a line that has something there begins a row.
                let end = line
                    .char_indices()
                    .nth(first)
                    .map_or(line.len(), |(at, _)| at);
                let (cell, rest) = line.split_at_checked(end).unwrap_or((line, ""));
                let style = match cell.trim() {
                    "" => Style::new(),
                    _ => styles.next().unwrap_or_default(),
                };
                self.paint(style, cell);
                self.text.push_str(rest);
            }
            self.end();
        }
    }

    fn paint(&mut self, style: Style, text: &str) {
        if self.colour && style != Style::new() && !text.trim().is_empty() {
            let _ = write!(self.text, "{style}{text}{style:#}");
        } else {
            self.text.push_str(text);
        }
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn wrap_command(command: &str, width: usize) -> Vec<String> {
    if command.chars().count() <= width {
        return vec![command.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for part in options(command) {
        match lines.last_mut() {
            // Two for the backslash, should more follow.
            Some(line) if line.chars().count() + 1 + part.chars().count() + 2 <= width => {
                line.push(' ');
                line.push_str(part);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("    {part}"));
            }
            None => lines.push(part.to_owned()),
        }
    }
    lines
}

/// The command and its options, each with its value; dashes inside quotes begin no option.
fn options(command: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = command;
    while let Some(at) = next_option(rest) {
        let (part, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        parts.push(part.trim());
        rest = after.trim_start();
    }
    parts.push(rest);
    parts
}

/// Where the next ` --` outside quotes begins.
fn next_option(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ' ') if text.get(at..).is_some_and(|rest| rest.starts_with(" --")) => {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_before_options_only() {
        let command = "aws lambda tag-resource --resource arn:aws:lambda:eu-west-1:111111111111:function:f --tags 'a=x --y' --region eu-west-1";
        assert_eq!(wrap_command(command, 200), [command]);
        insta::assert_snapshot!(wrap_command(command, 76).join("\n"), @r"
        aws lambda tag-resource \
            --resource arn:aws:lambda:eu-west-1:111111111111:function:f \
            --tags 'a=x --y' --region eu-west-1
        ");
        assert_eq!(
            options("aws x --a \"q \\\" --no\" --b"),
            ["aws x", "--a \"q \\\" --no\"", "--b"]
        );
    }

    #[test]
    fn words_are_never_cut() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
        assert_eq!(wrap("", 4), Vec::<String>::new());
    }
}
