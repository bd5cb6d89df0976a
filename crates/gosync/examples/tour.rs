//! All the example programs, one after the other.
//!
//! `cargo run --release -p gosync --example tour`
//!
//! Each program is a file beside this one and runs alone, too. Their tests run with this file's:
//! `cargo test -p gosync --example tour`

mod atomic_counter;
mod buffer_pool;
mod info_client;
mod once_singleton;
mod safe_map;

fn main() {
    println!("Go's sync in Rust: each program in Go's spelling, and in Rust's.");
    for program in [
        safe_map::main,
        info_client::main,
        atomic_counter::main,
        once_singleton::main,
        buffer_pool::main,
    ] {
        println!();
        program();
    }
}

#[cfg(test)]
mod tests {
    /// Every program ends by saying what it has shown, in one line.
    #[test]
    fn each_program_says_what_it_shows() {
        for said in [
            super::safe_map::run().to_string(),
            super::info_client::run().to_string(),
            super::atomic_counter::run().to_string(),
            super::once_singleton::run().to_string(),
            super::buffer_pool::run().to_string(),
        ] {
            let last = said.lines().last().unwrap_or_default();
            assert!(last.starts_with("  Shown: "), "{said}");
        }
    }
}
