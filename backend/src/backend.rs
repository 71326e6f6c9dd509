//! The facade.

use crate::{
    accounts::{Caller, login::HalfLogins, opaque::Keys},
    clock::Clock,
    error::Error,
    hub::Hub,
    limits::Limits,
    lock,
    queue::{Job, Queue, Writer},
    random::Random,
    store::Store,
    throttle::{Attempts, PerMinute},
};
use protocol::{PublicError, Time, UserId, Username};
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

/// What an operator decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether new accounts are taken. Default yes.
    pub registration_open: bool,
    /// See [`Limits`].
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            registration_open: true,
            limits: Limits::default(),
        }
    }
}

/// A server's inside. Clones are the same one.
#[derive(Clone)]
pub struct Backend(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    options: Options,
    clock: Clock,
    random: Arc<Random>,
    hub: Arc<Hub>,
    queue: Queue,
    writer: Mutex<Option<JoinHandle<()>>>,
    opaque: Keys,
    half_logins: HalfLogins,
    attempts: Attempts,
    messages: PerMinute,
    writes: PerMinute,
    slots: PerMinute,
    signals: PerMinute,
}

/// The row with the server's OPAQUE keys.
const OPAQUE_SETUP: &str = "opaque setup";

impl Backend {
    /// Starts on a store, within a tokio runtime. A new store gets its OPAQUE keys.
    pub async fn start(
        store: Arc<dyn Store>,
        options: Options,
        clock: Clock,
        random: Random,
    ) -> Result<Self, Error> {
        let mut tx = store.begin().await?;
        let setup = Zeroizing::new(
            tx.server_value(OPAQUE_SETUP, &Keys::generate(&random))
                .await?,
        );
        tx.commit().await?;
        let opaque = Keys::load(&setup)?;
        let random = Arc::new(random);
        let hub = Arc::new(Hub::new(options.limits.clone()));
        let (queue, writer) = Queue::start(Writer {
            store: store.clone(),
            hub: hub.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        Ok(Self(Arc::new(Inner {
            attempts: Attempts::new(options.limits.attempts.clone()),
            messages: PerMinute::new(options.limits.messages_per_minute),
            writes: PerMinute::new(options.limits.writes_per_minute),
            slots: PerMinute::new(options.limits.slots_per_minute),
            signals: PerMinute::new(options.limits.signals_per_minute),
            half_logins: HalfLogins::default(),
            writer: Mutex::new(Some(writer)),
            store,
            options,
            clock,
            random,
            hub,
            queue,
            opaque,
        })))
    }

    /// Says good-bye to all connections, commits what waits, refuses what comes later, and closes the store.
    pub async fn shutdown(&self) {
        self.hub().stop();
        // A queue that has ended already has nothing left to commit.
        let _ = self.queue().put(Job::Stop).await;
        let writer = lock(&self.0.writer).take();
        if let Some(writer) = writer
            && let Err(error) = writer.await
        {
            tracing::error!(?error, "the commit queue ended badly");
        }
        self.store().close().await;
    }

    /// What a client is told of an error. Causes that are the server's own go to the log here, under the reference that the
    /// client gets; so call it once for each error, at the edge.
    pub fn public_error(&self, error: Error) -> PublicError {
        error.into_public(self.random())
    }

    /// Whether new accounts are taken.
    pub fn registration_open(&self) -> bool {
        self.0.options.registration_open
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.options.limits
    }

    pub(crate) fn random(&self) -> &Random {
        &self.0.random
    }

    pub(crate) fn opaque(&self) -> &Keys {
        &self.0.opaque
    }

    pub(crate) fn half_logins(&self) -> &HalfLogins {
        &self.0.half_logins
    }

    pub(crate) fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// For what is only waited for: see [`Clock`].
    pub(crate) fn steady(&self) -> Time {
        self.0.clock.steady()
    }

    /// Counts a first message of a log-in, registration or recovery, or refuses it.
    pub(crate) fn count_attempt(
        &self,
        username: &Username,
        caller: &Caller,
    ) -> Result<(), PublicError> {
        self.0
            .attempts
            .count(username, caller.address, self.steady())
    }

    pub(crate) fn note_success(&self, username: &Username, caller: &Caller) {
        self.0
            .attempts
            .succeeded(username, caller.address, self.steady());
    }

    pub(crate) fn count_message(&self, user: &UserId) -> bool {
        self.0.messages.count(user, self.steady())
    }

    pub(crate) fn count_write(&self, user: &UserId) -> Result<(), PublicError> {
        or_wait(self.0.writes.count(user, self.steady()))
    }

    pub(crate) fn count_slot(&self, user: &UserId) -> Result<(), PublicError> {
        or_wait(self.0.slots.count(user, self.steady()))
    }

    pub(crate) fn count_signal(&self, user: &UserId) -> bool {
        self.0.signals.count(user, self.steady())
    }
}

/// A minute's share comes back evenly: a second is enough for the next one or a few.
fn or_wait(counted: bool) -> Result<(), PublicError> {
    match counted {
        true => Ok(()),
        false => Err(PublicError::TooManyAttempts { retry_after_s: 1 }),
    }
}
