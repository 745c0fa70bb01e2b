//! Passwords: argon2id (19 MiB, t = 2), length is the only rule of composition (NIST SP 800-63B; ASVS 6.2).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

use crate::error::{Error, Problem, Result};

/// Shortest password.
pub(super) const SHORTEST: usize = 10;
/// Longest password, in bytes: more would only cost time.
const LONGEST: usize = 256;

/// What is wrong with a password as typed.
pub fn problem(password: &str) -> Option<Problem> {
    if password.chars().count() < SHORTEST {
        return Some(Problem::field("password", "password-short").with("min", SHORTEST));
    }
    (password.len() > LONGEST).then(|| Problem::field("password", "too-long").with("max", LONGEST))
}

/// Hashes a password. Slow on purpose: never inside a write.
///
/// # Errors
/// [`Error::Invalid`] when it is too short or too long.
pub fn hash(password: &str) -> Result<String> {
    if let Some(problem) = problem(password) {
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal)?.to_string())
}

/// Whether a password belongs to a hash; `None` takes as long as a real check, so that a missing account does not show.
pub(super) fn verify(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y2Fpcm4tbm9ib2R5LXNhbHQ$Yc0zSxJ2H3kdJq0y0J8c9b1zv9c7fL0dF2dVh0aW1nQ";
    if password.len() > LONGEST {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let hashed = hash("correct horse 电池").unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse 电池", Some(&hashed)));
        assert!(!verify("correct horse 电", Some(&hashed)));
        assert!(!verify("anything", None));
        assert!(hash("short").is_err());
    }
}
