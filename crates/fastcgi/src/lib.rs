//! FastCGI records, parameters and the CGI response head: bytes in, events out.
