//! The message path: what is known of a message, and writing all that wait.

use crate::{database::Database, sample::*};
use backend::store::{SendKey, SendState, Stored};
use protocol::{DeviceId, RoomId, roster::Roster};

pub async fn what_is_stored_is_known_by_its_sender_device_and_id(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut state = room(&*store, 1, &[1, 2]).await;
    let other = room(&*store, 2, &[1]).await;
    let said = key(&state, 1, 1, 1);
    let entry = message(&mut state, said, "AAAA");
    write(&*store, &state, std::slice::from_ref(&entry)).await;

    let stored = Some(Stored {
        room: state.head.room,
        seq: 2,
        at: entry.logged.at,
        hash: entry.hash,
    });
    let elsewhere = SendKey {
        room: other.head.room,
        ..said
    };
    let gone = SendKey {
        room: RoomId([9; 16]),
        ..said
    };
    let by_another = SendKey {
        sender: user(2),
        ..said
    };
    let from_another = SendKey {
        device: DeviceId([2; 16]),
        ..said
    };
    let keys = [
        (said, Some(state.head), stored),
        (elsewhere, Some(other.head), stored),
        (gone, None, stored),
        (by_another, Some(state.head), None),
        (from_another, Some(state.head), None),
        (key(&state, 1, 1, 2), Some(state.head), None),
    ];
    let mut tx = store.begin().await.unwrap();
    for (key, room, stored) in keys {
        let expected = SendState {
            room,
            rotation_due: false,
            stored,
        };
        assert_eq!(tx.send_states(&[key]).await.unwrap(), [expected]);
    }
}

pub async fn only_members_have_a_room_to_send_to(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut state = room(&*store, 1, &[1, 2]).await;
    let id = state.head.room;
    let keys = [key(&state, 1, 1, 1), key(&state, 2, 1, 1)];
    let mut tx = store.begin().await.unwrap();
    tx.remove_member(&id, &user(2)).await.unwrap();
    state.roster = Roster::restore(
        state.roster.members().to_vec(),
        Default::default(),
        true,
        SETTINGS,
    );
    tx.update_room(&state).await.unwrap();
    let states = tx.send_states(&keys).await.unwrap();
    assert_eq!(
        (states[0].room, states[0].rotation_due),
        (Some(state.head), true)
    );
    assert_eq!(states[1].room, None);
}

pub async fn answers_come_in_the_order_of_the_questions(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut state = room(&*store, 1, &[1, 2]).await;
    let said: Vec<_> = (0..300)
        .map(|n| key(&state, 1 + (n % 2) as u8, (n % 7) as u8, n))
        .collect();
    let entries = said
        .iter()
        .step_by(3)
        .map(|key| message(&mut state, *key, "AAAA"));
    let entries: Vec<_> = entries.collect();
    write(&*store, &state, &entries).await;
    let mut asked = said.clone();
    asked.reverse();
    // The same one twice is answered twice.
    asked.push(said[0]);
    let mut tx = store.begin().await.unwrap();
    let states = tx.send_states(&asked).await.unwrap();
    assert_eq!(states.len(), asked.len());
    for (key, state) in asked.iter().zip(states) {
        let entry = entries
            .iter()
            .find(|it| it.sender == key.sender && it.message == Some((key.device, key.id)));
        let seq = entry.map(|it| it.logged.seq);
        assert_eq!(state.stored.map(|it| it.seq), seq);
    }
    assert!(tx.send_states(&[]).await.unwrap().is_empty());
}

pub async fn a_message_id_is_stored_once_per_device(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut state = room(&*store, 1, &[1, 2]).await;
    let mut other = room(&*store, 2, &[1]).await;
    let said = key(&state, 1, 1, 1);
    let first = message(&mut state, said, "AAAA");
    write(&*store, &state, &[first]).await;
    let mut tx = store.begin().await.unwrap();
    for room in [&mut state.clone(), &mut other] {
        tx.begin_step().await.unwrap();
        let again = message(room, said, "BBBB");
        assert!(tx.append(&[again]).await.is_err());
        tx.undo_step().await.unwrap();
    }
    let others = [key(&state, 1, 2, 1), key(&state, 2, 1, 1)];
    let others = others.map(|key| message(&mut state, key, "AAAA"));
    tx.append(&others).await.unwrap();
    // Open entries have no id, so none is taken.
    let opens = [leave(&mut state, 1), leave(&mut state, 1)];
    tx.append(&opens).await.unwrap();
}

pub async fn many_rooms_are_written_at_once(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut rooms = Vec::new();
    for n in 1..4 {
        rooms.push(room(&*store, n, &[1]).await);
    }
    let untouched = room(&*store, 4, &[1]).await;
    let mut entries = Vec::new();
    for n in 0..30 {
        let state = &mut rooms[usize::from(n % 3)];
        let key = key(state, 1, 1, n);
        entries.push(message(state, key, "AAAA"));
    }
    let heads: Vec<_> = rooms.iter().map(|state| state.head).collect();
    let mut tx = store.begin().await.unwrap();
    tx.append(&entries).await.unwrap();
    tx.set_heads(&heads).await.unwrap();
    tx.append(&[]).await.unwrap();
    tx.set_heads(&[]).await.unwrap();
    tx.commit().await.unwrap();
    let expected = [&heads[..], &[untouched.head]].concat();
    assert_eq!(store.room_heads(&user(1)).await.unwrap(), expected);
    for state in rooms {
        assert_eq!(state.head.head.seq, 11);
        let mut tx = store.begin().await.unwrap();
        let last = tx.transcript(&state.head.room, 11).await.unwrap();
        assert_eq!(last, Some(state.head.head.hash));
    }
}
