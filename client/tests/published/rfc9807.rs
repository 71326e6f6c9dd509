//! OPAQUE (RFC 9807, appendix C), with our suite but for the stretching function: the vectors use none, so that ours, Argon2id, stays
//! out; it is one call between two steps that the vectors fix.
//!
//! Both sides run as they are, over a generator that gives what the vectors name. Not to be seen from outside, and covered by the
//! outputs that depend on them, are the intermediate values: `opaque-ke` keeps the randomized password, the handshake secret and the
//! MAC keys to itself. The vectors of other groups concern suites that we don't use.

use super::{Drawn, hex};
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialRequest, Identifiers, Ristretto255, ServerLogin,
    ServerLoginParameters, ServerRegistration, ServerSetup, TripleDh, ksf,
};
use serde_json::Value;
use sha2::Sha512;

struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = ksf::Identity;
}

const CONTEXT: &[u8] = b"OPAQUE-POC";

/// Scalars are reduced from 64 bytes, of which the vectors name the result.
const HIGH_HALF: &[u8] = &[0; 32];

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("rfc9807.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

/// The server's keys; `dummy` is the client key in made-up answers.
fn setup(vector: &Value, dummy: &[u8]) -> ServerSetup<Suite> {
    let [seed, key] = ["oprf_seed", "server_private_key"].map(|name| hex(vector, name));
    let setup = ServerSetup::deserialize(&[&seed, &key, dummy].concat()).unwrap();
    let public = setup.keypair().public().serialize();
    assert_eq!(public[..], hex(vector, "server_public_key"));
    setup
}

/// Names, where the vector gives any.
struct Names([Option<Vec<u8>>; 2]);

impl Names {
    fn of(vector: &Value) -> Self {
        let given = |name| Some(hex(vector, name)).filter(|it| !it.is_empty());
        Self(["client_identity", "server_identity"].map(given))
    }

    fn identifiers(&self) -> Identifiers<'_> {
        let [client, server] = self.0.each_ref().map(Option::as_deref);
        Identifiers { client, server }
    }

    fn for_the_server(&self) -> ServerLoginParameters<'_, '_> {
        ServerLoginParameters {
            context: Some(CONTEXT),
            identifiers: self.identifiers(),
        }
    }
}

#[test]
fn registration_and_login_give_the_vectors_messages_and_keys() {
    let vectors = vectors("real");
    assert_eq!(vectors.len(), 2);
    for vector in &vectors {
        let of = |name| hex(vector, name);
        let (names, password, id) = (
            Names::of(vector),
            of("password"),
            of("credential_identifier"),
        );
        let setup = setup(vector, &of("server_public_key"));

        let mut drawn = Drawn::new(&[&of("blind_registration"), HIGH_HALF]);
        let asked = ClientRegistration::<Suite>::start(&mut drawn, &password).unwrap();
        assert_eq!(asked.message.serialize()[..], of("registration_request"));
        let answer = ServerRegistration::start(&setup, asked.message, &id).unwrap();
        assert_eq!(answer.message.serialize()[..], of("registration_response"));
        let mut drawn = Drawn::new(&[&of("envelope_nonce")]);
        let parameters = ClientRegistrationFinishParameters::new(names.identifiers(), None);
        let registered = asked
            .state
            .finish(&mut drawn, &password, answer.message, parameters);
        let registered = registered.unwrap();
        assert_eq!(
            registered.message.serialize()[..],
            of("registration_upload")
        );
        assert_eq!(registered.export_key[..], of("export_key"));
        let record = ServerRegistration::finish(registered.message);

        let drawn = [
            &of("blind_login"),
            HIGH_HALF,
            &of("client_keyshare_seed"),
            &of("client_nonce"),
        ];
        let ke1 = ClientLogin::<Suite>::start(&mut Drawn::new(&drawn), &password).unwrap();
        assert_eq!(ke1.message.serialize()[..], of("KE1"));
        // What a made-up answer would hide behind is drawn first in any case, so that both take as long.
        let drawn = [
            &[0; 64][..],
            &of("masking_nonce"),
            &of("server_keyshare_seed"),
            &of("server_nonce"),
        ];
        let mut drawn = Drawn::new(&drawn);
        let parameters = names.for_the_server();
        let ke2 = ServerLogin::start(
            &mut drawn,
            &setup,
            Some(record),
            ke1.message,
            &id,
            parameters,
        );
        let ke2 = ke2.unwrap();
        assert_eq!(ke2.message.serialize()[..], of("KE2"));
        let parameters = ClientLoginFinishParameters::new(Some(CONTEXT), names.identifiers(), None);
        let ke3 = ke1
            .state
            .finish(&mut Drawn::new(&[]), &password, ke2.message, parameters);
        let ke3 = ke3.unwrap();
        assert_eq!(ke3.message.serialize()[..], of("KE3"));
        assert_eq!(ke3.export_key[..], of("export_key"));
        assert_eq!(ke3.session_key[..], of("session_key"));
        let proven = ke2
            .state
            .finish(ke3.message, names.for_the_server())
            .unwrap();
        assert_eq!(proven.session_key[..], of("session_key"));
    }
}

#[test]
fn an_unknown_user_gets_the_vectors_made_up_answer() {
    for vector in &vectors("fake") {
        let of = |name| hex(vector, name);
        let ke1 = CredentialRequest::<Suite>::deserialize(&of("KE1")).unwrap();
        let drawn = [
            "masking_key",
            "masking_nonce",
            "server_keyshare_seed",
            "server_nonce",
        ]
        .map(of);
        let ke2 = ServerLogin::start(
            &mut Drawn::new(&drawn.each_ref().map(Vec::as_slice)),
            &setup(vector, &of("client_public_key")),
            None,
            ke1,
            &of("credential_identifier"),
            Names::of(vector).for_the_server(),
        );
        assert_eq!(ke2.unwrap().message.serialize()[..], of("KE2"));
    }
}
