//! A first mapping for a file that nobody has described: columns recognised by their names, formats by the cells below them, words by
//! their usual spellings. People look at it before anything is read with it.

use std::collections::BTreeSet;

use chrono::format::{Parsed, StrftimeItems, parse};

use super::catalogue::Catalogue;
use super::centres::CentreNames;
use super::controls::{Choice, Control, Shape, Target, controls};
use super::rows::needs;
use super::stamp::read;
use super::{SourceKind, is_identifier};
use crate::kpi::intake::{Glimpse, REASON, SeenColumn};

/// Fields whose cells name people, whatever their column is called.
const PEOPLE: &[&str] = &["customer", "agent", "evaluator"];

/// How dates, or dates with times, are written; the likelier first.
pub const MOMENTS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H时%M分",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%Y%m%d",
    "%Y-%m",
    "%Y/%m",
    "%Y年%m月",
    "%s",
];
/// How times of a day are written.
pub const TIMES: &[&str] = &["%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H%M%S"];

/// True when a cell is written in a format.
#[must_use]
pub fn written_in(cell: &str, format: &str) -> bool {
    let mut parsed = Parsed::new();
    if parse(&mut parsed, cell, StrftimeItems::new(format)).is_err() {
        return false;
    }
    let month_alone = parsed.day().is_none() && parsed.month().is_some() && parsed.timestamp().is_none();
    let time_alone = parsed.year().is_none() && parsed.hour_mod_12().is_some();
    month_alone || time_alone || read(&parsed).is_some()
}

/// The first format in which all samples of a column are written.
#[must_use]
pub fn format_of(column: &SeenColumn, among: &[&'static str]) -> Option<&'static str> {
    let cells: Vec<&String> = column.samples.iter().chain(column.values.iter().take(10)).collect();
    let all = |format: &&&str| !cells.is_empty() && cells.iter().all(|cell| written_in(cell, format));
    among.iter().find(all).copied()
}

/// A first mapping.
#[must_use]
pub fn guess(kind: SourceKind, seen: &Glimpse, centre: Option<&str>, centres: &CentreNames) -> toml::Table {
    let mut guessing = Guessing { kind, seen, centres, taken: BTreeSet::new() };
    let mut mapping = toml::Table::new();
    mapping.insert("kind".into(), kind.as_str().into());
    mapping.insert("source".into(), usual_name(kind).into());
    place(&mut mapping, seen);
    let mut people = BTreeSet::new();
    let mut order = controls(kind);
    order.sort_by_key(|control| (!control.required, control.name == "id"));
    for control in order {
        if control.name == "centre" && centre.is_some() {
            continue;
        }
        let choice = guessing.choice(&control);
        control.write(&choice, &mut mapping);
        if PEOPLE.contains(&control.name) {
            people.insert(choice.column);
        }
    }
    let named = |column: &&SeenColumn| people.contains(&column.name) || Catalogue::shipped().is_personal(&column.name);
    let personal: Vec<toml::Value> = seen
        .columns
        .iter()
        .filter(named)
        .filter(|column| !column.name.is_empty())
        .map(|column| column.name.as_str().into())
        .collect();
    if !personal.is_empty() {
        mapping.insert("personal".into(), personal.into());
    }
    // What means nothing without a field that was not found is left to people. No chain of needs is longer than two.
    for (field, other) in needs(kind).iter().chain(needs(kind)) {
        if !mapping.contains_key(*other) {
            mapping.remove(*field);
        }
    }
    mapping
}

/// Writes down where the column names of a file stand.
pub(super) fn place(mapping: &mut toml::Table, seen: &Glimpse) {
    for key in ["sheet", "header_row"] {
        mapping.remove(key);
    }
    if let Some(sheet) = &seen.sheet {
        mapping.insert("sheet".into(), sheet.as_str().into());
    }
    if seen.header_row > 1 {
        mapping.insert("header_row".into(), i64::from(seen.header_row).into());
    }
}

fn usual_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Interactions => "hotline",
        SourceKind::Surveys => "survey",
        SourceKind::Evaluations => "qa",
        SourceKind::Finance => "ledger",
        other => other.as_str(),
    }
}

struct Guessing<'s> {
    kind: SourceKind,
    seen: &'s Glimpse,
    centres: &'s CentreNames,
    taken: BTreeSet<&'s str>,
}

impl<'s> Guessing<'s> {
    fn choice(&mut self, control: &Control) -> Choice {
        let mut choice = Choice::default();
        let Some(column) = self.column(control.name) else {
            if control.required && matches!(control.shape, Shape::Coded(Target::Channels)) {
                "voice".clone_into(&mut choice.value);
            }
            return choice;
        };
        if control.shape == Shape::Pair || (control.shape == Shape::Moment && format_of(column, MOMENTS).is_none()) {
            return choice;
        }
        self.taken.insert(&column.name);
        choice.column.clone_from(&column.name);
        match control.shape {
            Shape::Moment => self.moment(column, &mut choice),
            Shape::Duration(unit) => {
                choice.empty = if matches!(control.name, "hold" | "wrap") { "zero" } else { "unknown" }.to_owned();
                choice.unit = if unit { unit_of(&column.name).to_owned() } else { String::new() };
            }
            Shape::Coded(target) | Shape::Table(target) => self.values(control.name, target, column, &mut choice),
            _ => {}
        }
        choice
    }

    /// The column whose name fits a field best and that no other field has.
    fn column(&self, name: &str) -> Option<&'s SeenColumn> {
        let free = self
            .seen
            .columns
            .iter()
            .filter(|column| !column.name.is_empty() && column.name != REASON && !self.taken.contains(column.name.as_str()));
        let fits = free.map(|column| (Catalogue::shipped().fit(self.kind, name, &column.name), column)).filter(|(fit, _)| *fit > 0);
        // Of equals the first one.
        fits.rev().max_by_key(|(fit, _)| *fit).map(|(_, column)| column)
    }

    fn moment(&mut self, column: &'s SeenColumn, choice: &mut Choice) {
        choice.format = format_of(column, MOMENTS).unwrap_or_default().to_owned();
        if choice.format.contains("%H") || choice.format.contains("%s") || !choice.format.contains("%d") {
            return;
        }
        // A date of a call log has its time beside it.
        if self.kind == SourceKind::Interactions
            && let Some(time) = self.column("stamp").filter(|time| format_of(time, TIMES).is_some())
        {
            self.taken.insert(&time.name);
            choice.second.clone_from(&time.name);
            choice.second_format = format_of(time, TIMES).unwrap_or_default().to_owned();
        }
    }

    fn values(&self, name: &str, target: Target, column: &SeenColumn, choice: &mut Choice) {
        let list = Catalogue::shipped();
        let word = |cell: &str| -> Option<String> {
            match target {
                Target::Centres => self.centres.find(cell).map(str::to_owned),
                Target::Channels => list.word_of("channel", &[], cell).map(str::to_owned),
                Target::Words(words) => list.word_of(name, words, cell).map(str::to_owned),
                Target::YesNo => list.word_of("yes", &[], cell).map(str::to_owned),
                Target::Rating(1, 5) => list.word_of("rating5", &[], cell).map(str::to_owned),
                Target::Rating(..) => None,
            }
        };
        // Ratings in figures, and centres and channels by their codes, need no table.
        let bare = match target {
            Target::Rating(..) => column.values.iter().all(|cell| cell.parse::<f64>().is_ok()),
            Target::Centres => column.values.iter().all(|cell| self.centres.is_code(cell)),
            Target::Channels => column.values.iter().all(|cell| is_identifier(cell)),
            Target::Words(words) => column.values.iter().all(|cell| words.contains(&cell.as_str())) && name != "outcome",
            Target::YesNo => false,
        };
        if !bare {
            choice.values = column.values.iter().filter_map(|cell| Some((cell.clone(), word(cell)?))).collect();
        }
    }
}

fn unit_of(column: &str) -> &'static str {
    let column = column.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| column.contains(word));
    match () {
        () if has(&["分钟", "minute", "(min"]) => "minutes",
        () if has(&["小时", "工时", "学时", "课时", "时数", "hour"]) => "hours",
        () => "seconds",
    }
}

#[cfg(test)]
mod tests {
    use super::super::SourceMapping;
    use super::*;

    fn seen(columns: &[(&str, &[&str])]) -> Glimpse {
        let column = |(name, cells): &(&str, &[&str])| SeenColumn {
            name: (*name).to_owned(),
            samples: cells.iter().take(3).map(|cell| (*cell).to_owned()).collect(),
            values: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            more: false,
        };
        Glimpse { header_row: 3, columns: columns.iter().map(column).collect(), ..Glimpse::default() }
    }

    #[test]
    fn a_chinese_call_log_is_recognised_whole() {
        let file = seen(&[
            ("流水号", &["T1", "T2"]),
            ("技能组", &["华东一组", "总部一组"]),
            ("业务类型", &["热线", "在线"]),
            ("日期", &["2026/03/02"]),
            ("进线时间", &["09:14:07"]),
            ("结果", &["已接通", "排队放弃"]),
            ("排队时长", &["00:00:12"]),
            ("通话时长", &["00:03:41"]),
            ("手机号", &["13800000000"]),
        ]);
        let centres = CentreNames::of([("HD", vec!["华东"], true), ("ZB", vec!["总部"], true)]);
        let text = toml::to_string(&guess(SourceKind::Interactions, &file, None, &centres)).unwrap();
        let mapping = SourceMapping::from_toml(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        assert_eq!(mapping.rows.header_row, 3);
        assert_eq!(mapping.rows.personal, ["手机号"]);
        for part in [
            "\"华东一组\" = \"HD\"",
            "\"热线\" = \"voice\"",
            "date = \"日期\"",
            "time = \"进线时间\"",
            "date_format = \"%Y/%m/%d\"",
            "\"排队放弃\" = \"abandoned\"",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn columns_chosen_for_people_are_personal_whatever_they_are_called() {
        let file = seen(&[
            ("日期", &["2026/03/02 09:00:00"]),
            ("结果", &["已接通"]),
            ("客户手机号码", &["13800000000"]),
            (REASON, &["结果：未知"]),
        ]);
        let table = guess(SourceKind::Interactions, &file, Some("HD"), &CentreNames::default());
        assert_eq!(table["personal"].as_array().unwrap(), &[toml::Value::from("客户手机号码")]);
        assert!(toml::to_string(&table).unwrap().contains("customer") && !table.contains_key("reason"), "{table}");
    }

    #[test]
    fn formats_are_told_by_the_cells() {
        let format = |cells: &[&str]| format_of(&seen(&[("x", cells)]).columns[0], MOMENTS);
        assert_eq!(format(&["2026-10-01 08:30:00"]), Some("%Y-%m-%d %H:%M:%S"));
        assert_eq!(format(&["3/4/2026 08:30", "12/31/2026 09:00"]), Some("%m/%d/%Y %H:%M"));
        assert_eq!(format(&["2026年10月1日"]), Some("%Y年%m月%d日"));
        assert_eq!(format(&["2026-10"]), Some("%Y-%m"));
        assert_eq!(format(&["1790843400"]), Some("%s"));
        assert_eq!(format(&["soon"]), None);
    }
}
