//! What the log-in page costs a newcomer: the server is started, the page and all that it names are asked for as a
//! browser would ask, and the bytes on the wire are added up.

use crate::{Outcome, paths, say, shell};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Bytes of body, compressed, for everything that the first load of the log-in page fetches: all of it is named in the
/// HTML, and a browser test checks that nothing else is fetched.
const LIMIT: usize = 350_000;
const PAGE: &str = "/login";
/// A page that names everything.
const INSIDE: &str = "/chats";

/// Prints every part and the sum; fails above the limit.
pub fn weigh() -> Outcome {
    let server = Server::start()?;
    let first = server.assets_of(PAGE)?;
    let mut total = 0;
    for path in std::iter::once(PAGE).chain(first.iter().map(String::as_str)) {
        total += server.say_weight(path, "")?;
    }
    say::step(&format!(
        "{total:>8} B  in all, brotli; the limit is {LIMIT} B"
    ));
    for path in server
        .assets_of(INSIDE)?
        .iter()
        .filter(|path| !first.contains(path))
    {
        server.say_weight(path, ", once someone begins to use the page")?;
    }
    if total <= LIMIT {
        Ok(())
    } else {
        Err(format!("{total} B are above the limit of {LIMIT} B"))
    }
}

/// The assets that the HTML names, each once.
fn assets_in(html: &str) -> Vec<String> {
    let quoted = html.split('"').filter(|text| text.starts_with("/a/"));
    let mut paths: Vec<String> = quoted.map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// A server on a free port with a database of its own, gone when this is dropped.
struct Server {
    process: Child,
    port: u16,
    folder: std::path::PathBuf,
}

impl Server {
    fn start() -> Outcome<Self> {
        // Asked for and let go again: nobody else takes it within the moment before the server does.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free
            .map_err(|error| format!("no free port: {error}"))?
            .port();
        let folder = std::env::temp_dir().join(format!("securechat-weigh-{}", std::process::id()));
        let mut command = shell::command(paths::server()?);
        command
            .arg("--listen")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--public-url")
            .arg(format!("http://localhost:{port}"));
        command
            .arg("--site-root")
            .arg(paths::site())
            .args(["--log", "warn", "--database"])
            .arg(folder.join("securechat.db"));
        let process = command
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("the server did not start: {error}"))?;
        let server = Self {
            process,
            port,
            folder,
        };
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > patience {
                return Err("the server did not answer within 30 seconds".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Every asset that the HTML of a page names.
    fn assets_of(&self, page: &str) -> Outcome<Vec<String>> {
        let html = String::from_utf8(self.get(page, "identity")?);
        Ok(assets_in(&html.map_err(|_| format!("{page} is no text"))?))
    }

    /// Prints what a path weighs, compressed.
    fn say_weight(&self, path: &str, when: &str) -> Outcome<usize> {
        let bytes = self.get(path, "br")?.len();
        let name = path.rsplit('/').next().unwrap_or(path);
        say::step(&format!("{bytes:>8} B  {name}{when}"));
        Ok(bytes)
    }

    /// The body of an answer, as many bytes as crossed the wire.
    fn get(&self, path: &str, encoding: &str) -> Outcome<Vec<u8>> {
        let told = |error: std::io::Error| format!("GET {path}: {error}");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(told)?;
        let host = format!("localhost:{}", self.port);
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\naccept-encoding: {encoding}\r\nconnection: close\r\n\r\n").map_err(told)?;
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line).map_err(told)?;
        if line.split(' ').nth(1) != Some("200") {
            return Err(format!("GET {path}: {}", line.trim()));
        }
        let mut length = None;
        while line.trim_end() != "" {
            line.clear();
            answer.read_line(&mut line).map_err(told)?;
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok();
            }
        }
        let mut body = vec![0; length.ok_or_else(|| format!("GET {path}: no content-length"))?];
        answer.read_exact(&mut body).map_err(told)?;
        Ok(body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::assets_in;

    #[test]
    fn finds_each_asset_of_a_page_once() {
        let html = r#"<link href="/a/12/x.css"><script src="/a/12/boot.js"></script><link href="/a/12/x.css"><a href="/about">"#;
        assert_eq!(assets_in(html), ["/a/12/boot.js", "/a/12/x.css"]);
    }
}
