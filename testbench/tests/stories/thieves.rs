//! Whoever stole a person's keys has nothing any more once they are replaced.

use crate::{
    crowd::{all_have_key, crowd, join, nothing_is_wrong, user},
    recovery_codes::recover,
    replacing::{NEW, all_told, log_in, replace},
};
use client::{
    account::AccountSecret,
    body::{Body, Content},
    envelope,
    io::{Action, ApiRequest},
    room_key::{Context, RoomSecret},
    statement::{self, Place},
    vault_item, wrap,
};
use model::{Command, Delivery, Phase, Trouble};
use protocol::{
    DeviceId, Entry, Hash, MessageId, PublicError,
    api::VaultPut,
    b64,
    frame::{LoggedEntry, ServerFrame},
    log::entry_hash,
    open::{Head, OpenContent},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use testbench::{Bench, Fate, PASSPHRASE, Who};

/// The account secret in a browser's local store.
fn stolen_secret(bench: &mut Bench, who: Who) -> AccountSecret {
    let browser = bench.browser_mut(who);
    let (_, bytes) = browser
        .stored()
        .find(|(name, _)| *name == "account")
        .unwrap();
    let account: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let bytes = b64::decode(account["secret"].as_str().unwrap()).unwrap();
    AccountSecret::from_slice(&bytes).unwrap()
}

/// The running log as a browser heard it.
fn heard(bench: &mut Bench, who: Who) -> Vec<LoggedEntry> {
    let frames = bench.browser_mut(who).traffic.iter();
    let entry = |text: &String| match serde_json::from_str(text) {
        Ok(ServerFrame::Entry { entry, .. }) => Some(entry),
        _ => None,
    };
    frames.filter_map(entry).collect()
}

#[tokio::test]
async fn a_thief_with_all_the_keys_has_nothing_any_more() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.get_across(ana, room, "before").await;
    let room_key = bench.room_key(ana, room).await;
    let code = bench[ana].recovery_code.clone().unwrap();
    bench.later(Duration::from_secs(60)).await;
    let keys = stolen_secret(&mut bench, ana).identity();
    let thief = bench.thief_of(ana);

    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    all_told(&mut bench, ana).await;
    all_have_key(&mut bench, 2, &[ana, ben, cleo]).await;
    bench.get_across(ben, room, "is she gone?").await;
    // Someone else makes the next key, with a part for Ana.
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ben, room, "now we are two").await;
    bench
        .until("Ana reads on", |bench| bench[ana].messages().len() == 3)
        .await;

    // Nothing that the thief has logs in.
    bench
        .until("the thief is out", |bench| {
            bench[thief].phase == Phase::Expired
        })
        .await;
    let old = bench.ask(thief, log_in(PASSPHRASE)).await;
    assert_eq!(old, Err(Trouble::Server(PublicError::WrongCredentials)));
    let elsewhere = bench.browser();
    let recovered = bench.ask(elsewhere, recover(&code)).await;
    assert_eq!(
        recovered,
        Err(Trouble::Server(PublicError::WrongRecoveryCode))
    );
    let eva = bench.person("eva").await;
    let joined = bench.ask(eva, join(&room_key)).await;
    assert_eq!(joined, Err(Trouble::Server(PublicError::RoomUnknown)));

    // Nothing that the thief has opens what came since.
    let message_key = RoomSecret::parse(&room_key).unwrap().message_key();
    let mut ctx = None;
    let (mut sealed, mut wraps) = (0, 0);
    for LoggedEntry { entry, .. } in heard(&mut bench, ben) {
        match entry {
            Entry::Sealed(token) if ctx.is_some() => {
                assert!(message_key.open(&token).is_err());
                sealed += 1;
            }
            Entry::Open(open) => {
                let body = open.body().unwrap();
                match &body.content {
                    OpenContent::Header(header) if body.epoch > 1 => {
                        ctx = Some(Context {
                            room,
                            epoch: body.epoch,
                            commitment: header.commitment,
                        });
                    }
                    OpenContent::Wrap(it) if it.recipient == keys.user() => {
                        let opened = wrap::unwrap(&ctx.unwrap(), &body.sender, &keys, &it.sealed);
                        assert!(opened.is_err());
                        wraps += 1;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    assert!(sealed >= 2 && wraps == 1, "{sealed}, {wraps}");
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn nobody_writes_in_her_name_with_the_keys_she_had() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ana, room, "before").await;
    bench.shows(ben, &["ana: before"]).await;
    let room_key = bench.room_key(ana, room).await;
    let keys = stolen_secret(&mut bench, ana).identity();

    // The server lets the thief speak right behind the statement, under the key that was in use until then.
    let secret = RoomSecret::parse(&room_key).unwrap();
    bench.browser_mut(ben).tamper = Some(Box::new(move |text| {
        let frame: ServerFrame = serde_json::from_str(&text).unwrap();
        let mut frames = vec![text];
        if let ServerFrame::Entry { entry, .. } = &frame
            && let Entry::Open(open) = &entry.entry
            && let OpenContent::Identity(_) = open.body().unwrap().content
        {
            let body = Body {
                sender: keys.user(),
                device: DeviceId([9; 16]),
                n: 1,
                prev: Hash::ZERO,
                seen: Head {
                    seq: 1,
                    hash: Hash::ZERO,
                },
                id: MessageId([9; 16]),
                at: entry.at,
                content: Content::Text {
                    text: "trust me".to_owned(),
                },
            };
            let ctx = secret.context(room, 1);
            let sealed = envelope::seal(&secret.message_key(), &ctx, &keys, &body);
            let forged = ServerFrame::Entry {
                room,
                entry: LoggedEntry {
                    seq: entry.seq + 1,
                    at: entry.at,
                    entry: Entry::Sealed(sealed.unwrap().token),
                },
            };
            frames.push(serde_json::to_string(&forged).unwrap());
        }
        frames
    }));
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    bench
        .until("it is said", |bench| !bench[ben].broken().is_empty())
        .await;
    assert!(bench[ben].broken()[0].ends_with("It is not shown."));
    assert_eq!(bench[ben].messages(), ["ana: before"]);
}

#[tokio::test]
async fn the_earlier_secret_is_forgotten_when_nothing_hangs_on_it() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let earlier = stolen_secret(&mut bench, ana);
    let written = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&written);
    bench.browser_mut(ana).fates = Some(Box::new(move |action| {
        if let Action::Call { request, .. } = action {
            let settings = match request {
                ApiRequest::IdentityReplace(it) => Some(&it.settings),
                ApiRequest::VaultPut(it) if it.item == "settings" => Some(it),
                _ => None,
            };
            kept.lock().unwrap().extend(settings.cloned());
        }
        Fate::Done
    }));
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    all_told(&mut bench, ana).await;
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    bench.later(Duration::from_secs(60)).await;
    bench.get_across(ana, room, "all is well").await;

    let key = stolen_secret(&mut bench, ana).vault_key();
    let user = user(&bench, ana);
    let holds_earlier = |put: &VaultPut| {
        let VaultPut {
            item,
            replaces,
            token,
        } = put;
        let opened = vault_item::open_item(&key, &user, item, replaces + 1, token);
        let settings: serde_json::Value = opened.unwrap();
        settings
            .to_string()
            .contains(&b64::encode(earlier.as_bytes()))
    };
    let written = written.lock().unwrap();
    let under_new = written.iter().filter(|it| key.open(&it.token).is_ok());
    let held: Vec<bool> = under_new.map(holds_earlier).collect();
    assert_eq!((held.first(), held.last()), (Some(&true), Some(&false)));
}

#[tokio::test]
async fn a_thief_who_tells_a_room_of_other_keys_first_is_noticed() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ana, room, "before").await;
    let keys = stolen_secret(&mut bench, ana).identity();
    let thiefs = keys.succeeded_by(&AccountSecret::from_bytes([13; 32]));
    // The server lets the thief speak in Ben's place.
    let mut last_open = Hash::ZERO;
    bench.browser_mut(ana).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        match &mut frame {
            ServerFrame::Opens { entries, .. } => {
                let last = entries.last().map(|it| entry_hash(&it.entry));
                last_open = last.unwrap_or(last_open);
            }
            ServerFrame::Entry { entry, .. } => {
                let (epoch, prev_open) = (1, last_open);
                let place = Place {
                    room,
                    epoch,
                    prev_open,
                };
                let name = "ana".parse().unwrap();
                let told = statement::identity(&keys, &thiefs, place, &name);
                entry.entry = Entry::Open(told.unwrap().entry);
            }
            _ => {}
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.say(ben, room, "where are you?").await;
    bench
        .until("it is said", |bench| {
            let alarms = bench[ana].alarms();
            let sentence = "In this room, other keys than yours stand for you: ";
            alarms.iter().any(|it| it.starts_with(sentence))
        })
        .await;
    // What she says then waits, instead of going out in a way that nobody can verify.
    bench.say(ana, room, "here").await;
    bench.later(Duration::from_secs(5)).await;
    assert_eq!(bench[ana].delivery("here"), Some(&Delivery::Sending));
}
