//! Pool: buffers that are used again instead of made again.
//!
//! ```go
//! var bufPool = sync.Pool{
//!     New: func() any {
//!         return new(bytes.Buffer)
//!     },
//! }
//!
//! func Log(w io.Writer, key, val string) {
//!     b := bufPool.Get().(*bytes.Buffer)
//!     b.Reset()
//!     b.WriteString(key)
//!     b.WriteByte('=')
//!     b.WriteString(val)
//!     b.WriteByte('\n')
//!     w.Write(b.Bytes())
//!     bufPool.Put(b)
//! }
//! ```
//!
//! The pool knows its type here, so nothing is asserted on the way out. Run it:
//! `cargo run -p gosync --example buffer_pool`

use std::{
    fmt,
    io::{self, Write},
};

#[expect(non_snake_case, non_upper_case_globals, reason = "Go's spelling")]
mod go_spelled {
    use std::io::{self, Write};

    use gosync as sync;
    use gosync::prelude::*;

    /// How many buffers New has made.
    pub(super) static made: sync::atomic::Int64 = sync::atomic::Int64::new(0);

    static bufPool: sync::Pool<Vec<u8>> = sync::Pool::new(|| {
        made.Add(1);
        Vec::new()
    });

    pub(super) fn Log(w: &mut dyn Write, key: &str, val: &str) -> io::Result<()> {
        let mut b = bufPool.Get();
        b.clear();
        writeln!(b, "{key}={val}")?;
        let written = w.write_all(&b);
        bufPool.Put(b);
        written
    }
}

/// `pull` lends a buffer that goes back by itself, also on the way out of an error.
mod idiomatic {
    use std::io::{self, Write};

    use gosync::{Pool, atomic::Int64};

    /// How many buffers have been made.
    pub(super) static MADE: Int64 = Int64::new(0);

    static BUFFERS: Pool<Vec<u8>> = Pool::new(|| {
        MADE.add(1);
        Vec::new()
    });

    pub(super) fn log(w: &mut impl Write, key: &str, val: &str) -> io::Result<()> {
        let mut buffer = BUFFERS.pull();
        buffer.clear();
        writeln!(buffer, "{key}={val}")?;
        w.write_all(&buffer)
    }
}

const LINES: usize = 1000;

/// Writes lines through `log` and checks each of them.
fn write_lines(log: impl Fn(&mut Vec<u8>, &str) -> io::Result<()>) -> io::Result<()> {
    let mut out = Vec::new();
    for line in 0..LINES {
        log(&mut out, &line.to_string())?;
    }
    let mut expected = Vec::new();
    for line in 0..LINES {
        writeln!(expected, "line={line}")?;
    }
    assert_eq!(out, expected, "no buffer carries an older line along");
    Ok(())
}

/// Logs in both spellings.
pub(crate) fn run() -> impl fmt::Display {
    let many = i64::try_from(LINES).expect("not that many");

    write_lines(|out, val| go_spelled::Log(out, "line", val)).expect("a Vec takes all");
    let go = go_spelled::made.load();
    assert!((1..many).contains(&go), "buffers are used again");

    write_lines(|out, val| idiomatic::log(out, "line", val)).expect("a Vec takes all");
    let rust = idiomatic::MADE.load();
    assert!((1..many).contains(&rust), "buffers are used again");

    format!(
        "\
buffer_pool: a Pool of buffers
  {LINES} lines are logged, each through a buffer of the pool; buffers made
    Go's spelling     b := bufPool.Get(); ...; bufPool.Put(b)   -> {go}
    Rust's spelling   let mut buffer = BUFFERS.pull(); ...      -> {rust}
  Shown: what is put back is used again, and comes out with its type."
    )
}

pub(crate) fn main() {
    println!("{}", run());
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{go_spelled, idiomatic};

    /// Takes nothing.
    struct Full;

    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_error_is_reported_and_the_next_line_is_whole() {
        assert!(go_spelled::Log(&mut Full, "k", "lost").is_err());
        assert!(idiomatic::log(&mut Full, "k", "lost").is_err());

        let (mut go, mut rust) = (Vec::new(), Vec::new());
        go_spelled::Log(&mut go, "k", "v").unwrap();
        idiomatic::log(&mut rust, "k", "v").unwrap();
        assert_eq!(go, b"k=v\n");
        assert_eq!(rust, b"k=v\n");
    }
}
