//! Runs the examples as the programs they are, with each other and with
//! programs from outside.

mod support;

mod balance;
mod benchmark_server;
mod chat_server;
#[cfg(feature = "tracing")]
mod connect;
mod echo_server;
#[cfg(feature = "hand-over")]
mod hand_over;
mod hello;
mod http;
mod limits;
#[cfg(feature = "metrics")]
mod metrics_server;
mod netcat;
mod peers;
#[cfg(feature = "proxy-protocol")]
mod proxy_protocol;
mod self_signed;
mod signals;
mod stacks;
mod tickets;
#[cfg(feature = "watch")]
mod watch;
