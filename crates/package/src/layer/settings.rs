//! The layer's php.ini, and which extensions are loaded in what order.

/// `php.ini`: what is the layer's, not the application's, to say.
pub(super) fn php_ini() -> String {
    format!(
        "; Settings of the layer; the runtime's and the application's come after.\n\
         extension_dir = {EXTENSIONS}\n\
         openssl.cafile = {CERTIFICATES}\n\
         curl.cainfo = {CERTIFICATES}\n\
         ; A worker's sessions are nobody else's to clear away.\n\
         session.gc_probability = 0\n\
         expose_php = 0\n"
    )
}

/// One file for each extension, named so that the order is right, as in Debian: what others are made
/// on comes first.
pub(super) fn extension_ini(name: &str) -> (String, String) {
    let directive = if name == "opcache" { "zend_extension" } else { "extension" };
    let order = match name {
        "mysqlnd" | "opcache" | "pdo" => 10,
        "xml" | "dom" | "igbinary" => 15,
        _ => 20,
    };
    (format!("{order}-{name}.ini"), format!("{directive} = {name}.so\n"))
}

const EXTENSIONS: &str = "/opt/davy/extensions";
const CERTIFICATES: &str = "/opt/davy/certificates.pem";
