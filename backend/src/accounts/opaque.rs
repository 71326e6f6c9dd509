//! OPAQUE (RFC 9807) on the server: ristretto255, SHA-512, 3DH. The credential identifier and the client's identity are the
//! username; the server's identity is its public key, which is OPAQUE's default.

use crate::{error::Error, random::Random};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, Identifiers, RegistrationRequest,
    RegistrationUpload, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
    errors::ProtocolError,
};
use protocol::{
    PublicError, Username,
    api::{OpaqueMessage, opaque_len},
    label::label,
};
use zeroize::Zeroizing;

/// The cipher suite. Stretching is the client's work alone: the server's side never calls it, and links no Argon2.
pub(crate) struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = opaque_ke::Ristretto255;
    type KeyExchange = opaque_ke::TripleDh<opaque_ke::Ristretto255, sha2::Sha512>;
    type Ksf = opaque_ke::ksf::Identity;
}

/// The server's long-term keys. Losing them locks everyone out; so they live in the database and its backups.
pub(crate) struct Keys(ServerSetup<Suite>);

/// A log-in between its two messages.
pub(crate) struct HalfLogin(ServerLogin<Suite>);

impl Keys {
    /// Fresh keys, as they are stored.
    pub(crate) fn generate(random: &Random) -> Zeroizing<Vec<u8>> {
        let setup = random.with(|mut rng| ServerSetup::<Suite>::new(&mut rng));
        Zeroizing::new(setup.serialize().to_vec())
    }

    pub(crate) fn load(stored: &[u8]) -> Result<Self, Error> {
        ServerSetup::deserialize(stored)
            .map(Self)
            .map_err(Error::Opaque)
    }

    /// RegistrationRequest to RegistrationResponse.
    pub(crate) fn register(
        &self,
        username: &Username,
        request: &OpaqueMessage,
    ) -> Result<OpaqueMessage, PublicError> {
        let request = exactly(request, opaque_len::REGISTRATION_REQUEST)?;
        let request = RegistrationRequest::deserialize(request).map_err(malformed)?;
        let name = username.as_str().as_bytes();
        let started =
            ServerRegistration::<Suite>::start(&self.0, request, name).map_err(malformed)?;
        Ok(OpaqueMessage(started.message.serialize().to_vec()))
    }

    /// KE1 to KE2. Without a record the answer is made up, and looks and costs the same.
    pub(crate) fn login(
        &self,
        random: &Random,
        username: &Username,
        record: Option<&[u8]>,
        request: &OpaqueMessage,
    ) -> Result<(HalfLogin, OpaqueMessage), Error> {
        let request = exactly(request, opaque_len::KE1)?;
        let request = CredentialRequest::deserialize(request).map_err(malformed)?;
        let record = record
            .map(ServerRegistration::<Suite>::deserialize)
            .transpose()
            .map_err(Error::Opaque)?;
        let name = username.as_str().as_bytes();
        let context = label("opaque");
        let started = random
            .with(|mut rng| {
                ServerLogin::start(
                    &mut rng,
                    &self.0,
                    record,
                    request,
                    name,
                    parameters(&context, name),
                )
            })
            .map_err(malformed)?;
        let response = OpaqueMessage(started.message.serialize().to_vec());
        Ok((HalfLogin(started.state), response))
    }
}

impl HalfLogin {
    /// Whether KE3 proves the passphrase.
    pub(crate) fn finish(self, username: &Username, finalization: &OpaqueMessage) -> bool {
        let Some(Ok(message)) = finalization
            .exactly(opaque_len::KE3)
            .map(CredentialFinalization::deserialize)
        else {
            return false;
        };
        let context = label("opaque");
        let parameters = parameters(&context, username.as_str().as_bytes());
        self.0.finish(message, parameters).is_ok()
    }
}

/// Whether bytes are a registration record.
pub(crate) fn is_record(record: &OpaqueMessage) -> bool {
    record
        .exactly(opaque_len::RECORD)
        .is_some_and(|bytes| RegistrationUpload::<Suite>::deserialize(bytes).is_ok())
}

fn exactly(message: &OpaqueMessage, length: usize) -> Result<&[u8], PublicError> {
    message.exactly(length).ok_or(PublicError::Malformed)
}

fn parameters<'a>(context: &'a [u8], username: &'a [u8]) -> ServerLoginParameters<'a, 'a> {
    ServerLoginParameters {
        context: Some(context),
        identifiers: Identifiers {
            client: Some(username),
            server: None,
        },
    }
}

fn malformed(_: ProtocolError) -> PublicError {
    PublicError::Malformed
}

#[cfg(test)]
mod tests {
    use super::*;
    use static_assertions::{assert_impl_all, assert_not_impl_any};
    use std::fmt::Debug;
    use zeroize::ZeroizeOnDrop;

    // The server's keys, and what a passphrase is proven against, can't be printed. Both are wiped: the library says so of a log-in
    // as a whole, of the keys part by part.
    assert_not_impl_any!(Keys: Clone, Debug);
    assert_not_impl_any!(HalfLogin: Clone, Debug);
    assert_impl_all!(ServerLogin<Suite>: ZeroizeOnDrop);
}
