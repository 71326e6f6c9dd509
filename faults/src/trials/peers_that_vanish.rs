//! The other end is gone and nothing says so: no answer to a ping, no end of the connection. The server finds out within a
//! minute and frees what it kept for them, whether they spoke to it over a WebSocket, had just asked for a page, or never said
//! anything.

use crate::{
    Wish,
    world::{Line, Person, Server, until},
};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// Of each kind.
const GONE: usize = 10;
/// What the server promises, and what a machine that is busy may add.
const WITHIN: Duration = Duration::from_secs(60 + 60);

pub async fn run(wish: Wish) -> String {
    let (mut server, town) = Server::with(&wish.server, GONE + 1, &[], wish.seed).await;
    server.start().await;
    let alive = &town.people[GONE];
    let mut living = Line::open(&server, alive, Vec::new()).await.unwrap();
    let sockets = server.settled_sockets().await;

    let mut gone: Vec<TcpStream> = Vec::new();
    let mut silent = Vec::new();
    for person in &town.people[..GONE] {
        // Nobody reads on these, so that no ping is answered.
        silent.push(Line::open(&server, person, Vec::new()).await.unwrap());
        silent.push(no_hello(&server, person).await);
        gone.push(connect(&server).await);
        gone.push(asked_for_a_page(&server).await);
    }
    let open = server.process().sockets();
    assert!(open >= sockets + 4 * GONE, "the connections are not there");
    let begun = Instant::now();
    let listening = tokio::spawn(async move {
        // Answers pings; nothing else comes.
        let _ = living.next().await;
    });
    until("the server to find out that they are gone", async || {
        server.process().sockets() <= sockets
    })
    .await;
    let seconds = begun.elapsed().as_secs();
    assert!(begun.elapsed() < WITHIN, "found only after {seconds} s");
    assert!(
        !listening.is_finished(),
        "one who answers was taken for gone"
    );
    listening.abort();
    drop((gone, silent));
    format!(
        "{} connections whose other end was gone, of 4 kinds, found and freed; one who answers pings stayed",
        4 * GONE
    )
}

async fn no_hello(server: &Server, person: &Person) -> Line {
    Line::connect(server, person, TcpSocket::new_v4().unwrap())
        .await
        .unwrap()
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port()))
        .await
        .unwrap()
}

/// Got an answer, and keeps the connection for the next request, which never comes.
async fn asked_for_a_page(server: &Server) -> TcpStream {
    let mut stream = connect(server).await;
    let ask = format!(
        "GET /robots.txt HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
        server.port()
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert!(start.starts_with(b"HTTP/1.1 "));
    stream
}
