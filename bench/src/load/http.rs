//! One connection for requests with JSON, one after the other.

use crate::Outcome;
use serde::{Serialize, de::DeserializeOwned};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection that stays open.
pub struct Line {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Line {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await.map_err(told)?;
        stream.set_nodelay(true).map_err(told)?;
        Ok(Self {
            stream: BufReader::new(stream),
            address,
        })
    }

    /// Asks, as a page of the server itself would, and reads the answer.
    pub async fn post<T: DeserializeOwned>(
        &mut self,
        path: &str,
        request: &impl Serialize,
    ) -> Outcome<T> {
        let body = serde_json::to_string(request).map_err(|error| error.to_string())?;
        let (port, length) = (self.address.port(), body.len());
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(text.as_bytes()).await.map_err(told)?;
        let (status, body) = self.answer().await?;
        if status != 200 {
            let body = String::from_utf8_lossy(&body);
            return Err(format!("{path} was answered with {status}: {body}"));
        }
        serde_json::from_slice(&body).map_err(|error| format!("{path}: {error}"))
    }

    async fn answer(&mut self) -> Outcome<(u16, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.map_err(told)?;
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        let mut length = 0;
        while !line.trim_end().is_empty() {
            line.clear();
            self.stream.read_line(&mut line).await.map_err(told)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.map_err(told)?;
        Ok((status.ok_or("an answer without a status")?, body))
    }
}

fn told(error: std::io::Error) -> String {
    format!("a request: {error}")
}
