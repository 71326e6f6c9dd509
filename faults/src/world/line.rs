//! A WebSocket to the server, and the frames on it.

use super::{PATIENCE, Person, Server};
use futures::{SinkExt, StreamExt};
use protocol::{
    MessageId, RoomId, VERSION,
    frame::{ClientFrame, Cursor, RoomHead, ServerFrame},
};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

/// The line broke, or the server closed it.
#[derive(Debug)]
pub struct Broken;

pub struct Line {
    socket: WebSocketStream<TcpStream>,
    /// As the welcome said.
    pub rooms: Vec<RoomHead>,
}

impl Line {
    /// Connects, says hello and is welcomed.
    pub async fn open(
        server: &Server,
        person: &Person,
        cursors: Vec<Cursor>,
    ) -> Result<Self, Broken> {
        let socket = TcpSocket::new_v4().map_err(|_| Broken)?;
        let mut line = Self::connect(server, person, socket).await?;
        line.say_hello(person, cursors).await?;
        match line.frame().await? {
            ServerFrame::Welcome { rooms, user, .. } => {
                assert_eq!(user, person.keys.user);
                line.rooms = rooms;
                Ok(line)
            }
            ServerFrame::Bye { .. } => Err(Broken),
            other => panic!("no welcome but {other:?}"),
        }
    }

    /// Connects and says nothing.
    pub async fn connect(
        server: &Server,
        person: &Person,
        socket: TcpSocket,
    ) -> Result<Self, Broken> {
        let connecting = async {
            let address = ([127, 0, 0, 1], server.port()).into();
            let stream = socket.connect(address).await.map_err(|_| Broken)?;
            let address = format!("ws://127.0.0.1:{}/ws", server.port());
            let mut request = address.into_client_request().map_err(|_| Broken)?;
            let headers = request.headers_mut();
            headers.insert("origin", server.origin().parse().unwrap());
            let cookie = format!("securechat-session={}", person.cookie);
            headers.insert("cookie", cookie.parse().unwrap());
            // Ten thousand of them fit into the memory of one process.
            let small = WebSocketConfig::default().read_buffer_size(4096);
            let opened = client_async_with_config(request, stream, Some(small)).await;
            opened.map_err(|_| Broken)
        };
        let (socket, _) = timeout(PATIENCE, connecting)
            .await
            .expect("an answer to a connection")?;
        Ok(Self {
            socket,
            rooms: Vec::new(),
        })
    }

    pub async fn say_hello(&mut self, person: &Person, cursors: Vec<Cursor>) -> Result<(), Broken> {
        let hello = ClientFrame::Hello {
            version: VERSION,
            device: person.device,
            cursors,
        };
        self.say(&hello).await
    }

    pub async fn say(&mut self, frame: &ClientFrame) -> Result<(), Broken> {
        let text = serde_json::to_string(frame).unwrap();
        let said = timeout(PATIENCE, self.socket.send(Message::text(text))).await;
        said.expect("the server to read").map_err(|_| Broken)
    }

    pub async fn send(&mut self, room: RoomId, id: MessageId, token: &str) -> Result<(), Broken> {
        let (epoch, token) = (1, token.to_owned());
        self.say(&ClientFrame::Send {
            room,
            id,
            epoch,
            token,
        })
        .await
    }

    /// The next frame.
    pub async fn frame(&mut self) -> Result<ServerFrame, Broken> {
        timeout(PATIENCE, self.next())
            .await
            .expect("a frame of the server")
    }

    /// The next frame, however long it takes. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Result<ServerFrame, Broken> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err(Broken),
            }
        }
    }

    /// Where a room's head stood at the welcome.
    pub fn head(&self, room: RoomId) -> RoomHead {
        let head = self.rooms.iter().find(|it| it.room == room);
        *head.expect("a member is told of the room")
    }
}

/// A text of a token's shape that says whose it is and which one, at least so many characters long.
pub fn token(writer: usize, number: usize, length: usize) -> String {
    let mut token = format!("g{writer:06}x{number:08}");
    let length = token.len().max(length).next_multiple_of(4);
    token.extend(std::iter::repeat_n('A', length - token.len()));
    token
}
