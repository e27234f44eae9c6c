//! The certificates of a server.

use tower_socket::layers::tls::{Identity, ServerTls};

use super::{identity, trusting};
use crate::support::{
    certificates::{Authority, file},
    handshake::{handshake, verdict},
};

const NAME: &str = "foo.example";

// TLSS-01
#[tokio::test]
async fn certificate_and_key_come_in_one_file_or_two_or_from_memory() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let leaf = authority.leaf(&[NAME]);
    let directory = tempfile::tempdir().unwrap();
    let both = file(&directory, "both.pem", leaf.pem());
    let certificate = file(&directory, "certificate.pem", leaf.certificate.pem());
    let key = file(&directory, "key.pem", leaf.key.serialize_pem());
    let der = leaf.key.serialize_der().try_into().unwrap();
    for identity in [
        Identity::pem_file(&both),
        Identity::pem_files(certificate, key),
        Identity::pem(leaf.pem(), leaf.pem()),
        Identity::der(vec![leaf.certificate.der().clone()], der),
    ] {
        let server = ServerTls::builder().identity(identity).build().unwrap();
        assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
    }
    assert_eq!(verdict(&client, NAME, &ServerTls::from_pem_file(both).unwrap()).await, Ok(()));
}

#[test]
fn a_server_without_a_certificate_is_refused() {
    assert!(ServerTls::builder().build().unwrap_err().is_invalid_input());
}

/// The certificate that a client gets who asks for `name`.
pub(super) async fn shown(server: &ServerTls, authority: &Authority, name: &str) -> Vec<u8> {
    let client = trusting(authority).dangerous().accept_any_name().build().unwrap();
    let (client, _) = handshake(&client, name, server).await;
    client.unwrap().peer_certificates().unwrap()[0].to_vec()
}

// TLSS-30
#[tokio::test]
async fn of_several_certificates_the_name_asked_for_chooses() {
    let authority = Authority::new();
    let leaves = [&["foo.example"][..], &["bar.example", "other.example"], &["*.wild.example"]];
    let leaves = leaves.map(|names| authority.leaf(names));
    let server = leaves.iter().fold(ServerTls::builder(), |b, leaf| b.identity(identity(leaf)));
    let server = server.build().unwrap();
    for (name, expected) in [
        ("foo.example", 0),
        ("bar.example", 1),
        ("OTHER.example", 1),
        ("a.wild.example", 2),
        ("unknown.example", 0),
        ("127.0.0.1", 0),
    ] {
        let expected = leaves[expected].certificate.der().to_vec();
        assert_eq!(shown(&server, &authority, name).await, expected, "{name}");
    }
}

// TLSS-21
#[tokio::test]
async fn a_reload_takes_new_files_for_the_next_handshake() {
    let authority = Authority::new();
    let (old, new) = (authority.leaf(&[NAME]), authority.leaf(&[NAME]));
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "server.pem", old.pem());
    let server = ServerTls::from_pem_file(path).unwrap();
    let running = server.clone();
    file(&directory, "server.pem", new.pem());
    assert_eq!(shown(&running, &authority, NAME).await, old.certificate.der().to_vec());
    server.reload().unwrap();
    assert_eq!(shown(&running, &authority, NAME).await, new.certificate.der().to_vec());
}

// TLSS-21
#[tokio::test]
async fn a_reload_of_a_bad_file_keeps_the_old_certificate() {
    let authority = Authority::new();
    let old = authority.leaf(&[NAME]);
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "server.pem", old.pem());
    let server = ServerTls::from_pem_file(&path).unwrap();
    for bad in [String::new(), authority.leaf(&[NAME]).certificate.pem()] {
        file(&directory, "server.pem", bad);
        assert!(server.reload().unwrap_err().to_string().contains(&path));
        assert_eq!(shown(&server, &authority, NAME).await, old.certificate.der().to_vec());
    }
}
