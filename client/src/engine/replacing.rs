//! New keys for someone who fears that others have theirs. The server takes keys, credentials and the vault's settings as one; the rooms
//! are told from there on, by whichever of the person's devices is there.

use super::{
    Engine, NEXT_ACCOUNT,
    account::{broken, unexpected},
    flow::Flow,
    keys::Account,
    settings::{Recovery, Replaced},
    vault::SETTINGS,
};
use crate::{
    account::AccountSecret,
    credentials::{self, RecoveryWrap},
    io::{ApiAnswer, ApiRequest},
    opaque::StretchDone,
    recovery::RecoveryCode,
    token::FernetKey,
};
use model::{Answer, Trouble};
use protocol::{
    PublicError,
    api::{Credentials, IdentityReplace, StoredCredentials, VaultItem},
};
use rand_core::{CryptoRng, RngCore};

/// The account as it will be.
pub(super) struct Next {
    account: Account,
    /// None if the page was closed since: then the vault tells whether the server took it.
    wish: Option<Wish>,
}

/// What the server is asked for.
struct Wish {
    ticket: u32,
    credentials: Credentials,
    recovery: Recovery,
    state: WishState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WishState {
    /// Being stored here, or with the server.
    Open,
    /// Another device wrote the settings; they are read and go again.
    Overtaken,
    /// No answer came. The vault will tell.
    Unheard,
}

impl Next {
    /// What the local store had.
    pub fn unheard(account: Account) -> Self {
        Self {
            account,
            wish: None,
        }
    }
}

impl<R: RngCore + CryptoRng> Engine<R> {
    /// The new passphrase is stretched: makes the new account, and keeps it here before the server hears of it.
    pub(super) fn make_next(
        &mut self,
        ticket: u32,
        stored: &StoredCredentials,
        done: StretchDone,
    ) -> Result<(), Trouble> {
        let secret = AccountSecret::generate(&mut self.rng);
        let code = RecoveryCode::generate(&mut self.rng);
        let account = self.account()?.succeeded_by(secret);
        let credentials = credentials::make(
            &account.identity,
            stored.version + 1,
            done.message,
            account.secret.wrap(&FernetKey::new(&done.wrap_key)),
            RecoveryWrap::new(&code, &account.secret),
        );
        let write = self
            .out
            .store(vec![(NEXT_ACCOUNT.to_owned(), account.stored())]);
        self.next = Some(Next {
            account,
            wish: Some(Wish {
                ticket,
                recovery: Recovery::new(credentials.version, &code),
                credentials,
                state: WishState::Open,
            }),
        });
        match self.durable {
            true => drop(self.flows.insert(write, Flow::NextStored)),
            false => self.ask_for_next(),
        }
        Ok(())
    }

    /// Asks the server for the new keys.
    pub(super) fn ask_for_next(&mut self) {
        let Some(next) = &mut self.next else { return };
        let (Some(account), Some(wish)) = (&self.account, &mut next.wish) else {
            return;
        };
        wish.state = WishState::Open;
        let settings = &mut self.vault.settings;
        let mut content = settings.content.clone();
        (content.recovery, content.replaced) = changes(account, wish, &content.replaced);
        match settings.saving.seal(&content, &next.account, SETTINGS) {
            Ok(put) => {
                let request = IdentityReplace {
                    account: next.account.identity.keys(&account.username),
                    credentials: wish.credentials.clone(),
                    settings: put,
                };
                self.call(
                    ApiRequest::IdentityReplace(Box::new(request)),
                    Flow::Replace,
                );
            }
            Err(error) => self.refuse_next(broken(error)),
        }
    }

    pub(super) fn next_answered(&mut self, result: Result<ApiAnswer, PublicError>) {
        let now = self.now;
        let saving = &mut self.vault.settings.saving;
        let wish = self.next.as_mut().and_then(|next| next.wish.as_mut());
        let Some(wish) = wish else {
            // The vault told already.
            return saving.failed(now);
        };
        match result {
            Ok(ApiAnswer::Done) => {
                let version = saving.version + 1;
                saving.written(version);
                self.note_version(SETTINGS.to_owned(), version);
                self.replaced();
            }
            Err(PublicError::VaultConflict { .. }) => {
                wish.state = WishState::Overtaken;
                saving.overtaken(now);
                self.list_vault(0);
            }
            // Carried out or not, who knows.
            Err(PublicError::Unreachable | PublicError::Internal { .. }) => {
                wish.state = WishState::Unheard;
                saving.failed(now);
                self.list_vault(0);
            }
            result => {
                saving.failed(now);
                self.refuse_next(result.err().map_or_else(unexpected, Trouble::from));
            }
        }
    }

    /// The server does not take the new keys: everything stays as it is.
    fn refuse_next(&mut self, trouble: Trouble) {
        let wish = self.next.take().and_then(|next| next.wish);
        self.out.store(vec![(NEXT_ACCOUNT.to_owned(), None)]);
        self.out
            .answer(wish.map_or(0, |wish| wish.ticket), Err(trouble));
    }

    /// The whole vault was read, so what became of the wish for new keys is known as far as it can be.
    pub(super) fn vault_tells_of_next(&mut self) {
        let Some(next) = &mut self.next else { return };
        match next.wish.as_ref().map(|wish| wish.state) {
            Some(WishState::Overtaken) => self.ask_for_next(),
            Some(WishState::Unheard) => {
                // It may still be on its way: the keys stay at hand.
                let ticket = next.wish.take().map_or(0, |wish| wish.ticket);
                self.out
                    .answer(ticket, Err(PublicError::Unreachable.into()));
            }
            Some(WishState::Open) | None => {}
        }
    }

    /// That the settings open under the next keys says that the server took those, heard or unheard.
    pub(super) fn look_for_next(&mut self, settings: &VaultItem) {
        let opens = |next: &Next| next.account.open_settings(settings).is_ok();
        if self.next.as_ref().is_some_and(opens) {
            self.replaced();
        }
    }

    /// The next keys are this person's from now on.
    fn replaced(&mut self) {
        let (Some(next), Some(before)) = (self.next.take(), self.account.take()) else {
            return;
        };
        if let Some(wish) = next.wish {
            let settings = &mut self.vault.settings.content;
            (settings.recovery, settings.replaced) = changes(&before, &wish, &settings.replaced);
            self.out.answer(wish.ticket, Ok(Answer::Done));
        }
        self.hold(next.account);
        self.show_recovery_code();
    }

    /// From now on this browser speaks for this account, with what the settings still hold of its earlier secrets.
    pub(super) fn hold(&mut self, mut account: Account) {
        if let Some(wish) = self.next.take().and_then(|next| next.wish) {
            self.out
                .answer(wish.ticket, Err(PublicError::Unreachable.into()));
        }
        account.hold(&self.vault.settings.content.replaced);
        self.account = Some(account);
        self.store_account();
        self.show_me();
    }
}

/// What the settings say from the new keys on.
fn changes(account: &Account, wish: &Wish, replaced: &Replaced) -> (Recovery, Replaced) {
    let replaced = account.to_replace(&replaced.secrets);
    (wish.recovery.clone(), replaced)
}
