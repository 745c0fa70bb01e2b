//! The page templates, embedded and compiled once. Their functions know the page's language and the organisation's zone from the
//! `page` root of the context.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, Value};

use crate::error::{Error, Result};
use crate::text::{Lang, t};

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Files;

/// All templates, compiled.
pub struct Templates(Tera);

impl Templates {
    /// Compiles what is embedded.
    ///
    /// # Errors
    /// When a template is wrong; tests load them all.
    pub fn load() -> Result<Self> {
        let mut tera = Tera::new();
        tera.autoescape_on([".html", ".svg"]);
        tera.register_function("t", text);
        tera.register_function("asset", asset);
        tera.register_function("long_date", long_date);
        tera.register_function("short_date", short_date);
        tera.register_function("stamp", stamp);
        tera.register_function("number", number);
        let sources: Vec<(String, String)> = Files::iter()
            .filter_map(|path| Files::get(&path).map(|file| (path.to_string(), String::from_utf8_lossy(&file.data).into_owned())))
            .collect();
        tera.add_raw_templates(sources).map_err(Error::internal)?;
        Ok(Self(tera))
    }

    /// Renders a page.
    ///
    /// # Errors
    /// When the view lacks what the template asks for: a fault of ours.
    pub fn render<V: Serialize>(&self, template: &str, page: &Value, view: &V) -> Result<String> {
        let mut context = Context::new();
        context.insert_value("page", page.clone());
        context.insert("view", view);
        self.0.render(template, &context).map_err(|error| Error::Internal(format!("{template}: {error:?}")))
    }
}

fn lang(state: &State<'_>) -> Lang {
    page_text(state, "lang").and_then(|tag| Lang::parse(&tag)).unwrap_or_default()
}

fn page_text(state: &State<'_>, field: &str) -> Option<String> {
    let page = state.get::<Value>("page").ok()??;
    page.get_from_path(field)?.as_str().map(str::to_owned)
}

fn text(kwargs: Kwargs, state: &State<'_>) -> tera::TeraResult<String> {
    let key: String = kwargs.must_get("key")?;
    let mut params: Vec<(String, String)> = Vec::new();
    for (name, value) in kwargs.iter() {
        let name = name.to_string();
        if name != "key" {
            params.push((name, value.to_string()));
        }
    }
    let borrowed: Vec<(&str, String)> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    Ok(t(lang(state), &key, &borrowed))
}

fn asset(kwargs: Kwargs, _: &State<'_>) -> tera::TeraResult<String> {
    let path: String = kwargs.must_get("path")?;
    super::assets::url(&path).map(str::to_owned).ok_or_else(|| tera::Error::message(format!("no asset {path}")))
}

/// `2026年11月21日` or `21 November 2026`.
fn long_date(kwargs: Kwargs, state: &State<'_>) -> tera::TeraResult<String> {
    let value: String = kwargs.must_get("v")?;
    Ok(day(&value, state).map_or(value, |date| format_long(date, lang(state))))
}

/// The long form of a date in a language.
pub fn format_long(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => date.format("%Y年%-m月%-d日").to_string(),
        Lang::En => date.format("%-d %B %Y").to_string(),
    }
}

fn short_date(kwargs: Kwargs, state: &State<'_>) -> tera::TeraResult<String> {
    let value: String = kwargs.must_get("v")?;
    Ok(day(&value, state).map_or(value, |date| date.format("%Y-%m-%d").to_string()))
}

fn stamp(kwargs: Kwargs, state: &State<'_>) -> tera::TeraResult<String> {
    let value: String = kwargs.must_get("v")?;
    let Ok(at) = DateTime::parse_from_rfc3339(&value) else { return Ok(value) };
    Ok(at.with_timezone(&zone(state)).format("%Y-%m-%d %H:%M").to_string())
}

fn zone(state: &State<'_>) -> Tz {
    page_text(state, "zone").and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// A date as it stands, or the day of an instant in the organisation's zone.
fn day(value: &str, state: &State<'_>) -> Option<NaiveDate> {
    if let Ok(date) = value.parse::<NaiveDate>() {
        return Some(date);
    }
    let at: DateTime<Utc> = DateTime::parse_from_rfc3339(value).ok()?.with_timezone(&Utc);
    Some(at.with_timezone(&zone(state)).date_naive())
}

fn number(kwargs: Kwargs, _: &State<'_>) -> tera::TeraResult<String> {
    let digits: usize = kwargs.get("digits")?.unwrap_or(0);
    let value: Option<f64> = kwargs.get("v")?;
    Ok(value.map_or_else(|| "—".to_owned(), |v| format!("{v:.digits$}")))
}
