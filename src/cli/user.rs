//! `cairn user`: people from the console, for the first steps and for the day when nobody can sign in any more.

use std::io::{BufRead, IsTerminal};

use clap::{Args, Subcommand};

use super::Data;
use crate::actor::{Actor, Role};
use crate::config::os_user;
use crate::error::{Error, Problem, Result};
use crate::ledger::Ledger;
use crate::people::{self, NewGrant, NewUser};
use crate::{organisation, text::Lang};

/// People.
#[derive(Debug, Clone, Args)]
pub struct User {
    #[command(flatten)]
    data: Data,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Clone, Subcommand)]
enum Verb {
    /// Create a person; the password is read from standard input unless --no-password is given.
    Create {
        /// Login name.
        login: String,
        /// Name.
        #[arg(long)]
        name: String,
        /// Post.
        #[arg(long, default_value = "")]
        post: String,
        /// Language: zh or en.
        #[arg(long, default_value = "zh")]
        locale: String,
        /// The person cannot sign in until a password is set.
        #[arg(long)]
        no_password: bool,
    },
    /// Grant a role from today on.
    Grant {
        /// Login name.
        login: String,
        /// `administrator`, `quality_manager`, `author`, `approver`, `auditor`, `executive` or `staff`.
        role: String,
        /// Code of a centre; the whole organisation otherwise.
        #[arg(long)]
        centre: Option<String>,
    },
    /// Set a password, read from standard input; ends all sessions of that person.
    Password {
        /// Login name.
        login: String,
    },
}

/// Runs the command.
///
/// # Errors
/// What the use case says.
pub fn run(args: &User) -> Result<i32> {
    let (_, ledger) = args.data.open()?;
    let actor = std::sync::Arc::new(Actor::cli(&os_user()));
    match &args.verb {
        Verb::Create { login, name, post, locale, no_password } => {
            let hash = if *no_password { None } else { Some(people::hash_password(&password()?)?) };
            let command = NewUser {
                login: login.clone(),
                name: name.clone(),
                post: post.clone(),
                locale: Lang::parse(locale).map(|lang| lang.code().to_owned()),
                ..NewUser::default()
            };
            let user = ledger.write(&actor, move |tx| people::create(tx, &command, hash.as_deref()))?;
            super::say(format!("created {} ({})", user.login, user.id));
        }
        Verb::Grant { login, role, centre } => grant(&ledger, &actor, login, role, centre.as_deref())?,
        Verb::Password { login } => {
            let user = ledger.db.read(|conn| people::find_by_login(conn, login)).map_err(|error| unknown(error, login))?;
            let hash = people::hash_password(&password()?)?;
            ledger.write(&actor, move |tx| people::set_password(tx, &user.id, &hash))?;
            super::say(format!("password set for {login}; all sessions ended"));
        }
    }
    Ok(0)
}

fn grant(ledger: &Ledger, actor: &std::sync::Arc<Actor>, login: &str, role: &str, centre: Option<&str>) -> Result<()> {
    let parsed = Role::parse(role).ok_or_else(|| Error::field("role", "unknown-choice"))?;
    let (user, centre_id, today) = ledger.db.read(|conn| {
        let user = people::find_by_login(conn, login).map_err(|error| unknown(error, login))?;
        let centre = centre.map(|code| organisation::centre_by_code(conn, code)).transpose()?;
        let today = organisation::shell(conn)?.today(crate::db::Instant::new(ledger.clock.now()));
        Ok((user, centre.map(|centre| centre.id), today))
    })?;
    let command = NewGrant { role: parsed, centre_id, starts_on: None, ends_on: None };
    ledger.write(actor, move |tx| people::grant(tx, &user.id, &command, today))?;
    super::say(format!("granted {role} to {login}"));
    Ok(())
}

fn unknown(error: Error, login: &str) -> Error {
    match error {
        Error::NotFound => Error::Invalid(vec![Problem::field("login", "unknown-login").with("login", login)]),
        other => other,
    }
}

/// One line of standard input; a terminal is told what is waited for.
fn password() -> Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        super::complain(&"Password (shown while typing; pipe it in to keep it off the screen):");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
