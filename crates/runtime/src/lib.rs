//! The Lambda runtime for PHP: the Runtime API on one side, php-fpm on the other.
