//! Whom a client believes.

use tower_socket::layers::tls::{ClientTls, Roots, ServerTls};

use super::{identity, server, trusting};
use crate::support::{
    certificates::{Authority, file, self_signed, self_signed_authority, self_signed_expired},
    handshake::{handshake, sha256, verdict},
};

const NAME: &str = "foo.example";

// TLSC-20
#[tokio::test]
async fn every_kind_of_root_is_trusted() {
    let authority = Authority::new();
    let server = server(&authority.leaf(&[NAME]));
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "root.pem", authority.certificate.pem());
    file(&directory, "README", "no certificate");
    let der = authority.certificate.der().clone();
    for roots in [
        Roots::none().pem_file(path),
        Roots::none().pem_directory(directory.path()),
        Roots::none().pem(authority.certificate.pem()),
        Roots::none().certificates([der]),
    ] {
        let client = ClientTls::builder().roots(roots).build().unwrap();
        assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
    }
}

// TLSC-20
#[tokio::test]
async fn roots_add_up() {
    let (one, other) = (Authority::new(), Authority::new());
    let roots = Roots::none().pem(one.certificate.pem()).pem(other.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    for authority in [one, other] {
        assert_eq!(verdict(&client, NAME, &server(&authority.leaf(&[NAME]))).await, Ok(()));
    }
}

// TLSC-20, TLSC-22
#[tokio::test]
async fn an_ip_address_is_verified_against_the_addresses_in_the_certificate() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let server = server(&authority.leaf(&["127.0.0.1", "::1"]));
    assert_eq!(verdict(&client, "127.0.0.1", &server).await, Ok(()));
    assert_eq!(verdict(&client, "::1", &server).await, Ok(()));
    let error = verdict(&client, "127.0.0.2", &server).await.unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
}

// TLSC-15
#[tokio::test]
async fn by_default_certificate_and_name_are_verified() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let expired = server(&authority.expired_leaf(&[NAME]));
    let error = verdict(&client, NAME, &expired).await.unwrap_err();
    assert!(error.contains("expired"), "{error}");
    let misnamed = server(&authority.leaf(&["bar.example"]));
    let error = verdict(&client, NAME, &misnamed).await.unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
}

// TLSC-16
#[tokio::test]
async fn a_self_signed_certificate_is_refused_by_default() {
    let client = trusting(&Authority::new()).build().unwrap();
    let error = verdict(&client, NAME, &server(&self_signed(&[NAME]))).await.unwrap_err();
    assert!(error.contains("UnknownIssuer"), "{error}");
}

// TLSC-17, TLSC-18
#[tokio::test]
async fn any_chain_alone_still_verifies_the_name() {
    let client = ClientTls::builder().dangerous().accept_any_chain().build().unwrap();
    for leaf in [self_signed(&[NAME]), self_signed_expired(&[NAME]), Authority::new().leaf(&[NAME])]
    {
        assert_eq!(verdict(&client, NAME, &server(&leaf)).await, Ok(()));
    }
    let error = verdict(&client, "127.0.0.1", &server(&self_signed(&[NAME]))).await.unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
}

// TLSC-18
#[tokio::test]
async fn any_name_alone_still_verifies_the_chain() {
    let authority = Authority::new();
    let client = trusting(&authority).dangerous().accept_any_name().build().unwrap();
    assert_eq!(verdict(&client, "127.0.0.1", &server(&authority.leaf(&[NAME]))).await, Ok(()));
    for refused in [self_signed(&[NAME]), authority.expired_leaf(&[NAME])] {
        assert!(verdict(&client, NAME, &server(&refused)).await.is_err());
    }
}

// TLSC-18
#[tokio::test]
async fn any_chain_and_any_name_accept_everybody() {
    let builder = ClientTls::builder().dangerous().accept_any_chain();
    let client = builder.dangerous().accept_any_name().build().unwrap();
    assert_eq!(verdict(&client, "127.0.0.1", &server(&self_signed_expired(&[NAME]))).await, Ok(()));
}

// TLSC-19
#[tokio::test]
async fn a_self_signed_leaf_may_be_allowed_with_its_name_and_dates_verified() {
    let authority = Authority::new();
    let client = trusting(&authority).dangerous().allow_self_signed().build().unwrap();
    for leaf in [self_signed(&[NAME]), self_signed_authority(&[NAME]), authority.leaf(&[NAME])] {
        assert_eq!(verdict(&client, NAME, &server(&leaf)).await, Ok(()));
        assert!(verdict(&client, "bar.example", &server(&leaf)).await.is_err());
    }
    let stranger = Authority::new();
    for leaf in [self_signed_expired(&[NAME]), stranger.leaf(&[NAME])] {
        assert!(verdict(&client, NAME, &server(&leaf)).await.is_err());
    }
}

// TLSC-23
#[tokio::test]
async fn a_pin_is_the_hash_of_the_certificate_or_of_its_key() {
    let authority = Authority::new();
    let leaf = authority.leaf(&[NAME]);
    let certificate = sha256(leaf.certificate.der());
    let public_key = sha256(&rcgen::PublicKeyData::subject_public_key_info(&leaf.key));
    for builder in [
        trusting(&authority).pin_certificate(certificate),
        trusting(&authority).pin_public_key(public_key),
        trusting(&authority).pin_certificate([0; 32]).pin_certificate(certificate),
    ] {
        let client = builder.build().unwrap();
        assert_eq!(verdict(&client, NAME, &server(&leaf)).await, Ok(()));
    }
    let client = trusting(&authority).pin_certificate([0; 32]).build().unwrap();
    let error = verdict(&client, NAME, &server(&leaf)).await.unwrap_err();
    assert!(error.contains("not a pinned one"), "{error}");
}

// TLSC-23
#[tokio::test]
async fn a_pin_comes_in_addition_to_the_chain() {
    let leaf = self_signed(&[NAME]);
    let pin = sha256(leaf.certificate.der());
    let client = trusting(&Authority::new()).pin_certificate(pin).build().unwrap();
    assert!(verdict(&client, NAME, &server(&leaf)).await.is_err());
    let only_pin = ClientTls::builder().pin_certificate(pin).dangerous().accept_any_chain();
    let client = only_pin.build().unwrap();
    assert_eq!(verdict(&client, NAME, &server(&leaf)).await, Ok(()));
    assert!(verdict(&client, NAME, &server(&self_signed(&[NAME]))).await.is_err());
}

// TLSC-28
#[tokio::test]
async fn what_one_client_is_told_no_other_one_hears() {
    let strict = trusting(&Authority::new()).build().unwrap();
    let lax = ClientTls::builder().dangerous().accept_any_chain().build().unwrap();
    let server = server(&self_signed(&[NAME]));
    assert_eq!(verdict(&lax, NAME, &server).await, Ok(()));
    assert!(verdict(&strict, NAME, &server).await.is_err());
    assert_eq!(verdict(&lax, NAME, &server).await, Ok(()));
}

// TLSC-24, TLSS-29
#[tokio::test]
async fn a_server_may_require_a_client_certificate() {
    let authority = Authority::new();
    let roots = Roots::none().pem(authority.certificate.pem());
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.require_client_certificate(roots).build().unwrap();

    let known = authority.leaf(&["client.example"]);
    let client = trusting(&authority).identity(identity(&known)).build().unwrap();
    let (_, accepted) = handshake(&client, NAME, &server).await;
    let shown = accepted.unwrap().peer_certificates().unwrap()[0].clone();
    assert_eq!(shown, *known.certificate.der());

    let nobody = trusting(&authority).build().unwrap();
    let (_, refused) = handshake(&nobody, NAME, &server).await;
    assert!(refused.unwrap_err().to_string().contains("peer sent no certificates"));
}

// TLSS-29
#[tokio::test]
async fn a_server_may_ask_for_a_client_certificate_without_requiring_one() {
    let authority = Authority::new();
    let roots = Roots::none().pem(authority.certificate.pem());
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.request_client_certificate(roots).build().unwrap();

    let nobody = trusting(&authority).build().unwrap();
    let (_, accepted) = handshake(&nobody, NAME, &server).await;
    assert!(accepted.unwrap().peer_certificates().is_none());

    let stranger = Authority::new().leaf(&["client.example"]);
    let stranger = trusting(&authority).identity(identity(&stranger)).build().unwrap();
    assert!(handshake(&stranger, NAME, &server).await.1.is_err());
}

// TLSS-29
#[tokio::test]
async fn by_default_a_server_asks_for_no_client_certificate() {
    let authority = Authority::new();
    let known = authority.leaf(&["client.example"]);
    let client = trusting(&authority).identity(identity(&known)).build().unwrap();
    let (_, accepted) = handshake(&client, NAME, &server(&authority.leaf(&[NAME]))).await;
    assert!(accepted.unwrap().peer_certificates().is_none());
}
