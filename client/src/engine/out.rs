//! What the engine has to say to the outside, in order, until it is polled.

use crate::{
    io::{Action, ApiRequest},
    opaque::StretchJob,
};
use model::{Answer, Delta, Trouble};
use protocol::frame::ClientFrame;
use std::collections::VecDeque;

/// Queues of actions and deltas, and the numbers that name calls, jobs, writes and requests.
#[derive(Default)]
pub(super) struct Out {
    pub actions: VecDeque<Action>,
    pub deltas: VecDeque<Delta>,
    last_id: u32,
}

impl Out {
    /// A number that names nothing else that is still open.
    pub fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    pub fn call(&mut self, request: ApiRequest) -> u32 {
        let call = self.next_id();
        self.actions.push_back(Action::Call { call, request });
        call
    }

    pub fn stretch(&mut self, work: StretchJob) -> u32 {
        let job = self.next_id();
        self.actions.push_back(Action::Stretch { job, work });
        job
    }

    pub fn store(&mut self, writes: Vec<(String, Option<Vec<u8>>)>) -> u32 {
        let ticket = self.next_id();
        self.actions.push_back(Action::Store { ticket, writes });
        ticket
    }

    pub fn send(&mut self, frame: &ClientFrame) {
        let text = serde_json::to_string(frame).expect("frames have string keys only");
        self.actions.push_back(Action::Send(text));
    }

    pub fn delta(&mut self, delta: Delta) {
        self.deltas.push_back(delta);
    }

    /// Answers a command; ticket 0 wants no answer.
    pub fn answer(&mut self, ticket: u32, result: Result<Answer, Trouble>) {
        if ticket != 0 {
            self.delta(Delta::Answer { ticket, result });
        }
    }

    pub fn notice(&mut self, sentence: impl ToString) {
        self.delta(Delta::Notice(sentence.to_string()));
    }
}
