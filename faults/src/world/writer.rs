//! Someone who writes messages and insists: what is not acknowledged is sent again, in order, with the ids it had.

use super::{Broken, History, Line, Person, token};
use protocol::{MessageId, PublicError, RoomId, Seq, frame::ServerFrame};
use std::collections::{BTreeMap, VecDeque};

pub struct Writer {
    pub person: Person,
    room: RoomId,
    number: usize,
    length: usize,
    /// Messages by number.
    next: usize,
    waiting: VecDeque<usize>,
    /// What the server acknowledged, and where it said it stands.
    pub acknowledged: BTreeMap<usize, Seq>,
    /// How many were sent again.
    pub again: usize,
    /// What the server said of those that it refused.
    pub refusals: Vec<PublicError>,
}

impl Writer {
    /// Writes tokens of this length.
    pub fn new(person: &Person, number: usize, room: RoomId, length: usize) -> Self {
        Self {
            person: person.clone(),
            room,
            number,
            length,
            next: 0,
            waiting: VecDeque::new(),
            acknowledged: BTreeMap::new(),
            again: 0,
            refusals: Vec::new(),
        }
    }

    fn token(&self, message: usize) -> String {
        token(self.number, message, self.length)
    }

    /// Also two writers who are one person on one device never use the same.
    fn id(&self, message: usize) -> MessageId {
        MessageId((((self.number as u128) << 64) | message as u128).to_be_bytes())
    }

    /// How many messages have no answer yet.
    pub fn unanswered(&self) -> usize {
        self.waiting.len()
    }

    /// Sends what waits since the line before, first to last.
    pub async fn resume(&mut self, line: &mut Line) -> Result<(), Broken> {
        for message in self.waiting.clone() {
            self.again += 1;
            line.send(self.room, self.id(message), &self.token(message))
                .await?;
        }
        Ok(())
    }

    /// Writes the next message.
    pub async fn write(&mut self, line: &mut Line) -> Result<(), Broken> {
        let message = self.next;
        self.next += 1;
        self.waiting.push_back(message);
        line.send(self.room, self.id(message), &self.token(message))
            .await
    }

    /// Writes so many messages, a few at a time, and waits for the answers to all that have none.
    pub async fn write_all(&mut self, line: &mut Line, messages: usize) -> Result<(), Broken> {
        const AT_ONCE: usize = 8;
        for _ in 0..messages {
            self.write(line).await?;
            while self.unanswered() >= AT_ONCE {
                self.hear(line).await?;
            }
        }
        while self.unanswered() > 0 {
            self.hear(line).await?;
        }
        Ok(())
    }

    /// Waits for one frame, which may be the answer to a message.
    pub async fn hear(&mut self, line: &mut Line) -> Result<(), Broken> {
        match line.frame().await? {
            ServerFrame::Ack { id, seq, .. } => {
                let message = self.answered(id);
                let before = self.acknowledged.insert(message, seq);
                assert!(
                    before.is_none_or(|before| before == seq),
                    "acknowledged at two places"
                );
            }
            ServerFrame::Refused { id, error, .. } => {
                self.answered(id);
                self.refusals.push(error);
            }
            _ => {}
        }
        Ok(())
    }

    fn answered(&mut self, id: MessageId) -> usize {
        let message = u128::from_be_bytes(id.0) as u64 as usize;
        self.waiting.retain(|it| *it != message);
        message
    }

    /// Writes refused messages anew, under their own ids and numbers.
    pub fn retry_refused(&mut self) {
        let refused = (0..self.next).filter(|it| !self.acknowledged.contains_key(it));
        self.waiting = refused.collect();
        self.refusals.clear();
    }

    /// Checks that all that was acknowledged stands where it was said to, and nothing twice.
    pub fn check(&self, history: &History) {
        for (message, seq) in &self.acknowledged {
            let stored = history
                .tokens
                .get(*seq as usize - 1)
                .and_then(Option::as_ref);
            assert_eq!(
                stored,
                Some(&self.token(*message)),
                "an acknowledged message is lost"
            );
        }
        let prefix = format!("g{:06}x", self.number);
        let mine = history
            .tokens
            .iter()
            .flatten()
            .filter(|it| it.starts_with(&prefix));
        let mut mine: Vec<_> = mine.collect();
        let stored = mine.len();
        mine.sort();
        mine.dedup();
        assert_eq!(mine.len(), stored, "a message is stored twice");
    }

    /// Checks that what this person wrote stands in the order in which it was written.
    pub fn check_order(&self, history: &History) {
        let prefix = format!("g{:06}x", self.number);
        let mine = history
            .tokens
            .iter()
            .flatten()
            .filter(|it| it.starts_with(&prefix));
        assert!(mine.is_sorted(), "messages changed their order");
    }
}
