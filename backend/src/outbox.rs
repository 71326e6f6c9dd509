//! What waits to be written to one connection.

use crate::lock;
use bytes::Bytes;
use protocol::frame::{ByeReason, ServerFrame};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// A bounded queue of encoded frames: many push, one connection takes. Pushing never waits; whoever reads too slowly is cut
/// off instead, and fetches what is missing by its cursors.
pub(crate) struct Outbox {
    most_frames: usize,
    most_bytes: usize,
    queue: Mutex<Queue>,
    filled: Notify,
    drained: Notify,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    closed: bool,
}

/// Answers that a client asked for wait until less than this lies before them, so that asking for much cuts nobody off.
const CALM: usize = 256 << 10;

impl Outbox {
    pub(crate) fn new(most_frames: usize, most_bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            most_frames,
            most_bytes,
            queue: Mutex::default(),
            filled: Notify::new(),
            drained: Notify::new(),
        })
    }

    /// Adds a frame; nothing once closed.
    pub(crate) fn push(&self, frame: Bytes) {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return;
        }
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        if queue.frames.len() > self.most_frames || queue.bytes > self.most_bytes {
            queue.frames.clear();
            queue.close(ByeReason::SlowReader);
        }
        drop(queue);
        self.filled.notify_one();
    }

    /// Adds a frame that may as well get lost, unless more than half of what may wait does.
    pub(crate) fn push_if_roomy(&self, frame: Bytes) {
        let is_roomy = {
            let queue = lock(&self.queue);
            2 * queue.frames.len() <= self.most_frames && 2 * queue.bytes <= self.most_bytes
        };
        if is_roomy {
            self.push(frame);
        }
    }

    /// Says good-bye after what waits already; the first reason counts.
    pub(crate) fn close(&self, reason: ByeReason) {
        lock(&self.queue).close(reason);
        self.filled.notify_one();
        self.drained.notify_waiters();
    }

    /// Takes all that waits, waiting for the first; `None` once closed and empty. Nothing is lost if the future is dropped.
    pub(crate) async fn take(&self) -> Option<Vec<Bytes>> {
        loop {
            {
                let mut queue = lock(&self.queue);
                if !queue.frames.is_empty() {
                    queue.bytes = 0;
                    let frames = queue.frames.drain(..).collect();
                    drop(queue);
                    self.drained.notify_waiters();
                    return Some(frames);
                }
                if queue.closed {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// Waits until little lies before the next frame; `false` once closed.
    pub(crate) async fn calm(&self) -> bool {
        loop {
            let drained = self.drained.notified();
            tokio::pin!(drained);
            drained.as_mut().enable();
            {
                let queue = lock(&self.queue);
                if queue.closed || queue.bytes < CALM {
                    return !queue.closed;
                }
            }
            drained.await;
        }
    }
}

impl Queue {
    fn close(&mut self, reason: ByeReason) {
        if !self.closed {
            self.closed = true;
            self.frames.push_back(encode(&ServerFrame::Bye { reason }));
        }
    }
}

/// A frame as it goes over the wire.
pub(crate) fn encode(frame: &ServerFrame) -> Bytes {
    serde_json::to_vec(frame)
        .expect("frames have string keys and no values that JSON can't carry")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(n: usize) -> Bytes {
        Bytes::from(vec![b'x'; n])
    }

    #[tokio::test]
    async fn gives_all_that_waits_at_once() {
        let outbox = Outbox::new(10, 1000);
        outbox.push(frame(1));
        outbox.push(frame(2));
        assert_eq!(outbox.take().await.unwrap().len(), 2);
        outbox.push(frame(3));
        assert_eq!(outbox.take().await.unwrap(), [frame(3)]);
    }

    #[tokio::test]
    async fn cuts_a_slow_reader_off_by_frames_or_bytes_and_says_so() {
        for frames in [vec![frame(1); 11], vec![frame(400); 3]] {
            let outbox = Outbox::new(10, 1000);
            for it in frames {
                outbox.push(it);
            }
            outbox.push(frame(1));
            let bye = encode(&ServerFrame::Bye {
                reason: ByeReason::SlowReader,
            });
            assert_eq!(outbox.take().await.unwrap(), [bye]);
            assert_eq!(outbox.take().await, None);
            assert!(!outbox.calm().await);
        }
    }

    #[tokio::test]
    async fn what_may_get_lost_takes_no_room_from_the_rest() {
        let outbox = Outbox::new(4, 1000);
        for _ in 0..9 {
            outbox.push_if_roomy(frame(1));
        }
        assert_eq!(outbox.take().await.unwrap().len(), 3);
        outbox.push(frame(501));
        outbox.push_if_roomy(frame(1));
        assert_eq!(outbox.take().await.unwrap(), [frame(501)]);
        outbox.push_if_roomy(frame(1));
        assert_eq!(outbox.take().await.unwrap(), [frame(1)]);
    }

    #[tokio::test]
    async fn says_good_bye_once_and_after_what_waits() {
        let outbox = Outbox::new(10, 1000);
        outbox.push(frame(1));
        outbox.close(ByeReason::Shutdown);
        outbox.close(ByeReason::Idle);
        outbox.push(frame(2));
        let taken = outbox.take().await.unwrap();
        assert_eq!(taken.len(), 2);
        assert!(String::from_utf8_lossy(&taken[1]).contains("shutdown"));
        assert_eq!(outbox.take().await, None);
    }

    #[tokio::test]
    async fn answers_wait_for_a_full_outbox_to_drain() {
        let outbox = Outbox::new(10, 4 * CALM);
        outbox.push(frame(CALM));
        let waiting = tokio::spawn({
            let outbox = outbox.clone();
            async move { outbox.calm().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        outbox.take().await.unwrap();
        assert!(waiting.await.unwrap());
    }
}
