//! The controls of the mapping form: what can be chosen for each field of a kind, and the way between the chosen and the keys of the
//! mapping. Keys that no control stands for stay as they are.
//!
//! Invariant: what the form shows and saves again unchanged means the same.

use std::collections::BTreeMap;

use super::{FieldType, SourceKind};

/// What stands in a table from cells to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Codes of centres.
    Centres,
    /// Codes of channels.
    Channels,
    /// One of a few words.
    Words(&'static [&'static str]),
    /// Yes or no.
    YesNo,
    /// Ratings.
    Rating(i64, i64),
}

/// What can be chosen for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A column.
    Column,
    /// A column or the same text in every row.
    Text,
    /// One or two columns of a moment, with their formats.
    Moment,
    /// A column with a table, or the same word in every row.
    Coded(Target),
    /// A column with a table.
    Table(Target),
    /// A column of durations; the flag: in a unit.
    Duration(bool),
    /// A column of numbers.
    Number,
    /// A column of amounts.
    Money,
    /// Two columns on one scale.
    Pair,
    /// Only the text says it.
    Written,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Its key in the mapping.
    pub name: &'static str,
    /// The mapping must name it.
    pub required: bool,
    /// What can be chosen.
    pub shape: Shape,
}

const OUTCOMES: &[&str] = &[
    "answered",
    "abandoned",
    "abandoned_before_queue",
    "ignored",
    "blocked",
    "self_service_completed",
    "self_service_left",
    "waiting",
];

/// The fields of the form of a kind, in the order in which they are shown.
#[must_use]
pub fn controls(kind: SourceKind) -> Vec<Control> {
    let own = |name, required, shape| Control { name, required, shape };
    let calls = kind == SourceKind::Interactions;
    let mut all = vec![
        own("stamp", true, Shape::Moment),
        own("centre", false, Shape::Coded(Target::Centres)),
        own("channel", calls, Shape::Coded(Target::Channels)),
    ];
    if calls {
        all.extend([
            own("outcome", true, Shape::Table(Target::Words(OUTCOMES))),
            own("wait", false, Shape::Duration(false)),
            own("talk", false, Shape::Duration(false)),
            own("hold", false, Shape::Duration(false)),
            own("wrap", false, Shape::Duration(false)),
            own("resolved", false, Shape::Table(Target::YesNo)),
            own("csat", false, Shape::Table(Target::Rating(1, 5))),
            own("revenue", false, Shape::Money),
        ]);
    }
    all.extend(kind.fields().iter().map(|spec| own(spec.name, spec.required, shape(spec.holds))));
    all.push(own("id", false, Shape::Column));
    all
}

fn shape(holds: FieldType) -> Shape {
    match holds {
        FieldType::Text => Shape::Text,
        FieldType::Code(words) => Shape::Coded(Target::Words(words)),
        FieldType::YesNo => Shape::Table(Target::YesNo),
        FieldType::Whole | FieldType::Points => Shape::Number,
        FieldType::Rating(low, high, _) => Shape::Table(Target::Rating(low, high)),
        FieldType::Money => Shape::Money,
        FieldType::Duration => Shape::Duration(true),
        FieldType::Moment => Shape::Moment,
        FieldType::Pair => Shape::Pair,
        FieldType::Index => Shape::Written,
    }
}

/// What is chosen for a field, as the form shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The column; of a moment that of the date, of a pair that of the expectation.
    pub column: String,
    /// The second column: that of the time, or of the perception.
    pub second: String,
    /// Format of the first column.
    pub format: String,
    /// Format of the second column.
    pub second_format: String,
    /// The same in every row.
    pub value: String,
    /// Unit of a duration.
    pub unit: String,
    /// What an empty cell means.
    pub empty: String,
    /// Decimals of an amount.
    pub decimals: String,
    /// Ends of a scale.
    pub scale: [String; 2],
    /// Cell → word.
    pub values: BTreeMap<String, String>,
    /// The text says more of it than the form can: the form leaves it alone.
    pub beyond: bool,
}

fn text(table: &toml::Table, key: &str) -> String {
    match table.get(key) {
        Some(toml::Value::String(text)) => text.clone(),
        Some(toml::Value::Array(list)) if list.len() == 1 => {
            list.first().and_then(toml::Value::as_str).unwrap_or_default().to_owned()
        }
        Some(toml::Value::Integer(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn said(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Control {
    /// What a mapping says of this field.
    #[must_use]
    pub fn read(&self, mapping: &toml::Table) -> Choice {
        let Some(table) = mapping.get(self.name).and_then(toml::Value::as_table) else { return Choice::default() };
        let mut choice = Choice { beyond: self.beyond(table), ..Choice::default() };
        (choice.column, choice.value) = (text(table, "column"), text(table, "value"));
        (choice.unit, choice.empty, choice.decimals) = (text(table, "unit"), text(table, "empty"), text(table, "decimals"));
        match self.shape {
            Shape::Moment if table.contains_key("date") => {
                (choice.column, choice.second) = (text(table, "date"), text(table, "time"));
                (choice.format, choice.second_format) = (text(table, "date_format"), text(table, "time_format"));
                if choice.format.is_empty() {
                    "%Y-%m-%d".clone_into(&mut choice.format);
                }
            }
            Shape::Moment => choice.format = text(table, "format"),
            Shape::Pair => (choice.column, choice.second) = (text(table, "expected"), text(table, "perceived")),
            _ => {}
        }
        if let Some(ends) = table.get("scale").and_then(toml::Value::as_array) {
            let end = |at: usize| ends.get(at).map(said).unwrap_or_default();
            choice.scale = [end(0), end(1)];
        }
        let values = table.get("values").and_then(toml::Value::as_table).into_iter().flatten();
        choice.values = values.map(|(cell, word)| (cell.clone(), said(word))).collect();
        choice
    }

    fn beyond(&self, table: &toml::Table) -> bool {
        let list = |key: &str| table.get(key).and_then(toml::Value::as_array).is_some_and(|list| list.len() > 1);
        self.shape == Shape::Written
            || ["after_hours", "after_days", "columns", "weights"].iter().any(|key| table.contains_key(*key))
            || list("expected")
            || list("perceived")
    }

    /// Writes what was chosen into a mapping. Nothing chosen: the field leaves it.
    pub fn write(&self, choice: &Choice, mapping: &mut toml::Table) {
        let before = mapping.get(self.name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        if self.shape == Shape::Written || self.beyond(&before) {
            return;
        }
        if choice.column.is_empty() && choice.value.is_empty() {
            mapping.remove(self.name);
            return;
        }
        let mut table = before;
        match self.shape {
            Shape::Moment => moment(choice, &mut table),
            Shape::Pair => {
                set(&mut table, "expected", &choice.column);
                set(&mut table, "perceived", &choice.second);
                scale(&choice.scale, &mut table);
            }
            Shape::Coded(_) | Shape::Text if choice.column.is_empty() => {
                table.clear();
                set(&mut table, "value", &choice.value);
            }
            _ => {
                table.remove("value");
                set(&mut table, "column", &choice.column);
            }
        }
        if let Shape::Coded(target) | Shape::Table(target) = self.shape
            && !choice.column.is_empty()
        {
            values(target, &choice.values, &mut table);
        }
        if matches!(self.shape, Shape::Duration(_) | Shape::Number | Shape::Money) {
            set(&mut table, "empty", &choice.empty);
        }
        if self.shape == Shape::Duration(true) {
            set(&mut table, "unit", &choice.unit);
        }
        if let (Shape::Money, Ok(decimals)) = (self.shape, choice.decimals.parse::<i64>()) {
            table.insert("decimals".into(), decimals.into());
        }
        mapping.insert(self.name.into(), table.into());
    }
}

fn set(table: &mut toml::Table, key: &str, value: &str) {
    if value.is_empty() {
        table.remove(key);
    } else {
        table.insert(key.to_owned(), value.into());
    }
}

fn moment(choice: &Choice, table: &mut toml::Table) {
    for key in ["column", "format", "date", "date_format", "time", "time_format"] {
        table.remove(key);
    }
    let day_alone = !["%H", "%I", "%T", "%s", "%X"].iter().any(|part| choice.format.contains(part));
    if !choice.second.is_empty() {
        set(table, "date", &choice.column);
        set(table, "date_format", &choice.format);
        set(table, "time", &choice.second);
        set(table, "time_format", &choice.second_format);
    } else if day_alone && !choice.format.is_empty() {
        set(table, "date", &choice.column);
        set(table, "date_format", &choice.format);
        table.remove("zone");
    } else {
        set(table, "column", &choice.column);
        set(table, "format", &choice.format);
    }
}

fn scale(ends: &[String; 2], table: &mut toml::Table) {
    if let (Ok(low), Ok(high)) = (ends[0].parse::<i64>(), ends[1].parse::<i64>()) {
        table.insert("scale".into(), toml::Value::Array(vec![low.into(), high.into()]));
    }
}

/// Writes the table of a field. An empty one leaves it: then the cells are the words themselves.
fn values(target: Target, chosen: &BTreeMap<String, String>, table: &mut toml::Table) {
    let mut values = toml::Table::new();
    for (cell, word) in chosen.iter().filter(|(_, word)| !word.is_empty()) {
        let word: toml::Value = match target {
            Target::YesNo => (word == "true").into(),
            Target::Rating(..) => match word.parse::<i64>() {
                Ok(rating) => rating.into(),
                Err(_) => continue,
            },
            _ => word.as_str().into(),
        };
        values.insert(cell.clone(), word);
    }
    if values.is_empty() {
        table.remove("values");
    } else {
        table.insert("values".into(), values.into());
    }
}

#[cfg(test)]
mod tests {
    use super::super::SourceMapping;
    use super::*;

    /// The shipped example of a kind.
    fn example(kind: SourceKind) -> String {
        let path = format!("{}/docs-templates/kpi/mapping-{}.toml", env!("CARGO_MANIFEST_DIR"), kind.as_str());
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn an_example_of_every_kind_survives_the_form() {
        for kind in SourceKind::ALL {
            let text = example(kind);
            let mut mapping: toml::Table = toml::from_str(&text).unwrap();
            for control in controls(kind) {
                let choice = control.read(&mapping);
                control.write(&choice, &mut mapping);
            }
            let again = toml::to_string(&mapping).unwrap();
            assert_eq!(SourceMapping::from_toml(&again), SourceMapping::from_toml(&text), "{kind:?}: {again}");
        }
    }

    #[test]
    fn what_the_form_cannot_say_is_left_alone_and_what_is_not_chosen_goes() {
        let mut mapping: toml::Table =
            toml::from_str("[reply_due]\nafter_hours = 24\n[stamp]\ncolumn = \"a\"\nzone = \"UTC\"\n[wait]\ncolumn = \"w\"\n")
                .unwrap();
        for control in controls(SourceKind::Interactions) {
            let choice = if control.name == "wait" { Choice::default() } else { control.read(&mapping) };
            control.write(&choice, &mut mapping);
        }
        let text = toml::to_string(&mapping).unwrap();
        assert!(text.contains("after_hours = 24") && text.contains("zone = \"UTC\"") && !text.contains("[wait]"), "{text}");
    }

    #[test]
    fn a_day_alone_and_two_columns_are_written_as_such() {
        let stamp = controls(SourceKind::Interactions)[0];
        let mut mapping = toml::Table::new();
        let mut choice = Choice { column: "日期".into(), format: "%Y/%m/%d".into(), ..Choice::default() };
        stamp.write(&choice, &mut mapping);
        assert_eq!(toml::to_string(&mapping).unwrap(), "[stamp]\ndate = \"日期\"\ndate_format = \"%Y/%m/%d\"\n");
        (choice.second, choice.second_format) = ("时间".into(), "%H:%M".into());
        stamp.write(&choice, &mut mapping);
        assert_eq!(stamp.read(&mapping), choice);
    }
}
