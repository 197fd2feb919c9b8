// Package egress makes every connection that leaves the program. It refuses
// addresses inside the own network unless they are allowed, looks at the
// address that a name resolved to rather than at the name, takes no proxy from
// the environment, and bounds time and size of what comes back. It knows
// nothing of who is called and why.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// The defaults of [Options] and [ClientOptions].
const (
	DefaultTimeout = 60 * time.Second
	DefaultBody    = 32 << 20

	dialTimeout   = 10 * time.Second
	headerTimeout = 45 * time.Second
)

// Options say what may be connected to, and how. The zero value is the public
// internet, directly.
type Options struct {
	Allow     []netip.Prefix // networks that are allowed although they are not public
	Proxy     *url.URL       // an HTTP proxy for all of it; nil is none, whatever the environment says
	UserAgent string         // of requests that name none
	Resolver  *net.Resolver  // nil is the system's
	Roots     *x509.CertPool // whom to trust in TLS; nil is the system's
	// Dial connects in place of the network, for peers inside the process, which the
	// rules of addresses are not asked about; nil is the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Egress is the way out. It is safe for concurrent use.
type Egress struct {
	rules     *rules
	dialer    *net.Dialer
	transport *http.Transport
	proxy     bool
	agent     string
}

// New returns the way out that opts describe.
func New(opts Options) *Egress {
	e := &Egress{rules: newRules(opts.Allow), agent: opts.UserAgent, proxy: opts.Proxy != nil}
	e.dialer = &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: opts.Resolver, Control: e.control}
	e.transport = &http.Transport{
		DialContext:            e.dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           200,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		TLSClientConfig:        &tls.Config{RootCAs: opts.Roots, MinVersion: tls.VersionTLS12},
	}
	if opts.Proxy != nil {
		e.transport.Proxy = http.ProxyURL(opts.Proxy)
		// The proxy itself was configured by name: it may stand inside.
		open := *e.dialer
		open.Control = nil
		e.transport.DialContext = open.DialContext
	}
	if opts.Dial != nil {
		e.transport.DialContext = opts.Dial
	}
	return e
}

// control is asked for every connection, with the address that will be used.
func (e *Egress) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	return e.rules.check(at.Addr())
}

// DialContext connects to addr, a host and port, over TCP: for what is not
// HTTP. A configured proxy does not carry it.
func (e *Egress) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
		return e.dialer.DialContext(ctx, network, addr)
	}
	return nil, fmt.Errorf("connect to %s: %s is not allowed, only tcp is", addr, network)
}

// TLSConfig returns how to protect a connection of [Egress.DialContext].
func (e *Egress) TLSConfig(host string) *tls.Config {
	c := e.transport.TLSClientConfig.Clone()
	c.ServerName, c.NextProtos = host, nil
	return c
}

// Check returns a [BlockedError] if addr must not be connected to.
func (e *Egress) Check(addr netip.Addr) error { return e.rules.check(addr) }

// Blocked returns the reason if err is a connection that was refused here,
// before anything was sent.
func Blocked(err error) (*BlockedError, bool) { return errors.AsType[*BlockedError](err) }
