//! Damage to bytes, whatever they mean.

use proptest::{collection::vec, prelude::*, sample::Index};

#[derive(Debug, Clone)]
pub enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
    Cut(Index),
}

pub fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let index = any::<Index>;
    let damage = prop_oneof![
        (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (index(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (index(), 1usize..40).prop_map(|(at, count)| Damage::Remove(at, count)),
        (index(), piece()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (index(), 1usize..200).prop_map(|(at, count)| Damage::Repeat(at, count)),
        index().prop_map(Damage::Cut),
    ];
    vec(damage, 0..6)
}

/// Bytes, and what means something in keys as people type them, in tokens and in JSON.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[&str] = &[
        "#", "=", "-", "A", "ü", " ", "\n", "{}", "[", "]", "\"", ":", ",", "-0", "0.5", "\\ud800",
        "\\u0061", "\u{feff}",
    ];
    prop_oneof![
        vec(any::<u8>(), 1..20),
        proptest::sample::select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
    ]
}

pub fn damaged((mut data, damages): (Vec<u8>, Vec<Damage>)) -> Vec<u8> {
    for damage in &damages {
        damage.done_to(&mut data);
    }
    data
}

impl Damage {
    fn done_to(&self, data: &mut Vec<u8>) {
        let length = data.len();
        let place = |at: &Index| at.index(length + 1);
        let stretch = |at: &Index, count: usize| place(at)..(place(at) + count).min(length);
        match self {
            Self::Set(at, byte) => data[stretch(at, 1)].fill(*byte),
            Self::Flip(at, bit) => data[stretch(at, 1)]
                .iter_mut()
                .for_each(|byte| *byte ^= 1 << bit),
            Self::Remove(at, count) => drop(data.drain(stretch(at, *count))),
            Self::Insert(at, bytes) => {
                data.splice(place(at)..place(at), bytes.iter().copied());
            }
            Self::Repeat(at, count) => {
                let again = data[stretch(at, *count)].to_vec();
                data.splice(place(at)..place(at), again);
            }
            Self::Cut(at) => data.truncate(place(at)),
        }
    }
}
