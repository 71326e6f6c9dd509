//! Signing up, logging in, recovering, changing the passphrase, logging out, deleting the account.

use super::{
    Engine,
    flow::{Flow, LogIn, Register, Registered},
    keys::Account,
    settings::Recovery,
};
use crate::{
    account::AccountSecret,
    credentials::{self, RecoveryWrap},
    io::{Action, ApiAnswer, ApiRequest, StretchFailure},
    opaque::{self, StretchDone, StretchJob},
    recovery::RecoveryCode,
    secret::Secret32,
    token::FernetKey,
};
use model::{Answer, Phase, SecretText, Trouble, passphrase};
use protocol::{
    PublicError, Username,
    api::{
        AccountKeys, CredentialsFinish, CredentialsStart, LoggedIn, LoginFinish, LoginStart,
        RecoverFinish, RecoverStart, RecoveryToken, RegisterFinish, RegisterStart,
        StoredCredentials,
    },
    succession,
};
use rand_core::{CryptoRng, RngCore};

impl<R: RngCore + CryptoRng> Engine<R> {
    pub(super) fn sign_up(
        &mut self,
        ticket: u32,
        username: &str,
        passphrase: SecretText,
    ) -> Result<(), Trouble> {
        let username = self.nobody_in(username)?;
        acceptable(&passphrase, username.as_str())?;
        let (state, request) =
            opaque::start_registration(&mut self.rng, passphrase.reveal()).map_err(broken)?;
        let request = ApiRequest::RegisterStart(RegisterStart {
            username: username.clone(),
            request,
        });
        let goal = Register::SignUp { username };
        self.call(
            request,
            Flow::Register {
                ticket,
                passphrase,
                state,
                goal,
            },
        );
        Ok(())
    }

    pub(super) fn recover(
        &mut self,
        ticket: u32,
        username: &str,
        code: &SecretText,
        passphrase: SecretText,
    ) -> Result<(), Trouble> {
        let username = self.nobody_in(username)?;
        let code = RecoveryCode::parse(code.reveal())
            .map_err(|error| Trouble::RecoveryCode(error.to_string()))?;
        acceptable(&passphrase, username.as_str())?;
        let (state, request) =
            opaque::start_registration(&mut self.rng, passphrase.reveal()).map_err(broken)?;
        let token = RecoveryToken::new(code.token().as_bytes());
        let request = ApiRequest::RecoverStart(RecoverStart {
            username: username.clone(),
            token,
            request,
        });
        let goal = Register::Recover { username, code };
        self.call(
            request,
            Flow::Register {
                ticket,
                passphrase,
                state,
                goal,
            },
        );
        Ok(())
    }

    pub(super) fn log_in(
        &mut self,
        ticket: u32,
        username: &str,
        passphrase: SecretText,
    ) -> Result<(), Trouble> {
        let username = match &self.account {
            // The session expired: only the same person can go on with what is on the screen.
            Some(account)
                if self.phase == Phase::Expired && account.username.as_str() == username =>
            {
                account.username.clone()
            }
            Some(account) if self.phase == Phase::Expired => {
                return Err(Trouble::OtherUser {
                    username: account.username.to_string(),
                });
            }
            _ => self.nobody_in(username)?,
        };
        self.prove_passphrase(ticket, username, passphrase, LogIn::Enter)
    }

    pub(super) fn change_passphrase(
        &mut self,
        ticket: u32,
        current: SecretText,
        new: SecretText,
    ) -> Result<(), Trouble> {
        let username = self.account()?.username.clone();
        acceptable(&new, username.as_str())?;
        let goal = LogIn::Change {
            passphrase: new,
            renew: false,
        };
        self.prove_passphrase(ticket, username, current, goal)
    }

    pub(super) fn new_recovery_code(
        &mut self,
        ticket: u32,
        passphrase: SecretText,
    ) -> Result<(), Trouble> {
        let username = self.account()?.username.clone();
        let goal = LogIn::Change {
            passphrase: passphrase.clone(),
            renew: true,
        };
        self.prove_passphrase(ticket, username, passphrase, goal)
    }

    pub(super) fn replace_identity(
        &mut self,
        ticket: u32,
        current: SecretText,
        new: SecretText,
    ) -> Result<(), Trouble> {
        let account = self.account()?;
        if account.identity.succession().len() >= succession::MOST {
            return Err(Trouble::NoMoreKeys);
        }
        let username = account.username.clone();
        acceptable(&new, username.as_str())?;
        let goal = LogIn::Replace { passphrase: new };
        self.prove_passphrase(ticket, username, current, goal)
    }

    pub(super) fn delete_account(
        &mut self,
        ticket: u32,
        passphrase: SecretText,
    ) -> Result<(), Trouble> {
        let username = self.account()?.username.clone();
        self.prove_passphrase(ticket, username, passphrase, LogIn::DeleteAccount)
    }

    pub(super) fn log_out(&mut self, ticket: u32, discard: bool) -> Result<(), Trouble> {
        let unsent: usize = self.rooms.values().map(|room| room.outbox.unsent()).sum();
        if unsent > 0 && !discard {
            return Err(Trouble::Unsent {
                count: u32::try_from(unsent).unwrap_or(u32::MAX),
            });
        }
        self.call(ApiRequest::LogOut, Flow::LogOut { ticket });
        Ok(())
    }

    fn nobody_in(&self, username: &str) -> Result<Username, Trouble> {
        match &self.account {
            Some(account) => Err(Trouble::OtherUser {
                username: account.username.to_string(),
            }),
            None if self.phase == Phase::LoggedOut => Ok(username.parse()?),
            None => Err(Trouble::NotNow),
        }
    }

    fn prove_passphrase(
        &mut self,
        ticket: u32,
        username: Username,
        passphrase: SecretText,
        goal: LogIn,
    ) -> Result<(), Trouble> {
        let (state, request) =
            opaque::start_login(&mut self.rng, passphrase.reveal()).map_err(broken)?;
        let request = ApiRequest::LoginStart(LoginStart {
            username: username.clone(),
            request,
        });
        self.call(
            request,
            Flow::LogIn {
                ticket,
                username,
                passphrase,
                state,
                goal,
            },
        );
        Ok(())
    }

    /// An answer to one of the calls of this file.
    pub(super) fn account_answered(&mut self, flow: Flow, answer: ApiAnswer) {
        let ticket = flow.ticket();
        if let Err(trouble) = self.try_account_answered(flow, answer) {
            self.out.answer(ticket, Err(trouble));
        }
    }

    fn try_account_answered(&mut self, flow: Flow, answer: ApiAnswer) -> Result<(), Trouble> {
        match (flow, answer) {
            (
                Flow::Register {
                    ticket,
                    passphrase,
                    state,
                    goal,
                },
                ApiAnswer::Registration(registration),
            ) => {
                let username = match &goal {
                    Register::SignUp { username } => username.clone(),
                    _ => self.account()?.username.clone(),
                };
                let response = registration.response;
                let job = self.out.stretch(StretchJob::Register {
                    state,
                    passphrase,
                    response,
                    username,
                });
                self.flows
                    .insert(job, Flow::RegisterStretch { ticket, goal });
            }
            (
                Flow::Register {
                    ticket,
                    passphrase,
                    state,
                    goal: Register::Recover { username, code },
                },
                ApiAnswer::RecoverOpened(opened),
            ) => {
                let account =
                    open_account(&username, opened.account, &opened.credentials, |stored| {
                        AccountSecret::unwrap(&code.wrap_key(), &stored.recovery_wrap).ok()
                    })?;
                let response = opened.response;
                let job = self.out.stretch(StretchJob::Register {
                    state,
                    passphrase,
                    response,
                    username,
                });
                let goal = Register::Recovered {
                    account: Box::new(account),
                    code,
                    stored: opened.credentials,
                };
                self.flows
                    .insert(job, Flow::RegisterStretch { ticket, goal });
            }
            (Flow::RegisterFinish { ticket, goal }, answer) => {
                self.registered(ticket, goal, answer)?
            }
            (
                Flow::LogIn {
                    ticket,
                    username,
                    passphrase,
                    state,
                    goal,
                },
                ApiAnswer::LoginChallenge(challenge),
            ) => {
                let response = challenge.response;
                let job = self.out.stretch(StretchJob::Login {
                    state,
                    passphrase,
                    response,
                    username: username.clone(),
                });
                self.flows.insert(
                    job,
                    Flow::LogInStretch {
                        ticket,
                        username,
                        login: challenge.login,
                        goal,
                    },
                );
            }
            (
                Flow::LogInFinish {
                    ticket,
                    username,
                    wrap_key,
                    goal,
                },
                ApiAnswer::LoggedIn(logged_in),
            ) => {
                self.logged_in(ticket, username, &wrap_key, *logged_in, goal)?;
            }
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    /// The slow half of OPAQUE ended.
    pub(super) fn stretched(&mut self, job: u32, result: Result<StretchDone, StretchFailure>) {
        let Some(flow) = self.flows.remove(&job) else {
            return;
        };
        let (Flow::RegisterStretch { ticket, .. } | Flow::LogInStretch { ticket, .. }) = &flow
        else {
            return;
        };
        let ticket = *ticket;
        let outcome = match result {
            Ok(done) => self.after_stretch(flow, done),
            Err(StretchFailure::WrongPassphrase) => Err(PublicError::WrongCredentials.into()),
            Err(StretchFailure::Broken(cause)) => Err(Trouble::Browser(cause)),
        };
        if let Err(trouble) = outcome {
            self.out.answer(ticket, Err(trouble));
        }
    }

    fn after_stretch(&mut self, flow: Flow, done: StretchDone) -> Result<(), Trouble> {
        let wrap_key = FernetKey::new(&done.wrap_key);
        match flow {
            Flow::LogInStretch {
                ticket,
                username,
                login,
                goal,
            } => {
                let request = ApiRequest::LoginFinish(LoginFinish {
                    login,
                    finalization: done.message,
                });
                self.call(
                    request,
                    Flow::LogInFinish {
                        ticket,
                        username,
                        wrap_key: done.wrap_key,
                        goal,
                    },
                );
            }
            Flow::RegisterStretch {
                ticket,
                goal: Register::SignUp { username },
            } => {
                let secret = AccountSecret::generate(&mut self.rng);
                let code = RecoveryCode::generate(&mut self.rng);
                let account = Account::new(username, secret, Vec::new());
                let recovery = RecoveryWrap::new(&code, &account.secret);
                let wrap = account.secret.wrap(&wrap_key);
                let credentials =
                    credentials::make(&account.identity, 1, done.message, wrap, recovery);
                let finish = RegisterFinish {
                    account: account.identity.keys(&account.username),
                    credentials,
                };
                let goal = Registered::SignUp {
                    account: Box::new(account),
                    code,
                };
                self.call(
                    ApiRequest::RegisterFinish(Box::new(finish)),
                    Flow::RegisterFinish { ticket, goal },
                );
            }
            Flow::RegisterStretch {
                ticket,
                goal:
                    Register::Recovered {
                        account,
                        code,
                        stored,
                    },
            } => {
                let credentials = credentials::make(
                    &account.identity,
                    stored.version + 1,
                    done.message,
                    account.secret.wrap(&wrap_key),
                    RecoveryWrap::keep(&stored),
                );
                let token = RecoveryToken::new(code.token().as_bytes());
                let finish = RecoverFinish {
                    username: account.username.clone(),
                    token,
                    credentials,
                };
                let goal = Registered::Recover { account };
                self.call(
                    ApiRequest::RecoverFinish(Box::new(finish)),
                    Flow::RegisterFinish { ticket, goal },
                );
            }
            Flow::RegisterStretch {
                ticket,
                goal: Register::Change { stored, renew },
            } => {
                let account = self.account.as_ref().ok_or(Trouble::NotNow)?;
                let code = renew.then(|| RecoveryCode::generate(&mut self.rng));
                let version = stored.version + 1;
                let credentials = credentials::make(
                    &account.identity,
                    version,
                    done.message,
                    account.secret.wrap(&wrap_key),
                    match &code {
                        Some(code) => RecoveryWrap::new(code, &account.secret),
                        None => RecoveryWrap::keep(&stored),
                    },
                );
                let finish = CredentialsFinish { credentials };
                let recovery = code.map(|code| Recovery::new(version, &code));
                let goal = Registered::Change { recovery };
                self.call(
                    ApiRequest::CredentialsFinish(Box::new(finish)),
                    Flow::RegisterFinish { ticket, goal },
                );
            }
            Flow::RegisterStretch {
                ticket,
                goal: Register::Replace { stored },
            } => self.make_next(ticket, &stored, done)?,
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    fn registered(
        &mut self,
        ticket: u32,
        goal: Registered,
        answer: ApiAnswer,
    ) -> Result<(), Trouble> {
        match (goal, answer) {
            (Registered::SignUp { account, code }, ApiAnswer::LoggedIn(_)) => {
                self.vault.settings.change_at_once(self.now).recovery = Recovery::new(1, &code);
                self.enter(ticket, *account);
            }
            (Registered::Recover { account }, ApiAnswer::LoggedIn(_)) => {
                self.enter(ticket, *account)
            }
            (Registered::Change { recovery }, _) => {
                if let Some(recovery) = recovery {
                    self.vault.settings.change_at_once(self.now).recovery = recovery;
                    self.show_recovery_code();
                }
                self.out.answer(ticket, Ok(Answer::Done));
            }
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    fn logged_in(
        &mut self,
        ticket: u32,
        username: Username,
        wrap_key: &Secret32,
        logged_in: LoggedIn,
        goal: LogIn,
    ) -> Result<(), Trouble> {
        let wrap_key = FernetKey::new(wrap_key);
        let stored = logged_in.credentials;
        let account = open_account(&username, logged_in.account, &stored, |stored| {
            AccountSecret::unwrap(&wrap_key, &stored.passphrase_wrap).ok()
        })?;
        let (passphrase, goal) = match goal {
            LogIn::Enter => {
                self.enter(ticket, account);
                return Ok(());
            }
            LogIn::DeleteAccount => {
                self.hold_if_new(account)?;
                self.leave_all(ticket);
                return Ok(());
            }
            LogIn::Change { passphrase, renew } => (passphrase, Register::Change { stored, renew }),
            LogIn::Replace { passphrase } => (passphrase, Register::Replace { stored }),
        };
        self.hold_if_new(account)?;
        let (state, request) =
            opaque::start_registration(&mut self.rng, passphrase.reveal()).map_err(broken)?;
        let flow = Flow::Register {
            ticket,
            passphrase,
            state,
            goal,
        };
        self.call(
            ApiRequest::CredentialsStart(CredentialsStart { request }),
            flow,
        );
        Ok(())
    }

    /// The passphrase was proven for something else than entering. Another device may have replaced the keys, unheard here so far.
    fn hold_if_new(&mut self, account: Account) -> Result<(), Trouble> {
        if self.account()?.secret != account.secret {
            self.hold(account);
            self.list_vault(0);
        }
        Ok(())
    }

    /// The account secret is here and proven: from now on this browser speaks for the account. After a session ended it may be another
    /// secret than before.
    fn enter(&mut self, ticket: u32, account: Account) {
        self.hold(account);
        self.set_phase(Phase::LoggedIn);
        self.read_vault(ticket);
    }

    /// The account is gone from this browser: forget everything.
    pub(super) fn wipe(&mut self) {
        self.out.actions.push_back(Action::Disconnect);
        self.out.actions.push_back(Action::Wipe);
        self.forget();
        self.set_phase(Phase::LoggedOut);
    }
}

/// Opens the account secret and checks that everything the server said about the account belongs to it.
fn open_account(
    username: &Username,
    shown: AccountKeys,
    stored: &StoredCredentials,
    unwrap: impl FnOnce(&StoredCredentials) -> Option<AccountSecret>,
) -> Result<Account, Trouble> {
    let lie = |what: &str| Trouble::Lie(what.to_owned());
    if shown.username != *username {
        return Err(lie("it is about another account"));
    }
    let secret = unwrap(stored).ok_or_else(|| lie("the account secret does not open"))?;
    let account = Account::new(username.clone(), secret, shown.earlier.clone());
    let user = account.identity.user();
    if !account.identity.is(&shown) || !shown.are_of(&user) {
        return Err(lie("the account's keys are not those of its secret"));
    }
    if !stored.is_signed_by(&user, &shown.signing) {
        return Err(lie("the credentials are not signed by the account"));
    }
    Ok(account)
}

fn acceptable(passphrase: &SecretText, username: &str) -> Result<(), Trouble> {
    passphrase::check(passphrase.reveal(), username).map_err(Trouble::Passphrase)
}

pub(super) fn broken(error: impl ToString) -> Trouble {
    Trouble::Browser(error.to_string())
}

pub(super) fn unexpected() -> Trouble {
    Trouble::Lie("it answers another question".to_owned())
}
