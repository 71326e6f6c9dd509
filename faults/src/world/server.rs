//! The server as a process: started, killed without a word, started again on the same file.

use super::{Place, Process, Town, until};
use rustix::process::Signal;
use std::{
    fs::{self, File},
    io::{Write, stderr},
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    thread,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

pub struct Server {
    binary: PathBuf,
    folder: TempDir,
    place: Place,
    port: u16,
    flags: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// A server that was never started, with people at it.
    pub async fn with(
        binary: &Path,
        people: usize,
        rooms: &[Vec<usize>],
        seed: u64,
    ) -> (Self, Town) {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        for name in [
            "boot.js",
            "pkg/securechat.js",
            "pkg/securechat.wasm",
            "pkg/securechat.css",
        ] {
            fs::write(site.join(name), "here nobody opens a page").unwrap();
        }
        fs::create_dir(folder.path().join("data")).unwrap();
        let server = Self {
            binary: binary.to_owned(),
            folder,
            place: Place::Disk,
            port: free_port().await,
            flags: Vec::new(),
            process: None,
        };
        let town = Town::found(&server.database(), people, rooms, seed).await;
        (server, town)
    }

    pub fn place(&mut self, place: Place) {
        self.place = place;
    }

    pub fn flag(&mut self, name: &str, value: u32) {
        self.flags.push(format!("--{name}={value}"));
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The folder of the database, as the server sees it.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn database(&self) -> PathBuf {
        self.data().join("securechat.db")
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) {
        self.launch();
        let address = ("127.0.0.1", self.port);
        until("the server to listen", async || {
            let ended = self.child().try_wait().unwrap();
            assert!(ended.is_none(), "the server ended:\n{}", self.told());
            TcpStream::connect(address).await.is_ok()
        })
        .await;
    }

    /// Starts it and waits until it ends by itself. Returns whether it says that all went well.
    pub async fn start_in_vain(&mut self) -> bool {
        self.launch();
        self.ended().await.success()
    }

    fn launch(&mut self) {
        let log = File::options().create(true).append(true).open(self.log());
        let mut command = self.place.shell(&self.data());
        command
            .arg(&self.binary)
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--public-url", &self.origin()])
            .arg("--database")
            .arg(self.database())
            .arg("--site-root")
            .arg(self.folder.path().join("site"))
            .args(["--log", "warn"])
            .args(&self.flags)
            .env_clear()
            .stdin(Stdio::null())
            .stderr(log.unwrap());
        self.process = Some(command.spawn().unwrap());
    }

    /// Ends it as a loss of power would.
    pub async fn kill(&mut self) {
        self.process().signal(Signal::KILL);
        self.ended().await;
    }

    /// Waits for its end.
    async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        until("the server to end", async || {
            status = self.child().try_wait().unwrap();
            status.is_some()
        })
        .await;
        self.process = None;
        status.expect("it ended")
    }

    pub fn process(&self) -> Process {
        let id = self.process.as_ref().map(Child::id);
        Process::of(id.expect("the server runs"))
    }

    /// How many sockets it has open, once that changes no more.
    pub async fn settled_sockets(&self) -> usize {
        let (mut last, mut same) = (0, 0);
        until("the server's connections to settle", async || {
            let now = self.process().sockets();
            same = if now == last { same + 1 } else { 0 };
            last = now;
            same > 20
        })
        .await;
        last
    }

    fn child(&mut self) -> &mut Child {
        self.process.as_mut().expect("the server runs")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// All that it wrote to its log.
    pub fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            let ended = self.process.as_mut().map(Child::try_wait);
            // What it is for is over, whether or not anyone reads it.
            let _ = writeln!(
                stderr(),
                "the server ended: {ended:?}; it said:\n{}",
                self.told()
            );
        }
        if let Some(mut child) = self.process.take() {
            // It may have ended already; what counts is that it does not outlive its trial.
            let _ = child.kill().and_then(|()| child.wait().map(drop));
        }
    }
}

/// A port that nobody uses at the moment.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
