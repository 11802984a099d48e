//! The binary as a service, and a client that sees every byte.

use crate::harness::Bench;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Longer than any answer takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `gristmill serve`, killed at the end.
pub(crate) struct Served {
    child: Child,
    /// What it says on stderr.
    said: Option<JoinHandle<Vec<String>>>,
    /// Address and port.
    pub(crate) address: String,
}

/// What a client gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The lines before the body, without the one that tells the time.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Served {
    /// Serves the store `store` of a bench, ready for requests.
    pub(crate) fn start(bench: &Bench, flags: &[&str]) -> Self {
        Self::by(bench, &[&["--store", "store", "--listen", "127.0.0.1:0"], flags].concat())
    }

    /// `gristmill serve` with these flags, ready for requests.
    pub(crate) fn by(bench: &Bench, flags: &[&str]) -> Self {
        let mut child = bench.command([&["serve"], flags].concat()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let said = lines.by_ref().find(|line| line.contains("listening on http://"));
        let address = said.unwrap().split("http://").nth(1).unwrap().trim().to_owned();
        let served = Self { child, said: Some(thread::spawn(move || lines.collect())), address };
        while served.ask("GET", "/readyz", &[], "").status != 200 {
            thread::sleep(Duration::from_millis(10));
        }
        served
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A connection to it, if it takes one.
    pub(crate) fn connect(&self) -> Option<TcpStream> {
        let connection = TcpStream::connect(&self.address).ok()?;
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        Some(connection)
    }

    /// A request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.try_ask(method, path, headers, body).unwrap()
    }

    /// The same, where the service may go away: `None` where there is no whole answer.
    pub(crate) fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Answer> {
        let mut connection = self.connect()?;
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        // One that refuses the head may close the connection before it has the body.
        let _ = connection.write_all(request.as_bytes());
        let mut text = Vec::new();
        let _ = connection.read_to_end(&mut text);
        Answer::of(&String::from_utf8(text).unwrap())
    }

    /// Sends it a signal, such as `TERM`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end: its exit code, and what it has said on stderr since it listens.
    pub(crate) fn ended(mut self) -> (Option<i32>, Vec<String>) {
        let code = self.child.wait().unwrap().code();
        (code, self.said.take().unwrap().join().unwrap())
    }

    /// `kill -9`.
    #[cfg(unix)]
    pub(crate) fn kill(&self) {
        self.signal("KILL");
    }

    /// Ends it as an operator does, and waits until it has.
    #[cfg(unix)]
    pub(crate) fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.ended().0, Some(0));
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Answer {
    /// `None` where it ends within its head.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut head: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
        head.retain(|line| !line.to_ascii_lowercase().starts_with("date:"));
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        Some(Self { status, head, body: body.to_owned() })
    }
}
