//! Programs from outside. Where one is missing its tests say so and pass.

mod curl;
mod dnsmasq;
mod gnutls;
mod nc;
mod openssl_client;
mod openssl_server;
mod socat;
mod systemd;
