//! The files of Swagger UI, from the archive that `utoipa-swagger-ui-vendored` embeds.
//!
//! A file of a ZIP archive is compressed by DEFLATE, as a gzip member is, and its directory has the checksum and length that
//! end one (RFC 1952 section 2.3). So each file is sent as it is, between a gzip header and trailer: nothing is decompressed
//! here, and nothing at build time.

use axum::body::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

/// A file with `Content-Encoding: gzip`.
pub(super) fn gzip(name: &str) -> Option<Bytes> {
    let entry = directory()?.find(|entry| {
        entry.name.strip_prefix(b"swagger-ui-").is_some_and(|path| {
            path.iter()
                .position(|byte| *byte == b'/')
                .is_some_and(|end| path[end..] == [b"/dist/", name.as_bytes()].concat())
        })
    })?;
    let data = entry.data()?;
    let mut gzip = vec![0x1f, 0x8b];
    // DEFLATE, no flags, no time, unknown system.
    gzip.extend([8, 0, 0, 0, 0, 0, 0, 255]);
    match entry.method {
        8 => gzip.extend_from_slice(data),
        // Stored: one final block without compression (RFC 1951 section 3.2.4).
        0 => {
            let length = u16::try_from(data.len()).ok()?;
            gzip.push(1);
            gzip.extend(length.to_le_bytes());
            gzip.extend((!length).to_le_bytes());
            gzip.extend_from_slice(data);
        }
        _ => return None,
    }
    gzip.extend(entry.checksum.to_le_bytes());
    gzip.extend(entry.length.to_le_bytes());
    Some(gzip.into())
}

/// A file header of the archive's central directory.
struct Entry {
    name: &'static [u8],
    method: u16,
    checksum: u32,
    compressed: usize,
    length: u32,
    /// The position of the local header.
    at: usize,
}

impl Entry {
    fn data(&self) -> Option<&'static [u8]> {
        let local = ARCHIVE.get(self.at..)?;
        let start = 30 + usize::from(u16_at(local, 26)?) + usize::from(u16_at(local, 28)?);
        local.get(start..start + self.compressed)
    }
}

fn directory() -> Option<impl Iterator<Item = Entry>> {
    // The end of the central directory; a comment follows.
    let end = ARCHIVE.windows(4).rposition(|bytes| bytes == b"PK\x05\x06")?;
    let mut rest = ARCHIVE.get(usize::try_from(u32_at(ARCHIVE, end + 16)?).ok()?..end)?;
    Some(std::iter::from_fn(move || {
        let header = rest;
        if !header.starts_with(b"PK\x01\x02") {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| u16_at(header, at).map(usize::from));
        let (name, extra, comment) = (name?, extra?, comment?);
        rest = header.get(46 + name + extra + comment..)?;
        Some(Entry {
            name: header.get(46..46 + name)?,
            method: u16_at(header, 10)?,
            checksum: u32_at(header, 16)?,
            compressed: usize::try_from(u32_at(header, 20)?).ok()?,
            length: u32_at(header, 24)?,
            at: usize::try_from(u32_at(header, 42)?).ok()?,
        })
    }))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}
