//! Counters that delay more the more they are pressed, forget with time, and take bounded memory.

use crate::{clock::millis, limits::Backoff};
use protocol::Time;
use std::{collections::HashMap, hash::Hash};

/// A counter for each key; the least pressed ones give way.
pub(super) struct Counters<K> {
    most: usize,
    counters: HashMap<K, Counter>,
}

#[derive(Clone, Copy)]
struct Counter {
    count: u32,
    forgets_at: Time,
    forget: Time,
    open_at: Time,
}

impl Counter {
    /// When nothing of it will be left.
    fn blank_at(&self) -> Time {
        let more = u64::from(self.count.saturating_sub(1)).saturating_mul(self.forget);
        self.forgets_at.saturating_add(more).max(self.open_at)
    }

    /// As it stands at `now`, with what is to be forgotten forgotten.
    fn aged(mut self, now: Time) -> Self {
        if now >= self.forgets_at {
            let steps = 1 + (now - self.forgets_at) / self.forget.max(1);
            self.count = self
                .count
                .saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
            self.forgets_at = self
                .forgets_at
                .saturating_add(steps.saturating_mul(self.forget.max(1)));
        }
        self
    }
}

impl<K: Clone + Eq + Hash> Counters<K> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(8),
            counters: HashMap::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.counters.len()
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.counters.contains_key(key)
    }

    pub(super) fn forget(&mut self, key: &K) {
        self.counters.remove(key);
    }

    /// Milliseconds until the next attempt.
    pub(super) fn wait(&self, key: &K, now: Time) -> Time {
        self.counters
            .get(key)
            .map_or(0, |counter| counter.open_at.saturating_sub(now))
    }

    pub(super) fn press(&mut self, key: K, backoff: &Backoff, now: Time) {
        if self.counters.len() >= self.most && !self.counters.contains_key(&key) {
            self.make_room(now);
        }
        let forget = millis(backoff.forget);
        let fresh = Counter {
            count: 0,
            forgets_at: now.saturating_add(forget),
            forget,
            open_at: 0,
        };
        let counter = self.counters.entry(key).or_insert(fresh);
        *counter = counter.aged(now);
        if counter.count == 0 {
            counter.forgets_at = now.saturating_add(forget);
        }
        counter.count = counter.count.saturating_add(1);
        if let Some(over) = counter
            .count
            .checked_sub(backoff.free)
            .filter(|over| *over > 0)
        {
            let doubled = millis(backoff.base).saturating_mul(1 << (over - 1).min(30));
            counter.open_at = now.saturating_add(doubled.min(millis(backoff.longest)));
        }
    }

    /// Drops what has nothing left to remember, and if that is too little the eighth that would be forgotten soonest.
    fn make_room(&mut self, now: Time) {
        self.counters.retain(|_, counter| counter.blank_at() > now);
        if self.counters.len() < self.most {
            return;
        }
        let mut order: Vec<_> = self
            .counters
            .iter()
            .map(|(key, counter)| (counter.blank_at(), key.clone()))
            .collect();
        let drop = (self.most / 8).max(1).min(order.len());
        order.select_nth_unstable_by_key(drop - 1, |(blank_at, _)| *blank_at);
        for (_, key) in order.drain(..drop) {
            self.counters.remove(&key);
        }
    }
}
