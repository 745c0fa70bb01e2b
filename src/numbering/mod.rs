//! Numbering: code, label and record number schemes kept as data.
