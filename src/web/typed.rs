//! A form on its way back: what was typed and what is wrong with it, field by field, in the page's language.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::form::Form;
use super::visit::Visit;
use crate::actor::Permission;
use crate::error::{Error, Problem, Result};
use crate::text::Lang;

/// What the components of a form read: `values` and `errors` by field, and the summary above it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Typed {
    /// What stands in the fields; names that end in `[]` hold lists.
    pub values: BTreeMap<String, Value>,
    /// What is wrong, by field.
    pub errors: BTreeMap<String, String>,
    /// The summary, in the order in which the problems were found.
    pub items: Vec<Item>,
}

/// One line of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// The field; none when it concerns the whole.
    pub field: Option<String>,
    /// What to do about it.
    pub text: String,
}

impl Typed {
    /// A form that was not sent yet, with what stands in it at first.
    pub fn fresh(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        Self { values, ..Self::default() }
    }

    /// A form that is shown again as it was typed, with nothing wrong in it.
    pub fn kept(form: &Form) -> Self {
        Self { values: values(form), ..Self::default() }
    }

    /// A form that is shown again, and the status that says so: 422 for wrong fields, 409 for a conflict, 429 for too many tries.
    ///
    /// # Errors
    /// The error itself when the form cannot cure it.
    pub fn back(form: &Form, error: Error, lang: Lang) -> Result<(Self, u16)> {
        let status = match &error {
            Error::Invalid(_) => 422,
            Error::Conflict(_) | Error::Stale => 409,
            Error::TooMany(_) => 429,
            _ => return Err(error),
        };
        let mut typed = Self { values: values(form), ..Self::default() };
        for problem in error.problems() {
            typed.add(problem, lang);
        }
        if typed.items.is_empty() {
            typed.items.push(Item { field: None, text: error.message(lang) });
        }
        Ok((typed, status))
    }

    fn add(&mut self, problem: &Problem, lang: Lang) {
        let text = problem.message(lang);
        let list = format!("{}[]", problem.field);
        let field = if self.values.contains_key(&list) { list } else { problem.field.clone() };
        if !field.is_empty() {
            self.errors.entry(field.clone()).or_insert_with(|| text.clone());
        }
        self.items.push(Item { field: Some(field).filter(|name| !name.is_empty()), text });
    }
}

impl Visit {
    /// Refuses who lacks a permission before what was sent is read: 403 comes before 422.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Unauthenticated`].
    pub async fn require(&self, permission: Permission) -> Result<()> {
        self.read(move |reading| reading.actor.require(permission)).await
    }
}

/// What was typed; secrets never go back into a page.
fn values(form: &Form) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for (name, first) in form.values() {
        let secret = name.starts_with('_') || name.contains("password") || name == "current" || name == "setup_code";
        if secret {
            continue;
        }
        let value = if name.ends_with("[]") { Value::from(form.all(&name)) } else { Value::from(first) };
        values.insert(name, value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_but_no_secret() {
        let form = Form::parse(b"name=x&password=geheim&_csrf=1&scopes[]=a&scopes[]=b");
        let (typed, status) = Typed::back(&form, Error::field("scopes", "required"), Lang::En).unwrap();
        assert_eq!(status, 422);
        assert_eq!(typed.values.keys().collect::<Vec<_>>(), ["name", "scopes[]"]);
        assert_eq!(typed.errors.keys().collect::<Vec<_>>(), ["scopes[]"]);
    }

    #[test]
    fn what_a_form_cannot_cure_goes_on() {
        assert!(matches!(Typed::back(&Form::default(), Error::NotFound, Lang::En), Err(Error::NotFound)));
    }
}
