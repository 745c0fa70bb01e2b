//! Creating everything in one write: the organisation with its zone, the first administrator, the starter set.

use chrono_tz::Tz;
use serde::Deserialize;

use super::{code, starter};
use crate::actor::Role;
use crate::error::Result;
use crate::ledger::WriteTx;
use crate::organisation::{self, NewOrganisation};
use crate::people::{self, NewGrant, NewUser, User};
use crate::text::Lang;
use crate::web::lenient;

crate::text_enum! {
    /// What a new installation starts with.
    Starter {
        /// Drafts in Chinese.
        Zh = "zh",
        /// Drafts in English.
        En = "en",
        /// Drafts in both languages.
        Both = "both",
        /// Nothing.
        Nothing = "nothing",
    }
}

impl Starter {
    /// The languages of the drafts.
    pub fn languages(self) -> &'static [Lang] {
        match self {
            Self::Zh => &[Lang::Zh],
            Self::En => &[Lang::En],
            Self::Both => &Lang::ALL,
            Self::Nothing => &[],
        }
    }
}

/// What set-up asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInstallation {
    /// Language of the first administrator's pages: `zh` or `en`.
    pub lang: String,
    /// Name of the organisation.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Short code.
    pub code: String,
    /// IANA zone.
    pub zone: String,
    /// The administrator's name.
    pub admin_name: String,
    /// The administrator's login name.
    pub login: String,
    /// The administrator's password.
    pub password: String,
    /// The administrator also keeps the quality system.
    #[serde(default, deserialize_with = "lenient::boolean")]
    pub keeps_quality: bool,
    /// What it starts with.
    pub starter: Starter,
}

/// Creates the organisation, its first administrator and the starter set. The password was hashed before, outside the write.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when there is an organisation already; [`crate::error::Error::Invalid`] naming the field.
pub fn create(tx: &mut WriteTx<'_>, command: &NewInstallation, password_hash: &str, drafts: &[starter::Draft]) -> Result<User> {
    let organisation = NewOrganisation {
        code: command.code.clone(),
        name: command.name.clone(),
        name_en: command.name_en.clone(),
        zone: command.zone.clone(),
        demo: false,
    };
    let organisation = organisation::set_up(tx, &organisation)?;
    let zone: Tz = organisation.zone.parse().unwrap_or(Tz::UTC);
    let today = tx.now.utc().with_timezone(&zone).date_naive();
    let person = NewUser {
        login: command.login.clone(),
        name: command.admin_name.clone(),
        locale: Some(command.lang.clone()),
        ..NewUser::default()
    };
    let mut roles = vec![grant(Role::Administrator)];
    if command.keeps_quality {
        roles.push(grant(Role::QualityManager));
    }
    let user = people::bootstrap(tx, &person, Some(password_hash), &roles, today)?;
    starter::plant(tx, drafts)?;
    code::used(tx)?;
    Ok(user)
}

fn grant(role: Role) -> NewGrant {
    NewGrant { role, centre_id: None, starts_on: None, ends_on: None }
}
