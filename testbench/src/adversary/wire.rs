//! What passes, and what becomes of it.

use super::{Adversary, Telling};
use crate::bench::Who;
use client::io::{ApiAnswer, ApiRequest};
use protocol::{
    Entry, Locator, PublicError, RoomId,
    api::RoomFound,
    frame::{ClientFrame, RoomHead, ServerFrame},
    open::OpenContent,
};

impl Adversary {
    /// A frame on its way to the server: what goes on, or nothing where the adversary answers by itself.
    pub(crate) fn pass_to_server(&mut self, who: Who, text: &str) -> Option<String> {
        let mut frame: ClientFrame = serde_json::from_str(text).unwrap();
        match &mut frame {
            ClientFrame::Hello { cursors, .. } => {
                self.welcomed.remove(&who);
                cursors.retain(|cursor| !self.lies_to(who, cursor.room));
            }
            ClientFrame::History {
                request,
                room,
                from,
                to,
            } if self.lies_to(who, *room) => {
                let telling = self.tell(who, *room);
                let (base, entries) = telling.log().page(*from, *to);
                telling.answers.push(ServerFrame::Page {
                    request: Some(*request),
                    room: *room,
                    base,
                    entries,
                });
                return None;
            }
            ClientFrame::Opens {
                request,
                room,
                epoch,
            } if self.is_alone(who, *room) => {
                let founders = self.founders.get(&(*room, *epoch)).cloned();
                let (members, banned) = founders.unwrap_or_default();
                let telling = self.tell(who, *room);
                let entries = telling.log().opens_of(*epoch);
                telling.answers.push(ServerFrame::Opens {
                    request: *request,
                    room: *room,
                    epoch: *epoch,
                    members,
                    banned,
                    entries,
                });
                return None;
            }
            ClientFrame::Send {
                room, id, token, ..
            } if self.is_alone(who, *room) => {
                self.tell(who, *room).keep(*id, std::mem::take(token));
                return None;
            }
            _ => {}
        }
        Some(serde_json::to_string(&frame).unwrap())
    }

    /// A frame on its way to a browser: what comes instead, if anything.
    pub(crate) fn pass_to_browser(&mut self, who: Who, text: String) -> Option<String> {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        match &frame {
            ServerFrame::Entry { room, entry } => self.learn(*room, std::slice::from_ref(entry)),
            ServerFrame::Page { room, entries, .. } => self.learn(*room, entries),
            ServerFrame::Opens {
                room,
                epoch,
                members,
                banned,
                entries,
                ..
            } => {
                self.learn(*room, entries);
                let founders = (members.clone(), banned.clone());
                self.founders.insert((*room, *epoch), founders);
            }
            _ => {}
        }
        match &mut frame {
            ServerFrame::Welcome { rooms, .. } => {
                self.welcomed.insert(who);
                for head in &mut *rooms {
                    self.retell_head(who, head);
                }
                rooms.extend(self.hosted_besides(who, rooms));
            }
            ServerFrame::Room { room } => self.retell_head(who, room),
            ServerFrame::Entry { room, .. } | ServerFrame::Page { room, .. }
                if self.lies_to(who, *room) =>
            {
                return None;
            }
            ServerFrame::Ack { room, .. } if self.lies_to(who, *room) => {
                let room = *room;
                self.tell(who, room).hold_ack(frame);
                return None;
            }
            ServerFrame::Opens {
                room,
                epoch,
                entries,
                ..
            } if self.lies_to(who, *room) => {
                *entries = self.tell(who, *room).log().opens_of(*epoch);
            }
            _ => {}
        }
        Some(serde_json::to_string(&frame).unwrap())
    }

    /// What a browser is to hear besides, on an open line.
    pub(crate) fn news(&mut self, who: Who) -> Vec<String> {
        if !self.welcomed.contains(&who) {
            return Vec::new();
        }
        let told = self.tellings.keys().filter(|(whom, _)| *whom == who);
        let told: Vec<RoomId> = told.map(|(_, room)| *room).collect();
        let mut frames = Vec::new();
        for room in told {
            let truth = self.log(room);
            let telling = self.tell(who, room);
            telling.follow(&truth);
            frames.extend(telling.news());
        }
        let text = |frame| serde_json::to_string(frame).unwrap();
        frames.iter().map(text).collect()
    }

    /// A call on its way to the server: the adversary's own answer, if it gives one.
    pub(crate) fn intercept(
        &mut self,
        who: Who,
        request: &mut ApiRequest,
    ) -> Option<Result<ApiAnswer, PublicError>> {
        if let ApiRequest::VaultPut(put) = &*request {
            self.note_vault(who, put);
        }
        if let ApiRequest::RoomSubmit(submit) = &*request
            && self.is_alone(who, submit.room)
        {
            let submitted = self.tell(who, submit.room).submit(submit);
            return Some(submitted.map(ApiAnswer::Submitted));
        }
        if let ApiRequest::RoomFind(find) = &*request
            && let Some(found) = self.find_hosted(who, find.locator)
        {
            return Some(Ok(ApiAnswer::RoomFound(Box::new(found))));
        }
        self.requests.get_mut(&who)?(request)
    }

    /// The room of the past that a locator of then finds.
    fn find_hosted(&self, who: Who, locator: Locator) -> Option<RoomFound> {
        let alone =
            |(whom, telling): (&(Who, RoomId), &Telling)| whom.0 == who && telling.is_alone();
        let mut alone = self.tellings.iter().filter(|it| alone(*it));
        alone.find_map(|((_, room), telling)| {
            let (epoch, _, _) = telling.log().header();
            let entries = telling.log().opens_of(epoch);
            let Entry::Open(open) = &entries.first()?.entry else {
                return None;
            };
            let OpenContent::Header(header) = open.body().ok()?.content else {
                return None;
            };
            let (members, banned) = self.founders.get(&(*room, epoch))?.clone();
            (header.locator == locator).then_some(RoomFound {
                room: *room,
                epoch,
                members,
                banned,
                entries,
            })
        })
    }

    /// The rooms with which this browser is alone and which the server does not list for it.
    fn hosted_besides(&mut self, who: Who, listed: &[RoomHead]) -> Vec<RoomHead> {
        let is_listed = |room: &RoomId| listed.iter().any(|head| head.room == *room);
        let tellings = self.tellings.iter_mut();
        let hosted = tellings.filter(|((whom, room), telling)| {
            *whom == who && telling.is_alone() && !is_listed(room)
        });
        hosted.map(|(_, telling)| telling.head()).collect()
    }

    /// An answer on its way to a browser.
    pub(crate) fn reanswer(&mut self, who: Who, result: &mut Result<ApiAnswer, PublicError>) {
        match result {
            Ok(ApiAnswer::RoomFound(found)) => self.learn(found.room, &found.entries),
            Ok(ApiAnswer::Submitted(submitted)) => self.retell_head(who, &mut submitted.head),
            Ok(ApiAnswer::Room(head)) => self.retell_head(who, head),
            _ => {}
        }
        if let Some(reanswer) = self.answers.get_mut(&who) {
            reanswer(result);
        }
    }

    fn retell_head(&mut self, who: Who, head: &mut RoomHead) {
        if self.lies_to(who, head.room) {
            let truth = self.log(head.room);
            let telling = self.tell(who, head.room);
            telling.follow(&truth);
            *head = telling.head();
        }
    }

    fn is_alone(&mut self, who: Who, room: RoomId) -> bool {
        self.lies_to(who, room) && self.tell(who, room).is_alone()
    }
}
