//! A room as its members' clients see it: who is in it, the join key of its epoch, the last open entry.

use crate::world::{Person, World, sign, token};
use backend::Error;
use ed25519_dalek::SigningKey;
use protocol::{
    DeviceId, Entry, Epoch, Hash, Locator, MessageId, OpenEntry, PublicKey, RoomId, Signature,
    api::{RoomCreate, RoomSubmit, Submitted},
    frame::RoomHead,
    label::SignaturePurpose,
    log,
    open::{Head, Header, Join, Leave, MemberKeys, OpenBody, OpenContent, Settings, Wrap},
    roster::Roster,
};

pub struct Room {
    pub id: RoomId,
    pub epoch: Epoch,
    pub join_key: SigningKey,
    pub locator: Locator,
    pub last_open: Hash,
    pub roster: Roster,
}

pub const DEVICE: DeviceId = DeviceId([4; 16]);

pub fn member_keys(person: &Person) -> MemberKeys {
    person.keys.clone()
}

/// Signs a body as it is, right or wrong.
pub fn signed(body: &OpenBody, signer: &SigningKey, join_key: Option<&SigningKey>) -> OpenEntry {
    let json = body.to_json().unwrap();
    let by = |key: &SigningKey| sign(key, SignaturePurpose::Entry, json.as_bytes());
    OpenEntry {
        signature: by(signer),
        join_signature: join_key.map_or(Signature::ZERO, by),
        json,
    }
}

/// Looks like the previous secret under the new one: version, time 0, and 96 bytes that nobody here opens.
pub fn history_token() -> String {
    format!("gAAAAAAAAAAA{}", "x".repeat(128))
}

pub fn hash_of(entry: &OpenEntry) -> Hash {
    log::entry_hash(&Entry::Open(entry.clone()))
}

impl Room {
    /// A room that `owner` is about to create.
    pub fn planned(world: &mut World, owner: &Person) -> Self {
        Self {
            id: RoomId(world.bytes()),
            epoch: 1,
            join_key: world.signer(),
            locator: Locator(world.bytes()),
            last_open: Hash::ZERO,
            roster: Roster::of_creator(member_keys(owner), Settings::default()),
        }
    }

    /// A room with these people, the first as its owner.
    pub async fn with(world: &mut World, people: &[&Person]) -> Self {
        let mut room = Self::planned(world, people[0]);
        let header = room.first_header(people[0]);
        let request = RoomCreate {
            header: header.clone(),
        };
        world
            .backend
            .room_create(&people[0].session, request)
            .await
            .unwrap();
        room.last_open = hash_of(&header);
        for person in &people[1..] {
            room.join(world, person).await.unwrap();
        }
        room
    }

    pub fn body(&self, person: &Person, content: OpenContent) -> OpenBody {
        OpenBody {
            room: self.id,
            epoch: self.epoch,
            sender: person.keys.user,
            prev_open: self.last_open,
            content,
        }
    }

    pub fn header(&self, author: &Person, seen: Head) -> Header {
        Header {
            commitment: Hash([7; 32]),
            join_key: PublicKey(self.join_key.verifying_key().to_bytes()),
            locator: self.locator,
            roster: self.roster.hash(),
            author: member_keys(author),
            settings: self.roster.settings(),
            seen,
            history: None,
        }
    }

    pub fn first_header(&self, owner: &Person) -> OpenEntry {
        let seen = Head {
            seq: 0,
            hash: log::transcript_start(&self.id),
        };
        let content = OpenContent::Header(Box::new(self.header(owner, seen)));
        signed(
            &self.body(owner, content),
            &owner.signer,
            Some(&self.join_key),
        )
    }

    pub fn join_entry(&self, person: &Person) -> OpenEntry {
        let member = member_keys(person);
        let body = self.body(person, OpenContent::Join(Join { member }));
        signed(&body, &person.signer, Some(&self.join_key))
    }

    pub fn leave_entry(&self, person: &Person) -> OpenEntry {
        signed(
            &self.body(person, OpenContent::Leave(Leave {})),
            &person.signer,
            None,
        )
    }

    /// What `author` submits to start the next epoch, and the room as it is then.
    pub fn rotation(
        &self,
        world: &mut World,
        author: &Person,
        seen: Head,
    ) -> (Vec<OpenEntry>, Self) {
        let mut next = Self {
            id: self.id,
            epoch: self.epoch + 1,
            join_key: world.signer(),
            locator: Locator(world.bytes()),
            last_open: self.last_open,
            roster: self.roster.clone(),
        };
        let mut header = next.header(author, seen);
        header.history = Some(history_token());
        let body = next.body(author, OpenContent::Header(Box::new(header)));
        let mut entries = vec![signed(&body, &author.signer, Some(&next.join_key))];
        // Where the author may not, the server is to say so, not this roster.
        let _ = next.roster.apply(&body);
        next.last_open = hash_of(&entries[0]);
        let others: Vec<_> = self
            .roster
            .members()
            .iter()
            .map(|it| it.keys.user)
            .collect();
        for recipient in others.into_iter().filter(|it| *it != author.keys.user) {
            let sealed = vec![5; 80];
            let body = next.body(author, OpenContent::Wrap(Wrap { recipient, sealed }));
            entries.push(signed(&body, &author.signer, None));
            next.last_open = hash_of(&entries[entries.len() - 1]);
        }
        (entries, next)
    }

    pub async fn submit(
        &mut self,
        world: &World,
        person: &Person,
        entries: Vec<OpenEntry>,
    ) -> Result<Submitted, Error> {
        let last = hash_of(&entries[entries.len() - 1]);
        let body = entries[0].body();
        let room = self.id;
        let request = RoomSubmit { room, entries };
        let done = world.backend.room_submit(&person.session, request).await?;
        self.last_open = last;
        if let Ok(body) = body
            && !matches!(body.content, OpenContent::Header(_))
        {
            let _ = self.roster.apply(&body);
        }
        Ok(done)
    }

    pub async fn join(&mut self, world: &World, person: &Person) -> Result<Submitted, Error> {
        let entry = self.join_entry(person);
        self.submit(world, person, vec![entry]).await
    }

    pub async fn leave(&mut self, world: &World, person: &Person) -> Result<Submitted, Error> {
        let entry = self.leave_entry(person);
        self.submit(world, person, vec![entry]).await
    }

    /// The head that a member's client has verified.
    pub async fn head(&self, world: &World, person: &Person) -> RoomHead {
        let rooms = world.backend.rooms(&person.session).await.unwrap();
        *rooms.iter().find(|it| it.room == self.id).unwrap()
    }

    pub async fn rotate(&mut self, world: &mut World, author: &Person) -> Result<Submitted, Error> {
        let seen = self.head(world, author).await.head;
        let (entries, mut next) = self.rotation(world, author, seen);
        let done = next.submit(world, author, entries).await?;
        *self = next;
        Ok(done)
    }

    pub async fn say(
        &self,
        world: &World,
        person: &Person,
        text: &str,
    ) -> Result<backend::Sent, Error> {
        let mut id = [0; 16];
        for (place, byte) in id.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        let send = world.backend.send(
            &person.session,
            DEVICE,
            self.id,
            MessageId(id),
            self.epoch,
            token(text),
        );
        send.await
    }
}
