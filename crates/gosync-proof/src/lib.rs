//! What is run against all of gosync's primitives. Not published.
//!
//! | part | what it is |
//! |---|---|
//! | `src/history.rs` | records what threads call and get, and looks for an order that explains it |
//! | `tests/linearizable` | random programs of a few threads for each primitive, and their histories |
//! | `src/bin/stress` | random threads against each primitive: `cargo xtask stress` |

pub mod history;
