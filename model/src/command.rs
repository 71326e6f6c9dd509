//! What a person asks for.

use crate::{secret::SecretText, timeline::ItemKey, view::SafetyView};
use protocol::{
    RoomId, Seq, SessionHandle, UserId,
    open::{Role, Settings},
};
use serde::{Deserialize, Serialize};

/// A person's wish, from a page to the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Makes an account. Answer: [`Answer::Done`]; the recovery code then stands in [`crate::Delta::RecoveryCode`].
    SignUp {
        /// As typed.
        username: String,
        /// As typed.
        passphrase: SecretText,
    },
    /// Logs in; also after a session expired, when it keeps everything that is on the screen. Answer: [`Answer::Done`].
    LogIn {
        /// As typed.
        username: String,
        /// As typed.
        passphrase: SecretText,
    },
    /// Sets a new passphrase with the recovery code and logs in. Answer: [`Answer::Done`].
    Recover {
        /// As typed.
        username: String,
        /// As typed.
        code: SecretText,
        /// The new one, as typed.
        passphrase: SecretText,
    },
    /// The person says that the recovery code is written down; the vault forgets it. Answer: [`Answer::Done`].
    RecoveryCodeSaved,
    /// Ends the session and wipes this browser. [`crate::Trouble::Unsent`] if messages would be lost and `discard` is false.
    /// Answer: [`Answer::Done`].
    LogOut {
        /// Whether unsent messages may be lost.
        discard: bool,
    },
    /// Replaces the passphrase and ends all other sessions. Answer: [`Answer::Done`].
    ChangePassphrase {
        /// The one until now, as typed.
        current: SecretText,
        /// The new one, as typed.
        new: SecretText,
    },
    /// Makes another recovery code; the one until now opens nothing any more. Answer: [`Answer::Done`]; the code then stands in
    /// [`crate::Delta::RecoveryCode`].
    NewRecoveryCode {
        /// As typed.
        passphrase: SecretText,
    },
    /// Someone may have this person's keys: makes new ones with a new passphrase and recovery code, ends all other sessions, and
    /// tells every room, whose keys change too. Answer: [`Answer::Done`] once the account has them; the rooms follow.
    ReplaceIdentity {
        /// The passphrase until now, as typed.
        current: SecretText,
        /// The new one, as typed.
        new: SecretText,
    },
    /// Sets the name that members of the person's rooms see beside the username; empty for none. Answer: [`Answer::Done`].
    SetDisplayName {
        /// As typed.
        name: String,
    },
    /// Leaves all rooms and deletes the account for good. Answer: [`Answer::Done`].
    DeleteAccount {
        /// As typed.
        passphrase: SecretText,
    },
    /// Fetches the list of sessions into [`crate::Delta::Sessions`]. Answer: [`Answer::Done`].
    ListSessions,
    /// Logs one session out. Answer: [`Answer::Done`].
    RevokeSession {
        /// Which.
        handle: SessionHandle,
    },
    /// Logs all sessions but this one out. Answer: [`Answer::Done`].
    RevokeOtherSessions,
    /// Makes a room. Answer: [`Answer::Room`].
    CreateRoom {
        /// As typed; goes out encrypted only.
        name: String,
    },
    /// Joins a room. Answer: [`Answer::Room`], also for a room that the person is in already.
    JoinRoom {
        /// A room key or an invite link, as typed.
        key: SecretText,
    },
    /// Asks for the key to share; changes it first where someone left since. Answer: [`Answer::RoomKey`].
    RevealKey {
        /// Which room.
        room: RoomId,
    },
    /// Leaves a room. Answer: [`Answer::Done`].
    LeaveRoom {
        /// Which room.
        room: RoomId,
    },
    /// Takes a room from which the person was separated off the list. Answer: [`Answer::Done`].
    ForgetRoom {
        /// Which room.
        room: RoomId,
    },
    /// Takes a member out of a room. Answer: [`Answer::Done`].
    RemoveMember {
        /// Which room.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Takes someone out of a room and keeps them out. Answer: [`Answer::Done`].
    BanUser {
        /// Which room.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Lets someone who was banned join again. Answer: [`Answer::Done`].
    UnbanUser {
        /// Which room.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Gives a member another role; [`Role::Owner`] hands the room over. Answer: [`Answer::Done`].
    SetRole {
        /// Which room.
        room: RoomId,
        /// Whose.
        user: UserId,
        /// The role from now on.
        role: Role,
    },
    /// Changes a room's settings. Answer: [`Answer::Done`].
    SetSettings {
        /// Which room.
        room: RoomId,
        /// All of them.
        settings: Settings,
    },
    /// Makes a new room key though nobody left. Answer: [`Answer::RoomKey`], the new one.
    ChangeKey {
        /// Which room.
        room: RoomId,
    },
    /// Goes on with a room of which the server lost entries. For its owner. Answer: [`Answer::Done`].
    AcceptRewind {
        /// Which room.
        room: RoomId,
    },
    /// The person has understood an alarm; it is not shown any more, on no device. No answer.
    DismissAlarm {
        /// Which room.
        room: RoomId,
        /// The alarm's sentence, which names it.
        sentence: String,
    },
    /// Asks for what two people compare to know that nobody stands between them. Answer: [`Answer::Safety`].
    SafetyNumber {
        /// The other one.
        user: UserId,
    },
    /// Compares what someone else's link or QR code says of them with what this person knows. Answer: [`Answer::Compared`].
    CompareLink {
        /// The link, or what stands behind its `#`.
        text: String,
    },
    /// Marks someone as verified, or takes that back. Answer: [`Answer::Done`].
    SetVerified {
        /// Whom.
        user: UserId,
        /// Whether the safety numbers were the same.
        verified: bool,
    },
    /// The screen shows this room now; its [`crate::RoomView`] and timeline follow. No answer.
    OpenRoom {
        /// Which room; none for no room.
        room: Option<RoomId>,
    },
    /// The person scrolled to the oldest item that is loaded. No answer.
    LoadOlder {
        /// Which room.
        room: RoomId,
    },
    /// Sends a message. Answer: [`Answer::Done`] once it stands in the outbox, [`crate::Trouble::TooLong`] before that.
    SendText {
        /// Which room.
        room: RoomId,
        /// As typed.
        text: String,
    },
    /// Deletes a message for everyone. Answer: [`Answer::Done`] once it stands in the outbox.
    DeleteMessage {
        /// Which room.
        room: RoomId,
        /// Where the message stands.
        seq: Seq,
    },
    /// The person is typing, or stopped. No answer.
    Typing {
        /// Which room.
        room: RoomId,
    },
    /// Tries a failed message again. No answer.
    Retry {
        /// Which room.
        room: RoomId,
        /// Which item.
        key: ItemKey,
    },
    /// Drops a failed message. No answer.
    Discard {
        /// Which room.
        room: RoomId,
        /// Which item.
        key: ItemKey,
    },
    /// The person has seen the room up to here. No answer.
    MarkRead {
        /// Which room.
        room: RoomId,
        /// The last seq on the screen.
        seq: Seq,
    },
    /// What stands in the composer; kept across reloads and devices. No answer.
    SetDraft {
        /// Which room.
        room: RoomId,
        /// As typed.
        text: String,
    },
    /// Takes over from the tab that holds the engine. No answer.
    TakeOver,
    /// Connects at once instead of waiting for the next try. No answer.
    Reconnect,
}

/// What a command gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It is done.
    Done,
    /// The room that was made or joined.
    Room(RoomId),
    /// A room key in its text form.
    RoomKey(SecretText),
    /// What to compare with someone.
    Safety(Box<SafetyView>),
    /// What a comparison gave.
    Compared {
        /// Of whom.
        safety: Box<SafetyView>,
        /// Whether they have the keys that this person knows.
        matches: bool,
    },
}
