//! Rows and commands of people.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::db::schema::{grants, sessions, tokens, users};
use crate::db::{Instant, Json};
use crate::text::Lang;

/// A person who can be named in the quality system. Never deleted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    /// Id, never reused.
    pub id: String,
    /// Login name as typed.
    pub login: String,
    /// Folded login name; unique.
    pub login_key: String,
    /// Name shown, family name first in Chinese.
    pub name: String,
    /// Name in English texts, if another.
    pub name_en: Option<String>,
    /// Post.
    pub post: String,
    /// Post in English.
    pub post_en: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Language of the interface: `zh` or `en`.
    pub locale: String,
    /// May sign in.
    pub active: bool,
    /// Since.
    pub created_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(User, users, 1, key id);

impl User {
    /// The name in a language.
    pub fn name_in(&self, lang: Lang) -> &str {
        self.name_en.as_deref().filter(|_| lang == Lang::En).unwrap_or(&self.name)
    }

    /// The post in a language.
    pub fn post_in(&self, lang: Lang) -> &str {
        self.post_en.as_deref().filter(|_| lang == Lang::En).unwrap_or(&self.post)
    }
}

/// A granted role.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = grants, treat_none_as_null = true)]
pub struct GrantRow {
    /// Id.
    pub id: String,
    /// Who.
    pub user_id: String,
    /// Role name.
    pub role: String,
    /// For one centre, or none for the organisation.
    pub centre_id: Option<String>,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day; none = open.
    pub ends_on: Option<NaiveDate>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(GrantRow, grants, 1, key id);

/// An API token; its secret's hash lies in bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = tokens, treat_none_as_null = true)]
pub struct TokenRow {
    /// Id; the first part of the token.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// What for.
    pub name: String,
    /// Permission names it is limited to.
    pub scopes: Json,
    /// Since.
    pub created_at: Instant,
    /// Last day.
    pub expires_on: NaiveDate,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(TokenRow, tokens, 1, key id);

/// A session.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// Id.
    pub id: String,
    /// Whose.
    pub user_id: String,
    /// Since.
    pub created_at: Instant,
    /// Last used.
    pub last_seen_at: Instant,
    /// Ends at the latest.
    pub expires_at: Instant,
    /// Ended.
    pub ended_at: Option<Instant>,
    /// Network address at sign-in.
    pub network: String,
    /// Browser at sign-in.
    pub agent: String,
}

/// A new person.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Login name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Post.
    #[serde(default)]
    pub post: String,
    /// Post in English.
    pub post_en: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// `zh` or `en`.
    pub locale: Option<String>,
    /// First password; none = cannot sign in yet.
    pub password: Option<String>,
}

/// A role to grant.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// Role.
    pub role: Role,
    /// Centre id; none = the organisation.
    pub centre_id: Option<String>,
    /// First day; none = today.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
}

/// A token to make.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What for.
    pub name: String,
    /// Permission names.
    pub scopes: Vec<String>,
    /// Last day.
    pub expires_on: NaiveDate,
}

/// A person as others see them in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Post.
    pub post: String,
    /// Post in English.
    pub post_en: Option<String>,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self { id: user.id, name: user.name, name_en: user.name_en, post: user.post, post_en: user.post_en }
    }
}
