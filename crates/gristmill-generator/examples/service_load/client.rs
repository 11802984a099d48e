//! A client of HTTP/1.1 that keeps its connection.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// Why a measurement ended.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// The bytes of a request.
pub(crate) struct Request(Vec<u8>);

impl Request {
    pub(crate) fn post(path: &str, body: &[u8]) -> Self {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nhost: load\r\ncontent-length: {length}\r\n\r\n");
        Self([head.as_bytes(), body].concat())
    }
}

/// A connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Result<Self, Failed> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), line: String::new(), body: Vec::new() })
    }

    /// Sends a request and reads the answer to its end; its status.
    pub(crate) fn send(&mut self, request: &Request) -> Result<u16, Failed> {
        self.stream.get_mut().write_all(&request.0)?;
        let status = self.line()?.get(9..12).and_then(|status| status.parse().ok());
        let status = status.ok_or("the answer has no status")?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }

    fn line(&mut self) -> Result<&str, Failed> {
        self.line.clear();
        self.stream.read_line(&mut self.line)?;
        Ok(self.line.trim_end())
    }
}
