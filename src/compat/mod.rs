//! What other crates plug into, one module for each.
//!
//! Their traits are implemented for our types, so that nobody needs a wrapper.
//! Features that name a version follow that version of the crate.
//!
//! | crate | feature | what plugs in |
//! |---|---|---|
//! | hyper, hyper-util | `hyper` | [`Connection`](crate::Connection), every connector, every resolver |
//! | axum | `axum-0_8` | every server |
//! | tonic | `tonic-0_14` | [`Connection`](crate::Connection), every connector, every server |
//! | reqwest | `reqwest-0_13` | every resolver, [`TimeoutLayer`](crate::layers::TimeoutLayer) |
//! | tokio-postgres | `tokio-postgres-0_7` | [`Connection`](crate::Connection), [`StartTls`](crate::layers::tls) |
//!
//! What takes any `AsyncRead + AsyncWrite`, redis' `MultiplexedConnection` and
//! tokio-tungstenite, say, takes a [`Connection`](crate::Connection) without a
//! feature.

#[cfg(feature = "axum-0_8")]
pub mod axum;
#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "reqwest-0_13")]
pub mod reqwest;
#[cfg(feature = "tokio-postgres-0_7")]
pub mod tokio_postgres;
#[cfg(feature = "tonic-0_14")]
pub mod tonic;
