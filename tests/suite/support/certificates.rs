//! Certificates made for one test.

use pkcs8::{
    LineEnding, PrivateKeyInfoRef,
    pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params},
};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// A certificate and its private key.
pub(crate) struct Leaf {
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyPair,
}

impl Leaf {
    /// Both in one PEM text.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem() + &self.key.serialize_pem()
    }

    /// The key as PKCS#8 encrypted with PBES2.
    pub(crate) fn encrypted_key(&self, passphrase: &str, cipher: Cipher) -> String {
        let key = self.key.serialize_der();
        let key = PrivateKeyInfoRef::try_from(key.as_slice()).unwrap();
        let document = key.encrypt_with_params(cipher.parameters(), passphrase).unwrap();
        document.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).unwrap().to_string()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Cipher {
    Aes128,
    Aes256,
    TripleDes,
}

impl Cipher {
    fn parameters(self) -> Parameters {
        let encryption = match self {
            Self::Aes128 => EncryptionScheme::Aes128Cbc { iv: [1; 16] },
            Self::Aes256 => EncryptionScheme::Aes256Cbc { iv: [2; 16] },
            Self::TripleDes => EncryptionScheme::DesEde3Cbc { iv: [3; 8] },
        };
        let kdf = Pbkdf2Params::hmac_sha256(100, b"some salt").unwrap();
        Parameters { kdf: Kdf::from(kdf), encryption }
    }
}

/// A root that signs leaves.
pub(crate) struct Authority {
    pub(crate) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "a root made for one test");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// For these host names and IP addresses.
    pub(crate) fn leaf(&self, names: &[&str]) -> Leaf {
        self.sign(params(names))
    }

    pub(crate) fn expired_leaf(&self, names: &[&str]) -> Leaf {
        self.sign(expired(params(names)))
    }

    fn sign(&self, params: CertificateParams) -> Leaf {
        let key = KeyPair::generate().unwrap();
        Leaf { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }
}

pub(crate) fn self_signed(names: &[&str]) -> Leaf {
    sign_itself(params(names))
}

/// As `openssl req -x509` makes them.
pub(crate) fn self_signed_authority(names: &[&str]) -> Leaf {
    let mut params = params(names);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    sign_itself(params)
}

pub(crate) fn self_signed_expired(names: &[&str]) -> Leaf {
    sign_itself(expired(params(names)))
}

fn sign_itself(params: CertificateParams) -> Leaf {
    let key = KeyPair::generate().unwrap();
    Leaf { certificate: params.self_signed(&key).unwrap(), key }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a leaf made for one test");
    params
}

fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = rcgen::date_time_ymd(2001, 1, 1);
    params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    params
}

/// Writes a file and returns its path.
pub(crate) fn file(directory: &TempDir, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
