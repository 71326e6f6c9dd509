//! Sizes that are part of the protocol: clients count before they send, the server refuses above. What an operator may
//! change is in the server's configuration, not here.

/// A message's text, in UTF-8 bytes: 16 KiB, about six printed pages.
pub const TEXT_BYTES: usize = 16 * 1024;

/// A signed JSON body, sealed or open, in bytes: 64 KiB.
pub const BODY_BYTES: usize = 64 * 1024;

/// The JSON of a header, a join or an identity change as servers take it, in bytes: 8 KiB, half as much again as the longest
/// header needs, whose author replaced their keys [`crate::succession::MOST`] times. Whoever joins a room reads all open
/// entries of its epoch at once, so nobody may blow them up. Readers go by [`BODY_BYTES`].
pub const OPEN_BYTES: usize = 8 * 1024;

/// The JSON of any other open entry as servers take it, in bytes: a wrap, the longest of them, needs 300.
pub const STATEMENT_BYTES: usize = 512;

/// The payloads of an epoch's open entries after its header and the wraps that came with it, in bytes: about 3,000 statements.
/// Above, a server takes only what makes the next epoch due, and the next epoch.
pub const EPOCH_BYTES: u64 = 1024 * 1024;

/// Users who are banned from one room. All of them stand beside the members in every epoch.
pub const BANNED: usize = 1_000;

/// The token of a receipt or a signal, in characters: one padded to 512 bytes has 780.
pub const SIGNAL_CHARS: usize = 2_048;

/// How deeply JSON may nest.
pub const JSON_DEPTH: usize = 16;

/// A sealed entry's Fernet token, in characters: the largest body padded (at most 69,632 bytes), IV, padding block,
/// version, time and MAC, in base64.
pub const TOKEN_CHARS: usize = 93_000;

/// A WebSocket text frame from a client, in bytes: a token and its envelope of JSON.
pub const FRAME_BYTES: usize = 96 * 1024;

/// A room's name, in UTF-8 bytes.
pub const ROOM_NAME_BYTES: usize = 200;

/// A display name, in UTF-8 bytes.
pub const DISPLAY_NAME_BYTES: usize = 100;

/// Entries in one page of history.
pub const PAGE_ENTRIES: u64 = 100;

/// A vault item's Fernet token, in characters.
pub const VAULT_ITEM_CHARS: usize = 180_000;

/// Passphrases: at least this many characters (Unicode scalar values) …
pub const PASSPHRASE_MIN_CHARS: usize = 12;

/// … and at most this many bytes, far above what anyone types.
pub const PASSPHRASE_MAX_BYTES: usize = 1024;
