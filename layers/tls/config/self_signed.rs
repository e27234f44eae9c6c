//! What rustls-webpki does not tell about a certificate.

use std::time::Duration;

use pkcs8::der::{
    Decode, Error, Reader, SliceReader, Tag, Tagged,
    asn1::{AnyRef, GeneralizedTime, UtcTime},
};
use rustls::pki_types::{CertificateDer, UnixTime};

/// The fields of a certificate (RFC 5280, section 4.1) that show who signed it
/// and for how long.
pub(super) struct Fields<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    not_before: Duration,
    not_after: Duration,
}

impl<'a> Fields<'a> {
    pub(super) fn read(certificate: &'a CertificateDer<'_>) -> Option<Self> {
        Self::parse(certificate).ok()
    }

    /// `Certificate > TBSCertificate > [version], serial, signature, issuer,
    /// validity, subject`
    fn parse(certificate: &'a [u8]) -> Result<Self, Error> {
        let outer = AnyRef::from_der(certificate)?;
        let signed: AnyRef<'_> = SliceReader::new(outer.value())?.decode()?;
        let mut fields = SliceReader::new(signed.value())?;
        if Tag::peek(&fields)? != Tag::Integer {
            fields.decode::<AnyRef<'_>>()?;
        }
        fields.decode::<AnyRef<'_>>()?;
        fields.decode::<AnyRef<'_>>()?;
        let issuer: AnyRef<'a> = fields.decode()?;
        let validity: AnyRef<'_> = fields.decode()?;
        let subject: AnyRef<'a> = fields.decode()?;
        let mut times = SliceReader::new(validity.value())?;
        Ok(Self {
            issuer: issuer.value(),
            subject: subject.value(),
            not_before: time(times.decode()?)?,
            not_after: time(times.decode()?)?,
        })
    }

    pub(super) fn is_self_signed(&self) -> bool {
        self.issuer == self.subject
    }

    pub(super) fn is_valid_at(&self, now: UnixTime) -> bool {
        let now = Duration::from_secs(now.as_secs());
        self.not_before <= now && now <= self.not_after
    }
}

fn time(value: AnyRef<'_>) -> Result<Duration, Error> {
    match value.tag() {
        Tag::UtcTime => UtcTime::try_from(value).map(|time| time.to_unix_duration()),
        _ => GeneralizedTime::try_from(value).map(|time| time.to_unix_duration()),
    }
}
