//! The ledger: the write path and the log of everything that happened (ISO 9001 7.5.3: changes under control).
//!
//! Invariants: every change of a fact leaves its event in the same transaction; the log is an RFC 6962 Merkle tree over canonical
//! JSON leaves; each leaf carries the image of every row it changed, so facts can be compared, and replayed, from the log alone.

mod event;
mod facts;
mod merkle;
mod once;
pub mod store;
pub mod verify;
mod write;

pub use event::{Event, Image, Leaf, canonical};
pub use facts::{Fact, FactTable};
pub use merkle::{Frontier, leaf_hash};
pub use once::{Claim, Once};
pub use verify::file_hash;
pub use write::{BookTx, Ledger, WriteTx};

/// SHA-256 of a text, hexadecimal: the name under which texts and contents are known.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// Where an evidence file lies: two levels of folders by its hash.
pub fn evidence_path(dir: &std::path::Path, hash: &str) -> std::path::PathBuf {
    let (a, rest) = hash.split_at_checked(2).unwrap_or((hash, ""));
    dir.join(a).join(rest)
}
