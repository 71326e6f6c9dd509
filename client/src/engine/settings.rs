//! The vault's item for what belongs to no room.

use super::contacts::Contacts;
use crate::recovery::RecoveryCode;
use model::SecretText;
use protocol::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The person's settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// Shown beside the username; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// When it was chosen: the later choice wins.
    #[serde(default)]
    pub display_name_at: Time,
    /// The recovery code.
    #[serde(default)]
    pub recovery: Recovery,
    /// Whom the person met, and what they know of them.
    #[serde(default, skip_serializing_if = "Contacts::is_empty")]
    pub contacts: Contacts,
    /// What is left of earlier account secrets.
    #[serde(default, skip_serializing_if = "Replaced::is_empty")]
    pub replaced: Replaced,
    /// What newer versions put here.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

/// A recovery code on its way to paper.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Recovery {
    /// The version of the credentials that it came with.
    pub version: u64,
    /// The code, only until the person says that it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SecretText>,
}

/// The account secrets before the present one, until every room and every vault item has moved on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Replaced {
    /// How often the secret was replaced.
    pub times: u32,
    /// The text of each that is still needed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretText>,
}

impl Settings {
    /// What two devices wrote at the same time.
    pub fn merge(&mut self, theirs: Self) {
        let name = (theirs.display_name_at, &theirs.display_name);
        if name > (self.display_name_at, &self.display_name) {
            self.display_name = theirs.display_name;
            self.display_name_at = theirs.display_name_at;
        }
        self.recovery.merge(theirs.recovery);
        self.contacts.merge(theirs.contacts);
        self.replaced.merge(theirs.replaced);
        self.other.extend(theirs.other);
    }
}

impl Recovery {
    /// A code that came with these credentials.
    pub fn new(version: u64, code: &RecoveryCode) -> Self {
        let code = Some(SecretText::new(code.reveal().to_string()));
        Self { version, code }
    }

    /// The newer code wins. Of one and the same, it is enough that one device heard that it is written down.
    fn merge(&mut self, theirs: Self) {
        if theirs.version > self.version
            || (theirs.version == self.version && theirs.code.is_none())
        {
            *self = theirs;
        }
    }
}

impl Replaced {
    /// The later secret wins. Of one and the same, the earlier ones are needed no more as soon as one device knows that.
    fn merge(&mut self, theirs: Self) {
        let fewer = theirs.secrets.len() < self.secrets.len();
        if theirs.times > self.times || (theirs.times == self.times && fewer) {
            *self = theirs;
        }
    }

    fn is_empty(&self) -> bool {
        self.times == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> SecretText {
        SecretText::new(text.to_owned())
    }

    /// Whoever merges first, and however often, both devices end with the same.
    fn merged(one: &Settings, other: &Settings) -> Settings {
        let mut first = one.clone();
        first.merge(other.clone());
        let mut second = other.clone();
        second.merge(one.clone());
        assert_eq!(first, second);
        first.merge(other.clone());
        assert_eq!(first, second);
        first
    }

    fn with_code(version: u64, code: Option<&str>) -> Settings {
        let code = code.map(text);
        Settings {
            recovery: Recovery { version, code },
            ..Settings::default()
        }
    }

    #[test]
    fn a_code_that_is_written_down_stays_forgotten_but_a_new_one_is_shown() {
        let (shown, saved) = (with_code(1, Some("one")), with_code(1, None));
        assert_eq!(merged(&shown, &saved), saved);
        let new = with_code(2, Some("two"));
        assert_eq!(merged(&saved, &new), new);
        assert_eq!(merged(&shown, &new), new);
        assert_eq!(merged(&with_code(2, None), &shown), with_code(2, None));
    }

    #[test]
    fn earlier_secrets_that_one_device_dropped_do_not_come_back() {
        let with = |times, secrets: &[&str]| Settings {
            replaced: Replaced {
                times,
                secrets: secrets.iter().copied().map(text).collect(),
            },
            ..Settings::default()
        };
        let dropped = with(1, &[]);
        assert_eq!(merged(&with(1, &["a"]), &dropped), dropped);
        let again = with(2, &["b"]);
        assert_eq!(merged(&dropped, &again), again);
        assert_eq!(merged(&with(1, &["a"]), &with(2, &[])), with(2, &[]));
        assert_eq!(merged(&Settings::default(), &again), again);
    }

    #[test]
    fn the_name_that_was_chosen_last_wins_on_both_devices() {
        let named = |at, name: &str| Settings {
            display_name: name.to_owned(),
            display_name_at: at,
            ..Settings::default()
        };
        assert_eq!(merged(&named(2, "Ana"), &named(3, "")), named(3, ""));
        assert_eq!(merged(&named(2, "Ana"), &named(2, "Bea")), named(2, "Bea"));
    }

    #[test]
    fn what_newer_versions_wrote_is_kept() {
        let json = r#"{"display_name_at":0,"recovery":{"version":1},"theme":"dark"}"#;
        let settings: Settings = serde_json::from_str(json).unwrap();
        let written = serde_json::to_value(&settings).unwrap();
        assert_eq!(written["theme"], "dark");
    }
}
