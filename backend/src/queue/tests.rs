//! Bugs within the queue's work, as they would be: panics.

use super::*;
use crate::{Limits, SqliteStore};
use protocol::{Hash, PublicKey, Signature, api::AccountKeys};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

struct World {
    queue: Queue,
    store: Arc<SqliteStore>,
    _folder: tempfile::TempDir,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("test.db")).await;
    let store = Arc::new(store.unwrap());
    let (queue, _) = Queue::start(Writer {
        store: store.clone(),
        hub: Arc::new(Hub::new(Limits::default())),
        clock: Clock::fake(0),
        random: Arc::new(Random::new(ChaCha20Rng::seed_from_u64(1))),
    });
    World {
        queue,
        store,
        _folder: folder,
    }
}

fn account(n: u8) -> crate::store::Account {
    crate::store::Account {
        keys: AccountKeys {
            user: UserId([n; 20]),
            username: format!("user{n}").parse().unwrap(),
            earlier: Vec::new(),
            signing: PublicKey([n; 32]),
            agreement: PublicKey([n; 32]),
        },
        credentials: protocol::api::Credentials {
            version: 1,
            record: protocol::api::OpaqueMessage(vec![n]),
            passphrase_wrap: "AAAA".into(),
            recovery_wrap: "AAAA".into(),
            recovery_token_hash: Hash::ZERO,
            signature: Signature::ZERO,
        },
    }
}

/// Signs up, and then finds a bug or not.
async fn sign_up(queue: &Queue, n: u8, has_bug: bool) -> Result<(), Error> {
    let work = queue.write(move |tx| {
        Box::pin(async move {
            tx.create_account(&account(n), 0).await?;
            assert!(!has_bug, "a bug");
            Ok(((), Vec::new()))
        })
    });
    work.await
}

async fn exists(world: &World, n: u8) -> bool {
    let name = &account(n).keys.username;
    world.store.account(name).await.unwrap().is_some()
}

#[tokio::test]
async fn a_panic_in_one_step_takes_back_that_step_and_no_other() {
    let world = world().await;
    let all = (0..6).map(|n| sign_up(&world.queue, n, n % 2 == 0));
    for (n, answer) in (0..).zip(futures::future::join_all(all).await) {
        assert_eq!(matches!(answer, Err(Error::Panicked)), n % 2 == 0);
        assert_eq!(answer.is_ok(), n % 2 == 1);
        assert_eq!(exists(&world, n).await, n % 2 == 1);
    }
    sign_up(&world.queue, 0, false).await.unwrap();
}

/// A step whose bug is outside of what its savepoint guards.
struct Broken {
    when: When,
    answer: oneshot::Sender<Option<PublicError>>,
}

#[derive(PartialEq)]
enum When {
    Running,
    Finishing,
}

#[async_trait]
impl Step for Broken {
    async fn run(&mut self, _: &mut dyn Tx) -> Result<(), StoreError> {
        assert!(self.when != When::Running, "a bug");
        Ok(())
    }

    fn finish(self: Box<Self>, failure: Option<&PublicError>) -> Vec<Event> {
        assert!(self.when != When::Finishing, "a bug");
        let _ = self.answer.send(failure.cloned());
        Vec::new()
    }
}

async fn put_broken(
    queue: &Queue,
    when: When,
) -> Result<Option<PublicError>, oneshot::error::RecvError> {
    let (answer, told) = oneshot::channel();
    let step = Broken { when, answer };
    queue.put(Job::Step(Box::new(step))).await.unwrap();
    told.await
}

#[tokio::test]
async fn a_panic_beside_the_steps_costs_its_transaction_and_everyone_in_it_is_told() {
    let world = world().await;
    let (before, broken, after) = futures::join!(
        sign_up(&world.queue, 1, false),
        put_broken(&world.queue, When::Running),
        sign_up(&world.queue, 2, false),
    );
    let internal = |error: &PublicError| matches!(error, PublicError::Internal { .. });
    assert!(broken.unwrap().as_ref().is_some_and(internal));
    for answer in [before, after] {
        let Err(Error::Refused(error)) = answer else {
            panic!("expected a refusal, got {answer:?}")
        };
        assert!(internal(&error));
    }
    assert!(!exists(&world, 1).await && !exists(&world, 2).await);
    sign_up(&world.queue, 1, false).await.unwrap();
}

#[tokio::test]
async fn a_panic_while_answering_one_loses_nobody_elses_answer() {
    let world = world().await;
    let (broken, after) = futures::join!(
        put_broken(&world.queue, When::Finishing),
        sign_up(&world.queue, 1, false),
    );
    assert!(broken.is_err());
    after.unwrap();
    assert!(exists(&world, 1).await);
}
