//! The end-to-end engine without I/O: events and bytes in, actions and bytes out.
//!
//! - **In**: [`Engine::handle`] takes everything that happens, one [`Event`] at a time, with the time at which it happened.
//! - **Out**: after each `handle`, call [`Engine::poll_action`] until it gives none and carry the actions out in order; call
//!   [`Engine::poll_delta`] until it gives none and show the changes in order.
//! - **Time**: [`Engine::poll_timeout`] says when [`Event::Tick`] is due; ask again after each `handle`. Ticks that come early or often
//!   do no harm.
//!
//! The first event is [`Event::Started`]. What the engine stores locally it gets back there after a reload. It never waits for the store
//! where there is none: then each start is a new device.

mod account;
mod alarms;
mod connection;
mod contacts;
mod deleting;
mod flow;
mod frames;
mod item;
mod keys;
mod live;
mod membership;
mod messages;
mod out;
mod replacing;
mod rewinding;
mod room;
mod room_item;
mod rotation;
mod settings;
mod stating;
mod telling;
mod vault;
mod verifying;
mod views;

use crate::io::{Action, ApiAnswer, ApiRequest, Event};
use connection::Link;
use flow::Flow;
use keys::Account;
use live::Run;
use model::{Answer, Command, Delta, Phase, Trouble};
use out::Out;
use protocol::{
    DeviceId, Hash, PublicError, RoomId, Time, UserId,
    open::{Ban, OpenContent, Remove, RoleChange, SettingsChange, Unban},
};
use rand_core::{CryptoRng, RngCore};
use replacing::Next;
use room::{
    Room,
    outbox::{self, Chain, Outgoing},
};
use room_item::Place;
use std::collections::BTreeMap;
use vault::Vault;

/// The local store's names.
const ACCOUNT: &str = "account";
const NEXT_ACCOUNT: &str = "next-account";
const DEVICE: &str = "device";
const VAULT_SEEN: &str = "vault-seen";
const PLACE: &str = "place";

/// The engine of one browser profile.
pub struct Engine<R> {
    rng: R,
    now: Time,
    out: Out,
    /// Whether there is a local store.
    durable: bool,
    device: DeviceId,
    phase: Phase,
    account: Option<Account>,
    /// The account as it will be if the server takes its new keys, or took them unheard.
    next: Option<Next>,
    /// The rooms that the screen says were not told of new keys.
    untold: u32,
    /// Whose keys the screen shows for comparing, and which.
    comparing: Option<(UserId, Hash)>,
    /// Links to compare, and the commands that ask for it.
    links: Vec<(u32, String)>,
    flows: BTreeMap<u32, Flow>,
    link: Link,
    /// Failed attempts to connect in a row.
    attempts: u32,
    vault: Vault,
    rooms: BTreeMap<RoomId, Room>,
    shown: Option<RoomId>,
    /// The last call that went out before the passphrase was proven last. Proving replaces the session, so that calls up to this one may
    /// have gone out under the old one.
    proved: u32,
    /// What this connection signals.
    run: Run,
    /// Rooms still to be left before the account can be deleted, and the command that waits for it.
    deleting: Option<u32>,
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// An engine that knows nothing yet.
    pub fn new(mut rng: R, now: Time) -> Self {
        let device = outbox::new_device(&mut rng);
        Self {
            rng,
            now,
            out: Out::default(),
            durable: false,
            device,
            phase: Phase::Starting,
            account: None,
            next: None,
            untold: 0,
            comparing: None,
            links: Vec::new(),
            flows: BTreeMap::new(),
            link: Link::Idle,
            attempts: 0,
            vault: Vault::default(),
            rooms: BTreeMap::new(),
            shown: None,
            proved: 0,
            run: Run::default(),
            deleting: None,
        }
    }

    /// Takes an event that happened at `now`, in milliseconds since 1970.
    pub fn handle(&mut self, now: Time, event: Event) {
        if let Some(by @ 1..) = self.now.checked_sub(now) {
            self.clock_set_back(by);
        }
        self.now = now;
        self.out.begin();
        match event {
            Event::Started { stored } => self.started(stored),
            Event::Locked | Event::Replaced => {
                self.forget();
                self.set_phase(Phase::OtherTab);
            }
            Event::SocketOpened => self.socket_opened(),
            Event::SocketText(text) => self.frame(&text),
            Event::SocketClosed => self.lost(),
            Event::Answered { call, result } => self.answered(call, result),
            Event::Stretched { job, result } => self.stretched(job, result),
            Event::Stored { ticket, ok } => self.stored(ticket, ok),
            Event::Command { ticket, command } => {
                if let Err(trouble) = self.command(ticket, command) {
                    self.out.answer(ticket, Err(trouble));
                }
            }
            Event::Tick => {}
        }
        self.watch_link();
        self.meet_members();
        self.compare_links();
        self.go_on_replacing();
        self.announce_names();
        self.ask_slots();
        self.fade_signals();
        self.pump_all();
        self.keep_alarms();
        self.write_vault();
    }

    /// The next thing to do outside, if any. Due again after each [`Engine::handle`].
    pub fn poll_action(&mut self) -> Option<Action> {
        self.out.actions.pop_front()
    }

    /// The next change to show, if any. Due again after each [`Engine::handle`].
    pub fn poll_delta(&mut self) -> Option<Delta> {
        self.out.deltas.pop_front()
    }

    /// When [`Event::Tick`] is due, if time alone changes anything.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.account.as_ref()?;
        // Without a line nothing in a room is tried again, so there is nothing to wake up for.
        let rooms = self.rooms.values().filter(|_| self.link.is_up());
        let rooms = rooms.filter_map(Room::timeout);
        rooms
            .chain(self.link.timeout())
            .chain(self.vault_timeout())
            .min()
    }

    fn command(&mut self, ticket: u32, command: Command) -> Result<(), Trouble> {
        match command {
            Command::SignUp {
                username,
                passphrase,
            } => self.sign_up(ticket, &username, passphrase),
            Command::LogIn {
                username,
                passphrase,
            } => self.log_in(ticket, &username, passphrase),
            Command::Recover {
                username,
                code,
                passphrase,
            } => self.recover(ticket, &username, &code, passphrase),
            Command::LogOut { discard } => self.log_out(ticket, discard),
            Command::ChangePassphrase { current, new } => {
                self.change_passphrase(ticket, current, new)
            }
            Command::DeleteAccount { passphrase } => self.delete_account(ticket, passphrase),
            Command::ListSessions => self.ask(ApiRequest::Sessions, Flow::Sessions { ticket }),
            Command::RevokeSession { handle } => {
                self.ask(ApiRequest::SessionRevoke(handle), Flow::Revoke { ticket })
            }
            Command::RevokeOtherSessions => {
                self.ask(ApiRequest::SessionsRevokeOthers, Flow::Revoke { ticket })
            }
            Command::CreateRoom { name } => self.create_room(ticket, &name),
            Command::JoinRoom { key } => self.join_room(ticket, &key),
            Command::RevealKey { room } => self.reveal_key(ticket, room, false),
            Command::ChangeKey { room } => self.reveal_key(ticket, room, true),
            Command::LeaveRoom { room } => self.leave_room(ticket, room),
            Command::RemoveMember { room, user } => {
                self.state(ticket, room, OpenContent::Remove(Remove { member: user }))
            }
            Command::BanUser { room, user } => {
                self.state(ticket, room, OpenContent::Ban(Ban { user }))
            }
            Command::UnbanUser { room, user } => {
                self.state(ticket, room, OpenContent::Unban(Unban { user }))
            }
            Command::SetRole { room, user, role } => {
                let member = user;
                self.state(ticket, room, OpenContent::Role(RoleChange { member, role }))
            }
            Command::SetSettings { room, settings } => self.state(
                ticket,
                room,
                OpenContent::Settings(SettingsChange { settings }),
            ),
            Command::SendText { room, text } => self.send_text(ticket, room, text),
            Command::DeleteMessage { room, seq } => self.delete_message(ticket, room, seq),
            Command::SetDisplayName { name } => self.done(ticket, |it| it.set_display_name(&name)),
            Command::RecoveryCodeSaved => self.done(ticket, Self::recovery_code_saved),
            Command::ForgetRoom { room } => self.done(ticket, |it| it.forget_room(room)),
            Command::OpenRoom { room } => self.done(ticket, |it| it.open_room(room)),
            Command::LoadOlder { room } => self.done(ticket, |it| it.load_older(room)),
            Command::Retry { room, key } => self.done(ticket, |it| it.retry(room, &key)),
            Command::Discard { room, key } => self.done(ticket, |it| it.discard(room, &key)),
            Command::MarkRead { room, seq } => self.done(ticket, |it| it.mark_read(room, seq)),
            Command::Typing { room } => self.done(ticket, |it| it.typing(room)),
            Command::SetDraft { room, text } => self.done(ticket, |it| it.set_draft(room, text)),
            Command::NewRecoveryCode { passphrase } => self.new_recovery_code(ticket, passphrase),
            Command::ReplaceIdentity { current, new } => {
                self.replace_identity(ticket, current, new)
            }
            Command::SafetyNumber { user } => self.safety_number(ticket, &user),
            Command::CompareLink { text } => {
                self.links.push((ticket, text));
                Ok(())
            }
            Command::SetVerified { user, verified } => {
                self.done(ticket, |it| it.set_verified(&user, verified))
            }
            Command::DismissAlarm { room, sentence } => {
                self.done(ticket, |it| it.dismiss_alarm(room, &sentence))
            }
            Command::AcceptRewind { room } => self.accept_rewind(ticket, room),
            Command::TakeOver => self.done(ticket, |it| {
                it.out.actions.push_back(Action::TakeOver);
                Ok(())
            }),
            Command::Reconnect => self.done(ticket, |it| {
                it.reconnect();
                Ok(())
            }),
        }
    }

    /// Does what is done at once, and says so.
    fn done(
        &mut self,
        ticket: u32,
        act: impl FnOnce(&mut Self) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        act(self)?;
        self.out.answer(ticket, Ok(Answer::Done));
        Ok(())
    }

    fn ask(&mut self, request: ApiRequest, flow: Flow) -> Result<(), Trouble> {
        self.account()?;
        self.call(request, flow);
        Ok(())
    }

    fn call(&mut self, request: ApiRequest, flow: Flow) {
        let call = self.out.call(request);
        self.flows.insert(call, flow);
    }

    fn account(&self) -> Result<&Account, Trouble> {
        self.account.as_ref().ok_or(Trouble::NotNow)
    }

    fn room_mut(&mut self, room: RoomId) -> Result<&mut Room, Trouble> {
        self.rooms.get_mut(&room).ok_or(Trouble::NoSuchRoom)
    }

    fn answered(&mut self, call: u32, result: Result<ApiAnswer, PublicError>) {
        let Some(flow) = self.flows.remove(&call) else {
            return;
        };
        let proof = matches!(flow, Flow::LogInFinish { .. } | Flow::RegisterFinish { .. });
        if proof && result.is_ok() {
            self.proved = self.out.last_id();
        }
        // Under a session that is just being replaced this says nothing; the next try tells.
        let stale = self.is_proving() || call <= self.proved;
        let expired = matches!(result, Err(PublicError::NotLoggedIn)) && !stale;
        match (flow, result) {
            (Flow::VaultList { ticket, seen }, Ok(ApiAnswer::Vault(items))) => {
                self.vault_listed(ticket, &seen, items)
            }
            (Flow::VaultList { ticket, .. }, result) => {
                let error = result.err().unwrap_or(PublicError::Malformed);
                if !expired {
                    self.lost();
                }
                self.out.answer(ticket, Err(error.into()));
            }
            (Flow::VaultPut { item }, result) => self.vault_put(&item, result),
            (Flow::LogOut { ticket }, _) => {
                self.wipe();
                self.out.answer(ticket, Ok(Answer::Done));
            }
            (Flow::DeleteAccount { ticket }, Ok(_)) => {
                self.wipe();
                self.out.answer(ticket, Ok(Answer::Done));
            }
            (Flow::Sessions { ticket }, Ok(ApiAnswer::Sessions(sessions))) => {
                self.show_sessions(sessions);
                self.out.answer(ticket, Ok(Answer::Done));
            }
            (Flow::Revoke { ticket }, Ok(_)) => {
                self.call(ApiRequest::Sessions, Flow::Sessions { ticket });
            }
            (
                flow @ (Flow::RoomCreate { .. } | Flow::RoomFind { .. } | Flow::Join { .. }),
                result,
            ) => {
                self.membership_answered(flow, result);
            }
            (Flow::State { room }, result) => self.stated(room, result),
            (Flow::Rotate { room }, result) => self.rotated(room, result),
            (Flow::Replace, result) => self.next_answered(result),
            (Flow::Tell { room }, result) => self.told(room, result),
            (flow, Ok(answer)) => self.account_answered(flow, answer),
            (flow, Err(error)) => self.out.answer(flow.ticket(), Err(error.into())),
        }
        // A session that the server does not know any more, whatever was asked; a log-in that fails says something else.
        if expired {
            self.session_ended();
        }
    }

    fn started(&mut self, stored: Option<Vec<(String, Vec<u8>)>>) {
        self.durable = stored.is_some();
        let stored: BTreeMap<String, Vec<u8>> = stored.unwrap_or_default().into_iter().collect();
        match stored
            .get(DEVICE)
            .and_then(|bytes| DeviceId::from_slice(bytes))
        {
            Some(device) => self.device = device,
            None => self.store_device(),
        }
        let account = |name| stored.get(name).and_then(|bytes| Account::restore(bytes));
        self.next = account(NEXT_ACCOUNT).map(Next::unheard);
        let account = account(ACCOUNT);
        let Some(account) = account else {
            return self.set_phase(Phase::LoggedOut);
        };
        self.account = Some(account);
        self.vault.seen = stored
            .get(VAULT_SEEN)
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default();
        for (name, bytes) in &stored {
            self.restore(name, bytes);
        }
        for room in self.rooms.values_mut() {
            room.outbox.restored();
        }
        self.show_me();
        self.set_phase(Phase::LoggedIn);
        self.read_vault(0);
    }

    /// Puts one stored item of a room back.
    fn restore(&mut self, name: &str, bytes: &[u8]) {
        let mut parts = name.split('/');
        let (Some(kind), Some(Ok(id))) = (parts.next(), parts.next().map(str::parse::<RoomId>))
        else {
            return;
        };
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(id));
        match kind {
            "chain" => room.outbox.chain = serde_json::from_slice::<Chain>(bytes).ok(),
            "outbox" => room
                .outbox
                .items
                .extend(serde_json::from_slice::<Outgoing>(bytes).ok()),
            PLACE => {
                if let Ok(place) = serde_json::from_slice::<Place>(bytes) {
                    room.anchor.clone_from(&place.anchor);
                    room.item.change(self.now).go_to(place);
                }
            }
            _ => {}
        }
    }

    fn store_device(&mut self) {
        self.out
            .store(vec![(DEVICE.to_owned(), Some(self.device.0.to_vec()))]);
    }

    fn store_account(&mut self) {
        let account = self.account.as_ref().and_then(Account::stored);
        self.out.store(vec![
            (ACCOUNT.to_owned(), account),
            (NEXT_ACCOUNT.to_owned(), None),
        ]);
        self.store_device();
    }

    /// Everything of the account leaves the memory; the local store is the caller's to wipe.
    fn forget(&mut self) {
        self.account = None;
        self.next = None;
        self.untold = 0;
        self.comparing = None;
        self.links.clear();
        self.flows.clear();
        self.vault = Vault::default();
        self.rooms.clear();
        self.shown = None;
        self.deleting = None;
        self.device = outbox::new_device(&mut self.rng);
        self.set_link(Link::Idle);
        for delta in [
            Delta::Me(None),
            Delta::Rooms(Vec::new()),
            Delta::Room(None),
            Delta::RecoveryCode(None),
            Delta::Sessions(Vec::new()),
        ] {
            self.out.delta(delta);
        }
    }
}
