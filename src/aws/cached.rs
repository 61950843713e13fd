//! Credentials that outlive themselves.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex as Sync, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::error::chain;

/// How long credentials may take to load; a `credential_process` may ask a person.
const LOAD: Duration = Duration::from_secs(120);

/// How long they may take before that is said.
const SLOW: Duration = Duration::from_secs(15);

/// How long before their end credentials are renewed.
const EARLY: Duration = Duration::from_secs(300);

/// Loads once for all who wait, and again some time before the end.
pub(crate) struct Cached {
    source: Arc<dyn ProvideCredentials>,
    held: Mutex<Option<Held>>,
    /// The access key that AWS no longer takes, whatever was said of its end.
    refused: Sync<Option<String>>,
    /// Set when asking anew gave the refused credentials again.
    fruitless: AtomicBool,
    began: (SystemTime, Instant),
}

struct Held {
    credentials: Credentials,
    since: SystemTime,
}

impl Held {
    /// Whether the last quarter of their life, at most five minutes, has begun.
    fn old(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_some_and(|end| {
            let life = end.duration_since(self.since).unwrap_or_default();
            let left = end.duration_since(now).unwrap_or_default();
            left <= EARLY.min(life / 4)
        })
    }

    fn ended(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_some_and(|end| end <= now)
    }
}

impl Cached {
    pub(crate) fn new(source: impl ProvideCredentials + 'static) -> Self {
        Self {
            source: Arc::new(source),
            held: Mutex::new(None),
            refused: Sync::new(None),
            fruitless: AtomicBool::new(false),
            began: (SystemTime::now(), Instant::now()),
        }
    }

    /// The later of two clocks: one goes on while the machine sleeps, the other one can be paused by
    /// tests.
    fn now(&self) -> SystemTime {
        let (at, since) = self.began;
        SystemTime::now().max(at + since.elapsed())
    }

    fn refused(&self) -> MutexGuard<'_, Option<String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// AWS says that credentials have ended: whoever asks next has them loaded anew.
    pub(crate) fn refuse(&self, access_key: &str) {
        *self.refused() = Some(access_key.to_owned());
    }

    /// Whether a call with ended credentials is worth another attempt.
    pub(crate) fn renewable(&self) -> bool {
        !self.fruitless.load(Relaxed)
    }

    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let mut held = self.held.lock().await;
        let now = self.now();
        let refused = self.refused().clone();
        let is_refused =
            |credentials: &Credentials| refused.as_deref() == Some(credentials.access_key_id());
        let good =
            |held: &&Held| !held.old(now) && (!is_refused(&held.credentials) || !self.renewable());
        if let Some(held) = held.as_ref().filter(good) {
            return Ok(held.credentials.clone());
        }
        let slow = async {
            sleep(SLOW).await;
            let (slow, limit) = (SLOW.as_secs(), LOAD.as_secs());
            tracing::warn!("no credentials for {slow} s; they are given up after {limit} s");
            std::future::pending().await
        };
        let loaded = tokio::select! {
            loaded = timeout(LOAD, self.source.provide_credentials()) => {
                loaded.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(LOAD)))
            }
            never = slow => never,
        };
        match loaded {
            Ok(credentials) => {
                if is_refused(&credentials) {
                    self.fruitless.store(true, Relaxed);
                }
                *held = Some(Held {
                    credentials: credentials.clone(),
                    since: now,
                });
                Ok(credentials)
            }
            // those that are held still serve for a while
            Err(error) => match held.as_ref().filter(|held| !held.ended(now)) {
                Some(held) => {
                    tracing::warn!("credentials could not be renewed yet: {}", chain(&error));
                    Ok(held.credentials.clone())
                }
                None => Err(error),
            },
        }
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").finish_non_exhaustive()
    }
}

impl ProvideCredentials for Cached {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Such as a `credential_process` that waits for somebody.
    #[derive(Debug)]
    struct Never;

    impl ProvideCredentials for Never {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_never_come_are_given_up() {
        let began = Instant::now();
        let error = Cached::new(Never).get().await.unwrap_err();
        assert!(
            matches!(error, CredentialsError::ProviderTimedOut(_)),
            "{error:?}"
        );
        assert_eq!(began.elapsed().as_secs(), LOAD.as_secs());
    }
}
