-- Everything that the first version stores.
--
-- Ids, keys and hashes are BLOBs of fixed length; times are milliseconds since 1970-01-01 UTC. Tables are STRICT, because
-- SQLite would otherwise keep a text where a number belongs and say nothing.

-- What the server keeps about itself. `opaque setup` holds its OPAQUE keys: without this row nobody can log in any more,
-- so it lives here, where every backup has it.
CREATE TABLE server (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Usernames and user ids are never given out twice; so these rows stay when an account goes.
CREATE TABLE names (
    username TEXT NOT NULL PRIMARY KEY,
    user BLOB NOT NULL UNIQUE CHECK (length(user) = 20)
) STRICT;

-- `earlier`, here and in `members`: the signing keys before this one, as the JSON that clients check.
CREATE TABLE accounts (
    user BLOB NOT NULL PRIMARY KEY REFERENCES names (user),
    username TEXT NOT NULL UNIQUE REFERENCES names (username),
    signing BLOB NOT NULL CHECK (length(signing) = 32),
    agreement BLOB NOT NULL CHECK (length(agreement) = 32),
    earlier TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    record BLOB NOT NULL,
    passphrase_wrap TEXT NOT NULL,
    recovery_wrap TEXT NOT NULL,
    recovery_token_hash BLOB NOT NULL CHECK (length(recovery_token_hash) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    created INTEGER NOT NULL
) STRICT;

-- The cookie's value is not here, only its SHA-256: who reads the database can't take over a session.
CREATE TABLE sessions (
    id_hash BLOB NOT NULL PRIMARY KEY CHECK (length(id_hash) = 32),
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 16),
    user BLOB NOT NULL REFERENCES accounts (user) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    client TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user);

CREATE TABLE vault (
    user BLOB NOT NULL REFERENCES accounts (user) ON DELETE CASCADE,
    item TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    token TEXT NOT NULL,
    PRIMARY KEY (user, item)
) STRICT;

-- A room is live as long as it has a locator; it loses it with its last member.
CREATE TABLE rooms (
    room BLOB NOT NULL PRIMARY KEY CHECK (length(room) = 16),
    locator BLOB UNIQUE CHECK (length(locator) = 16),
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    join_key BLOB NOT NULL CHECK (length(join_key) = 32),
    rotation_due INTEGER NOT NULL CHECK (rotation_due IN (0, 1)),
    settings TEXT NOT NULL,
    head_seq INTEGER NOT NULL CHECK (head_seq >= 1),
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    last_open_seq INTEGER NOT NULL CHECK (last_open_seq >= 1),
    last_open_hash BLOB NOT NULL CHECK (length(last_open_hash) = 32),
    open_bytes INTEGER NOT NULL CHECK (open_bytes >= 0),
    at INTEGER NOT NULL
) STRICT;

-- Seniority decides who inherits a room. `since` is the seq of the member's join, or of the epoch's header for those who
-- were there before it; the user id breaks the tie. An account in a room can't be deleted: only its own signature takes it
-- out, so the reference has no ON DELETE.
CREATE TABLE members (
    room BLOB NOT NULL REFERENCES rooms (room),
    user BLOB NOT NULL REFERENCES accounts (user),
    username TEXT NOT NULL,
    signing BLOB NOT NULL CHECK (length(signing) = 32),
    agreement BLOB NOT NULL CHECK (length(agreement) = 32),
    earlier TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    since INTEGER NOT NULL CHECK (since >= 1),
    PRIMARY KEY (room, user)
) STRICT;
CREATE INDEX members_by_user ON members (user);

-- Who is kept out of a room, in it before or not; an account of that id need not be there any more.
CREATE TABLE bans (
    room BLOB NOT NULL REFERENCES rooms (room),
    user BLOB NOT NULL CHECK (length(user) = 20),
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;

-- How far each member has read, sealed; it goes with the member.
CREATE TABLE slots (
    room BLOB NOT NULL,
    user BLOB NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    token TEXT NOT NULL,
    PRIMARY KEY (room, user),
    FOREIGN KEY (room, user) REFERENCES members (room, user) ON DELETE CASCADE
) STRICT;

-- With whom an epoch started and who was banned then, as the JSON that clients check against the header's roster hash.
-- Only ever written once and read whole.
CREATE TABLE epochs (
    room BLOB NOT NULL REFERENCES rooms (room),
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    header_seq INTEGER NOT NULL CHECK (header_seq >= 1),
    members TEXT NOT NULL,
    banned TEXT NOT NULL,
    PRIMARY KEY (room, epoch)
) STRICT;

-- A rowid table, because payloads are large: the index stays small and appending stays sequential across rooms. Of a purged
-- entry all stays but the payload.
CREATE TABLE entries (
    room BLOB NOT NULL REFERENCES rooms (room),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    class INTEGER NOT NULL CHECK (class IN (0, 1)),
    payload BLOB CHECK (payload IS NOT NULL OR class = 0),
    entry_hash BLOB NOT NULL CHECK (length(entry_hash) = 32),
    transcript BLOB NOT NULL CHECK (length(transcript) = 32),
    sender BLOB NOT NULL CHECK (length(sender) = 20),
    device BLOB CHECK (length(device) = 16),
    message BLOB CHECK (length(message) = 16),
    at INTEGER NOT NULL,
    PRIMARY KEY (room, seq),
    CHECK ((class = 0) = (device IS NOT NULL AND message IS NOT NULL))
) STRICT;

-- The same message id of the same device is one message, however often it is sent.
CREATE UNIQUE INDEX entries_by_message ON entries (sender, device, message) WHERE message IS NOT NULL;

-- Open entries are few among many; a newcomer reads only them.
CREATE INDEX entries_open ON entries (room, seq) WHERE class = 1;
