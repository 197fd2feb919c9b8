package egress

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// BlockedError is a connection that was not made because of where it leads.
type BlockedError struct {
	Addr netip.Addr
	Why  string // what kind of address it is
}

func (e *BlockedError) Error() string {
	return fmt.Sprintf("connections to %s are not allowed: it is %s; allow its network in the configuration if it is meant", e.Addr, e.Why)
}

// special is a network that is no part of the public internet.
type special struct {
	prefix netip.Prefix
	why    string
}

// metadata lists the addresses at which clouds hand credentials to whoever
// asks. Only a prefix of exactly that address allows one.
func metadata() []special {
	return []special{
		{netip.MustParsePrefix("169.254.169.254/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("169.254.170.2/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("169.254.170.23/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("100.100.100.200/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("168.63.129.16/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("192.0.0.192/32"), "a cloud's metadata service"},
		{netip.MustParsePrefix("fd00:ec2::254/128"), "a cloud's metadata service"},
		{netip.MustParsePrefix("fd00:ec2::23/128"), "a cloud's metadata service"},
		{netip.MustParsePrefix("fd20:ce::254/128"), "a cloud's metadata service"},
	}
}

// specials lists the networks of the IANA special-purpose address registries
// (RFC 6890 and later), and what follows from them.
func specials() []special {
	return []special{
		{netip.MustParsePrefix("0.0.0.0/8"), "this host"},
		{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
		{netip.MustParsePrefix("100.64.0.0/10"), "a carrier's inner address"},
		{netip.MustParsePrefix("127.0.0.0/8"), "this host"},
		{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
		{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
		{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address"},
		{netip.MustParsePrefix("192.0.2.0/24"), "an address for documentation"},
		{netip.MustParsePrefix("192.88.99.0/24"), "a relay to other addresses"},
		{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
		{netip.MustParsePrefix("198.18.0.0/15"), "an address for benchmarks"},
		{netip.MustParsePrefix("198.51.100.0/24"), "an address for documentation"},
		{netip.MustParsePrefix("203.0.113.0/24"), "an address for documentation"},
		{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
		{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"},
		{netip.MustParsePrefix("::/127"), "this host"},
		{netip.MustParsePrefix("64:ff9b:1::/48"), "a translated private address"},
		{netip.MustParsePrefix("100::/64"), "an address that leads nowhere"},
		{netip.MustParsePrefix("2001::/32"), "a tunnel to other addresses"},
		{netip.MustParsePrefix("2001:db8::/32"), "an address for documentation"},
		{netip.MustParsePrefix("3fff::/20"), "an address for documentation"},
		{netip.MustParsePrefix("5f00::/16"), "a segment-routing address"},
		{netip.MustParsePrefix("fc00::/7"), "a private address"},
		{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
		{netip.MustParsePrefix("fec0::/10"), "a private address"},
		{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	}
}

// carriers lists the IPv6 networks whose addresses carry an IPv4 address, and
// at which byte it begins.
func carriers() map[netip.Prefix]int {
	return map[netip.Prefix]int{
		netip.MustParsePrefix("::/96"):           12, // IPv4-compatible, RFC 4291
		netip.MustParsePrefix("::ffff:0:0:0/96"): 12, // IPv4-translated (SIIT), RFC 2765
		netip.MustParsePrefix("64:ff9b::/96"):    12, // NAT64, RFC 6052
		netip.MustParsePrefix("2002::/16"):       2,  // 6to4, RFC 3056
	}
}

// rules decides which addresses may be connected to.
type rules struct {
	allow    []netip.Prefix
	metadata []special
	special  []special
	carriers map[netip.Prefix]int
}

func newRules(allow []netip.Prefix) *rules {
	r := &rules{metadata: metadata(), special: specials(), carriers: carriers()}
	for _, p := range allow {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		r.allow = append(r.allow, p.Masked())
	}
	return r
}

// checkName returns a [BlockedError] if a host that is not resolved here is seen to
// be one that must not be connected to: an address in whatever way it is written,
// this host, or a metadata service by its name.
func (r *rules) checkName(host string) error {
	host = strings.ToLower(strings.TrimRight(host, "."))
	if addr, ok := addressOf(host); ok {
		return r.check(addr)
	}
	for suffix, addr := range map[string]netip.Addr{
		"localhost":                  netip.AddrFrom4([4]byte{127, 0, 0, 1}),
		"metadata.google.internal":   netip.AddrFrom4([4]byte{169, 254, 169, 254}),
		"instance-data.ec2.internal": netip.AddrFrom4([4]byte{169, 254, 169, 254}),
		"metadata":                   netip.AddrFrom4([4]byte{169, 254, 169, 254}),
	} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return r.check(addr)
		}
	}
	return nil
}

// addressOf reads an address, also as C's inet_aton does, which resolvers ask: one
// to four numbers, decimal, octal behind 0 or hexadecimal behind 0x, the last of
// which fills what is left. 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1.
func addressOf(host string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr, true
	}
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var all uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		if err != nil || strings.HasPrefix(part, "0b") || strings.HasPrefix(part, "0o") || strings.Contains(part, "_") {
			return netip.Addr{}, false
		}
		left := 4 - i // bytes
		if i < len(parts)-1 {
			left = 1
		}
		if n >= 1<<(8*left) {
			return netip.Addr{}, false
		}
		all = all<<(8*left) | n
	}
	return netip.AddrFrom4([4]byte{byte(all >> 24), byte(all >> 16), byte(all >> 8), byte(all)}), true
}

// check returns a [BlockedError] if addr, or an IPv4 address inside it, must
// not be connected to.
func (r *rules) check(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	if inner, ok := r.inner(addr); ok && !r.allowed(addr, 0) {
		if err := r.check(inner); err != nil {
			return err
		}
	}
	for _, s := range r.metadata {
		if s.prefix.Contains(addr) && !r.allowed(addr, addr.BitLen()) {
			return &BlockedError{addr, s.why}
		}
	}
	for _, s := range r.special {
		if s.prefix.Contains(addr) && !r.allowed(addr, 0) {
			return &BlockedError{addr, s.why}
		}
	}
	return nil
}

// allowed reports whether a prefix of at least so many bits allows addr.
func (r *rules) allowed(addr netip.Addr, bits int) bool {
	for _, p := range r.allow {
		if p.Bits() >= bits && p.Contains(addr) {
			return true
		}
	}
	return false
}

// inner returns the IPv4 address that an IPv6 address carries.
func (r *rules) inner(addr netip.Addr) (netip.Addr, bool) {
	if !addr.Is6() {
		return addr, false
	}
	for p, at := range r.carriers {
		if p.Contains(addr) {
			b := addr.As16()
			return netip.AddrFrom4([4]byte(b[at : at+4])), true
		}
	}
	return addr, false
}
