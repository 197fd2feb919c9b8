package egress_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/egress"
)

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, c *http.Client, url string, header ...string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestCheck(t *testing.T) {
	open := egress.New(egress.Options{})
	for _, addr := range []string{
		"127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254",
		"168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "2001:0:1::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:0:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
	} {
		err := open.Check(netip.MustParseAddr(addr))
		if b, ok := egress.Blocked(err); !ok || b.Why == "" {
			t.Errorf("%s: error %v, want a BlockedError", addr, err)
		}
	}
	for _, addr := range []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:0:8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8"} {
		if err := open.Check(netip.MustParseAddr(addr)); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestAllow(t *testing.T) {
	tests := map[string]struct {
		allow, addr string
		ok          bool
	}{
		"its network":                            {"10.0.0.0/8", "10.1.2.3", true},
		"another network":                        {"10.0.0.0/8", "192.168.0.1", false},
		"as an IPv6 form of it":                  {"10.0.0.0/8", "::ffff:10.1.2.3", true},
		"written as an IPv6 form of it":          {"::ffff:10.0.0.0/104", "10.1.2.3", true},
		"translated":                             {"10.0.0.0/8", "64:ff9b::10.1.2.3", true},
		"everything is not a metadata service":   {"0.0.0.0/0", "169.254.169.254", false},
		"link-local is not a metadata service":   {"169.254.0.0/16", "169.254.169.254", false},
		"link-local":                             {"169.254.0.0/16", "169.254.1.1", true},
		"a metadata service by its very address": {"169.254.169.254/32", "169.254.169.254", true},
		"host bits are no matter":                {"10.9.9.9/8", "10.1.2.3", true},
		"unique local":                           {"fd12:3456::/32", "fd12:3456::1", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix(tt.allow)}})
			if err := e.Check(netip.MustParseAddr(tt.addr)); (err == nil) != tt.ok {
				t.Errorf("error %v, want allowed: %v", err, tt.ok)
			}
		})
	}
}

func TestConnectionsInwardAreRefused(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })
	port := strings.TrimPrefix(s.URL, "http://127.0.0.1")
	e := egress.New(egress.Options{Resolver: resolver("127.0.0.1")})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "rebind.example"} {
		_, err := get(t, e.Client(egress.ClientOptions{}), "http://"+host+port)
		if _, ok := egress.Blocked(err); !ok {
			t.Errorf("%s: error %v, want a BlockedError", host, err)
		}
	}
	if _, err := e.DialContext(t.Context(), "tcp", "127.0.0.1"+port); err == nil {
		t.Error("DialContext connected to loopback")
	}
	if _, err := e.DialContext(t.Context(), "udp", "8.8.8.8:53"); err == nil {
		t.Error("DialContext connected by UDP")
	}
}

func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.UserAgent()) })
	e := egress.New(egress.Options{Allow: loopback(), Resolver: resolver("127.0.0.1"), UserAgent: "sallyport/1"})
	got, err := get(t, e.Client(egress.ClientOptions{}), "http://peer.example"+strings.TrimPrefix(s.URL, "http://127.0.0.1"))
	if err != nil || got != "sallyport/1" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestConfiguredProxyCarriesRequests(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "asked for ", r.URL) })
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := egress.New(egress.Options{Proxy: at}).Client(egress.ClientOptions{})
	if got, err := get(t, c, "http://peer.example/x"); err != nil || got != "asked for http://peer.example/x" {
		t.Errorf("got %q, %v", got, err)
	}
	// A proxy resolves names, and what its resolver takes for an address.
	for _, host := range []string{
		"169.254.169.254", "169.254.169.254.", "2852039166", "0xa9fea9fe", "0xc0a80b0b", "0xA9.254.43518", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "127.1", "0", "localhost", "a.localhost.",
		"metadata.google.internal", "Metadata.Google.Internal.", "metadata",
	} {
		if _, err := get(t, c, "http://"+host+"/latest"); err == nil {
			t.Errorf("the proxy was asked for %s", host)
		} else if _, ok := egress.Blocked(err); !ok {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, host := range []string{"8.8.8.8", "134744072", "1.1", "0b1.1.1.1", "1.2.3.4.5", "metadata.example", "1e1.example"} {
		if got, err := get(t, c, "http://"+host+"/x"); err != nil || got != "asked for http://"+host+"/x" {
			t.Errorf("%s: %q, %v", host, got, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	var elsewhere string
	last := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/again" {
			http.Redirect(w, r, "/end", http.StatusFound)
			return
		}
		fmt.Fprintf(w, "%s key=%q auth=%q accept=%q", r.URL.Path, r.Header.Get("X-Api-Key"), r.Header.Get("Authorization"), r.Header.Get("Accept"))
	})
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/other":
			http.Redirect(w, r, elsewhere, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/inward":
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		default:
			fmt.Fprintf(w, "%s key=%q", r.URL.Path, r.Header.Get("X-Api-Key"))
		}
	})
	elsewhere = last.URL + "/again"
	tests := map[string]struct {
		mode egress.Redirects
		path string
		want string // or a part of the error
		bad  bool
	}{
		"same host keeps credentials":               {egress.SameHost, "/same", `/end key="k"`, false},
		"same host only":                            {egress.SameHost, "/other", "another host", true},
		"any host leaves credentials behind, twice": {egress.AnyHost, "/other", `/end key="" auth="" accept="text/plain"`, false},
		"no end":               {egress.AnyHost, "/loop", "more than", true},
		"every hop is checked": {egress.AnyHost, "/inward", "a private address", true},
		"only HTTP":            {egress.AnyHost, "/file", "file", true},
		"nowhere":              {egress.Nowhere, "/same", `<a href="/end">Found</a>`, false},
	}
	e := egress.New(egress.Options{Allow: loopback()})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := get(t, e.Client(egress.ClientOptions{Redirects: tt.mode}), first.URL+tt.path,
				"X-Api-Key", "k", "Authorization", "SSWS s", "Accept", "text/plain")
			if err != nil {
				got = err.Error()
			}
			if (err != nil) != tt.bad || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct {
		status int
		to     string
	}{"a POST stays with its host": {http.StatusTemporaryRedirect, last.URL}, "a POST stays a POST": {http.StatusFound, "/end"}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/end" {
					http.Redirect(w, r, tt.to, tt.status)
				}
			})
			resp, err := e.Client(egress.ClientOptions{Redirects: egress.AnyHost}).Post(s.URL, "text/plain", strings.NewReader("secret"))
			if err == nil {
				resp.Body.Close()
			}
			if !errors.Is(err, egress.ErrRedirect) {
				t.Errorf("error %v, want ErrRedirect", err)
			}
		})
	}
}

func TestProtectedConnectionStaysProtected(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the plain request arrived") })
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) }))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	e := egress.New(egress.Options{Allow: loopback(), Roots: roots})
	if _, err := get(t, e.Client(egress.ClientOptions{Redirects: egress.AnyHost}), s.URL); !errors.Is(err, egress.ErrRedirect) {
		t.Errorf("error %v, want ErrRedirect", err)
	}
	e = egress.New(egress.Options{Allow: loopback()})
	if _, err := get(t, e.Client(egress.ClientOptions{}), s.URL); err == nil {
		t.Error("an unknown certificate was trusted")
	}
}

func TestAnswersAreBounded(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunked":
			for range 20 {
				fmt.Fprint(w, strings.Repeat("x", 100))
				w.(http.Flusher).Flush()
			}
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, strings.Repeat("x", 1<<20))
			z.Close()
		case "/fits":
			fmt.Fprint(w, strings.Repeat("x", 1000))
		default:
			fmt.Fprint(w, strings.Repeat("x", 1001))
		}
	})
	c := egress.New(egress.Options{Allow: loopback()}).Client(egress.ClientOptions{Body: 1000})
	for path, fits := range map[string]bool{"/fits": true, "/length": false, "/chunked": false, "/gzip": false} {
		got, err := get(t, c, s.URL+path)
		if _, tooLarge := errors.AsType[*egress.TooLargeError](err); tooLarge == fits {
			t.Errorf("%s: error %v, want it to fit: %v", path, err, fits)
		}
		if len(got) > 1000 {
			t.Errorf("%s: %d bytes were read", path, len(got))
		}
	}
}

func TestSilentPeerEndsInTime(t *testing.T) {
	block := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { <-block })
	defer close(block)
	c := egress.New(egress.Options{Allow: loopback()}).Client(egress.ClientOptions{Timeout: 50 * time.Millisecond})
	_, err := get(t, c, s.URL)
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
		t.Errorf("error %v, want a timeout", err)
	}
}

// An IPv4 address and every IPv6 form of it are judged alike.
func FuzzCheck(f *testing.F) {
	for _, a := range []uint32{0x7f000001, 0x08080808, 0xa9fea9fe, 0x0a000001, 0xffffffff} {
		f.Add(a)
	}
	e := egress.New(egress.Options{})
	f.Fuzz(func(t *testing.T, a uint32) {
		ip := netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, a)))
		want := e.Check(ip) == nil
		for _, form := range []string{"::ffff:" + ip.String(), "::ffff:0:" + ip.String(), "64:ff9b::" + ip.String(), fmt.Sprintf("2002:%x:%x::1", a>>16, a&0xffff)} {
			if got := e.Check(netip.MustParseAddr(form)) == nil; got != want {
				t.Errorf("%s is allowed: %v, but %s is: %v", ip, want, form, got)
			}
		}
	})
}

// resolver answers every question with one IPv4 address.
func resolver(addr string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server, netip.MustParseAddr(addr))
		return client, nil
	}}
}

// answer speaks DNS over a stream: a length, then a message (RFC 1035).
func answer(conn net.Conn, addr netip.Addr) {
	defer conn.Close()
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return
	}
	msg := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, msg); err != nil {
		return
	}
	end := 12
	for msg[end] != 0 {
		end += 1 + int(msg[end])
	}
	question := msg[12 : end+5]
	out := append([]byte{msg[0], msg[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if question[len(question)-3] == 1 { // asked for an A record
		out[7] = 1
		ip := addr.As4()
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ip[0], ip[1], ip[2], ip[3])
	}
	_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
}
