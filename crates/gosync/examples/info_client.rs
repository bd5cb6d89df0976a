//! Many readers, few writers: a token that everybody reads and that is renewed now and then.
//!
//! ```go
//! type InfoClient struct {
//!     mu        sync.RWMutex
//!     token     string
//!     tokenTime time.Time
//!     TTL       time.Duration
//! }
//!
//! func (i *InfoClient) CheckToken() (string, time.Duration) {
//!     i.mu.RLock()
//!     defer i.mu.RUnlock()
//!     return i.token, i.TTL - time.Since(i.tokenTime)
//! }
//! ```
//!
//! While a read lock is held, a writer waits and readers do not. While the write lock is held,
//! both wait. Run it: `cargo run -p gosync --example info_client`

use std::{fmt, thread, time::Duration};

/// The lock beside the data: the author vouches that readers and writers take it.
#[expect(non_snake_case, reason = "Go's spelling")]
mod go_spelled {
    use std::{
        cell::UnsafeCell,
        time::{Duration, Instant},
    };

    use gosync as sync;
    use gosync::prelude::*;

    pub(super) struct InfoClient {
        pub(super) mu: Mu,
        token: UnsafeCell<String>,
        tokenTime: UnsafeCell<Instant>,
        TTL: Duration,
    }

    // SAFETY: `token` and `tokenTime` are read under a lock of `mu` and written under its write
    // lock.
    unsafe impl Sync for InfoClient {}

    /// The lock, which other modules may only try.
    #[derive(Default)]
    pub(super) struct Mu(sync::RWMutex);

    /// Go's `defer` for an unlock: it comes at the end of the block, also when that panics.
    struct DeferUnlock<L: Locker>(L);

    impl<L: Locker> Drop for DeferUnlock<L> {
        fn drop(&mut self) {
            self.0.Unlock();
        }
    }

    impl InfoClient {
        pub(super) fn New(token: String, ttl: Duration) -> Self {
            Self {
                mu: Mu::default(),
                token: UnsafeCell::new(token),
                tokenTime: UnsafeCell::new(Instant::now()),
                TTL: ttl,
            }
        }

        pub(super) fn CheckToken(&self) -> (String, Duration) {
            let mu = &self.mu.0;
            mu.RLock();
            let _defer = DeferUnlock(mu.RLocker());

            // SAFETY: `mu` is read-locked.
            let (token, tokenTime) = unsafe { (&*self.token.get(), *self.tokenTime.get()) };
            (token.clone(), self.TTL.saturating_sub(tokenTime.elapsed()))
        }

        pub(super) fn Renew(&self, token: String) {
            let mu = &self.mu.0;
            mu.Lock();
            let _defer = DeferUnlock(mu);

            // SAFETY: `mu` is write-locked.
            unsafe {
                *self.token.get() = token;
                *self.tokenTime.get() = Instant::now();
            }
        }
    }

    impl Mu {
        /// Whether a reader and a writer would get in now, while somebody reads.
        pub(super) fn WhileReading(&self) -> (bool, bool) {
            self.0.RLock();
            let _defer = DeferUnlock(self.0.RLocker());
            self.Try()
        }

        /// The same, while somebody writes.
        pub(super) fn WhileWriting(&self) -> (bool, bool) {
            self.0.Lock();
            let _defer = DeferUnlock(&self.0);
            self.Try()
        }

        fn Try(&self) -> (bool, bool) {
            let reader = self.0.TryRLock();
            if reader {
                self.0.RUnlock();
            }
            let writer = self.0.TryLock();
            if writer {
                self.0.Unlock();
            }
            (reader, writer)
        }
    }
}

/// What belongs together inside one lock: a reader cannot see a token with another's time, and
/// cannot write.
mod idiomatic {
    use std::time::{Duration, Instant};

    use gosync::RWMutex;

    pub(super) struct InfoClient {
        token: RWMutex<(String, Instant)>,
        ttl: Duration,
    }

    impl InfoClient {
        pub(super) fn new(token: String, ttl: Duration) -> Self {
            Self {
                token: RWMutex::new((token, Instant::now())),
                ttl,
            }
        }

        pub(super) fn check_token(&self) -> (String, Duration) {
            let token = self.token.read();
            (token.0.clone(), self.ttl.saturating_sub(token.1.elapsed()))
        }

        pub(super) fn renew(&self, token: String) {
            *self.token.write() = (token, Instant::now());
        }

        /// Whether a reader and a writer would get in now, while somebody reads.
        pub(super) fn while_reading(&self) -> (bool, bool) {
            let _guard = self.token.read();
            self.try_both()
        }

        /// The same, while somebody writes.
        pub(super) fn while_writing(&self) -> (bool, bool) {
            let _guard = self.token.write();
            self.try_both()
        }

        fn try_both(&self) -> (bool, bool) {
            let reader = self.token.try_read().is_some();
            let writer = self.token.try_write().is_some();
            (reader, writer)
        }
    }
}

const TTL: Duration = Duration::from_secs(3600);
const READERS: usize = 4;
const TOKENS: u32 = 100;

/// Readers check the token until they have seen the last; a writer renews it. Returns how many
/// readers saw it grow old and new in order.
fn readers_and_a_writer(
    check: impl Fn() -> (String, Duration) + Sync,
    renew: impl Fn(String),
) -> usize {
    thread::scope(|s| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                s.spawn(|| {
                    let mut last = 0;
                    while last < TOKENS {
                        let (token, left) = check();
                        let number = token.strip_prefix("token-").expect("a whole token");
                        let number = number.parse().expect("a whole number");
                        assert!(last <= number && left <= TTL);
                        last = number;
                    }
                })
            })
            .collect();
        for number in 1..=TOKENS {
            renew(format!("token-{number}"));
        }
        readers.into_iter().filter_map(|r| r.join().ok()).count()
    })
}

/// Tries the locks, and lets readers and a writer loose on both clients.
pub(crate) fn run() -> impl fmt::Display {
    let client = go_spelled::InfoClient::New(String::from("token-0"), TTL);
    let (reading, writing) = (client.mu.WhileReading(), client.mu.WhileWriting());
    let go = readers_and_a_writer(|| client.CheckToken(), |token| client.Renew(token));
    assert_eq!((reading, writing), ((true, false), (false, false)));
    assert_eq!(go, READERS);

    let client = idiomatic::InfoClient::new(String::from("token-0"), TTL);
    assert_eq!(reading, client.while_reading());
    assert_eq!(writing, client.while_writing());
    let rust = readers_and_a_writer(|| client.check_token(), |token| client.renew(token));
    assert_eq!(rust, READERS);

    let may = |yes| if yes { "enters" } else { "waits" };
    format!(
        "\
info_client: readers and writers with an RWMutex
                        a reader   a writer
    while one reads     {:<8}   {}
    while one writes    {:<8}   {}
  {READERS} readers check the token while it is renewed {TOKENS} times
    Go's spelling     i.CheckToken()          -> {go} readers saw whole tokens, in order
    Rust's spelling   client.check_token()    -> {rust} readers saw whole tokens, in order
  Shown: readers share the lock, a writer has it alone.",
        may(reading.0),
        may(reading.1),
        may(writing.0),
        may(writing.1),
    )
}

pub(crate) fn main() {
    println!("{}", run());
}

#[cfg(test)]
mod tests {
    use super::{TTL, go_spelled, idiomatic};

    #[test]
    fn renewing_replaces_token_and_time() {
        let go = go_spelled::InfoClient::New(String::from("old"), TTL);
        let rust = idiomatic::InfoClient::new(String::from("old"), TTL);
        go.Renew(String::from("new"));
        rust.renew(String::from("new"));
        for (token, left) in [go.CheckToken(), rust.check_token()] {
            assert_eq!(token, "new");
            assert!(left <= TTL);
        }
    }

    #[test]
    fn a_token_past_its_time_has_none_left() {
        let none = std::time::Duration::ZERO;
        let go = go_spelled::InfoClient::New(String::new(), none);
        let rust = idiomatic::InfoClient::new(String::new(), none);
        assert_eq!(go.CheckToken().1, none);
        assert_eq!(rust.check_token().1, none);
    }
}
