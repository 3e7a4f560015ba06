# tls.sh - a certificate for localhost, of an authority of our own that nobody
# else trusts.  Sourced.
#
# TLS=1 is for tests, of clients that want an https issuer: in HOME_DIR/tls are
# ca.pem, for them to trust, and localhost.pem with its key.

TLS_DIR=$HOME_DIR/tls

# tls_make NAME SUBJECT OPTION...
tls_make() {
	tls_name=$1 tls_subject=$2
	shift 2
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
		-subj "$tls_subject" -keyout "$TLS_DIR/$tls_name.key" \
		-out "$TLS_DIR/$tls_name.pem" "$@" >"$TLS_DIR/$tls_name.log" 2>&1 ||
		die "openssl makes no certificate; see $TLS_DIR/$tls_name.log"
}

make_certificate() {
	if [ "$TLS" != 1 ] || [ -s "$TLS_DIR/localhost.pem" ]; then
		return
	fi
	mkdir -p "$TLS_DIR"
	chmod 755 "$TLS_DIR"
	(
		umask 077
		tls_make ca '/CN=Postern, for its own tests' \
			-addext keyUsage=critical,keyCertSign
		tls_make localhost /CN=localhost \
			-CA "$TLS_DIR/ca.pem" -CAkey "$TLS_DIR/ca.key" \
			-addext basicConstraints=critical,CA:FALSE \
			-addext keyUsage=critical,digitalSignature \
			-addext extendedKeyUsage=serverAuth \
			-addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
	)
	chmod 644 "$TLS_DIR/ca.pem" "$TLS_DIR/localhost.pem"
}

lighttpd_tls() {
	echo "server.modules += ( \"mod_openssl\" )"
	echo "ssl.engine = \"enable\""
	echo "ssl.pemfile = \"$TLS_DIR/localhost.pem\""
	echo "ssl.privkey = \"$TLS_DIR/localhost.key\""
}
