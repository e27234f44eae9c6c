//! The crates that people use over our connections, connectors and servers, and
//! the example programs, each with the real server where there is one.

#[path = "../../../tests/examples/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the examples of the crate need more of it")]
mod support;

mod axum;
mod hyper_client;
mod hyper_server;
mod imap;
mod peers;
mod postgres;
mod redis;
mod reqwest;
mod tonic;
mod web;
mod websocket;
