//! A process that is measured: how much of a core and of the memory it and its children took.

use crate::{Outcome, cores};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a process may take to answer, and to end when asked to.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on the core for servers; it ends when this is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Process {
    /// Starts a server and waits until it answers at the address.
    pub fn start(command: &mut Command, address: SocketAddr) -> Outcome<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = cores::on(cores::SERVER, || {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .map_err(|error| format!("{name} did not start: {error}"))
        })?;
        let mut process = Self { child, address };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if let Ok(Some(status)) = process.child.try_wait() {
                return Err(format!("{name} ended with {status}"));
            }
            if Instant::now() > until {
                return Err(format!("{name} does not answer at {address}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }

    /// User and system seconds so far, of the process and its children.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        family(self.child.id()).into_iter().map(cpu_seconds).sum()
    }

    /// Resident bytes, of the process and its children; shared pages count once for each.
    pub fn resident_bytes(&self) -> Outcome<f64> {
        let page = rustix::param::page_size() as f64;
        let resident = |pid| {
            let statm = read(&format!("/proc/{pid}/statm"))?;
            let pages = statm
                .split(' ')
                .nth(1)
                .and_then(|it| it.parse::<f64>().ok());
            Ok(pages.ok_or("/proc tells no resident pages")? * page)
        };
        family(self.child.id()).into_iter().map(resident).sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let until = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system seconds of this process.
pub fn own_cpu_seconds() -> Outcome<f64> {
    cpu_seconds(std::process::id())
}

/// An address that nobody listens at: asked for and let go again, and nobody else takes it within the moment.
pub fn free_address() -> Outcome<SocketAddr> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.map_err(|error| format!("no free port: {error}"))
}

/// Allows this process, and those that it starts, as many open files as the system lets it.
pub fn raise_open_files() -> Outcome {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, all).map_err(|error| format!("open files: {error}"))
}

fn cpu_seconds(pid: u32) -> Outcome<f64> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold anything; after it stand the state (the third field) and what follows.
    let after = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    let ticks: Vec<f64> = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse().ok())
        .collect();
    match ticks[..] {
        [user, system] => Ok((user + system) / rustix::param::clock_ticks_per_second() as f64),
        _ => Err(format!("/proc tells no times of process {pid}")),
    }
}

/// The process and all that descend from it.
fn family(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let below = children.split_whitespace().filter_map(|it| it.parse().ok());
    std::iter::once(pid).chain(below.flat_map(family)).collect()
}

fn read(file: &str) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))
}
