//! The messages of OPAQUE, in both directions.

use opaque_ke::{
    CipherSuite, CredentialFinalization, CredentialRequest, CredentialResponse,
    RegistrationRequest, RegistrationResponse, RegistrationUpload, Ristretto255, TripleDh, ksf,
};
use protocol::api::{OpaqueMessage, opaque_len};
use sha2::Sha512;

/// Client's and server's suite, without the stretching: no message depends on it.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = ksf::Identity;
}

macro_rules! is_any_of {
    ($data:ident: $($message:ident of $length:ident),* $(,)?) => {
        [$($data.exactly(opaque_len::$length).is_some_and(|bytes| {
            $message::<Suite>::deserialize(bytes).is_ok_and(|read| {
                assert_eq!(&*read.serialize(), bytes, stringify!($message));
                true
            })
        })),*]
        .contains(&true)
    };
}

/// Any of the six: group elements and scalars have one encoding.
pub fn opaque_message(data: &[u8]) -> bool {
    let message = OpaqueMessage(data.to_vec());
    is_any_of!(
        message: RegistrationRequest of REGISTRATION_REQUEST,
        RegistrationResponse of REGISTRATION_RESPONSE,
        RegistrationUpload of RECORD,
        CredentialRequest of KE1,
        CredentialResponse of KE2,
        CredentialFinalization of KE3,
    )
}
