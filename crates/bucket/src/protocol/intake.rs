//! Bodies that come in: decoded, hashed and verified as they pass, and good for nothing until all
//! that was said about them proved true.

use std::fs::File;
use std::io;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use tokio::io::AsyncWriteExt as _;

use super::authenticate::Payload;
use super::chunked::Decoder;
use crate::checksum::{Algorithm, Checksum, Hasher, from_base64};
use crate::error::{self, S3Error};
use crate::store::Draft;

/// What a body must turn out to be.
#[derive(Debug)]
pub(crate) struct Intake {
    decoder: Option<Decoder>,
    /// Its SHA-256 in hex.
    sha256: Option<String>,
    /// Its MD5.
    md5: Option<Vec<u8>>,
    /// How long it is without the form that it travels in.
    length: Option<u64>,
    algorithm: Option<Algorithm>,
    /// `x-amz-trailer` names the checksum, which comes after the body.
    announced: bool,
    /// The value that a header gave; a trailer's comes after the body.
    checksum: Option<String>,
}

/// What a checksum in the headers is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouches {
    ForBody,
    /// `CompleteMultipartUpload`: of the object that it makes.
    ForObject,
}

/// A body that came in whole.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) draft: Draft,
    pub(crate) file: File,
    pub(crate) size: u64,
    /// MD5 in hex.
    pub(crate) etag: String,
    pub(crate) checksum: Option<Checksum>,
}

/// The hashes under way.
struct Hashes {
    md5: Md5,
    sha256: Option<Sha256>,
    checksum: Option<Hasher>,
    size: u64,
}

impl Intake {
    /// Reads what the headers say of the body.
    ///
    /// With [`Vouches::ForObject`] a checksum there is not of this body.
    pub(crate) fn new(payload: Payload, headers: &HeaderMap, vouches: Vouches) -> Result<Self, S3Error> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let md5 = text("content-md5").map(|value| {
            let bytes = from_base64(value).filter(|bytes| bytes.len() == 16);
            bytes.ok_or_else(|| S3Error::new(error::INVALID_DIGEST))
        });
        let given = Algorithm::ALL
            .into_iter()
            .filter(|_| vouches == Vouches::ForBody)
            .find_map(|algorithm| Some((algorithm, text(algorithm.header())?)));
        let announced = text("x-amz-trailer").and_then(Algorithm::from_header);
        let asked = text("x-amz-sdk-checksum-algorithm").and_then(Algorithm::from_name);
        let (decoder, sha256) = match payload {
            Payload::Hashed(hash) => (None, Some(hash)),
            Payload::Unsigned => (None, None),
            Payload::UnsignedChunks => (Some(Decoder::new(None)), None),
            Payload::SignedChunks(signatures) => (Some(Decoder::new(Some(signatures))), None),
        };
        let length = if decoder.is_some() { "x-amz-decoded-content-length" } else { "content-length" };
        let length = text(length).and_then(|length| length.parse().ok());
        if length.is_some_and(|length: u64| length > LARGEST_OBJECT) {
            return Err(error::ENTITY_TOO_LARGE.into());
        }
        Ok(Self {
            decoder,
            sha256,
            md5: md5.transpose()?,
            length,
            algorithm: given.map(|(algorithm, _)| algorithm).or(announced).or(asked),
            announced: announced.is_some(),
            checksum: given.map(|(_, value)| value.to_owned()),
        })
    }

    /// Has the checksum of `algorithm` computed, unless the client chose another.
    #[must_use]
    pub(crate) fn with_default(mut self, algorithm: Option<Algorithm>) -> Self {
        self.algorithm = self.algorithm.or(algorithm);
        self
    }

    /// Writes the body to `file` and verifies it.
    pub(crate) async fn object(
        mut self,
        draft: Draft,
        file: File,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Received, S3Error> {
        let mut hashes = self.hashes();
        let mut writer = tokio::fs::File::from_std(file);
        let mut body = body;
        while let Some(data) = next(&mut body).await? {
            for piece in self.decode(data)? {
                hashes.update(&piece);
                self.check_length(hashes.size)?;
                writer.write_all(&piece).await?;
            }
        }
        writer.flush().await?;
        let (size, etag, checksum) = self.verify(hashes)?;
        Ok(Received { draft, file: writer.into_std().await, size, etag, checksum })
    }

    /// Holds the body in memory and verifies it.
    pub(crate) async fn document(
        mut self,
        body: UnsyncBoxBody<Bytes, io::Error>,
    ) -> Result<Vec<u8>, S3Error> {
        let (mut hashes, mut document, mut body) = (self.hashes(), Vec::new(), body);
        while let Some(data) = next(&mut body).await? {
            for piece in self.decode(data)? {
                hashes.update(&piece);
                document.extend_from_slice(&piece);
                if document.len() > LARGEST_DOCUMENT {
                    return Err(S3Error::because(
                        error::ENTITY_TOO_LARGE,
                        format!("A document may have {LARGEST_DOCUMENT} bytes."),
                    ));
                }
            }
        }
        self.verify(hashes)?;
        Ok(document)
    }

    fn hashes(&self) -> Hashes {
        Hashes {
            md5: Md5::new(),
            sha256: self.sha256.as_ref().map(|_| Sha256::new()),
            checksum: self.algorithm.map(Hasher::new),
            size: 0,
        }
    }

    fn decode(&mut self, data: Bytes) -> Result<Vec<Bytes>, S3Error> {
        let Some(decoder) = &mut self.decoder else { return Ok(vec![data]) };
        let mut pieces = Vec::new();
        decoder.feed(&data, |piece| pieces.push(data.slice_ref(piece)))?;
        Ok(pieces)
    }

    fn check_length(&self, so_far: u64) -> Result<(), S3Error> {
        if so_far > self.length.unwrap_or(LARGEST_OBJECT) {
            return Err(error::ENTITY_TOO_LARGE.into());
        }
        Ok(())
    }

    /// Holds what came against what was said: nothing becomes an object before all of it agrees.
    fn verify(self, hashes: Hashes) -> Result<(u64, String, Option<Checksum>), S3Error> {
        let trailers = self.decoder.map(Decoder::finish).transpose()?.unwrap_or_default();
        if self.length.is_some_and(|length| length != hashes.size) {
            return Err(error::INCOMPLETE_BODY.into());
        }
        let sha256 = hashes.sha256.map(|hasher| crate::hex(&hasher.finalize()));
        if self.sha256 != sha256 {
            return Err(error::X_AMZ_CONTENT_SHA256_MISMATCH.into());
        }
        let md5 = hashes.md5.finalize();
        if self.md5.is_some_and(|expected| expected != md5.as_slice()) {
            return Err(error::BAD_DIGEST.into());
        }
        let checksum = hashes.checksum.map(Hasher::finish);
        if let Some(checksum) = &checksum {
            let header = checksum.algorithm.header();
            let trailer = trailers.iter().find(|(name, _)| name == header).map(|(_, value)| value);
            if self.announced && trailer.is_none() {
                return Err(S3Error::because(
                    error::INVALID_REQUEST,
                    format!("The trailer {header} was announced, but it is missing."),
                ));
            }
            if self.checksum.as_ref().or(trailer).is_some_and(|expected| *expected != checksum.value) {
                let message = format!(
                    "The {} you specified did not match the calculated checksum.",
                    checksum.algorithm.name()
                );
                return Err(S3Error::because(error::BAD_DIGEST, message));
            }
        }
        Ok((hashes.size, crate::hex(&md5), checksum))
    }
}

impl Hashes {
    fn update(&mut self, data: &[u8]) {
        self.size += data.len() as u64;
        self.md5.update(data);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(data);
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(data);
        }
    }
}

/// The next bytes of a body. One that breaks off is the client's: it promised more.
async fn next(body: &mut UnsyncBoxBody<Bytes, io::Error>) -> Result<Option<Bytes>, S3Error> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(_)) => return Err(error::INCOMPLETE_BODY.into()),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// What one PUT may carry: 5 GiB.
const LARGEST_OBJECT: u64 = 5 * 1024 * 1024 * 1024;
/// What a call's document may have: `DeleteObjects` with 1,000 of the longest keys fits.
const LARGEST_DOCUMENT: usize = 4 * 1024 * 1024;
