//! The built program as a child process, and the plainest client there can be: one connection per request, so that an answer that was cut
//! off is never taken for one.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A command of the program on a data folder and, for PostgreSQL, a database.
pub fn command(data: &Path, url: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
    command.args(arguments).arg("--data").arg(data).env_remove("DATABASE_URL").env("CAIRN_LOG", "error");
    if let Some(url) = url {
        command.env("DATABASE_URL", url);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A command that runs to its end.
pub fn run(data: &Path, url: Option<&str>, arguments: &[&str]) -> Output {
    command(data, url, arguments).output().unwrap()
}

/// A server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server and waits until it listens.
    pub fn start(data: &Path, url: Option<&str>) -> Self {
        let mut child = command(data, url, &["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("Cairn listens on http://").map(str::to_owned));
        let address = address.expect("the server says where it listens").parse().unwrap();
        // Whatever it says later has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status().unwrap();
        assert!(asked.success());
    }

    /// How it ended, within a time.
    pub fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer that came whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        found.unwrap_or_default()
    }
}

/// Sends a request and reads its whole answer.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Reply> {
    let mut stream = open(address, method, path, headers, body.len())?;
    stream.write_all(body)?;
    answer(&mut stream)
}

/// Sends the head of a request whose body follows.
pub fn open(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // HTTP/1.0: no pieces, and the end of the answer is the end of the connection.
    let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all((head + "\r\n").as_bytes())?;
    Ok(stream)
}

/// Reads an answer to its end; one that was cut off is an error.
pub fn answer(stream: &mut TcpStream) -> Result<Reply> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let cut = || Error::new(ErrorKind::UnexpectedEof, "the answer was cut off");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(cut)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    let reply = Reply { status, head, body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned() };
    let promised: usize = reply.header("content-length").parse().unwrap_or(0);
    if bytes.len() - end - 4 < promised { Err(cut()) } else { Ok(reply) }
}
