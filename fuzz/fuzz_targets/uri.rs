//! Every text a user may type: it is refused, or becomes a URI in the normal
//! form, which stays as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_socket::{Error, IntoUri};

fuzz_target!(|text: &str| {
    match text.into_uri() {
        Ok(uri) => assert_eq!((&uri).into_uri().unwrap(), uri, "{text:?}"),
        Err(error) => refused(text, &error),
    }
});

fn refused(text: &str, error: &Error) {
    assert!(error.is_invalid_input(), "{text:?}: {error}");
    assert!(!error.to_string().is_empty());
}
