//! A service in this process, and a client.

use gristmill::{Options, Store};
use gristmill_server::{Authority, AuthorityOptions, Handle, Limits, ServeError, Server, Settings};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Longer than any answer takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const STORE: &str = "/events/v2/store/external";
pub(crate) const FETCH: &str = "/api/events/v2/orgs/acme/fetch";
pub(crate) const COUNT: &str = r#"{"granularity":"all","aggregations":["count"],
    "interval":{"start":"2000-01-01","end":"2100-01-01"}}"#;

/// An event of the organization `acme`.
pub(crate) fn event(label: &str) -> String {
    format!(
        r#"{{"organization_id":"acme","vendor":"v","event_version":1,"category":"c","action":"","label":"{label}",
            "timestamp":"2024-01-01T00:00:00Z","value":1}}"#
    )
}

/// A service that runs; it is told to end when it is dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    pub(crate) log: Log,
    running: Option<JoinHandle<Result<(), ServeError>>>,
}

/// The log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Takes nothing for so long, beginning now.
    pub(crate) fn hold(&self, time: Duration) {
        let (log, (held, holds)) = (Arc::clone(&self.0), channel());
        thread::spawn(move || {
            let _log = log.lock().unwrap();
            held.send(()).unwrap();
            thread::sleep(time);
        });
        holds.recv().unwrap();
    }
}

/// What a client gets.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The lines before the body.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(&self, status: u16, part: &str) -> &Self {
        let body = String::from_utf8_lossy(&self.body);
        assert!(self.status == status && body.contains(part), "not {status} {part}: {}\n{body}", self.head);
        self
    }
}

impl Service {
    /// A service over a store in memory.
    pub(crate) fn new(change: impl FnOnce(&mut Limits)) -> Self {
        Self::over(change, Options::open_in_memory)
    }

    pub(crate) fn over(
        change: impl FnOnce(&mut Limits),
        open: impl FnOnce(Options) -> Result<Store, gristmill::Error> + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens.json");
        let authority = Authority::open(&tokens, AuthorityOptions::default()).unwrap();
        let mut settings = Settings::default();
        settings.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        settings.cors = vec!["https://shop.example".parse().unwrap()];
        change(&mut settings.limits);
        let options = settings.limits.of_store(Options::new().background(false));
        let log = Log::default();
        let server = Server::bind_and_log(settings, authority, Box::new(log.clone())).unwrap();
        let (address, handle) = (server.address(), server.handle());
        let running = thread::spawn(move || server.run(move || open(options)));
        let service = Self { address, handle, log, running: Some(running) };
        while service.get("/readyz").status != 200 {
            thread::yield_now();
        }
        service
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these bytes on a connection of their own, and gives what comes back until it is closed.
    pub(crate) fn raw(&self, bytes: impl AsRef<[u8]>) -> Vec<u8> {
        let mut stream = self.connect();
        // Whoever is refused may not be read to the end.
        let _ = stream.write_all(bytes.as_ref());
        rest(&mut stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(&self.raw(format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")))
    }

    pub(crate) fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", path, "", body)
    }

    /// A request with further headers, each ended by CR and LF.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        let length = body.as_ref().len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
        );
        answer(&self.raw([head.as_bytes(), body.as_ref()].concat()))
    }

    pub(crate) fn count(&self) -> u64 {
        let answer = self.post(FETCH, COUNT);
        answer.is(200, "");
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        answer["data"][0][1].as_u64().unwrap()
    }

    /// Waits for the end that it was told.
    pub(crate) fn ended(mut self) -> Result<(), ServeError> {
        self.running.take().unwrap().join().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.handle.stop();
    }
}

/// What comes until the connection is closed.
pub(crate) fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

pub(crate) fn answer(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| String::from_utf8_lossy(bytes).into_owned()).unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
    Answer { status: head[9..12].parse().unwrap(), head, body: bytes[end + 4..].to_vec() }
}
