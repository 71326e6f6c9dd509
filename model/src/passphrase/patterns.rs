//! The cheapest explanation of a passphrase, found by dynamic programming over its characters.
//!
//! All prices are powers of ten of guesses, chosen by hand and rather low.

use super::words;
use zeroize::Zeroizing;

/// Only so much of a passphrase is looked at; nothing that long is guessed anyway.
const MAX_CHARS: usize = 128;

/// The longest stretch of letters that may be one unknown word.
const MAX_WORD: usize = 12;

/// Keyboard rows (US, German, French), the digits' row, and the columns of a US keyboard.
const WALKS: [&str; 10] = [
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü+",
    "asdfghjklöä#",
    "yxcvbnm,.-",
    "azertyuiop",
    "qsdfghjklm",
    "1234567890-=",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
];

/// Estimates the guesses for a passphrase.
pub(super) fn guesses_log10(passphrase: &str, username: &str) -> f32 {
    let typed: Zeroizing<Vec<char>> = Zeroizing::new(passphrase.chars().take(MAX_CHARS).collect());
    let lower: Zeroizing<Vec<char>> = Zeroizing::new(typed.iter().map(|c| folded(*c)).collect());
    let walks = walks();
    let username: Vec<char> = username.chars().map(folded).collect();
    let backwards: Vec<char> = username.iter().rev().copied().collect();

    // best[i] is the price of the first i characters.
    let mut best = vec![f32::INFINITY; typed.len() + 1];
    best[0] = 0.0;
    for start in 0..typed.len() {
        let so_far = best[start];
        let rest = &lower[start..];
        let mut offer = |length: usize, price: f32| {
            if let Some(known) = best.get_mut(start + length) {
                *known = known.min(so_far + price);
            }
        };
        offer(1, character(typed[start]));
        for length in letters(rest) {
            offer(
                length,
                unknown_word(&lower, start, length) + capitals(&typed[start..start + length]),
            );
        }
        for (rank, word) in words::COMMON.iter().enumerate() {
            if let Some((length, disguise)) = spells(rest, word) {
                let rank = (rank + 2) as f32;
                offer(
                    length,
                    rank.log10() + disguise + capitals(&typed[start..start + length]),
                );
            }
        }
        for (name, price) in [(&username, 0.5), (&backwards, 0.8)] {
            if name.len() > 2 && rest.starts_with(name) {
                offer(name.len(), price);
            }
        }
        if is_year(rest) {
            offer(4, 2.0);
        }
        for length in 3..=longest_run(rest).max(longest_walk(rest, &walks)) {
            offer(length, 1.2 + (length as f32).log10());
        }
        for length in 1..=start.min(rest.len()) {
            if lower[start - length..start] == rest[..length] {
                offer(length, 0.4);
            }
        }
    }
    best[typed.len()]
}

/// Whether the username, or the username backwards, is part of the passphrase.
pub(super) fn contains_username(passphrase: &str, username: &str) -> bool {
    let passphrase = Zeroizing::new(passphrase.to_lowercase());
    let backwards: String = username.chars().rev().collect();
    username.len() > 2 && (passphrase.contains(username) || passphrase.contains(&backwards))
}

fn folded(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// One character that nothing else explains.
fn character(c: char) -> f32 {
    match c {
        '0'..='9' => 0.8,
        ' ' => 0.3,
        '-' | '_' | '.' | ',' | '!' | '?' => 0.5,
        _ if is_ideograph(c) => 2.5,
        _ if c.is_uppercase() => 1.7,
        _ if c.is_alphabetic() => 1.4,
        _ if c.is_ascii() => 1.3,
        _ => 2.0,
    }
}

/// From the CJK radicals on, characters stand for syllables and words.
fn is_ideograph(c: char) -> bool {
    c.is_alphabetic() && c >= '\u{2e80}'
}

/// Capitals where everyone puts them cost next to nothing, others a little each.
fn capitals(typed: &[char]) -> f32 {
    match typed.iter().filter(|c| c.is_uppercase()).count() {
        0 => 0.0,
        1 => 0.3,
        all if all == typed.len() => 0.3,
        some => 0.3 * some as f32,
    }
}

/// Lengths of stretches of letters from here on that may be one word.
fn letters(rest: &[char]) -> std::ops::RangeInclusive<usize> {
    let run = rest
        .iter()
        .take(MAX_WORD)
        .take_while(|c| c.is_alphabetic() && !is_ideograph(**c));
    2..=run.count()
}

/// Letters of a language carry some two bits each, and there are not many more than a hundred thousand words. Letters that no
/// language has in this order are priced as random ones.
fn unknown_word(lower: &[char], start: usize, length: usize) -> f32 {
    let length_f = length as f32;
    if is_unpronounceable(lower, start) {
        1.3 * length_f
    } else {
        (0.7 + 0.7 * length_f).min(5.5)
    }
}

/// Whether the whole stretch of ASCII letters around a place has hardly a vowel, or five consonants in a row.
fn is_unpronounceable(lower: &[char], place: usize) -> bool {
    let is_letter = |c: &&char| c.is_ascii_alphabetic();
    let before = lower[..place].iter().rev().take_while(is_letter).count();
    let after = lower[place..].iter().take_while(is_letter).count();
    let run = &lower[place - before..place + after];
    let vowels = run.iter().filter(|c| is_vowel(**c)).count();
    let consonants = run.split(|c| is_vowel(*c)).map(<[char]>::len).max();
    run.len() >= 6 && (vowels * 5 < run.len() || consonants >= Some(5))
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// Whether the text starts with a word, digits and signs standing for letters allowed: its length, and the price of the disguise.
fn spells(text: &[char], word: &str) -> Option<(usize, f32)> {
    let mut disguised = false;
    let mut length = 0;
    for (expected, typed) in word.chars().zip(text) {
        if *typed != expected {
            if !stands_for(*typed, expected) {
                return None;
            }
            disguised = true;
        }
        length += 1;
    }
    let whole = length == word.chars().count();
    whole.then_some((length, if disguised { 0.3 } else { 0.0 }))
}

fn stands_for(typed: char, letter: char) -> bool {
    match letter {
        'a' => matches!(typed, '4' | '@'),
        'b' => typed == '8',
        'e' => typed == '3',
        'g' => typed == '9',
        'i' => matches!(typed, '1' | '!' | '|'),
        'l' => matches!(typed, '1' | '|'),
        'o' => typed == '0',
        's' => matches!(typed, '5' | '$'),
        't' => matches!(typed, '7' | '+'),
        'z' => typed == '2',
        _ => false,
    }
}

fn is_year(text: &[char]) -> bool {
    match text {
        ['1', '9', a, b, ..] => a.is_ascii_digit() && b.is_ascii_digit(),
        ['2', '0', '0'..='3', b, ..] => b.is_ascii_digit(),
        _ => false,
    }
}

/// How far the text counts up or down, like `3456` or `dcba`.
fn longest_run(text: &[char]) -> usize {
    let count = |step: i32| {
        let follows = |pair: &&[char]| pair[1] as i32 - pair[0] as i32 == step;
        1 + text.windows(2).take_while(follows).count()
    };
    count(1).max(count(-1))
}

/// [`WALKS`] in both directions.
fn walks() -> Vec<Vec<char>> {
    let forward = WALKS.iter().map(|walk| walk.chars().collect());
    let backward = WALKS.iter().map(|walk| walk.chars().rev().collect());
    forward.chain(backward).collect()
}

/// How far the text walks along a keyboard.
fn longest_walk(text: &[char], walks: &[Vec<char>]) -> usize {
    let same = |walk: &[char]| walk.iter().zip(text).take_while(|(a, b)| a == b).count();
    let starts = |walk: &Vec<char>| (0..walk.len()).map(|start| same(&walk[start..])).max();
    walks.iter().filter_map(starts).max().unwrap_or(0)
}
