//! A whole edge over a small site and a fresh database, and people who sign up at it.

use app::api::{ApiContext, SessionCookie};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use backend::{Backend, Clock, Options, Random, SqliteStore};
use ed25519_dalek::{Signer, SigningKey};
use opaque_ke::ksf::Identity;
use opaque_ke::{
    CipherSuite, ClientRegistration, ClientRegistrationFinishParameters, Identifiers,
    RegistrationResponse, Ristretto255, TripleDh,
};
use protocol::api::{
    AccountKeys, Credentials, OpaqueMessage, RegisterFinish, RegisterStart, Registration,
    ServerInfo, StoredCredentials, credential_message,
};
use protocol::label::{SignaturePurpose, signed_bytes, user_id};
use protocol::{Hash, PublicError, PublicKey, Signature, Username};
use rand_core::OsRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::{BodyLimit, Edge, Pages, PublicUrl, Site, router};
use sha2::Sha512;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tower::ServiceExt;

pub const ORIGIN: &str = "https://chat.example.org";
pub const BODY_LIMIT: usize = 10_000;
pub const PROXY: &str = "10.0.0.1";

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.header("content-type"), "application/json", "{text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    pub fn error(&self) -> PublicError {
        assert!(!self.status.is_success());
        self.json()
    }

    /// The cookie that a browser would now send.
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }
}

pub struct TestEdge {
    pub router: Router,
    pub backend: Backend,
    pub assets: Vec<String>,
    pub pages: Vec<String>,
    _folder: tempfile::TempDir,
    _sockets: mpsc::Receiver<Infallible>,
}

impl TestEdge {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        for name in [
            "boot.js",
            "icon.svg",
            "manifest.webmanifest",
            "pkg/securechat.js",
            "pkg/securechat.wasm",
            "pkg/securechat.css",
        ] {
            std::fs::write(root.join(name), format!("{name} ").repeat(200)).unwrap();
        }
        let site = Arc::new(Site::load(&root).unwrap());
        let pages = Pages::render(&site.links()).await.unwrap();
        let assets = site.paths().collect();
        let page_paths = pages
            .paths()
            .map(|path| path.replace("{id}", "abc"))
            .collect();
        let store = SqliteStore::open(&folder.path().join("test.db"))
            .await
            .unwrap();
        let backend = Backend::start(
            Arc::new(store),
            Options::default(),
            Clock::system(),
            Random::system(),
        )
        .await
        .unwrap();
        let (open_sockets, sockets) = mpsc::channel(1);
        let edge = Edge {
            public_url: ORIGIN.parse::<PublicUrl>().unwrap(),
            body_limit: BodyLimit(BODY_LIMIT),
            proxies: PROXY.parse().unwrap(),
            site,
            pages,
            api: ApiContext {
                backend: backend.clone(),
                cookie: SessionCookie { is_secure: true },
                keep_cookie: Duration::from_secs(60),
                info: ServerInfo {
                    version: protocol::VERSION,
                    registration_open: true,
                },
            },
            open_sockets,
        };
        Self {
            router: router(edge),
            backend,
            assets,
            pages: page_paths,
            _folder: folder,
            _sockets: sockets,
        }
    }

    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, "").await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask(Method::POST, path, headers, body).await
    }

    /// Calls a server function as our own page does.
    pub async fn call(&self, endpoint: &str, cookie: &str, request: &impl Serialize) -> Answer {
        let headers = [
            ("origin", ORIGIN),
            ("content-type", "application/json"),
            ("cookie", cookie),
        ];
        self.post(
            &format!("/api/{endpoint}"),
            &headers,
            &serde_json::to_string(request).unwrap(),
        )
        .await
    }

    /// Makes an account, and returns the answer that brings its session, or the first refusal.
    pub async fn sign_up(&self, name: &str) -> Answer {
        let username: Username = name.parse().unwrap();
        let start = ClientRegistration::<Suite>::start(&mut OsRng, b"a long passphrase").unwrap();
        let request = OpaqueMessage(start.message.serialize().to_vec());
        let answer = self
            .call(
                "register_start",
                "",
                &RegisterStart {
                    username: username.clone(),
                    request,
                },
            )
            .await;
        if answer.status != StatusCode::OK {
            return answer;
        }
        let response =
            RegistrationResponse::deserialize(&answer.json::<Registration>().response.0).unwrap();
        let identifiers = Identifiers {
            client: Some(name.as_bytes()),
            server: None,
        };
        let parameters = ClientRegistrationFinishParameters::new(identifiers, None);
        let record = start
            .state
            .finish(&mut OsRng, b"a long passphrase", response, parameters)
            .unwrap()
            .message;

        let mut seed = [0; 32];
        seed[..name.len()].copy_from_slice(name.as_bytes());
        let identity = SigningKey::from_bytes(&seed);
        let signing = PublicKey(identity.verifying_key().to_bytes());
        let user = user_id(&signing);
        let mut credentials = Credentials {
            version: 1,
            record: OpaqueMessage(record.serialize().to_vec()),
            passphrase_wrap: "A".repeat(200),
            recovery_wrap: "B".repeat(200),
            recovery_token_hash: Hash([7; 32]),
            signature: Signature::ZERO,
        };
        let message = credential_message(&user, &StoredCredentials::from(&credentials));
        let signature = identity.sign(&signed_bytes(SignaturePurpose::Credential, &message));
        credentials.signature = Signature(signature.to_bytes());
        let account = AccountKeys {
            user,
            username,
            signing,
            agreement: PublicKey([9; 32]),
            earlier: Vec::new(),
        };
        self.call(
            "register_finish",
            "",
            &RegisterFinish {
                account,
                credentials,
            },
        )
        .await
    }
}

/// Stretching is the client's own affair, and of no interest here.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Identity;
}
