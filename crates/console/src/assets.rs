//! The page's three files, compiled in, each under a name that changes with its content.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

pub(crate) struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static str,
}

impl Asset {
    /// Where it is served; the hash lets a browser keep it for good.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{:016x}-{}", hash(self.content), self.name)
    }
}

pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let path = format!("/assets/{name}");
    match [STYLE, SCRIPT, LAMP].into_iter().find(|asset| asset.path() == path) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.content_type),
                (header::CACHE_CONTROL, "max-age=31536000, immutable"),
            ];
            (headers, asset.content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// FNV-1a: enough to tell two versions of a file apart, and a constant function.
const fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0100_0000_01b3);
        place += 1;
    }
    hash
}

pub(crate) const STYLE: Asset = Asset {
    name: "style.css",
    content_type: "text/css; charset=utf-8",
    content: include_str!("../assets/style.css"),
};

pub(crate) const SCRIPT: Asset = Asset {
    name: "console.js",
    content_type: "text/javascript; charset=utf-8",
    content: include_str!("../assets/console.js"),
};

pub(crate) const LAMP: Asset =
    Asset { name: "lamp.svg", content_type: "image/svg+xml", content: include_str!("../assets/lamp.svg") };
