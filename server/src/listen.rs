//! Taking connections, each with its own task, until the server is to stop.
//!
//! As `axum::serve` does, and with what it leaves out: an end to connections on which nothing comes. Where the other end is
//! gone without a word, or never meant to ask for anything, the file that its connection takes must become free again.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// How long a connection may keep the server waiting.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a request's headers are there, the first one's or the next one's.
    pub headers: Duration,
    /// Until its body is there and its answer is made.
    pub answer: Duration,
}

/// Who is gone is found out within a minute.
pub const PATIENCE: Patience = Patience {
    headers: Duration::from_secs(30),
    answer: Duration::from_secs(50),
};

/// How long requests that are being answered may take once the server is to stop.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait where no connection can be taken, mostly because too many files are open.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Serves until `stop`, and then those requests that are under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let (stopping, stopped) = watch::channel(());
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let (router, stopped, open) = (router.clone(), stopped.clone(), open.clone());
                tokio::spawn(async move {
                    converse(stream, address, router, patience, stopped).await;
                    drop(open);
                });
            }
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                sleep(AGAIN_AFTER).await;
            }
        }
    }
    drop((listener, stopping, open));
    let _ = timeout(DRAIN_WITHIN, all_closed.recv()).await;
}

/// Answers what comes on one connection, until either side ends it. One that becomes a WebSocket ends here too: its own
/// task goes on with it.
async fn converse(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    patience: Patience,
    mut stopped: watch::Receiver<()>,
) {
    // Small frames leave at once. A connection on which that cannot be set still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        answer(router.clone(), request, patience.answer)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    // That it broke is the other end's affair; what it asked for has its own line in the log.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    within: Duration,
) -> Result<Response, Infallible> {
    let answered = timeout(within, router.oneshot(request)).await;
    answered.unwrap_or_else(|_| Ok(StatusCode::REQUEST_TIMEOUT.into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    /// A server on a free port, and what stops it.
    async fn start(
        patience: Patience,
    ) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let who = |ConnectInfo(who): ConnectInfo<SocketAddr>| async move { who.ip().to_string() };
        let echo = |body: String| async move { body };
        let router = Router::new()
            .route("/who", get(who))
            .route("/echo", post(echo));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = serve(
            listener,
            router,
            patience,
            async move { drop(stopped.await) },
        );
        (address, stop, tokio::spawn(serving))
    }

    /// All that comes until the server ends the connection.
    async fn rest(mut stream: TcpStream) -> String {
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        all
    }

    #[tokio::test]
    async fn answers_one_request_after_the_other_and_knows_who_asks() {
        let (address, _stop, _serving) = start(PATIENCE).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = "GET /who HTTP/1.1\r\nhost: a\r\n\r\n";
        let last = "GET /who HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        stream
            .write_all(format!("{ask}{last}").as_bytes())
            .await
            .unwrap();
        let answers = rest(stream).await;
        assert_eq!(answers.matches("127.0.0.1").count(), 2, "{answers}");
    }

    #[tokio::test]
    async fn lets_those_go_who_ask_for_nothing_or_not_to_the_end() {
        let little = Patience {
            headers: Duration::from_millis(50),
            answer: Duration::from_millis(50),
        };
        let (address, _stop, _serving) = start(little).await;
        for begun in [
            "",
            "GET /who HT",
            "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf",
        ] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(begun.as_bytes()).await.unwrap();
            let told = rest(stream).await;
            assert!(!told.contains("200 OK"), "{told}");
        }
    }

    #[tokio::test]
    async fn stops_once_those_are_answered_who_asked_before() {
        let (address, stop, serving) = start(PATIENCE).await;
        let quiet = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        let head =
            b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
        slow.write_all(head).await.unwrap();
        let mut go_on = [0; 25];
        slow.read_exact(&mut go_on).await.unwrap();
        stop.send(()).unwrap();
        assert_eq!(rest(quiet).await, "");
        slow.write_all(b"more").await.unwrap();
        assert!(rest(slow).await.ends_with("more"));
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
