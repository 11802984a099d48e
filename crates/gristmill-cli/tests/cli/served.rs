//! The binary as a service, and a client that sees every byte.

use crate::harness::Bench;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

/// Longer than any answer takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `gristmill serve`, killed at the end.
pub(crate) struct Served {
    child: Child,
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
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.by_ref().map(Result::unwrap).find(|line| line.contains("listening on http://"));
        let address = said.unwrap().split("http://").nth(1).unwrap().trim().to_owned();
        // A pipe that nobody reads would stop it.
        thread::spawn(move || lines.for_each(drop));
        let served = Self { child, address };
        while served.ask("GET", "/readyz", &[], "").status != 200 {
            thread::sleep(Duration::from_millis(10));
        }
        served
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
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
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut head: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
        head.retain(|line| !line.to_ascii_lowercase().starts_with("date:"));
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: body.to_owned() }
    }
}
