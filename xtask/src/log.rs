//! The whole output of other programs, in a file that is read while programs write to it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
};

use anyhow::Context;

/// The whole output of other programs, in a file.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
}

impl Log {
    pub(crate) fn create(path: PathBuf) -> anyhow::Result<Self> {
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(Self { path, file })
    }

    /// How long it is.
    pub(crate) fn end(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What was written from a place on.
    pub(crate) fn since(&self, from: u64) -> io::Result<String> {
        // A file of its own, so that the writers keep their place.
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The last line that says something, without colours.
    pub(crate) fn last_line(&self) -> String {
        let from = self.end().map_or(0, |end| end.saturating_sub(1000));
        let text = self.since(from).unwrap_or_default();
        let text = console::strip_ansi_codes(&text);
        let last = text
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        last.unwrap_or_default().to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::*;

    #[test]
    fn a_log_is_read_while_it_is_written() {
        let name = format!("xtask-log-{}", std::process::id());
        let mut log = Log::create(std::env::temp_dir().join(name)).unwrap();
        assert_eq!(log.last_line(), "");
        log.file.write_all(b"one\n").unwrap();
        let from = log.end().unwrap();
        log.file.write_all(b"\x1b[32mtwo\x1b[0m\n\n").unwrap();
        assert_eq!(log.since(from).unwrap(), "\x1b[32mtwo\x1b[0m\n\n");
        assert_eq!(log.last_line(), "two");
        log.file.write_all(b"three").unwrap();
        assert_eq!(log.since(0).unwrap(), "one\n\x1b[32mtwo\x1b[0m\n\nthree");
        fs::remove_file(&log.path).unwrap();
    }
}
