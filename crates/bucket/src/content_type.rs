//! A file's name → its content type, for files that no client described.

/// The content type of a file of that name; S3's default if the extension is unknown.
pub(crate) fn of(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let found = TYPES.iter().find(|(extensions, _)| extensions.split(' ').any(|one| one == extension));
    found.map_or(DEFAULT, |(_, content_type)| content_type)
}

/// What S3 says of an object whose type nobody gave.
pub(crate) const DEFAULT: &str = "binary/octet-stream";

/// Source: the types that browsers and nginx's `mime.types` agree on; fonts by RFC 8081,
/// JavaScript by RFC 9239.
const TYPES: [(&str, &str); 48] = [
    ("html htm shtml", "text/html"),
    ("css", "text/css"),
    ("js mjs", "text/javascript"),
    ("json map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("xml xsl xsd", "text/xml"),
    ("rss", "application/rss+xml"),
    ("atom", "application/atom+xml"),
    ("xhtml", "application/xhtml+xml"),
    ("txt text log", "text/plain"),
    ("md markdown", "text/markdown"),
    ("csv", "text/csv"),
    ("vtt", "text/vtt"),
    ("ics", "text/calendar"),
    ("yaml yml", "application/yaml"),
    ("png", "image/png"),
    ("jpg jpeg jpe", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg svgz", "image/svg+xml"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("ico", "image/x-icon"),
    ("bmp", "image/bmp"),
    ("tif tiff", "image/tiff"),
    ("heic", "image/heic"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
    ("eot", "application/vnd.ms-fontobject"),
    ("mp3", "audio/mpeg"),
    ("ogg oga opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("m4a", "audio/mp4"),
    ("flac", "audio/flac"),
    ("mp4 m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("ogv", "video/ogg"),
    ("mov", "video/quicktime"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("pdf", "application/pdf"),
    ("wasm", "application/wasm"),
    ("zip", "application/zip"),
    ("gz tgz", "application/gzip"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("doc", "application/msword"),
];

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_last_extension_counts_in_any_case() {
        for (name, expected) in [
            ("assets/style.min.CSS", "text/css"),
            ("logo.png", "image/png"),
            ("a.b/readme", "binary/octet-stream"),
            ("archive.unknown", "binary/octet-stream"),
            (".well-known/assetlinks.json", "application/json"),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
