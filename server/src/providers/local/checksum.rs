//! Digests of bodies, by the algorithms that the dialogues know.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// An algorithm. Reelway's own pages use SHA-256; SHA-1 is the one that every tus server must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl Algorithm {
    /// Bytes of a digest.
    const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What a header says that the digest of a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// How to compute it.
    pub algorithm: Algorithm,
    digest: Vec<u8>,
}

impl Checksum {
    /// A digest of the length that the algorithm has, or `None`.
    pub fn new(algorithm: Algorithm, digest: Vec<u8>) -> Option<Self> {
        (digest.len() == algorithm.length()).then_some(Self { algorithm, digest })
    }
}

/// A body's digest in the making.
pub enum Hasher {
    /// SHA-1.
    Sha1(Sha1),
    /// SHA-256.
    Sha256(Sha256),
}

impl Hasher {
    /// Over no byte yet.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    /// Over these bytes too.
    pub fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(data),
            Self::Sha256(hash) => hash.update(data),
        }
    }

    /// The digest of all.
    pub fn finish(self) -> Checksum {
        let (algorithm, digest) = match self {
            Self::Sha1(hash) => (Algorithm::Sha1, hash.finalize().to_vec()),
            Self::Sha256(hash) => (Algorithm::Sha256, hash.finalize().to_vec()),
        };
        Checksum { algorithm, digest }
    }
}
