package config

import "strconv"

// Keda is KEDA's external scaler. Nothing listens without an address.
type Keda struct {
	ListenAddress   string `yaml:"listen_address"`     // gRPC, as :7482
	TLSCertFile     string `yaml:"tls_cert_file"`      // PEM; read anew for each connection
	TLSKeyFile      string `yaml:"tls_key_file"`       // its key
	TLSClientCAFile string `yaml:"tls_client_ca_file"` // whose certificates clients need; empty: none
}

func (k Keda) check(c checker) {
	c.listen("listen_address", k.ListenAddress)
	both := (k.TLSCertFile == "") == (k.TLSKeyFile == "")
	c.want(both, "tls_key_file", "a file for tls_cert_file and one for tls_key_file, or neither", strconv.Quote(k.TLSKeyFile))
	c.want(k.TLSClientCAFile == "" || k.TLSCertFile != "", "tls_client_ca_file", "tls_cert_file with it", "none")
}
