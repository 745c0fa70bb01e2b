//! Numbering: code, label and record number schemes kept as data (ISO 9001 7.5.2, identification). Pure rules; who owns a number
//! checks that it is free.

mod code;
mod label;
mod record;
mod scheme;

pub use code::{CodeParts, code_key, code_parts};
pub use label::{check_label, first_label, next_edition, next_modification};
pub use record::{DEFAULT as DEFAULT_NUMBER, check as check_number, period as number_period, render as render_number};
pub use scheme::{Matched, Scheme};
