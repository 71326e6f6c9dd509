//! How a page comes to hold the engine, and what it may then do with the store: first the lock, then the store, until
//! another tab takes both.

use super::{
    lock::{self, Lock, Wish},
    store::{Opened, Store, StoreFault, Write},
};
use crate::engine::Engine as Page;
use client::io::Event;
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender},
    future::{Either, select},
};
use leptos::prelude::window;
use model::Delta;
use std::pin::pin;

/// What the loop asks for. It is done in order.
pub enum Job {
    /// Write; answered by [`Event::Stored`].
    Write {
        /// Names the answer.
        ticket: u32,
        /// What.
        writes: Vec<Write>,
    },
    /// Delete all values and their key.
    Wipe,
    /// Take lock and store from the tab that has them.
    TakeOver,
}

/// Writes that wait together become one transaction: each costs the disk the same as one.
const WRITES_AT_ONCE: usize = 64;

const NO_STORE: &str = "This browser keeps nothing for SecureChat here, as in a private window: after a reload you have to log in again.";
const NOT_SECURE: &str = "This page was opened without HTTPS, so the browser withholds encrypted storage. Open it by its https address.";
const DAMAGED: &str = "What this browser had stored for SecureChat was damaged and has been removed. Please log in again; your messages are safe.";

/// Waits for the engine's turn in this page, reads the store and then does the jobs, until the loop ends or another tab
/// takes over. `replaced`: this page just lost the engine and must not grab it again by itself.
pub async fn hold(
    page: Page,
    events: UnboundedSender<Event>,
    mut jobs: UnboundedReceiver<Job>,
    replaced: bool,
) {
    let tell = |event| {
        // The loop may have ended in the meantime; then nobody needs to know.
        let _ = events.unbounded_send(event);
    };
    let Some(_lock) = claim(&events, &mut jobs, replaced).await else {
        return;
    };
    let notice = |text: &str| page.apply(Delta::Notice(text.to_owned()));
    let mut store = match Store::open().await {
        Ok(Opened {
            store,
            items,
            damaged,
        }) => {
            if damaged {
                notice(DAMAGED);
            }
            tell(Event::Started {
                stored: Some(items),
            });
            Some(store)
        }
        Err(fault) => {
            report(&fault);
            notice(if window().is_secure_context() {
                NO_STORE
            } else {
                NOT_SECURE
            });
            tell(Event::Started { stored: None });
            None
        }
    };
    let mut waiting = jobs.ready_chunks(WRITES_AT_ONCE);
    while let Some(jobs) = waiting.next().await {
        if let Err(StoreFault::TakenOver) = work(&mut store, jobs, tell).await {
            return tell(Event::Replaced);
        }
    }
}

/// The lock, once this page has it; `None` if the loop ends first.
async fn claim(
    events: &UnboundedSender<Event>,
    jobs: &mut UnboundedReceiver<Job>,
    replaced: bool,
) -> Option<Lock> {
    let ask = |wish| {
        let events = events.clone();
        lock::request(wish, move || {
            let _ = events.unbounded_send(Event::Replaced);
        })
    };
    if !replaced && let Some(lock) = ask(Wish::IfFree).await {
        return Some(lock);
    }
    let _ = events.unbounded_send(Event::Locked);
    let mut turn = pin!(ask(Wish::InTurn));
    loop {
        match select(turn.as_mut(), jobs.next()).await {
            Either::Left((lock, _)) => return lock,
            Either::Right((Some(Job::TakeOver), _)) => return ask(Wish::Steal).await,
            // Before it started, the engine has nothing to write.
            Either::Right((Some(_), _)) => {}
            Either::Right((None, _)) => return None,
        }
    }
}

/// Does jobs in order, neighbouring writes as one.
async fn work(
    store: &mut Option<Store>,
    jobs: Vec<Job>,
    tell: impl Fn(Event),
) -> Result<(), StoreFault> {
    let mut tickets = Vec::new();
    let mut together = Vec::new();
    for job in jobs {
        match job {
            Job::Write { ticket, writes } => {
                tickets.push(ticket);
                together.extend(writes);
            }
            Job::Wipe => {
                flush(store, &mut tickets, &mut together, &tell).await?;
                if let Some(store) = store {
                    known(store.wipe().await)?;
                }
            }
            // It holds both already.
            Job::TakeOver => {}
        }
    }
    flush(store, &mut tickets, &mut together, &tell).await
}

async fn flush(
    store: &Option<Store>,
    tickets: &mut Vec<u32>,
    together: &mut Vec<Write>,
    tell: &impl Fn(Event),
) -> Result<(), StoreFault> {
    if tickets.is_empty() {
        return Ok(());
    }
    let result = match store {
        Some(store) => store.write(together).await,
        None => Err(StoreFault::Missing),
    };
    together.clear();
    for ticket in tickets.drain(..) {
        tell(Event::Stored {
            ticket,
            ok: result.is_ok(),
        });
    }
    known(result)
}

/// Only the loss of the store ends the work; of anything else the engine learns by its answer.
fn known(result: Result<(), StoreFault>) -> Result<(), StoreFault> {
    match result {
        Err(StoreFault::TakenOver) => result,
        Err(fault) => {
            report(&fault);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// For those who look into why. Browsers that have no store are not at fault.
fn report(fault: &StoreFault) {
    if !matches!(fault, StoreFault::Missing) {
        leptos::logging::warn!("local store: {fault}");
    }
}
