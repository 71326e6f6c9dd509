//! OPAQUE (RFC 9807), the client's side: how a passphrase opens an account without ever reaching the server.
//!
//! ristretto255, SHA-512, 3DH; client identifier = username, context = `L("opaque")`. A log-in or registration has two halves: a
//! quick one that makes the first message, and a [`StretchJob`] that takes the server's answer and needs a second of work and
//! 64 MiB, so that it can run in a worker.
//!
//! A passphrase is the UTF-8 of its Unicode normalisation form C (as in RFC 8265 §4.2), so that an “é” from one keyboard is the
//! “é” from another. Normalising is the caller's, at the field where the passphrase is typed: browsers have it built in
//! (`String.prototype.normalize`), and its tables would cost 48 kB compressed here, more than all other cryptography.

use crate::{kdf::kdf, secret::Secret32};
use argon2::{Algorithm, Argon2, Params, Version};
use model::SecretText;
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, RegistrationResponse,
    Ristretto255, TripleDh,
    errors::{InternalError, ProtocolError},
    generic_array::{ArrayLength, GenericArray},
    ksf::Ksf,
};
use protocol::{
    Username,
    api::{OpaqueMessage, opaque_len},
    b64, label,
};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha512;
use std::fmt;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// What goes wrong in OPAQUE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// Wrong passphrase, or a server that does not have this account: the two can't be told apart, by design.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The server's message, or a state that came back from a worker, is not of this protocol.
    #[error("an OPAQUE message is malformed")]
    Malformed,
    /// The browser refused the memory that stretching takes. Closing other tabs may help.
    #[error("there is not enough memory to stretch the passphrase")]
    Memory,
}

impl From<ProtocolError> for OpaqueError {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::InvalidLoginError => Self::WrongPassphrase,
            ProtocolError::LibraryError(InternalError::KsfError) => Self::Memory,
            _ => Self::Malformed,
        }
    }
}

/// What a registration must remember until the server answers. Secret: it could be used to test guesses.
#[derive(Debug, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct RegistrationState(SecretBytes);

/// What a log-in must remember until the server answers. Secret: it could be used to test guesses.
#[derive(Debug, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct LoginState(SecretBytes);

/// Starts a registration: the message is a RegistrationRequest.
pub fn start_registration(
    rng: &mut (impl RngCore + CryptoRng),
    passphrase: &str,
) -> Result<(RegistrationState, OpaqueMessage), OpaqueError> {
    let start = ClientRegistration::<Suite>::start(rng, passphrase.as_bytes())?;
    Ok((
        RegistrationState(SecretBytes::new(&start.state.serialize())),
        OpaqueMessage(start.message.serialize().to_vec()),
    ))
}

/// Starts a log-in: the message is KE1.
pub fn start_login(
    rng: &mut (impl RngCore + CryptoRng),
    passphrase: &str,
) -> Result<(LoginState, OpaqueMessage), OpaqueError> {
    let start = ClientLogin::<Suite>::start(rng, passphrase.as_bytes())?;
    Ok((
        LoginState(SecretBytes::new(&start.state.serialize())),
        OpaqueMessage(start.message.serialize().to_vec()),
    ))
}

/// The slow half, to be run where it does not hold up the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum StretchJob {
    /// Finishes a registration.
    Register {
        /// From [`start_registration`].
        state: RegistrationState,
        /// The same as at the start.
        passphrase: SecretText,
        /// RegistrationResponse.
        response: OpaqueMessage,
        /// Whose account.
        username: Username,
    },
    /// Finishes a log-in.
    Login {
        /// From [`start_login`].
        state: LoginState,
        /// The same as at the start.
        passphrase: SecretText,
        /// KE2.
        response: OpaqueMessage,
        /// Whose account.
        username: Username,
    },
}

/// What came of a [`StretchJob`].
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StretchDone {
    /// For the server: the registration record, or KE3.
    pub message: OpaqueMessage,
    /// `KDF(export key, "passphrase wrap")`: the Fernet key around the account secret.
    pub wrap_key: Secret32,
}

impl StretchJob {
    /// Does the work: Argon2id with 64 MiB, three passes, one lane. Some 0.3 to 3 seconds.
    pub fn run(self, rng: &mut (impl RngCore + CryptoRng)) -> Result<StretchDone, OpaqueError> {
        let context = label::label("opaque");
        match self {
            Self::Register {
                state,
                passphrase,
                response,
                username,
            } => {
                let mut done = ClientRegistration::<Suite>::deserialize(&state.0.0)?.finish(
                    rng,
                    passphrase.reveal().as_bytes(),
                    RegistrationResponse::deserialize(exactly(
                        &response,
                        opaque_len::REGISTRATION_RESPONSE,
                    )?)?,
                    ClientRegistrationFinishParameters::new(identifiers(&username), None),
                )?;
                Ok(StretchDone {
                    message: OpaqueMessage(done.message.serialize().to_vec()),
                    wrap_key: wrap_key(&mut done.export_key),
                })
            }
            Self::Login {
                state,
                passphrase,
                response,
                username,
            } => {
                let mut done = ClientLogin::<Suite>::deserialize(&state.0.0)?.finish(
                    rng,
                    passphrase.reveal().as_bytes(),
                    CredentialResponse::deserialize(exactly(&response, opaque_len::KE2)?)?,
                    ClientLoginFinishParameters::new(Some(&context), identifiers(&username), None),
                )?;
                Ok(StretchDone {
                    message: OpaqueMessage(done.message.serialize().to_vec()),
                    wrap_key: wrap_key(&mut done.export_key),
                })
            }
        }
    }
}

fn exactly(message: &OpaqueMessage, length: usize) -> Result<&[u8], OpaqueError> {
    message.exactly(length).ok_or(OpaqueError::Malformed)
}

fn identifiers(username: &Username) -> Identifiers<'_> {
    Identifiers {
        client: Some(username.as_str().as_bytes()),
        server: None,
    }
}

/// Wipes the export key, which is needed for nothing else.
fn wrap_key(export_key: &mut [u8]) -> Secret32 {
    let key = kdf(export_key, "passphrase wrap");
    export_key.zeroize();
    key
}

struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Stretch;
}

/// Argon2id with version 1's constants. A server that could choose them would choose cheap ones and guess.
#[derive(Default)]
struct Stretch;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

impl Ksf for Stretch {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(L::USIZE))
            .map_err(|_| InternalError::KsfError)?;
        let mut output = GenericArray::default();
        // RFC 9807 §10.9: a fixed salt, since the OPRF's output is unique to the account already.
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(&input, &[0; argon2::RECOMMENDED_SALT_LEN], &mut output)
            .map_err(|_| InternalError::KsfError)?;
        Ok(output)
    }
}

/// Bytes of a state, wiped on drop, base64url text in JSON.
#[derive(ZeroizeOnDrop)]
struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(b64::encode(&*self.0)))
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        b64::deserialize(deserializer).map(|bytes| Self(Zeroizing::new(bytes)))
    }
}

#[cfg(test)]
mod tests;
