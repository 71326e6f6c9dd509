//! What the engine has to say to the outside, in order, until it is polled.

use crate::{
    io::{Action, ApiRequest},
    opaque::StretchJob,
};
use model::{Answer, Delta, Trouble};
use protocol::frame::ClientFrame;
use std::collections::{BTreeSet, VecDeque};

/// Requests that are on their way at most. The server cuts off who asks for more than 64 things at once.
const REQUESTS: usize = 32;

/// Queues of actions and deltas, and the numbers that name calls, jobs, writes and requests.
#[derive(Default)]
pub(super) struct Out {
    pub actions: VecDeque<Action>,
    pub deltas: VecDeque<Delta>,
    /// Where the answers of the event that is being handled go.
    answers_at: usize,
    last_id: u32,
    /// Requests that the server has not answered.
    asked: BTreeSet<u32>,
    /// Requests that wait for their turn.
    waiting: VecDeque<(u32, ClientFrame)>,
}

impl Out {
    /// A number that names nothing else that is still open.
    pub fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    /// The last number given.
    pub fn last_id(&self) -> u32 {
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

    /// Sends a request, now or when enough of those before it are answered.
    pub fn request(&mut self, request: u32, frame: ClientFrame) {
        self.waiting.push_back((request, frame));
        self.send_requests();
    }

    /// A request is answered.
    pub fn answered(&mut self, request: u32) {
        self.asked.remove(&request);
        self.send_requests();
    }

    /// The line is gone, and with it all answers.
    pub fn forget_requests(&mut self) {
        self.asked.clear();
        self.waiting.clear();
    }

    fn send_requests(&mut self) {
        while self.asked.len() < REQUESTS
            && let Some((request, frame)) = self.waiting.pop_front()
        {
            self.asked.insert(request);
            self.send(&frame);
        }
    }

    pub fn delta(&mut self, delta: Delta) {
        self.deltas.push_back(delta);
    }

    /// An event is about to be handled.
    pub fn begin(&mut self) {
        self.answers_at = self.deltas.len();
    }

    /// Answers a command; ticket 0 wants no answer. Answers come before the changes of the same event: what changes may take the very
    /// place off the screen in which somebody waits for the answer.
    pub fn answer(&mut self, ticket: u32, result: Result<Answer, Trouble>) {
        if ticket != 0 {
            let answer = Delta::Answer { ticket, result };
            self.deltas.insert(self.answers_at, answer);
            self.answers_at += 1;
        }
    }

    pub fn notice(&mut self, sentence: impl ToString) {
        self.delta(Delta::Notice(sentence.to_string()));
    }
}
