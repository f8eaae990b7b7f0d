//! A bad network between a client and a server: a listener on a port that stays, with a weather that can be changed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// It goes on to this server.
    Fine(SocketAddr),
    /// It is closed at once.
    Closed,
    /// Nobody ever answers.
    Silent,
    /// Each request is answered with this status, with one header line, or none.
    Status(u16, &'static str),
    /// The request reaches the server, its answer does not come back.
    AnswerLost(SocketAddr),
}

/// A port with a weather.
pub struct Sky {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// Longer than any time-out of a test.
const FOR_EVER: Duration = Duration::from_hours(1);

impl Sky {
    pub async fn new(weather: Weather) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, receiver) = watch::channel(weather);
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let weather = receiver.clone();
                tokio::spawn(async move {
                    let _ = serve(stream, weather).await;
                });
            }
        });
        Self { address, weather: sender, connections, task }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Connections that stand are cut.
    pub fn change(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Connections since the beginning.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Sky {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, mut weather: watch::Receiver<Weather>) -> std::io::Result<()> {
    let now = *weather.borrow_and_update();
    let act = async {
        match now {
            Weather::Closed => Ok(()),
            Weather::Silent => {
                tokio::time::sleep(FOR_EVER).await;
                Ok(())
            }
            Weather::Status(status, header) => {
                read_request(&mut stream).await?;
                let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
                let body = "{\"error\":\"trouble\"}";
                let answer = format!(
                    "HTTP/1.1 {status} Trouble\r\nContent-Length: {}\r\nConnection: close\r\n{header}\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await
            }
            Weather::Fine(server) => {
                let mut server = TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut stream, &mut server).await.map(|_| ())
            }
            Weather::AnswerLost(server) => {
                let request = read_request(&mut stream).await?;
                let mut server = TcpStream::connect(server).await?;
                server.write_all(&request).await?;
                // The answer says that the request was carried out.
                server.read_u8().await.map(|_| ())
            }
        }
    };
    tokio::select! {
        done = act => done,
        _ = weather.changed() => Ok(()),
    }
}

/// One request with its body.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut missing = None;
    while missing.is_none_or(|whole| request.len() < whole) {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&request);
        if missing.is_none()
            && let Some((head, _)) = text.split_once("\r\n\r\n")
        {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            missing = Some(head.len() + 4 + length.unwrap_or(0));
        }
    }
    Ok(request)
}
