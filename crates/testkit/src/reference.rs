//! What Davy is measured against: nginx in front of php-fpm, as a front controller is usually set up.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::binaries;
use crate::http::{Address, Request, Response};
use crate::waiting::{PATIENCE, until};

/// A running pair, ended when it is dropped.
#[derive(Debug)]
pub struct Reference {
    nginx: Child,
    php_fpm: Child,
    folder: TempDir,
    /// Where nginx listens.
    pub address: Address,
}

impl Reference {
    /// Serves `root/index.php` by so many workers.
    pub fn start(root: &Path, workers: usize) -> Self {
        let folder =
            tempfile::Builder::new().prefix("davy-reference-").tempdir().expect("a temporary folder");
        let socket = folder.path().join("php-fpm.sock");
        let php_fpm = start_php_fpm(folder.path(), &socket, workers);
        let ready = until(PATIENCE, || UnixStream::connect(&socket).ok());
        assert!(ready.is_some(), "php-fpm did not start: {}", log(folder.path(), "php-fpm.log"));

        // nginx takes sockets over from the nginx before it, by number in the variable NGINX; so the kernel can
        // choose the port and nobody can take it in between.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a bound socket").port();
        let nginx = start_nginx(folder.path(), &socket, root, port, listener);
        let reference =
            Self { nginx, php_fpm, folder, address: Address { host: "127.0.0.1".to_owned(), port } };
        let answers = until(PATIENCE, || Request::get("/").send(&reference.address).ok());
        assert!(answers.is_some(), "nginx did not start: {}", log(reference.folder.path(), "nginx.log"));
        reference
    }

    /// php-fpm's own socket, behind nginx.
    pub fn php_fpm_socket(&self) -> std::path::PathBuf {
        self.folder.path().join("php-fpm.sock")
    }

    /// Sends a request to nginx.
    pub fn send(&self, request: &Request) -> Response {
        request.send(&self.address).unwrap_or_else(|error| panic!("{} at nginx: {error}", request.target))
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        for child in [&mut self.nginx, &mut self.php_fpm] {
            // Both end their workers on SIGTERM; a SIGKILL would leave them behind.
            if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::TERM);
            }
            let _ = child.wait();
        }
    }
}

fn start_php_fpm(folder: &Path, socket: &Path, workers: usize) -> Child {
    // As root, php-fpm wants a user to be named, and -R if it is root.
    let user = if rustix::process::geteuid().is_root() { "user = root\ngroup = root\n" } else { "" };
    let configuration = folder.join("php-fpm.conf");
    let text = format!(
        "[global]\ndaemonize = no\nerror_log = {folder}/php-fpm.log\n\n\
         [www]\n{user}listen = {socket}\npm = static\npm.max_children = {workers}\n\
         php_admin_value[upload_max_filesize] = 10M\nphp_admin_value[post_max_size] = 12M\n",
        folder = folder.display(),
        socket = socket.display(),
    );
    fs::write(&configuration, text).expect("a configuration");
    let mut command = Command::new(binaries::php_fpm());
    command.arg("--nodaemonize").arg("--allow-to-run-as-root").arg("--fpm-config").arg(&configuration);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output(folder, "php-fpm.out"));
    command.spawn().expect("php-fpm starts")
}

fn start_nginx(folder: &Path, socket: &Path, root: &Path, port: u16, listener: TcpListener) -> Child {
    let configuration = folder.join("nginx.conf");
    let text = NGINX
        .replace("FOLDER", &folder.to_string_lossy())
        .replace("SOCKET", &socket.to_string_lossy())
        .replace("ROOT", &root.to_string_lossy())
        .replace("PORT", &port.to_string())
        .replace("USER", if rustix::process::geteuid().is_root() { "user root;" } else { "" });
    fs::write(&configuration, text).expect("a configuration");
    let mut command = Command::new(binaries::program("nginx"));
    command.arg("-c").arg(&configuration).arg("-p").arg(folder).arg("-e").arg(folder.join("nginx.log"));
    command.env("NGINX", "0;").stdin(OwnedFd::from(listener));
    command.stdout(Stdio::null()).stderr(output(folder, "nginx.out"));
    command.spawn().expect("nginx starts")
}

fn output(folder: &Path, name: &str) -> File {
    File::create(folder.join(name)).expect("a log")
}

fn log(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

/// Debian's snippets for PHP, with every path given to the front controller.
const NGINX: &str = r"USER
daemon off;
worker_processes 1;
pid FOLDER/nginx.pid;
error_log FOLDER/nginx.log;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path FOLDER/client;
    fastcgi_temp_path FOLDER/fastcgi;
    proxy_temp_path FOLDER/proxy;
    scgi_temp_path FOLDER/scgi;
    uwsgi_temp_path FOLDER/uwsgi;
    client_max_body_size 12m;
    underscores_in_headers on;
    upstream php { server unix:SOCKET; keepalive 8; }
    server {
        listen 127.0.0.1:PORT;
        server_name 127.0.0.1;
        root ROOT;
        location / { rewrite ^ /index.php last; }
        location ~ ^/index\.php(/|$) {
            fastcgi_split_path_info ^(/index\.php)(/.*)$;
            set $path_info $fastcgi_path_info;
            include /etc/nginx/fastcgi.conf;
            fastcgi_param PATH_INFO $path_info if_not_empty;
            fastcgi_pass php;
            fastcgi_keep_conn on;
        }
    }
}
";

#[cfg(test)]
mod tests;
