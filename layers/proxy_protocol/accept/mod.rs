//! The side that receives the header.

mod deadline;
mod handshake;
mod header;
mod layer;
mod pass;
mod reading;
mod server;
mod server_layer;
mod service;
mod trusted;

pub use self::{
    layer::ReadProxyHeaderLayer, reading::Reading, server::ProxyProtocolAccept,
    server_layer::ProxyProtocolAcceptLayer, service::ReadProxyHeader, trusted::TrustedProxies,
};
