//! The commit queue: the one task that writes. Whatever waits goes into one transaction, in order, so that the disk's
//! slowness is paid once for all of it; answers and events follow after the commit, in the same order.
//!
//! The queue is bounded: whoever finds it full waits. A transaction that fails refuses everything that was in it, and the
//! next one starts afresh. A panic is a bug, and costs only the step that it happens in, or at worst its transaction: a
//! server that could not write any more would be worse than one that failed one request.

use crate::{
    clock::Clock,
    error::Error,
    hub::{Event, Hub},
    outbox::{Outbox, encode},
    random::Random,
    sending::{self, SealedSend},
    slots::{self, SlotWrite},
    store::{Store, StoreError, Tx},
};
use async_trait::async_trait;
use futures::{FutureExt, future::BoxFuture};
use protocol::{
    PublicError, SessionHandle, UserId, VERSION,
    frame::{ByeReason, RoomHead, ServerFrame},
};
use std::{panic::AssertUnwindSafe, sync::Arc};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// Jobs that wait at most; with the largest tokens about 50 MB.
const WAITING: usize = 512;

/// What the queue works with.
pub(crate) struct Writer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Clock,
    pub(crate) random: Arc<Random>,
}

/// The queue's entrance.
#[derive(Clone)]
pub(crate) struct Queue(mpsc::Sender<Job>);

pub(crate) enum Job {
    Send(Box<SealedSend>),
    Slot(Box<SlotWrite>),
    Step(Box<dyn Step>),
    Hello(Box<Hello>),
    /// Nothing after it is taken.
    Stop,
}

/// A connection that wants to hear its rooms from now on.
pub(crate) struct Hello {
    pub(crate) user: UserId,
    pub(crate) session: SessionHandle,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) reply: oneshot::Sender<Result<Greeted, Error>>,
}

/// Answers [`Hello`]; the welcome is in the outbox.
pub(crate) struct Greeted {
    pub(crate) id: crate::hub::ConnectionId,
    pub(crate) rooms: Vec<RoomHead>,
}

/// What a step gives back: its result, and the events to publish once it is committed.
pub(crate) type Stepped<T> = Result<(T, Vec<Event>), Error>;

/// A write of any kind within the queue's transaction.
#[async_trait]
pub(crate) trait Step: Send {
    /// Does the work; `Err` only if the database failed so that the whole transaction is lost.
    async fn run(&mut self, tx: &mut dyn Tx) -> Result<(), StoreError>;
    /// Answers, after the commit or its failure, and gives the events to publish.
    fn finish(self: Box<Self>, failure: Option<&PublicError>) -> Vec<Event>;
}

struct Typed<F, T> {
    work: Option<F>,
    done: Option<Stepped<T>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

#[async_trait]
impl<F, T> Step for Typed<F, T>
where
    F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Stepped<T>> + Send,
    T: Send,
{
    async fn run(&mut self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else {
            return Ok(());
        };
        tx.begin_step().await?;
        let done = survive(work(tx)).await;
        match done {
            Ok(_) => tx.keep_step().await?,
            Err(_) => tx.undo_step().await?,
        }
        self.done = Some(done);
        Ok(())
    }

    fn finish(self: Box<Self>, failure: Option<&PublicError>) -> Vec<Event> {
        let (answer, events) = match (failure, self.done) {
            (None, Some(Ok((value, events)))) => (Ok(value), events),
            (_, Some(Err(error))) => (Err(error), Vec::new()),
            (Some(failure), _) => (Err(failure.clone().into()), Vec::new()),
            (None, None) => (Err(Error::Stopped), Vec::new()),
        };
        // Whoever asked may have gone; what was committed stays.
        let _ = self.reply.send(answer);
        events
    }
}

impl Queue {
    /// Starts the queue's task.
    pub(crate) fn start(writer: Writer) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), tokio::spawn(work(writer, receiver)))
    }

    /// Waits for a place and takes it.
    pub(crate) async fn put(&self, job: Job) -> Result<(), Error> {
        self.0.send(job).await.map_err(|_| Error::Stopped)
    }

    /// Runs `work` in the queue's transaction and waits until it is committed. An error takes back what it wrote.
    pub(crate) async fn write<F, T>(&self, work: F) -> Result<T, Error>
    where
        F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Stepped<T>> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let step = Typed {
            work: Some(work),
            done: None,
            reply,
        };
        self.put(Job::Step(Box::new(step))).await?;
        answer.await.map_err(|_| Error::Stopped)?
    }
}

async fn work(writer: Writer, mut receiver: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(WAITING);
    while receiver.recv_many(&mut jobs, WAITING).await > 0 {
        let mut steps = Vec::with_capacity(jobs.len());
        let mut hellos = Vec::new();
        let mut stop = false;
        for job in jobs.drain(..) {
            match job {
                Job::Hello(hello) => hellos.push(hello),
                Job::Stop => stop = true,
                write => steps.push(write),
            }
        }
        if !steps.is_empty() {
            writer.commit(steps).await;
        }
        for hello in hellos {
            if let Err(error) = survive(writer.greet(*hello)).await {
                error.into_public(&writer.random);
            }
        }
        if stop {
            receiver.close();
        }
    }
}

impl Writer {
    async fn commit(&self, mut jobs: Vec<Job>) {
        let done = survive(self.transact(&mut jobs)).await;
        let failure = done.err().map(|error| error.into_public(&self.random));
        for job in jobs {
            let told = survive(async { self.tell(job, failure.as_ref()) });
            if let Err(error) = told.await {
                error.into_public(&self.random);
            }
        }
    }

    /// Answers, and publishes what came of it.
    fn tell(&self, job: Job, failure: Option<&PublicError>) -> Result<(), Error> {
        let events = match job {
            Job::Send(send) => send.finish(failure),
            Job::Slot(slot) => slot.finish(failure),
            Job::Step(step) => step.finish(failure),
            Job::Hello(_) | Job::Stop => Vec::new(),
        };
        self.hub.publish(events);
        Ok(())
    }

    async fn transact(&self, jobs: &mut [Job]) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        let is_send = |job: &Job| matches!(job, Job::Send(_));
        for run in jobs.chunk_by_mut(|a, b| is_send(a) && is_send(b)) {
            let mut sends = Vec::with_capacity(run.len());
            for job in run {
                match job {
                    Job::Send(send) => sends.push(&mut **send),
                    Job::Step(step) => step.run(&mut *tx).await?,
                    Job::Slot(_) | Job::Hello(_) | Job::Stop => {}
                }
            }
            if !sends.is_empty() {
                sending::append(&mut *tx, &mut sends, self.clock.now()).await?;
            }
        }
        // Judged by what the rest leaves behind: who is out now, and under which key.
        let slots = jobs.iter_mut().filter_map(|job| match job {
            Job::Slot(slot) => Some(&mut **slot),
            _ => None,
        });
        let mut slots: Vec<_> = slots.collect();
        if !slots.is_empty() {
            slots::write(&mut *tx, &mut slots).await?;
        }
        Ok(tx.commit().await?)
    }

    /// No commit is under way here, so what is read and what is heard meet without a gap.
    async fn greet(&self, hello: Hello) -> Result<(), Error> {
        let Hello {
            user,
            session,
            outbox,
            reply,
        } = hello;
        let read = async {
            // The session may have ended after its cookie was checked; its end was published before.
            match self.store.session_lives(&session).await? {
                true => self.store.room_heads(&user).await.map(Some),
                false => Ok(None),
            }
        };
        let answer = match read.await {
            Ok(Some(rooms)) => {
                let welcome = encode(&ServerFrame::Welcome {
                    version: VERSION,
                    user,
                    at: self.clock.now(),
                    rooms: rooms.clone(),
                });
                let id = self.hub.connect(user, session, outbox, &rooms, welcome);
                Ok(Greeted { id, rooms })
            }
            Ok(None) => {
                outbox.close(ByeReason::SessionEnded);
                Err(PublicError::NotLoggedIn.into())
            }
            Err(error) => Err(error.into()),
        };
        if let Err(Ok(Greeted { id, .. })) = reply.send(answer) {
            self.hub.disconnect(&user, id);
        }
        Ok(())
    }
}

/// Turns a panic into an error. What the work shares with others is consistent between awaits: a transaction that is rolled
/// back when it is not committed, and locks that every holder leaves whole.
async fn survive<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or(Err(Error::Panicked))
}

#[cfg(test)]
mod tests;
