//! New keys for someone who fears that others have theirs: another account secret, and every room told of it.
//!
//! The server takes keys, credentials and the vault's settings as one. From there on the settings hold the earlier secrets, so that any of
//! the person's devices can go on: each room is told by a statement that the old and the new key sign, its key is changed, and each item
//! of the vault is sealed anew. When all that is done the earlier secrets are dropped.

use super::{
    Engine, NEXT_ACCOUNT,
    account::{broken, unexpected},
    flow::Flow,
    keys::Account,
    room::{Room, epoch::EpochState},
    settings::{Recovery, Replaced},
    vault::SETTINGS,
};
use crate::{
    account::{AccountSecret, Identity},
    credentials::{self, RecoveryWrap},
    io::{ApiAnswer, ApiRequest},
    opaque::StretchDone,
    recovery::RecoveryCode,
    statement,
    token::FernetKey,
};
use model::{Answer, Trouble};
use protocol::{
    PublicError, RoomId, Time,
    api::{Credentials, IdentityReplace, RoomSubmit, StoredCredentials, VaultItem},
};
use rand_core::{CryptoRng, RngCore};

/// How long to wait before a room that changed meanwhile is told again, in milliseconds.
const AGAIN: u64 = 400;
/// How long to wait after the server refused.
const LATER: u64 = 4_000;
/// The time between two items that are sealed anew: there may be hundreds.
const PACE: u64 = 250;

/// The account as it will be.
pub(super) struct Next {
    account: Account,
    /// None if the page was closed since: then the vault tells whether the server took it.
    wish: Option<Wish>,
}

/// What the server is asked for.
struct Wish {
    ticket: u32,
    credentials: Credentials,
    recovery: Recovery,
    state: WishState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WishState {
    /// Being stored here, or with the server.
    Open,
    /// Another device wrote the settings; they are read and go again.
    Overtaken,
    /// No answer came. The vault will tell.
    Unheard,
}

/// How far telling a room is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Telling {
    /// To be looked at.
    #[default]
    Due,
    /// The statement is with the server.
    Asked,
    /// To be looked at then.
    Later(Time),
}

impl Telling {
    pub fn timeout(&self) -> Option<Time> {
        match self {
            Self::Later(at) => Some(*at),
            Self::Due | Self::Asked => None,
        }
    }

    /// The clock was set back.
    pub fn set_back(&mut self, by: Time) {
        if let Self::Later(at) = self {
            *at = at.saturating_sub(by);
        }
    }
}

impl Next {
    /// What the local store had.
    pub fn unheard(account: Account) -> Self {
        Self {
            account,
            wish: None,
        }
    }
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// The new passphrase is stretched: makes the new account, and keeps it here before the server hears of it.
    pub(super) fn make_next(
        &mut self,
        ticket: u32,
        stored: &StoredCredentials,
        done: StretchDone,
    ) -> Result<(), Trouble> {
        let secret = AccountSecret::generate(&mut self.rng);
        let code = RecoveryCode::generate(&mut self.rng);
        let account = self.account()?.succeeded_by(secret);
        let credentials = credentials::make(
            &account.identity,
            stored.version + 1,
            done.message,
            account.secret.wrap(&FernetKey::new(&done.wrap_key)),
            RecoveryWrap::new(&code, &account.secret),
        );
        let write = self
            .out
            .store(vec![(NEXT_ACCOUNT.to_owned(), account.stored())]);
        self.next = Some(Next {
            account,
            wish: Some(Wish {
                ticket,
                recovery: Recovery::new(credentials.version, &code),
                credentials,
                state: WishState::Open,
            }),
        });
        match self.durable {
            true => drop(self.flows.insert(write, Flow::NextStored)),
            false => self.ask_for_next(),
        }
        Ok(())
    }

    /// Asks the server for the new keys.
    pub(super) fn ask_for_next(&mut self) {
        let Some(next) = &mut self.next else { return };
        let (Some(account), Some(wish)) = (&self.account, &mut next.wish) else {
            return;
        };
        wish.state = WishState::Open;
        let settings = &mut self.vault.settings;
        let mut content = settings.content.clone();
        (content.recovery, content.replaced) = changes(account, wish, &content.replaced);
        match settings.saving.seal(&content, &next.account, SETTINGS) {
            Ok(put) => {
                let request = IdentityReplace {
                    account: next.account.identity.keys(&account.username),
                    credentials: wish.credentials.clone(),
                    settings: put,
                };
                self.call(
                    ApiRequest::IdentityReplace(Box::new(request)),
                    Flow::Replace,
                );
            }
            Err(error) => self.refuse_next(broken(error)),
        }
    }

    pub(super) fn next_answered(&mut self, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        let saving = &mut self.vault.settings.saving;
        let wish = self.next.as_mut().and_then(|next| next.wish.as_mut());
        let Some(wish) = wish else {
            // The vault told already.
            return saving.failed(now);
        };
        match result {
            Ok(ApiAnswer::Done) => {
                let version = saving.version + 1;
                saving.written(version);
                self.note_version(SETTINGS.to_owned(), version);
                self.replaced();
            }
            Err(PublicError::VaultConflict { .. }) => {
                wish.state = WishState::Overtaken;
                saving.overtaken(now);
                self.list_vault(0);
            }
            Err(PublicError::Unreachable) => {
                wish.state = WishState::Unheard;
                saving.failed(now);
                self.list_vault(0);
            }
            result => {
                saving.failed(now);
                self.refuse_next(result.err().map_or_else(unexpected, Trouble::from));
            }
        }
    }

    /// The server does not take the new keys: everything stays as it is.
    fn refuse_next(&mut self, trouble: Trouble) {
        let wish = self.next.take().and_then(|next| next.wish);
        self.out.store(vec![(NEXT_ACCOUNT.to_owned(), None)]);
        self.out
            .answer(wish.map_or(0, |wish| wish.ticket), Err(trouble));
    }

    /// The whole vault was read, so what became of the wish for new keys is known as far as it can be.
    pub(super) fn vault_tells_of_next(&mut self) {
        let Some(next) = &mut self.next else { return };
        match next.wish.as_ref().map(|wish| wish.state) {
            Some(WishState::Overtaken) => self.ask_for_next(),
            Some(WishState::Unheard) => {
                // It may still be on its way: the keys stay at hand.
                let ticket = next.wish.take().map_or(0, |wish| wish.ticket);
                self.out
                    .answer(ticket, Err(PublicError::Unreachable.into()));
            }
            Some(WishState::Open) | None => {}
        }
    }

    /// That the settings open under the next keys says that the server took those, heard or unheard.
    pub(super) fn look_for_next(&mut self, settings: &VaultItem) {
        let opens = |next: &Next| next.account.open_settings(settings).is_ok();
        if self.next.as_ref().is_some_and(opens) {
            self.replaced();
        }
    }

    /// The next keys are this person's from now on.
    fn replaced(&mut self) {
        let (Some(next), Some(before)) = (self.next.take(), self.account.take()) else {
            return;
        };
        if let Some(wish) = next.wish {
            let settings = &mut self.vault.settings.content;
            (settings.recovery, settings.replaced) = changes(&before, &wish, &settings.replaced);
            self.out.answer(wish.ticket, Ok(Answer::Done));
        }
        self.hold(next.account);
        self.show_recovery_code();
    }

    /// From now on this browser speaks for this account, with what the settings still hold of its earlier secrets.
    pub(super) fn hold(&mut self, mut account: Account) {
        if let Some(wish) = self.next.take().and_then(|next| next.wish) {
            self.out
                .answer(wish.ticket, Err(PublicError::Unreachable.into()));
        }
        account.hold(&self.vault.settings.content.replaced);
        self.account = Some(account);
        self.store_account();
        self.show_me();
    }

    /// Tells the rooms, changes their keys, has the vault sealed anew, and drops the earlier secrets when nothing hangs on them.
    pub(super) fn go_on_replacing(&mut self) {
        let Some(account) = self.account.as_ref().filter(|it| !it.earlier.is_empty()) else {
            return;
        };
        let number = account.identity.number();
        let mut at = self.now;
        for room in self.rooms.values_mut() {
            at = room.item.saving.seal_anew(number, at, PACE);
        }
        if self.link.is_up() {
            let listed = |room: &&Room| room.listed == Some(true);
            let rooms: Vec<RoomId> = self.rooms.values().filter(listed).map(|it| it.id).collect();
            for room in rooms {
                self.tell(room);
            }
            self.drop_earlier();
        }
        if self.untold() != self.untold {
            self.show_me();
        }
    }

    /// Says in a room which key follows the one that it knows. That makes another room key due.
    fn tell(&mut self, id: RoomId) {
        let (Some(account), Some(room)) = (&self.account, self.rooms.get_mut(&id)) else {
            return;
        };
        let wait = match room.telling {
            Telling::Due => false,
            Telling::Asked => true,
            Telling::Later(at) => at > self.now,
        };
        if wait || room.is_behind() {
            return;
        }
        let Some(epoch) = room.newest() else { return };
        let Some(member) = epoch.roster.member(&account.identity.user()) else {
            return;
        };
        let Some((old, new)) = account.step_from(&member.keys.signing) else {
            return;
        };
        match statement::identity(old, new, epoch.next_place(), &account.username) {
            Ok(statement) => {
                room.telling = Telling::Asked;
                let entries = vec![statement.entry];
                let submit = RoomSubmit { room: id, entries };
                self.call(ApiRequest::RoomSubmit(submit), Flow::Tell { room: id });
            }
            Err(_) => room.telling = Telling::Later(self.now + LATER),
        }
    }

    pub(super) fn told(&mut self, id: RoomId, result: Result<ApiAnswer, PublicError>) {
        let telling = match result {
            Ok(ApiAnswer::Submitted(submitted)) => {
                self.room_answered(submitted.head);
                Telling::Due
            }
            Err(PublicError::StaleOpen { .. } | PublicError::StaleEpoch { .. }) => {
                Telling::Later(self.now + AGAIN)
            }
            _ => Telling::Later(self.now + LATER),
        };
        if let Some(room) = self.rooms.get_mut(&id) {
            room.telling = telling;
        }
    }

    /// Rooms that were not told of the present keys, as far as this device knows.
    pub(super) fn untold(&self) -> u32 {
        let Some(account) = self.account.as_ref().filter(|it| !it.earlier.is_empty()) else {
            return 0;
        };
        let untold = |room: &&Room| {
            let told = room.newest().is_some() && !room.is_untold(&account.identity);
            room.is_on_list() && room.listed != Some(false) && !told
        };
        let count = self.rooms.values().filter(untold).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn drop_earlier(&mut self) {
        let reading = self.is_reading_vault();
        let Some(account) = &mut self.account else {
            return;
        };
        let me = &account.identity;
        let through = |room: &Room| room.listed != Some(true) || room.is_through(me);
        let done = |room: &Room| through(room) && room.item.saving.is_under(me.number());
        if !reading && self.rooms.values().all(done) {
            let settings = self.vault.settings.change_at_once(self.now);
            settings.replaced.secrets.clear();
            account.hold(&settings.replaced);
        }
    }
}

/// What the settings say from the new keys on.
fn changes(account: &Account, wish: &Wish, replaced: &Replaced) -> (Recovery, Replaced) {
    let replaced = account.to_replace(&replaced.secrets);
    (wish.recovery.clone(), replaced)
}

impl Room {
    /// The newest epoch, if it is the server's.
    fn newest(&self) -> Option<&EpochState> {
        let server = self.server.map(|head| head.epoch)?;
        self.current()
            .filter(|epoch| server <= epoch.ctx.epoch && self.asked.opens.is_empty())
    }

    /// Whether the room still has earlier keys for this person, who says nothing in it then but what the next ones are.
    pub(super) fn is_untold(&self, me: &Identity) -> bool {
        let member = self
            .current()
            .and_then(|epoch| epoch.roster.member(&me.user()));
        member.is_some_and(|it| it.keys.signing != me.signing_key())
    }

    /// Whether the room was told, and has a key that nobody has who only had the person's earlier ones.
    fn is_through(&self, me: &Identity) -> bool {
        let told = self.newest().is_some() && !self.is_untold(me);
        told && !self.owes_key(&me.user())
    }
}
