//! Tables: a scrollable named region, column headers with scope, and row headers where the header row is empty.

use std::fmt::Write as _;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

use super::inline::escape;
use super::{Writer, end_of, words_of};

/// The table being written.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// The header row is empty: it is left out, and the first cell of each row becomes the row's header.
    headless: bool,
    body_open: bool,
    closer: &'static str,
}

impl<'a> Writer<'_, 'a> {
    pub(super) fn start_table(&mut self, alignments: &[Alignment]) {
        self.tables += 1;
        let mut label = format!("{} {}", self.options.labels.table, self.tables);
        if !self.last_heading.is_empty() {
            label.push_str(if self.options.labels.table.is_ascii() { ": " } else { "：" });
            label.push_str(&self.last_heading);
        }
        let label = escape(&label);
        let _ = writeln!(self.html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><table>");
        self.table = Some(Table {
            alignments: alignments.to_vec(),
            column: 0,
            in_head: false,
            headless: false,
            body_open: false,
            closer: "</td>",
        });
    }

    pub(super) fn start_table_part(&mut self, tag: &Tag<'a>) {
        match tag {
            Tag::TableHead => self.start_head(),
            Tag::TableRow => self.start_row(),
            _ => self.start_cell(),
        }
    }

    fn start_head(&mut self) {
        let end = end_of(self.nodes, self.at);
        let inside = self.nodes.get(self.at..end).unwrap_or_default();
        let empty = words_of(inside).is_empty() && !inside.iter().any(|node| matches!(node.event, Event::Start(Tag::Image { .. })));
        let Some(table) = &mut self.table else { return };
        if empty {
            table.headless = true;
            self.at = end;
            return;
        }
        table.in_head = true;
        table.column = 0;
        self.html.push_str("<thead><tr>");
    }

    fn start_row(&mut self) {
        let Some(table) = &mut self.table else { return };
        table.column = 0;
        if !table.body_open {
            table.body_open = true;
            self.html.push_str("<tbody>\n");
        }
        self.html.push_str("<tr>");
    }

    fn start_cell(&mut self) {
        let empty = words_of(self.nodes.get(self.at..end_of(self.nodes, self.at)).unwrap_or_default()).is_empty();
        let Some(table) = &mut self.table else { return };
        let class = match table.alignments.get(table.column) {
            Some(Alignment::Right) => " class=\"num\"",
            Some(Alignment::Center) => " class=\"mid\"",
            _ => "",
        };
        let scope = match (table.in_head, table.headless && table.column == 0) {
            (true, _) if !empty => Some("col"),
            (false, true) if !empty => Some("row"),
            _ => None,
        };
        table.column += 1;
        match scope {
            Some(scope) => {
                table.closer = "</th>";
                let _ = write!(self.html, "<th scope=\"{scope}\"{class}>");
            }
            None => {
                table.closer = "</td>";
                let _ = write!(self.html, "<td{class}>");
            }
        }
    }

    pub(super) fn end_table_part(&mut self, tag: TagEnd) {
        let Some(table) = &mut self.table else { return };
        match tag {
            TagEnd::TableHead => {
                table.in_head = false;
                self.html.push_str("</tr></thead>\n");
            }
            TagEnd::TableRow => self.html.push_str("</tr>\n"),
            TagEnd::TableCell => {
                self.html.push_str(table.closer);
                self.plain.push('\t');
                return;
            }
            _ => {
                let body = if table.body_open { "</tbody></table></div>\n" } else { "</table></div>\n" };
                self.html.push_str(body);
                self.table = None;
            }
        }
        self.plain_break();
    }
}
