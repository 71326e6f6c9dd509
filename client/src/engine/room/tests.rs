//! What a reader makes of logs that no correct server shows: entries that come too late, and keys that come late.

use super::{epoch::EpochState, *};
use crate::{
    account::Identity,
    body::{Body, Content},
    envelope,
    statement::{self, NewEpoch, Place, Statement},
    testing::{identity, rng},
};
use model::{ItemKind, RoomStatus};
use protocol::{
    DeviceId, Entry, Hash, MessageId, Username,
    log::entry_hash,
    open::{Leave, OpenContent, Remove, Role, Settings},
    roster::Roster,
};

const ROOM: RoomId = RoomId([7; 16]);

fn name(text: &str) -> Username {
    text.parse().unwrap()
}

/// A log as Ana's and a server's would be, and the means to put anything into it.
struct Log {
    entries: Vec<LoggedEntry>,
    transcript: Transcript,
    secret: RoomSecret,
    place: Place,
    header: Hash,
    roster: Roster,
}

impl Log {
    /// Ana makes a room, and Ben and Cleo join.
    fn new() -> Self {
        let ana = identity(1);
        let roster = Roster::of_creator(ana.keys(&name("ana")), Settings::default());
        let mut log = Self {
            entries: Vec::new(),
            transcript: Transcript::from_beginning(ROOM),
            secret: RoomSecret::generate(&mut rng(1)),
            place: Place {
                room: ROOM,
                epoch: 0,
                prev_open: Hash::ZERO,
            },
            header: Hash::ZERO,
            roster,
        };
        log.rotate(&[]);
        log.join(&identity(2), "ben");
        log.join(&identity(3), "cleo");
        log
    }

    /// Ana starts an epoch, with wraps for these.
    fn rotate(&mut self, recipients: &[&Identity]) {
        let ana = identity(1);
        self.place.epoch += 1;
        self.secret = RoomSecret::generate(&mut rng(u64::from(self.place.epoch)));
        let new = NewEpoch {
            secret: &self.secret,
            author: &name("ana"),
            roster: &self.roster,
            seen: self.transcript.head(),
            previous: None,
        };
        let header = statement::header(&ana, self.place, new).unwrap();
        self.header = header.hash;
        self.push_open(header);
        for recipient in recipients {
            self.wrap(recipient);
        }
    }

    fn wrap(&mut self, recipient: &Identity) {
        let keys = recipient.keys(&name("whoever"));
        let (ana, secret) = (identity(1), &self.secret);
        let wrap = statement::wrap(&mut rng(9), &ana, self.place, secret, &keys).unwrap();
        self.push_open(wrap);
    }

    fn join(&mut self, who: &Identity, username: &str) {
        let join = statement::join(who, self.place, &name(username), &self.secret).unwrap();
        self.push_open(join);
    }

    fn state(&mut self, who: &Identity, content: OpenContent) {
        let statement = statement::by_member(who, self.place, content).unwrap();
        self.push_open(statement);
    }

    /// What the roster does not take changes nothing in it.
    fn push_open(&mut self, statement: Statement) {
        let _ = self.roster.apply(&statement.entry.body().unwrap());
        self.place.prev_open = statement.hash;
        self.push(Entry::Open(statement.entry));
    }

    /// A first message under the present key, of a device of its own.
    fn say(&mut self, who: &Identity, text: &str) {
        let body = Body {
            sender: who.user(),
            device: DeviceId([self.entries.len() as u8; 16]),
            n: 1,
            prev: self.header,
            seen: self.transcript.head(),
            id: MessageId([5; 16]),
            at: 1_700_000_000_000,
            content: Content::Text {
                text: text.to_owned(),
            },
        };
        let ctx = self.secret.context(ROOM, self.place.epoch);
        let sealed = envelope::seal(&self.secret.message_key(), &ctx, who, &body).unwrap();
        self.push(Entry::Sealed(sealed.token));
    }

    fn push(&mut self, entry: Entry) {
        let seq = self.transcript.head().seq + 1;
        self.transcript.push(seq, &entry_hash(&entry)).unwrap();
        self.entries.push(LoggedEntry { seq, at: 0, entry });
    }

    /// What Ben's device has after all of it.
    fn read(&self) -> Room {
        let mut room = Room::new(ROOM);
        let founder = identity(1).keys(&name("ana"));
        let ana = protocol::open::RosterMember {
            keys: founder,
            role: Role::Owner,
        };
        let secret = RoomSecret::generate(&mut rng(1));
        let founders = (vec![ana], Default::default());
        let header = &self.entries[..1];
        let me = identity(2);
        let epoch = EpochState::load(ROOM, 1, founders, header, vec![secret], None, &me);
        room.listed = Some(true);
        room.add_epoch(epoch.unwrap());
        room.transcript = Some(Transcript::from_beginning(ROOM));
        self.go_on(&mut room);
        room
    }

    /// Ben's device takes what it does not have yet.
    fn go_on(&self, room: &mut Room) -> Absorbed {
        let head = room.transcript.as_ref().unwrap().head().seq;
        let news = self.entries[usize::try_from(head).unwrap()..].to_vec();
        room.absorb_newer(news, &identity(2), 0)
    }
}

fn remove(who: &Identity) -> OpenContent {
    OpenContent::Remove(Remove { member: who.user() })
}

/// What stands in the timeline from a place on.
fn shown(room: &Room, from: Seq) -> Vec<String> {
    let text = |item: &TimelineItem| match &item.kind {
        ItemKind::Message { text, .. } | ItemKind::Event { text } => text.clone(),
        ItemKind::Broken { sentence, .. } => format!("! {sentence}"),
        ItemKind::Deleted { .. } => "deleted".to_owned(),
    };
    room.timeline
        .range(from..)
        .map(|(_, item)| text(item))
        .collect()
}

const OVER: &str = "! A message was written with a room key that was over. It is not shown.";

#[test]
fn nothing_said_between_a_removal_and_the_next_key_is_shown() {
    for content in [remove(&identity(3)), OpenContent::Leave(Leave {})] {
        let mut log = Log::new();
        let by = match content {
            OpenContent::Leave(_) => 3,
            _ => 1,
        };
        log.say(&identity(3), "still in");
        log.state(&identity(by), content);
        let from = log.transcript.head().seq + 1;
        // The one who is gone, and one who is not.
        log.say(&identity(3), "I never left");
        log.say(&identity(1), "as if nothing were");
        let room = log.read();
        assert_eq!(shown(&room, from), [OVER, OVER]);
        assert_eq!(shown(&room, 4)[0], "still in");
    }
}

#[test]
fn a_message_under_the_old_key_behind_the_new_header_is_not_shown() {
    let mut log = Log::new();
    log.state(&identity(1), remove(&identity(3)));
    let (old, header) = (RoomSecret::generate(&mut rng(1)), log.header);
    log.rotate(&[&identity(2)]);
    let new = std::mem::replace(&mut log.secret, old);
    let from = log.transcript.head().seq + 1;
    for (who, epoch) in [(3, 1), (1, 1), (3, 2)] {
        let place = std::mem::replace(&mut log.place.epoch, epoch);
        let header = std::mem::replace(&mut log.header, header);
        log.say(&identity(who), "an old key");
        (log.place.epoch, log.header) = (place, header);
    }
    log.secret = new;
    log.say(&identity(3), "the new key, from who knows where");
    log.say(&identity(1), "the new key");
    let room = log.read();
    let closed = "! A message here does not open with the room key. It may be damaged or forged.";
    let stranger =
        "! Someone who is not in this room's list of members wrote a message. It is not shown.";
    assert_eq!(
        shown(&room, from),
        [closed, closed, closed, stranger, "the new key"]
    );
}

#[test]
fn a_removed_member_does_not_come_back_with_the_old_key() {
    let refused =
        "! The server showed a change of this room here that does not hold. It was not believed.";
    // Before the next key, and behind it.
    for rotated in [false, true] {
        let mut log = Log::new();
        log.state(&identity(1), remove(&identity(3)));
        if rotated {
            let old = RoomSecret::generate(&mut rng(1));
            log.rotate(&[&identity(2)]);
            log.secret = old;
        }
        let from = log.transcript.head().seq + 1;
        log.join(&identity(3), "cleo");
        let room = log.read();
        assert_eq!(shown(&room, from), [refused]);
        let roster = &room.current().unwrap().roster;
        assert!(roster.member(&identity(3).user()).is_none());
        assert_eq!(room.alarms.len(), 1, "{:?}", room.alarms);
    }
}

#[test]
fn a_wrap_that_does_not_open_is_said_and_a_later_one_opens_the_room() {
    let mut log = Log::new();
    log.state(&identity(1), remove(&identity(3)));
    log.rotate(&[]);
    // For Ben, but not with his key.
    let content = {
        let (ana, ctx) = (identity(1), log.secret.context(ROOM, 2));
        let keys = protocol::open::MemberKeys {
            agreement: identity(3).agreement_key(),
            ..identity(2).keys(&name("ben"))
        };
        statement::wrap_content(&mut rng(9), &ana, &ctx, &log.secret, &keys).unwrap()
    };
    log.state(&identity(1), content);
    let from = log.transcript.head().seq + 1;
    log.say(&identity(1), "for those who can read");
    let mut room = log.read();
    assert_eq!(room.status(), RoomStatus::NoKey);
    assert_eq!(
        room.alarms[0].sentence,
        "ana changed the room key but gave you one that does not work. Ask ana to change it once more."
    );
    assert_eq!(
        shown(&room, from),
        ["! The key for this message has not reached you yet."]
    );

    log.wrap(&identity(2));
    let absorbed = log.go_on(&mut room);
    assert!(absorbed.new_secret && room.current().unwrap().missed);
    assert_eq!(room.status(), RoomStatus::Ready);
    room.reread();
    room.transcript = Some(Transcript::from_beginning(ROOM));
    log.go_on(&mut room);
    assert_eq!(shown(&room, from), ["for those who can read"]);
    assert!(!room.current().unwrap().missed);
}

#[test]
fn a_key_that_is_being_handed_out_is_waited_for() {
    let mut log = Log::new();
    log.rotate(&[]);
    let mut room = log.read();
    assert_eq!(room.status(), RoomStatus::Loading);
    let keyless = |room: &Room| -> Vec<_> {
        let epoch = room.current().unwrap();
        epoch
            .keyless()
            .map(|it| it.keys.username.to_string())
            .collect()
    };
    log.wrap(&identity(2));
    log.go_on(&mut room);
    assert_eq!(room.status(), RoomStatus::Ready);
    // A server that takes a header without all wraps, and goes on.
    assert_eq!(keyless(&room), ["cleo"]);
    log.join(&identity(4), "dan");
    log.go_on(&mut room);
    assert_eq!(keyless(&room), ["cleo"]);
    log.wrap(&identity(3));
    log.go_on(&mut room);
    assert_eq!(keyless(&room), [""; 0]);
}

#[test]
fn a_member_whom_nobody_gave_a_key_says_so_when_the_log_goes_on() {
    let mut log = Log::new();
    log.rotate(&[&identity(3)]);
    let mut room = log.read();
    assert_eq!(room.status(), RoomStatus::Loading);
    log.join(&identity(4), "dan");
    log.go_on(&mut room);
    assert_eq!(room.status(), RoomStatus::NoKey);
}

#[test]
fn word_of_a_removal_comes_by_what_members_have_seen() {
    let mut log = Log::new();
    log.join(&identity(4), "dan");
    log.say(&identity(4), "before");
    log.state(&identity(1), remove(&identity(3)));
    let gone = log.transcript.head().seq;
    log.rotate(&[&identity(2), &identity(4)]);
    let mut room = log.read();
    let seen = |room: &Room| {
        let removal = room.removal(&identity(2).user()).unwrap();
        assert_eq!(removal.name, "cleo");
        (removal.seen, removal.of)
    };
    assert_eq!(seen(&room), (2, 3));
    assert!(!room.note_seen(identity(4).user(), gone - 1));
    assert_eq!(seen(&room), (2, 3));
    log.say(&identity(4), "after");
    assert!(log.go_on(&mut room).views);
    assert_eq!(seen(&room), (3, 3));
    // Whoever comes back is not gone.
    log.join(&identity(3), "cleo");
    log.go_on(&mut room);
    assert_eq!(room.removal(&identity(2).user()), None);
}
