use super::*;
use crate::testing::rng;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
    generic_array::typenum::U64, ksf,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;

/// The server's suite: the same, without the stretching, which is the client's.
struct ServerSuite;

impl CipherSuite for ServerSuite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = ksf::Identity;
}

struct Server {
    setup: ServerSetup<ServerSuite>,
    rng: ChaCha20Rng,
}

impl Server {
    fn new(seed: u64) -> Self {
        let mut rng = rng(seed);
        Self {
            setup: ServerSetup::new(&mut rng),
            rng,
        }
    }

    fn register(&self, request: &OpaqueMessage) -> OpaqueMessage {
        let request = RegistrationRequest::deserialize(&request.0).unwrap();
        let start =
            ServerRegistration::<ServerSuite>::start(&self.setup, request, b"account").unwrap();
        OpaqueMessage(start.message.serialize().to_vec())
    }

    /// The answer to KE1, and whether a KE3 proves the passphrase.
    fn login(
        &mut self,
        record: Option<&OpaqueMessage>,
        username: &str,
        request: &OpaqueMessage,
    ) -> (OpaqueMessage, impl Fn(&OpaqueMessage) -> bool + use<>) {
        let record = record.map(|record| {
            ServerRegistration::finish(RegistrationUpload::deserialize(&record.0).unwrap())
        });
        let request = CredentialRequest::deserialize(&request.0).unwrap();
        let (username, context) = (username.to_owned(), label::label("opaque"));
        fn parameters<'a>(username: &'a str, context: &'a [u8]) -> ServerLoginParameters<'a, 'a> {
            ServerLoginParameters {
                context: Some(context),
                identifiers: Identifiers {
                    client: Some(username.as_bytes()),
                    server: None,
                },
            }
        }
        let start = ServerLogin::<ServerSuite>::start(
            &mut self.rng,
            &self.setup,
            record,
            request,
            b"account",
            parameters(&username, &context),
        )
        .unwrap();
        let state = start.state;
        let proves = move |message: &OpaqueMessage| {
            let message = CredentialFinalization::deserialize(&message.0).unwrap();
            state
                .clone()
                .finish(message, parameters(&username, &context))
                .is_ok()
        };
        (OpaqueMessage(start.message.serialize().to_vec()), proves)
    }
}

fn ana() -> Username {
    "ana".parse().unwrap()
}

fn register(server: &Server, passphrase: &str) -> StretchDone {
    let (state, request) = start_registration(&mut rng(1), passphrase).unwrap();
    let job = StretchJob::Register {
        state,
        passphrase: SecretText::new(passphrase.to_owned()),
        response: server.register(&request),
        username: ana(),
    };
    // Through JSON, as it goes to a worker.
    let job: StretchJob = serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap();
    job.run(&mut rng(2)).unwrap()
}

fn login_job(
    passphrase: &str,
    username: Username,
    response: impl FnOnce(&OpaqueMessage) -> OpaqueMessage,
) -> StretchJob {
    let (state, request) = start_login(&mut rng(3), passphrase).unwrap();
    let job = StretchJob::Login {
        state,
        passphrase: SecretText::new(passphrase.to_owned()),
        response: response(&request),
        username,
    };
    serde_json::from_str(&serde_json::to_string(&job).unwrap()).unwrap()
}

#[test]
fn the_right_passphrase_proves_itself_and_gives_the_same_wrap_key_again() {
    let mut server = Server::new(9);
    let registered = register(&server, "gravel monkey piano");
    let mut proves = None;
    let job = login_job("gravel monkey piano", ana(), |request| {
        let (response, check) = server.login(Some(&registered.message), "ana", request);
        proves = Some(check);
        response
    });
    let done = job.run(&mut rng(4)).unwrap();
    assert!(proves.unwrap()(&done.message));
    assert_eq!(done.wrap_key, registered.wrap_key);
    assert!(!format!("{done:?}").contains(&protocol::b64::encode(done.wrap_key.as_bytes())));
}

#[test]
fn a_wrong_passphrase_an_unknown_user_and_another_server_look_the_same() {
    let mut server = Server::new(9);
    let record = register(&server, "gravel monkey piano").message;
    let wrong = login_job("gravel monkey pian0", ana(), |it| {
        server.login(Some(&record), "ana", it).0
    });
    assert_eq!(wrong.run(&mut rng(4)), Err(OpaqueError::WrongPassphrase));
    let unknown = login_job("gravel monkey piano", ana(), |it| {
        server.login(None, "ana", it).0
    });
    assert_eq!(unknown.run(&mut rng(4)), Err(OpaqueError::WrongPassphrase));
    let mut other = Server::new(10);
    let elsewhere = login_job("gravel monkey piano", ana(), |it| {
        other.login(Some(&record), "ana", it).0
    });
    assert_eq!(
        elsewhere.run(&mut rng(4)),
        Err(OpaqueError::WrongPassphrase)
    );
}

#[test]
fn a_record_is_good_for_its_username_only() {
    let mut server = Server::new(9);
    let record = register(&server, "gravel monkey piano").message;
    let job = login_job("gravel monkey piano", "bob".parse().unwrap(), |it| {
        server.login(Some(&record), "bob", it).0
    });
    assert_eq!(job.run(&mut rng(4)), Err(OpaqueError::WrongPassphrase));
}

#[test]
fn a_server_that_reflects_the_request_is_refused() {
    let (state, request) = start_registration(&mut rng(1), "gravel monkey piano").unwrap();
    let server = Server::new(9);
    let mut response = server.register(&request);
    response.0[..32].copy_from_slice(&request.0);
    let passphrase = SecretText::new("gravel monkey piano".to_owned());
    let job = StretchJob::Register {
        state,
        passphrase,
        response,
        username: ana(),
    };
    assert_eq!(job.run(&mut rng(2)), Err(OpaqueError::Malformed));
}

proptest! {
    /// Lengths that are right most of the time, so that decoding gets past the first check. What passes all of them would be
    /// stretched, which is slow, but arbitrary bytes are no group elements.
    #[test]
    fn damaged_messages_and_states_never_panic(response in proptest::collection::vec(any::<u8>(), 60..70), state in proptest::collection::vec(any::<u8>(), 0..260)) {
        let (good, _) = start_registration(&mut rng(1), "x").unwrap();
        let passphrase = || SecretText::new("x".to_owned());
        let register = |state, response| StretchJob::Register { state, passphrase: passphrase(), response, username: ana() };
        let mut response = OpaqueMessage(response);
        response.0[31] |= 0x80;
        prop_assert_eq!(register(good, response.clone()).run(&mut rng(2)), Err(OpaqueError::Malformed));
        let damaged = RegistrationState(SecretBytes::new(&state));
        prop_assert_eq!(register(damaged, response.clone()).run(&mut rng(2)), Err(OpaqueError::Malformed));
        let damaged = LoginState(SecretBytes::new(&state));
        let login = StretchJob::Login { state: damaged, passphrase: passphrase(), response, username: ana() };
        prop_assert_eq!(login.run(&mut rng(2)), Err(OpaqueError::Malformed));
    }
}

#[test]
fn stretching_gives_the_value_of_docs_protocol() {
    // Computed with Python's cryptography: Argon2id(salt=bytes(16), length=64, iterations=3, lanes=1, memory_cost=65536).
    let stretched = Stretch.hash(GenericArray::<u8, U64>::default()).unwrap();
    assert_eq!(
        b64::encode(stretched),
        "p6N7OXZeB8MxvtfFDL9EjlLMfjfnSnm8aLs2T2hyTJdalYsMURBzK_13Reb8J0Z4E5_tbl9KtpDhKGbOnUj8sQ"
    );
}
