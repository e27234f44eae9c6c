//! A name server inside the test, on a loopback port, over UDP and TCP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use hickory_resolver::proto::{
    op::{Message, Query, ResponseCode},
    rr::{Name, RData, Record, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
    time,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Udp,
    Tcp,
}

pub(crate) type Asked = (RecordType, Over);

/// Answers until it is dropped; `None` is silence.
#[derive(Debug)]
pub(crate) struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

/// At one address.
pub(crate) type Sockets = (UdpSocket, TcpListener);

pub(crate) async fn sockets() -> Sockets {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

/// After how long, and what.
type Late = (Duration, Message);

type Answer = Arc<dyn Fn(&Query, Over) -> Option<Late> + Send + Sync>;

fn at_once(
    answer: impl Fn(&Query, Over) -> Option<Message>,
) -> impl Fn(&Query, Over) -> Option<Late> {
    move |query, over| Some((Duration::ZERO, answer(query, over)?))
}

impl NameServer {
    pub(crate) async fn start(
        answer: impl Fn(&Query, Over) -> Option<Message> + Send + Sync + 'static,
    ) -> Self {
        Self::start_on(sockets().await, answer)
    }

    pub(crate) fn start_on(
        (udp, tcp): Sockets,
        answer: impl Fn(&Query, Over) -> Option<Message> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(udp, tcp, at_once(answer))
    }

    /// `None` where this address is not to be had.
    pub(crate) async fn start_at(
        address: SocketAddr,
        answer: impl Fn(&Query, Over) -> Option<Message> + Send + Sync + 'static,
    ) -> Option<Self> {
        Self::start_late(address, at_once(answer)).await
    }

    /// Other queries are answered in the meantime.
    pub(crate) async fn start_late(
        address: SocketAddr,
        answer: impl Fn(&Query, Over) -> Option<Late> + Send + Sync + 'static,
    ) -> Option<Self> {
        let udp = UdpSocket::bind(address).await.ok()?;
        let tcp = TcpListener::bind(address).await.ok()?;
        Some(Self::serve(udp, tcp, answer))
    }

    fn serve(
        udp: UdpSocket,
        tcp: TcpListener,
        answer: impl Fn(&Query, Over) -> Option<Late> + Send + Sync + 'static,
    ) -> Self {
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        let answer: Answer = Arc::new(move |query: &Query, over| {
            noted.lock().unwrap().push((query.query_type(), over));
            answer(query, over)
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(udp, answer.clone()));
        tasks.spawn(serve_tcp(tcp, answer));
        Self { address, asked, _tasks: tasks }
    }

    /// Every address in the order given, whatever the name.
    pub(crate) async fn with_addresses(ttl: u32, addresses: &'static [&'static str]) -> Self {
        Self::start(move |query, _| Some(records(query, ttl, addresses))).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) fn records(query: &Query, ttl: u32, addresses: &[&str]) -> Message {
    let mut message = Message::query();
    for address in addresses {
        let data: RData = address.parse::<std::net::IpAddr>().unwrap().into();
        if data.record_type() == query.query_type() {
            message.add_answer(Record::from_rdata(query.name().clone(), ttl, data));
        }
    }
    message
}

pub(crate) fn failure(code: ResponseCode) -> Message {
    let mut message = Message::query();
    message.metadata.response_code = code;
    message
}

pub(crate) fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

async fn serve_udp(socket: UdpSocket, answer: Answer) {
    let socket = Arc::new(socket);
    let mut replies = JoinSet::new();
    let mut buffer = [0; 2048];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        if let Some((delay, response)) = respond(&buffer[..length], &answer, Over::Udp) {
            let socket = socket.clone();
            replies.spawn(async move {
                pass(delay).await;
                let _ = socket.send_to(&response, peer).await;
            });
        }
    }
}

async fn serve_tcp(listener: TcpListener, answer: Answer) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = serve_stream(stream, &answer).await;
    }
}

async fn serve_stream(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut request = vec![0; stream.read_u16().await?.into()];
    stream.read_exact(&mut request).await?;
    let Some((delay, response)) = respond(&request, answer, Over::Tcp) else {
        return stream.read_u8().await.map(drop);
    };
    pass(delay).await;
    stream.write_u16(response.len().try_into().unwrap()).await?;
    stream.write_all(&response).await
}

/// No timer where there is nothing to wait for: a paused clock stands still.
async fn pass(delay: Duration) {
    if !delay.is_zero() {
        time::sleep(delay).await;
    }
}

fn respond(request: &[u8], answer: &Answer, over: Over) -> Option<(Duration, Vec<u8>)> {
    let request = Message::from_vec(request).ok()?;
    let query = request.queries.first()?;
    let (delay, response) = answer(query, over)?;
    let mut response = response.into_response();
    response.metadata.id = request.metadata.id;
    response.add_query(query.clone());
    Some((delay, response.to_vec().ok()?))
}
