//! A server that answers as a function says, or holds an answer for ever.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// What becomes of a request.
pub(crate) enum Answer {
    /// It is answered with this status and body.
    Now(u16, String),
    /// It is never answered.
    Never,
    /// Its answer never gets beyond its beginning.
    Half,
    /// These bytes come, whatever they are, and the connection is closed.
    Raw(Vec<u8>),
    /// The first bytes come once, the others until the client goes away.
    Endless(Vec<u8>, Vec<u8>),
}

/// A server at an address of its own, for as long as the test process lives.
pub(crate) struct Stub {
    endpoint: String,
    held: Receiver<()>,
}

impl Stub {
    /// Serves; the function sees the request's first line and body.
    pub(crate) fn start(answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (holding, held) = channel();
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, holding) = (Arc::clone(&answer), holding.clone());
                thread::spawn(move || serve(&stream.unwrap(), &*answer, &holding));
            }
        });
        Self { endpoint, held }
    }

    /// Its address.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Waits until a request came that is never answered.
    pub(crate) fn wait_until_held(&self) {
        let patience = Duration::from_secs(300);
        self.held.recv_timeout(patience).expect("nobody asked");
    }
}

fn serve(stream: &TcpStream, answer: &dyn Fn(&str, &str) -> Answer, holding: &Sender<()>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    match answer(&first, &String::from_utf8_lossy(&body)) {
        Answer::Now(status, body) => {
            let mut stream = stream;
            // A client that went away wants no answer.
            let _ = write!(
                stream,
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
        Answer::Half => {
            let mut stream = stream;
            let _ = write!(stream, "HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n{{");
            let _ = reader.read(&mut [0]);
        }
        Answer::Raw(bytes) => {
            let mut stream = stream;
            let _ = stream.write_all(&bytes);
        }
        Answer::Endless(first, again) => {
            let mut stream = stream;
            let mut sent = stream.write_all(&first);
            while sent.is_ok() {
                sent = stream.write_all(&again);
            }
        }
        Answer::Never => {
            let _ = holding.send(());
            // Until the client goes away.
            let _ = reader.read(&mut [0]);
        }
    }
}
