package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr returns the network address that a request comes from: the peer's,
// or where that is a proxy that is trusted, the last one of X-Forwarded-For that
// is no such proxy. What stands before that one anybody can have written.
func (s *server) clientAddr(r *http.Request) string {
	peer, ok := hop(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if !s.proxy(peer) {
		s.tellOfProxy(r.Context(), peer, named)
		return peer.String()
	}
	at := peer
	for _, text := range slices.Backward(named) {
		addr, ok := hop(strings.TrimSpace(text))
		if !ok {
			break
		}
		if at = addr; !s.proxy(at) {
			break
		}
	}
	return at.String()
}

// tellOfProxy logs, once, that a proxy of this network is not trusted: everybody
// behind it counts as one address.
func (s *server) tellOfProxy(ctx context.Context, peer netip.Addr, named []string) {
	if named[0] == "" || !peer.IsLoopback() && !peer.IsPrivate() {
		return
	}
	s.untold.Do(func() {
		s.Log.WarnContext(ctx, "a proxy forwards requests and is not in trusted_proxies: everybody behind it counts as one when sign-ins are limited", "proxy", peer.String())
	})
}

func (s *server) proxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hop reads an address, with or without a port.
func hop(text string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err == nil
}
