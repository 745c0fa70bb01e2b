//! Session cookies: short JSON Web Tokens, one algorithm (HS256), in an HttpOnly cookie, renewed silently while their session row
//! lives. The row is looked at on every request, so that signing out or losing a role bites at once.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::Instant;
use crate::error::{Error, Result};

/// A token is renewed after this; it is worth nothing without its row anyway.
pub const TOKEN_SECONDS: i64 = 900;
/// A session ends after this much idleness.
pub const IDLE_MINUTES: i64 = 60;
/// A session ends after this, whatever happens.
pub const ABSOLUTE_HOURS: i64 = 12;

const ISSUER: &str = "cairn";
const AUDIENCE: &str = "cairn-pages";

/// What a session token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The person.
    pub sub: String,
    /// The session row.
    pub sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    /// Until when it need not be renewed, seconds since 1970.
    pub exp: i64,
}

/// Signs a token.
///
/// # Errors
/// When signing fails.
pub fn sign(secret: &[u8], user: &str, session: &str, now: Instant) -> Result<String> {
    let at = now.utc().timestamp();
    let claims = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: user.to_owned(),
        sid: session.to_owned(),
        jti: crate::db::new_id(),
        iat: at,
        nbf: at,
        exp: at + TOKEN_SECONDS,
    };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret)).map_err(Error::internal)
}

/// Reads a token whose signature, issuer and audience hold. Expiry is left to the caller: an expired token of a live session is
/// renewed, and the clock is ours, not the library's.
pub fn read(secret: &[u8], token: &str, now: Instant) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(secret), &rules).ok()?.claims;
    let at = now.utc().timestamp();
    let too_old = at.saturating_sub(claims.iat) > ABSOLUTE_HOURS * 3600;
    let from_the_future = claims.nbf > at + 60 || claims.exp > at + TOKEN_SECONDS + 60;
    (!too_old && !from_the_future).then_some(claims)
}

/// Whether a token wants renewing.
pub fn wants_renewal(claims: &Claims, now: Instant) -> bool {
    claims.exp.saturating_sub(now.utc().timestamp()) < TOKEN_SECONDS / 2
}

/// The name of the session cookie; the `__Host-` prefix needs https.
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-cairn" } else { "cairn" }
}

/// The session cookie.
pub fn cookie(token: String, secure: bool) -> Cookie<'static> {
    Cookie::build(cookie_name(secure), token)
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::hours(ABSOLUTE_HOURS))
        .finish()
}

/// A small cookie that scripts need not read either (language, theme, flash).
pub fn plain_cookie(name: &'static str, value: String, secure: bool, seconds: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The form token of a session: a keyed hash of its id.
pub fn csrf(secret: &[u8], session: &str) -> String {
    let inner = Sha256::new().chain_update(secret).chain_update(b"csrf").chain_update(session.as_bytes()).finalize();
    hex::encode(Sha256::new().chain_update(secret).chain_update(inner).finalize())
}

/// Compares without telling by time where two secrets differ.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn at(seconds: i64) -> Instant {
        Instant::new(DateTime::from_timestamp(seconds, 0).unwrap())
    }

    #[test]
    fn a_token_reads_back_only_with_its_key_and_in_its_time() {
        let token = sign(b"0123456789abcdef0123456789abcdef", "u", "s", at(1_000_000)).unwrap();
        let read_at = |key: &[u8], seconds| read(key, &token, at(seconds)).map(|c| c.sid);
        assert_eq!(read_at(b"0123456789abcdef0123456789abcdef", 1_000_010).as_deref(), Some("s"));
        assert_eq!(read_at(b"another key another key another!", 1_000_010), None);
        assert_eq!(read_at(b"0123456789abcdef0123456789abcdef", 1_000_000 + 13 * 3600), None, "older than a session can be");
        assert_eq!(read_at(b"0123456789abcdef0123456789abcdef", 900_000), None, "from the future");
    }

    #[test]
    fn forged_tokens_are_refused() {
        let key = b"0123456789abcdef0123456789abcdef";
        let token = sign(key, "u", "s", at(1_000_000)).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        // {"alg":"none"} and {"alg":"HS384"}
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzM4NCJ9", "e30", ""] {
            for sig in ["", signature] {
                assert!(read(key, &format!("{header}.{body}.{sig}"), at(1_000_000)).is_none());
            }
        }
        for broken in
            [format!("{head}.{body}"), format!("{token}.x"), format!("{head}..{signature}"), "a.b.c".into(), String::new()]
        {
            assert!(read(key, &broken, at(1_000_000)).is_none(), "{broken}");
        }
    }
}
