//! What is run against all of gosync's primitives. Not published.
//!
//! | part | what it is |
//! |---|---|
//! | `src/bin/stress` | random threads against each primitive: `cargo xtask stress` |
