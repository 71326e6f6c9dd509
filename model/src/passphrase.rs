//! How strong a passphrase is: an estimate of the guesses that finding it takes, and a sentence that helps.
//!
//! The estimate is the cheapest way to spell the passphrase out of what guessers try first: common passwords and words, the
//! username, keyboard walks, sequences, repetitions, years; whatever none of these explains is priced by the character. There
//! are no rules on which characters it must have: they make people write `Password1!`.
//!
//! A guess costs whoever stole the server's database one Argon2id of 64 MiB, about a tenth of a second of a core.

mod patterns;
mod words;

use protocol::limits::{PASSPHRASE_MAX_BYTES, PASSPHRASE_MIN_CHARS};

/// What a passphrase is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Strength {
    /// Estimated guesses, as a power of ten. Rather too low than too high.
    pub guesses_log10: f32,
    /// What follows from it.
    pub verdict: Verdict,
    /// What to tell the person who types.
    pub sentence: String,
}

/// Whether a passphrase will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Fewer than [`PASSPHRASE_MIN_CHARS`] characters. Refused.
    TooShort,
    /// More than [`PASSPHRASE_MAX_BYTES`] bytes. Refused.
    TooLong,
    /// Made of what is tried first: below 10^8 guesses, months of one core. Refused.
    Guessable,
    /// 10^8 guesses and more.
    Fair,
    /// 10^12 guesses and more: out of reach for thousands of years of one core.
    Strong,
}

impl Verdict {
    /// Whether an account may have such a passphrase.
    pub fn is_acceptable(self) -> bool {
        self >= Self::Fair
    }
}

const FAIR: f32 = 8.0;
const STRONG: f32 = 12.0;

/// Judges a passphrase for an account, as it is being typed: fast enough for every keystroke, whatever the length.
pub fn judge(passphrase: &str, username: &str) -> Strength {
    let guesses_log10 = patterns::guesses_log10(passphrase, username);
    let characters = passphrase.chars().count();
    let (verdict, sentence) = if characters == 0 {
        let sentence = "Use 12 characters or more. Four or five unrelated words work well.";
        (Verdict::TooShort, sentence.to_owned())
    } else if characters < PASSPHRASE_MIN_CHARS {
        let sentence = match PASSPHRASE_MIN_CHARS - characters {
            1 => "One more character is needed.".to_owned(),
            missing => format!("{missing} more characters are needed."),
        };
        (Verdict::TooShort, sentence)
    } else if passphrase.len() > PASSPHRASE_MAX_BYTES {
        let sentence = "This is too long. Use 1,024 bytes at most, about 1,000 letters.";
        (Verdict::TooLong, sentence.to_owned())
    } else if guesses_log10 < FAIR {
        let sentence = if patterns::contains_username(passphrase, username) {
            "Too easy to guess: your username does not count. Add words that have nothing to do with you."
        } else {
            "Too easy to guess: common words, names, years and keyboard patterns are tried first. Add a few unrelated words."
        };
        (Verdict::Guessable, sentence.to_owned())
    } else if guesses_log10 < STRONG {
        let sentence = "Good enough. One more unrelated word makes it strong.";
        (Verdict::Fair, sentence.to_owned())
    } else {
        (Verdict::Strong, "Strong.".to_owned())
    };
    Strength {
        guesses_log10,
        verdict,
        sentence,
    }
}

/// Refuses what [`Verdict::is_acceptable`] refuses, with the sentence that says why.
pub fn check(passphrase: &str, username: &str) -> Result<(), String> {
    let strength = judge(passphrase, username);
    if strength.verdict.is_acceptable() {
        Ok(())
    } else {
        Err(strength.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::*;

    fn verdict(passphrase: &str) -> Verdict {
        judge(passphrase, "annabel").verdict
    }

    #[test]
    fn refuses_what_guessers_try_first() {
        for passphrase in [
            "password1234",
            "P@ssw0rd2024!",
            "passwordpassword",
            "PASSWORDPASSWORD",
            "iloveyou2024!",
            "qwertyuiop[]",
            "qwertzuiop123",
            "1qaz2wsx3edc",
            "asdfghjkl1234",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "123456789012",
            "000000000000",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "            ",
            "letmeinletmein",
            "welcome12345",
            "securechat2026",
            "correct horse battery staple",
            "CorrectHorseBatteryStaple",
            "19051987190587",
            "summer 2024!",
        ] {
            assert_eq!(verdict(passphrase), Guessable, "{passphrase}");
        }
    }

    #[test]
    fn the_username_does_not_count() {
        for passphrase in [
            "annabelannabel",
            "Annabel1234567",
            "lebannaannabel",
            "annabel-annabel-1",
        ] {
            let strength = judge(passphrase, "annabel");
            assert_eq!(strength.verdict, Guessable, "{passphrase}");
            assert!(strength.sentence.contains("username"), "{passphrase}");
        }
        assert!(
            judge("annabel gravel piano", "zoe").guesses_log10
                > judge("annabel gravel piano", "annabel").guesses_log10
        );
    }

    #[test]
    fn accepts_unrelated_words_and_random_characters_without_asking_for_kinds_of_them() {
        for passphrase in [
            "gravel monkey piano lantern",
            "xkqzvbpwmhtr",
            "7f3a91c05be8d246",
            "aB3$kL9!mN2@",
            "жираф поёт под луной",
            "我喜欢在雨天喝热茶看书写信",
            "🦀🌲🎺🧊🪁🥝🚲🪴🧭🎲🪀🧵",
            "Ein Igel trinkt heimlich Tee",
        ] {
            let strength = judge(passphrase, "annabel");
            assert_eq!(strength.verdict, Strong, "{passphrase}");
        }
        assert_eq!(verdict("583920174639"), Fair);
        assert_eq!(verdict("gravelpianolanternmoss"), Fair);
        assert!(check("gravel monkey piano lantern", "annabel").is_ok());
    }

    #[test]
    fn length_is_counted_in_characters_from_below_and_in_bytes_from_above() {
        assert_eq!(verdict(""), TooShort);
        assert_eq!(verdict("xkqzvbpwmht"), TooShort);
        assert_eq!(verdict("жщкзфбпвмхт"), TooShort);
        assert!(
            judge("xkqzvbpwmht", "annabel")
                .sentence
                .starts_with("One more")
        );
        let words = |count: usize| ["gravel piano lantern moss "; 50].concat()[..count].to_owned();
        assert_eq!(verdict(&words(1024)), Strong);
        assert_eq!(verdict(&words(1025)), TooLong);
        assert!(check(&words(1025), "annabel").is_err());
    }

    #[test]
    fn more_words_never_make_it_weaker() {
        let words = ["gravel", "piano", "lantern", "moss", "orbit", "velvet"];
        let estimates: Vec<_> = (1..=words.len())
            .map(|count| judge(&words[..count].join(" "), "annabel").guesses_log10)
            .collect();
        assert!(estimates.is_sorted(), "{estimates:?}");
    }

    #[test]
    fn odd_input_is_judged_without_trouble() {
        for passphrase in ["\0\u{301}\u{202e}\n\t\u{feff}", "ẞßıİǅ", &"é".repeat(5000)] {
            for username in ["", "é", passphrase] {
                assert!(judge(passphrase, username).guesses_log10.is_finite());
            }
        }
    }
}
