use super::*;

#[test]
fn the_articles_front_controller_is_found() {
    let read = Htaccess::parse(
        "<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\n\
         RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . /index.php [L]\n</IfModule>\n",
    );
    assert_eq!(read, Htaccess { front_controller: Some("index.php".to_owned()), unread: Vec::new() });
}

#[test]
fn what_is_not_carried_out_is_listed_with_its_line() {
    let read = Htaccess::parse(
        "FallbackResource /app.php\n\nRequire ip 10.0.0.0/8\nRewriteRule ^old$ /new [R=301]\n",
    );
    assert_eq!(read.front_controller.as_deref(), Some("app.php"));
    assert_eq!(read.unread, ["line 3: Require ip 10.0.0.0/8", "line 4: RewriteRule ^old$ /new [R=301]"]);
}
