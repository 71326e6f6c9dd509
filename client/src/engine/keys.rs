//! Whoever is logged in, with all keys that something still hangs on.

use super::settings::{Replaced, Settings};
use crate::{
    account::{AccountSecret, Identity},
    token::FernetKey,
    vault_item::{self, VaultItemError},
};
use model::SecretText;
use protocol::{PublicKey, Username, api::VaultItem, b64, succession::Succession};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// The account whose engine this is.
pub(super) struct Account {
    pub username: Username,
    pub secret: AccountSecret,
    pub identity: Identity,
    pub vault_key: FernetKey,
    /// The keys before, oldest first, until all rooms and vault items have moved on to the present ones.
    pub earlier: Vec<Earlier>,
}

/// Keys that were replaced.
pub(super) struct Earlier {
    pub identity: Identity,
    vault_key: FernetKey,
}

/// The account as the local store keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredAccount {
    username: Username,
    #[serde(with = "b64")]
    secret: Vec<u8>,
    #[serde(default)]
    earlier: Vec<Succession>,
}

impl Account {
    pub fn new(username: Username, secret: AccountSecret, earlier: Vec<Succession>) -> Self {
        Self {
            username,
            identity: secret.identity().after(earlier),
            vault_key: secret.vault_key(),
            secret,
            earlier: Vec::new(),
        }
    }

    /// The same user's account with another secret.
    pub fn succeeded_by(&self, secret: AccountSecret) -> Self {
        let earlier = self.identity.succeeded_by(&secret).succession().to_vec();
        Self::new(self.username.clone(), secret, earlier)
    }

    /// Takes over what [`Account::stored`] gave.
    pub fn restore(bytes: &[u8]) -> Option<Self> {
        let stored: StoredAccount = serde_json::from_slice(bytes).ok()?;
        let secret = Zeroizing::new(stored.secret);
        let secret = AccountSecret::from_slice(&secret)?;
        Some(Self::new(stored.username, secret, stored.earlier))
    }

    /// For the local store, which seals it.
    pub fn stored(&self) -> Option<Vec<u8>> {
        let stored = StoredAccount {
            username: self.username.clone(),
            secret: self.secret.as_bytes().to_vec(),
            earlier: self.identity.succession().to_vec(),
        };
        serde_json::to_vec(&stored).ok()
    }

    /// What the account that follows this one holds on to.
    pub fn to_replace(&self, still_needed: &[SecretText]) -> Replaced {
        let own = SecretText::new(b64::encode(self.secret.as_bytes()));
        Replaced {
            times: self.identity.number() + 1,
            secrets: still_needed.iter().cloned().chain([own]).collect(),
        }
    }

    /// Holds on to the secrets before this one that are still needed, and to no others.
    pub fn hold(&mut self, replaced: &Replaced) {
        let chain = self.identity.succession();
        let secrets = match replaced.times == self.identity.number() {
            true => &replaced.secrets[..],
            false => &[],
        };
        let first = chain.len().saturating_sub(secrets.len());
        let mut earlier = Vec::new();
        let mut opening = Vec::new();
        for (number, text) in (first..chain.len()).zip(secrets) {
            let bytes = b64::decode(text.reveal()).map(Zeroizing::new);
            let Some(secret) = bytes.and_then(|bytes| AccountSecret::from_slice(&bytes)) else {
                continue;
            };
            let identity = secret.identity().after(chain[..number].to_vec());
            if identity.signing_key() == chain[number].signing {
                let vault_key = secret.vault_key();
                earlier.push(Earlier {
                    identity,
                    vault_key,
                });
                opening.push(secret);
            }
        }
        self.identity.open_also(&opening);
        self.earlier = earlier;
    }

    /// The person's keys to which this signing key belongs, if they are not the present ones, and those that followed.
    pub fn step_from(&self, signing: &PublicKey) -> Option<(&Identity, &Identity)> {
        let identities = || self.earlier.iter().map(|it| &it.identity);
        let next = identities().skip(1).chain([&self.identity]);
        identities()
            .zip(next)
            .find(|(old, _)| old.signing_key() == *signing)
    }

    /// Opens a vault item, and says under which of the person's secrets it is sealed: an earlier one, while there are any and it was
    /// not sealed anew.
    pub fn open_item<T: DeserializeOwned>(
        &self,
        item: &VaultItem,
    ) -> Result<(T, u32), VaultItemError> {
        let earlier = || {
            let keys = self.earlier.iter().rev();
            keys.map(|it| (&it.vault_key, it.identity.number()))
                .find_map(|(key, number)| Some((self.open_under(key, item).ok()?, number)))
        };
        match self.open_under(&self.vault_key, item) {
            Ok(content) => Ok((content, self.identity.number())),
            Err(error) => earlier().ok_or(error),
        }
    }

    /// Opens the settings, which never are under an earlier secret: they are replaced together with it.
    pub fn open_settings(&self, item: &VaultItem) -> Result<Settings, VaultItemError> {
        self.open_under(&self.vault_key, item)
    }

    fn open_under<T: DeserializeOwned>(
        &self,
        key: &FernetKey,
        item: &VaultItem,
    ) -> Result<T, VaultItemError> {
        let VaultItem {
            item,
            version,
            token,
        } = item;
        vault_item::open_item(key, &self.identity.user(), item, *version, token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn secret(seed: u8) -> AccountSecret {
        AccountSecret::from_bytes([seed; 32])
    }

    /// The account with its first, second and third secret, each holding on to those before.
    fn ana() -> [Account; 3] {
        let first = Account::new("ana".parse().unwrap(), secret(1), Vec::new());
        let mut second = first.succeeded_by(secret(2));
        let replaced = first.to_replace(&[]);
        second.hold(&replaced);
        let mut third = second.succeeded_by(secret(3));
        third.hold(&second.to_replace(&replaced.secrets));
        [first, second, third]
    }

    fn sealed_by(account: &Account) -> VaultItem {
        let (item, version) = ("settings", 4);
        let user = account.identity.user();
        let content = json!({ "display_name": "Ana" });
        let token = vault_item::seal_item(&account.vault_key, &user, item, version, &content);
        VaultItem {
            item: item.to_owned(),
            version,
            token: token.unwrap(),
        }
    }

    #[test]
    fn items_open_under_the_secrets_that_are_kept() {
        let [first, second, mut third] = ana();
        for (account, number) in [(&first, 0), (&second, 1), (&third, 2)] {
            let (_, under) = third.open_item::<Value>(&sealed_by(account)).unwrap();
            assert_eq!(under, number);
        }
        third.hold(&Replaced {
            times: 2,
            secrets: Vec::new(),
        });
        assert!(third.open_item::<Value>(&sealed_by(&third)).is_ok());
        for earlier in [&first, &second] {
            assert!(third.open_item::<Value>(&sealed_by(earlier)).is_err());
        }
    }

    #[test]
    fn settings_open_under_the_present_secret_only() {
        let [first, second, third] = ana();
        assert!(third.open_settings(&sealed_by(&third)).is_ok());
        for earlier in [&first, &second] {
            assert!(third.open_settings(&sealed_by(earlier)).is_err());
        }
    }

    #[test]
    fn one_step_leads_from_each_key_to_the_next() {
        let [first, second, third] = ana();
        let keys = [&first, &second, &third].map(|it| it.identity.signing_key());
        for number in [0, 1] {
            let (old, new) = third.step_from(&keys[number]).unwrap();
            assert_eq!(old.signing_key(), keys[number]);
            assert_eq!(new.signing_key(), keys[number + 1]);
            let name = &third.username;
            assert!(new.keys(name).follow(&old.keys(name)));
        }
        assert!(third.step_from(&keys[2]).is_none());
        assert!(third.step_from(&PublicKey([9; 32])).is_none());
    }

    #[test]
    fn secrets_that_are_not_the_accounts_are_not_kept() {
        let [first, _, mut third] = ana();
        let foreign = SecretText::new(b64::encode([9; 32]));
        let nonsense = SecretText::new("no secret".to_owned());
        third.hold(&Replaced {
            times: 2,
            secrets: vec![foreign, nonsense],
        });
        assert!(third.earlier.is_empty());
        // Nor those of another number of replacements.
        let replaced = first.to_replace(&[]);
        third.hold(&replaced);
        assert!(third.earlier.is_empty());
    }

    #[test]
    fn the_local_store_gives_the_account_back() {
        let [_, _, third] = ana();
        let restored = Account::restore(&third.stored().unwrap()).unwrap();
        let name = &third.username;
        assert_eq!(restored.identity.keys(name), third.identity.keys(name));
        assert_eq!(restored.username, third.username);
        assert!(Account::restore(b"{}").is_none());
    }
}
