//! Happy Eyeballs on broken networks, with the sockets, routes and neighbours
//! of the kernel and a name server that fails on demand.
//!
//! Every test makes a client and a server with a cable between them, or a
//! relay between two TUN devices that takes its time, each in a network
//! namespace of its own. This takes root, `ip` and `nft`; elsewhere the tests
//! say that they are skipped. What they assert is the winner and the
//! order of the attempts; times are printed:
//!
//! ```text
//! cargo test --test namespaces -- --nocapture
//! ```

mod addresses;
mod connect;
mod lookup;
mod lookups;
mod namespace;
mod nat64;
mod network;
mod outcome;
mod races;
mod relay;
mod scene;
mod server;
mod support;
mod tls;
