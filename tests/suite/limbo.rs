//! The verdicts of x509-limbo's certificate chains.

use std::{fs, path::Path, sync::Arc, time::Duration};

use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use serde_json::Value;
use tower_socket::layers::tls::{ClientTls, Roots};

use crate::support::{
    handshake::{provider, sha256},
    programs::skip,
};

const FILE: &str = "../shared/data/x509-limbo-194.json";

struct Case {
    id: String,
    roots: Vec<CertificateDer<'static>>,
    intermediates: Vec<CertificateDer<'static>>,
    leaf: CertificateDer<'static>,
    name: ServerName<'static>,
    now: UnixTime,
}

impl Case {
    fn read(case: &Value) -> Self {
        let name = case["expected_peer_name"]["value"].as_str();
        let name = name.and_then(|name| ServerName::try_from(name.to_owned()).ok());
        Self {
            id: case["id"].as_str().unwrap().to_owned(),
            roots: certificates(&case["trusted_certs"]),
            intermediates: certificates(&case["untrusted_intermediates"]),
            leaf: certificate(&case["peer_certificate"]),
            name: name.unwrap_or_else(|| ServerName::try_from("example.com").unwrap()),
            now: time(&case["validation_time"]),
        }
    }

    fn verdict(&self, verifier: &Verifier) -> Result<(), String> {
        let verifier = verifier.as_ref().map_err(|_| "no verifier".to_owned())?;
        verifier
            .verify_server_cert(&self.leaf, &self.intermediates, &self.name, &[], self.now)
            .map(|_| ())
            .map_err(|error| format!("{error:?}"))
    }

    fn bare(&self, provider: &Arc<CryptoProvider>) -> Verifier {
        let mut roots = RootCertStore::empty();
        for root in &self.roots {
            roots.add(root.clone()).map_err(drop)?;
        }
        let builder = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone());
        Ok(builder.build().map_err(drop)?)
    }

    fn ours(&self) -> Verifier {
        let roots = Roots::none().certificates(self.roots.clone());
        ClientTls::builder().roots(roots).build_verifier().map_err(drop)
    }

    fn ours_pinned(&self) -> Verifier {
        let roots = Roots::none().certificates(self.roots.clone());
        let pin = sha256(&self.leaf);
        ClientTls::builder().roots(roots).pin_certificate(pin).build_verifier().map_err(drop)
    }
}

type Verifier = Result<Arc<dyn ServerCertVerifier>, ()>;

#[test]
fn every_chain_gets_the_verdict_of_bare_webpki() {
    let Ok(text) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)) else {
        return skip(&format!("{FILE} is missing"));
    };
    let limbo: Value = serde_json::from_str(&text).unwrap();
    let cases: Vec<_> = limbo["testcases"].as_array().unwrap().iter().map(Case::read).collect();
    assert_eq!(cases.len(), 194);
    let provider = Arc::new(provider());
    let mut accepted = 0;
    for case in &cases {
        let bare = case.verdict(&case.bare(&provider));
        assert_eq!(case.verdict(&case.ours()), bare, "{}", case.id);
        assert_eq!(case.verdict(&case.ours_pinned()), bare, "{}, pinned", case.id);
        accepted += usize::from(bare.is_ok());
    }
    assert!(accepted > 0 && accepted < cases.len(), "{accepted} accepted");
}

fn certificates(list: &Value) -> Vec<CertificateDer<'static>> {
    list.as_array().unwrap().iter().map(certificate).collect()
}

fn certificate(pem: &Value) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_str().unwrap().as_bytes()).unwrap()
}

/// Now, where the case does not care.
fn time(text: &Value) -> UnixTime {
    let Some(text) = text.as_str() else { return UnixTime::now() };
    let digits = text.split_once(['.', '+']).map_or(text, |(digits, _)| digits);
    let time: pkcs8::der::DateTime = format!("{digits}Z").parse().unwrap();
    UnixTime::since_unix_epoch(Duration::from_secs(time.unix_duration().as_secs()))
}
