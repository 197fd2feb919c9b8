package connector_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"sallyport/internal/egress"
)

// connectProxy is an HTTP proxy that plays every host that is asked of it.
type connectProxy struct {
	t       *testing.T
	handler http.HandlerFunc
}

// certificate makes one for names, that is its own authority.
func certificate(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// options returns the way out through the proxy, which trusts it.
func (p *connectProxy) options() egress.Options {
	cert, pool := certificate(p.t, "login.acme.example")
	s := peer(p.t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			p.handler(w, r)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		for in := bufio.NewReader(secured); ; {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			rec := httptest.NewRecorder()
			p.handler(rec, req)
			resp := rec.Result()
			resp.ContentLength = int64(rec.Body.Len())
			if resp.Write(secured) != nil {
				return
			}
		}
	})
	at, err := url.Parse(s.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	return egress.Options{Proxy: at, Roots: pool}
}

func loopbackOnly(prefix string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(prefix)} }
