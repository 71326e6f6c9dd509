//! How strong a passphrase is: an estimate of the guesses that someone with a stolen database would need.
//!
//! The estimate looks for the cheapest way to write the passphrase down as words, repeats, runs along alphabet or keyboard,
//! years and single characters, as a guesser's program would, and adds up the bits of that way. It errs low for words that
//! it does not know and knows no language but its short list, so it is a guard against the worst, not a proof.

use protocol::limits::{PASSPHRASE_MAX_BYTES, PASSPHRASE_MIN_CHARS};

/// Below this a passphrase is refused, in bits: about 10^11 guesses, each at the cost of Argon2id with 64 MiB.
const ENOUGH_BITS: f64 = 37.0;
const GOOD_BITS: f64 = 48.0;
const STRONG_BITS: f64 = 62.0;

/// What choosing a word of the list below costs, its spelling with a capital or digits for letters included.
const LISTED_WORD_BITS: f64 = 9.0;

/// What guessers try first, and words that people take when asked for a password. Lower case, four letters at least.
const LISTED_WORDS: &[&str] = &[
    "abcdef", "access", "account", "admin", "adobe", "alexander", "alice", "amanda", "andrea", "angel", "april", "arsenal",
    "august", "autumn", "backup", "banana", "barcelona", "baseball", "basketball", "batman", "berlin", "blink", "bonjour",
    "butterfly", "changeme", "charlie", "chat", "cheese", "chelsea", "chocolate", "coffee", "computer", "cookie", "daniel",
    "december", "default", "demo", "diamond", "dragon", "einstein", "example", "facebook", "family", "february", "flower",
    "football", "forever", "freedom", "friday", "friend", "gandalf", "geheim", "google", "guest", "hallo", "hannah", "happy",
    "harley", "hello", "hockey", "hunter", "iloveyou", "internet", "january", "jasmine", "jennifer", "jessica", "jesus",
    "jordan", "july", "june", "justin", "killer", "letmein", "liverpool", "login", "london", "love", "madrid", "maggie",
    "march", "master", "matrix", "michael", "michelle", "minecraft", "monday", "money", "monkey", "mother", "mustang",
    "naruto", "nicole", "ninja", "nothing", "november", "october", "orange", "paris", "passphrase", "passport", "password",
    "passwort", "pepper", "please", "pokemon", "princess", "private", "purple", "qwerty", "qwertz", "random", "robert",
    "root", "samsung", "saturday", "schatz", "secret", "secure", "security", "september", "server", "shadow", "snoopy",
    "soccer", "spring", "starwars", "summer", "sunday", "sunshine", "superman", "system", "test", "thomas", "thursday",
    "tiger", "trustno", "tuesday", "user", "wednesday", "welcome", "whatever", "william", "willkommen", "winter", "wizard",
    "yellow", "zxcvbn",
];

/// Rows along which fingers and alphabets run.
const ROWS: &[&str] = &["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"];

/// How strong a passphrase is, for the meter beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Nothing typed.
    Empty,
    /// Refused: too short or too easy to guess.
    Weak,
    /// Accepted.
    Fair,
    /// Better.
    Good,
    /// Beyond reach.
    Strong,
}

/// How strong `passphrase` is for the account `username`.
pub fn strength(passphrase: &str, username: &str) -> Strength {
    if passphrase.is_empty() {
        return Strength::Empty;
    }
    if check(passphrase, username).is_err() {
        return Strength::Weak;
    }
    match bits(passphrase, username) {
        bits if bits >= STRONG_BITS => Strength::Strong,
        bits if bits >= GOOD_BITS => Strength::Good,
        _ => Strength::Fair,
    }
}

/// Whether a passphrase may be taken; if not, why, as a sentence.
pub fn check(passphrase: &str, username: &str) -> Result<(), String> {
    let chars = passphrase.chars().count();
    if chars < PASSPHRASE_MIN_CHARS {
        return Err(format!("A passphrase has at least {PASSPHRASE_MIN_CHARS} characters; this has {chars}."));
    }
    if passphrase.len() > PASSPHRASE_MAX_BYTES {
        return Err(format!("A passphrase has at most {PASSPHRASE_MAX_BYTES} bytes; this has {}.", passphrase.len()));
    }
    if bits(passphrase, username) < ENOUGH_BITS {
        return Err("This passphrase is easy to guess. Add a word or two that no one expects.".to_owned());
    }
    Ok(())
}

/// The cheapest way to write the passphrase down, in bits: `best[i]` is that of its first `i` characters.
fn bits(passphrase: &str, username: &str) -> f64 {
    let text: Vec<char> = passphrase.chars().take(96).collect();
    let plain: Vec<char> = text.iter().map(|c| plain(*c)).collect();
    let username: Vec<char> = username.chars().map(self::plain).collect();
    let mut best = vec![0.0f64; text.len() + 1];
    for end in 1..=text.len() {
        best[end] = (end.saturating_sub(24)..end)
            .map(|start| best[start] + piece_bits(&text, &plain, &username, start, end))
            .fold(f64::INFINITY, f64::min);
    }
    best[text.len()]
}

fn piece_bits(text: &[char], plain: &[char], username: &[char], start: usize, end: usize) -> f64 {
    let (piece, length) = (&plain[start..end], end - start);
    if length == 1 {
        return char_bits(text[start]);
    }
    let long = (length as f64).log2();
    if length >= 3 && piece == username {
        return 2.0;
    }
    if piece.iter().all(|c| *c == piece[0]) {
        return char_bits(text[start]) + long;
    }
    if length >= 3 && start >= length && plain[..start].windows(length).any(|earlier| earlier == piece) {
        return 2.0 + long;
    }
    if length >= 3 && ROWS.iter().any(|row| runs_along(piece, row)) {
        return 5.0 + long;
    }
    let word: String = piece.iter().collect();
    if length >= 4 && LISTED_WORDS.contains(&word.as_str()) {
        return LISTED_WORD_BITS;
    }
    if length == 4 && text[start..end].iter().all(char::is_ascii_digit) && matches!((text[start], text[start + 1]), ('1', '9') | ('2', '0')) {
        return 7.0;
    }
    // A word that is not listed: dictionaries grow with the length of their words, far slower than letters multiply.
    if length >= 4 && text[start..end].iter().all(|c| c.is_alphabetic()) {
        return 10.0 + 0.9 * length as f64;
    }
    f64::INFINITY
}

fn runs_along(piece: &[char], row: &str) -> bool {
    let forward: String = piece.iter().collect();
    let backward: String = piece.iter().rev().collect();
    row.contains(&forward) || row.contains(&backward)
}

fn char_bits(c: char) -> f64 {
    match c {
        '0'..='9' => 3.3,
        'a'..='z' => 4.7,
        ' ' | '-' | '.' | '_' => 2.0,
        _ if c.is_ascii() => 5.7,
        _ => 7.0,
    }
}

/// Lower case, with the letters that people replace by digits put back.
fn plain(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_short_or_guessed_first() {
        for weak in [
            "short",
            "elevenchars",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "qwertzuiopasdf",
            "Passw0rd2024",
            "password password password",
            "jonas.meyer-jonas.meyer",
            "abcabcabcabcabc",
            "Summer2026!!",
        ] {
            assert!(check(weak, "jonas.meyer").is_err(), "{weak}: {}", bits(weak, "jonas.meyer"));
            assert_eq!(strength(weak, "jonas.meyer"), Strength::Weak);
        }
        assert_eq!(strength("", "jonas"), Strength::Empty);
    }

    #[test]
    fn accepts_some_words_that_do_not_belong_together() {
        for fine in ["correct horse battery staple", "violin teapot mercury", "j8#Kq2!vTz0p", "überquerte Ziegen im März", "правильная лошадь батарея"] {
            assert_eq!(check(fine, "jonas"), Ok(()), "{fine}: {}", bits(fine, "jonas"));
        }
        assert_eq!(strength("correct horse battery staple", "jonas"), Strength::Strong);
    }

    #[test]
    fn accepts_very_long_ones_and_names_the_limit_beyond() {
        let long = "many different words about ships and cheese ".repeat(20);
        assert_eq!(check(&long, "jonas"), Ok(()));
        assert!(check(&"x1".repeat(600), "jonas").is_err_and(|why| why.contains("1024")));
    }

    #[test]
    fn more_of_the_same_adds_little_and_another_word_much() {
        let one = bits("violin teapot", "jonas");
        assert!(bits("violin teapot violin teapot", "jonas") < one + 10.0);
        assert!(bits("violin teapot mercury", "jonas") > one + 12.0);
    }
}
