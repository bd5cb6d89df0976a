//! Holds `gosync` against Go itself.
//!
//! | file | what it is |
//! |---|---|
//! | `symbols.rs`, `symbols/` | every exported symbol of Go's `sync` and `sync/atomic`, how it is spelled here, and the proof that it is |
//! | `scenarios.rs`, `scenarios/` | what is done in Rust, and what is observed |
//! | `go/scenarios/` | the same, done in Go |
//! | `go/symbols/` | lists the symbols that a Go toolchain exports |
//! | `go/symbols.txt`, `go/output.txt` | what both print, and the version of Go that they are of |
//! | `compare.rs` | holds one against the other |
//! | `limit.rs` | runs what may panic, and what may never end |
//! | `documents.rs` | the tables in `docs/go-to-rust.md`, and `differences.md` |
//!
//! `cargo xtask parity` runs it all, with Go where it is installed. `cargo test -p gosync-parity`
//! does without, and takes what Go said for granted.

#![forbid(unsafe_code)]

pub mod compare;
pub mod documents;
mod limit;
mod report;
pub mod scenarios;
pub mod symbols;

pub use report::{Go, Report, check};
