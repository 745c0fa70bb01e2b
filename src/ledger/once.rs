//! Changes that are sent twice and made once: the sender gives a key, the first answer is kept beside the change, and whoever sends the
//! same again within a day gets that answer. Programs send `Idempotency-Key`; a form carries a key of its own.
//!
//! Invariant: key and change stand or fall together, because they are written in one transaction; a key never answers for other content
//! than it was first sent with.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::write::{Ledger, WriteTx};
use crate::db::schema::sent_once::{self, dsl};
use crate::db::{Conn, Instant};
use crate::each_backend;
use crate::error::{Error, Problem, Result};

/// A key is known for so long.
const KNOWN: TimeDelta = TimeDelta::hours(24);
/// A claim whose holder never came back may be taken over after this.
const ABANDONED: TimeDelta = TimeDelta::minutes(5);
/// Longest key, in bytes.
const LONGEST: usize = 200;

/// The key under which a change was sent, with a fingerprint of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    key: String,
    fingerprint: String,
}

/// What became of claiming a key for work that takes more than one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Ours: the work is to be done, and settled or released.
    Mine,
    /// It was done before: the answer of then, as JSON.
    Done(String),
    /// Somebody else is at it.
    UnderWay,
}

#[derive(Insertable)]
#[diesel(table_name = sent_once)]
struct Row<'a> {
    sender: &'a str,
    sent_key: &'a str,
    fingerprint: &'a str,
    answer: Option<&'a str>,
    made_at: Instant,
}

impl Once {
    /// A key, and the parts of what was sent that make it the same.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is empty, longer than 200 characters or not plain ASCII.
    pub fn new(key: &str, parts: &[&[u8]]) -> Result<Self> {
        let plain = key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if key.trim().is_empty() || key.len() > LONGEST || !plain {
            return Err(Error::Invalid(vec![Problem::field("idempotency-key", "bad-idempotency-key").with("max", LONGEST)]));
        }
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Ok(Self { key: key.to_owned(), fingerprint: hex::encode(hasher.finalize()) })
    }

    /// The same key, for what was sent together with something else: a file that is known only once it was read.
    #[must_use]
    pub fn with(&self, part: &[u8]) -> Self {
        let whole = Sha256::new().chain_update(&self.fingerprint).chain_update(part).finalize();
        Self { key: self.key.clone(), fingerprint: hex::encode(whole) }
    }

    /// What the key was answered with before, as JSON.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the key was sent with other content.
    pub fn answer(&self, conn: &mut Conn, sender: &str, now: Instant) -> Result<Option<String>> {
        let known = dsl::sent_once.find((sender, &self.key)).filter(dsl::made_at.ge(before(now, KNOWN)));
        let row: Option<(String, Option<String>)> = known.select((dsl::fingerprint, dsl::answer)).first(conn).optional()?;
        match row {
            Some((fingerprint, _)) if fingerprint != self.fingerprint => Err(reused()),
            Some((_, answer)) => Ok(answer),
            None => Ok(None),
        }
    }

    /// Writes the key down. None: it is new; otherwise what it was answered with, or nothing yet.
    fn put(&self, conn: &mut Conn, sender: &str, now: Instant) -> Result<Option<Option<String>>> {
        diesel::delete(dsl::sent_once.filter(dsl::made_at.lt(before(now, KNOWN)))).execute(conn)?;
        let row = Row { sender, sent_key: &self.key, fingerprint: &self.fingerprint, answer: None, made_at: now };
        // Beside another process the insert waits until that one has committed, and then finds its row.
        let made = each_backend!(conn, |inner| diesel::insert_into(dsl::sent_once)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(inner)?);
        if made == 1 {
            return Ok(None);
        }
        let (fingerprint, answer): (String, Option<String>) =
            dsl::sent_once.find((sender, &self.key)).select((dsl::fingerprint, dsl::answer)).first(conn)?;
        if fingerprint != self.fingerprint {
            return Err(reused());
        }
        Ok(Some(answer))
    }

    fn settle(&self, conn: &mut Conn, sender: &str, answer: &str) -> Result<()> {
        diesel::update(dsl::sent_once.find((sender, &self.key))).set(dsl::answer.eq(answer)).execute(conn)?;
        Ok(())
    }
}

fn reused() -> Error {
    Error::field("idempotency-key", "idempotency-key-reused")
}

fn before(now: Instant, span: TimeDelta) -> Instant {
    Instant::new(now.utc().checked_sub_signed(span).unwrap_or(DateTime::<Utc>::MIN_UTC))
}

impl WriteTx<'_> {
    /// Runs a change once per key: what was answered first is answered again. Without a key it simply runs. An error must go on to the
    /// writer, which takes key and change back together.
    ///
    /// # Errors
    /// What the change says; [`Error::Invalid`] when the key was sent with other content; [`Error::Conflict`] while the first is under
    /// way.
    pub fn once<T, F>(&mut self, once: Option<&Once>, change: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: FnOnce(&mut Self) -> Result<T>,
    {
        let Some(once) = once else { return change(self) };
        let (sender, now) = (self.actor.id.clone(), self.now);
        match once.put(self, &sender, now)? {
            Some(Some(answer)) => return Ok(serde_json::from_str(&answer)?),
            Some(None) => return Err(Error::conflict("idempotency-under-way")),
            None => {}
        }
        let answer = change(self)?;
        once.settle(self, &sender, &serde_json::to_string(&answer)?)?;
        Ok(answer)
    }
}

impl Ledger {
    /// Claims a key for work of several writes, each of which may safely happen again.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the key was sent with other content.
    pub fn claim(&self, sender: &str, once: &Once) -> Result<Claim> {
        let (sender, once) = (sender.to_owned(), once.clone());
        self.write_unaudited(move |tx| {
            let now = tx.now;
            let row = dsl::sent_once.find((&sender, &once.key));
            let left = row.filter(dsl::answer.is_null().and(dsl::made_at.lt(before(now, ABANDONED))));
            diesel::delete(left).execute(&mut **tx)?;
            Ok(match once.put(tx, &sender, now)? {
                None => Claim::Mine,
                Some(Some(answer)) => Claim::Done(answer),
                Some(None) => Claim::UnderWay,
            })
        })
    }

    /// Keeps the answer of claimed work.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn settle(&self, sender: &str, once: &Once, answer: String) -> Result<()> {
        let (sender, once) = (sender.to_owned(), once.clone());
        self.write_unaudited(move |tx| once.settle(tx, &sender, &answer))
    }

    /// Gives up a claim whose work failed, so that it may be sent again.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn release(&self, sender: &str, once: &Once) -> Result<()> {
        let (sender, once) = (sender.to_owned(), once.clone());
        self.write_unaudited(move |tx| {
            let claim = dsl::sent_once.find((&sender, &once.key)).filter(dsl::answer.is_null());
            diesel::delete(claim).execute(&mut **tx)?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_where_parts_end() {
        let of = |parts: &[&[u8]]| Once::new("k", parts).unwrap();
        assert_eq!(of(&[b"ab", b"c"]), of(&[b"ab", b"c"]));
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    }

    #[test]
    fn keys_are_short_and_plain() {
        for key in ["", "  ", "键", "a\nb", &"x".repeat(201)] {
            assert!(Once::new(key, &[]).is_err(), "{key}");
        }
    }
}
