//! Certificates, keys and roots as PEM, encrypted or not: they are taken, or
//! refused with an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_socket::layers::tls::{ClientTls, Identity, Roots, ServerTls};

fuzz_target!(|text: &[u8]| {
    let plain = Identity::pem(text, text);
    let encrypted = plain.clone().passphrase("secret");
    for identity in [plain, encrypted] {
        let _ = ServerTls::builder().identity(identity.clone()).build();
    }
    let _ = ClientTls::builder().roots(Roots::none().pem(text)).build();
});
