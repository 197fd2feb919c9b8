package posture

import (
	"math"
	"net/netip"
	"strings"

	"sallyport/internal/inventory"
	"sallyport/internal/value"
)

// zone is what is kept of a network zone.
type zone struct {
	name, kind, status string
	hosts              float64 // addresses of its gateways, of both families
	count              int     // of gateways
	broad              bool    // a gateway is wider than /16, or /32 of IPv6
	private            bool    // a gateway is an address of RFC 1918
	odd                bool    // a gateway cannot be read
}

func (x *snapshot) addZone(e inventory.Entity, b *value.Object) {
	z := &zone{name: e.Name, kind: b.Text("type"), status: b.Text("status")}
	for _, g := range objects(b.At("gateways")) {
		z.count++
		z.gateway(g.Text("value"))
	}
	x.zones[e.ID] = z
}

func (z *zone) gateway(text string) {
	first, last, isRange := strings.Cut(text, "-")
	if isRange {
		z.between(strings.TrimSpace(first), strings.TrimSpace(last))
		return
	}
	if !strings.Contains(text, "/") {
		z.between(text, text)
		return
	}
	p, err := netip.ParsePrefix(strings.TrimSpace(text))
	if err != nil {
		z.odd = true
		return
	}
	z.hosts += math.Pow(2, float64(p.Addr().BitLen()-p.Bits()))
	z.broad = z.broad || p.Addr().Is4() && p.Bits() < 16 || p.Addr().Is6() && p.Bits() < 32
	z.private = z.private || p.Addr().IsPrivate()
}

// between adds the addresses from one to another, both included.
func (z *zone) between(first, last string) {
	from, err := netip.ParseAddr(first)
	to, err2 := netip.ParseAddr(last)
	if err != nil || err2 != nil || from.BitLen() != to.BitLen() {
		z.odd = true
		return
	}
	n := number(to) - number(from) + 1
	z.hosts += n
	z.broad = z.broad || from.Is4() && n > 1<<16 || from.Is6() && n > math.Pow(2, 96)
	z.private = z.private || from.IsPrivate()
}

// number is an address as a number, of IPv6 as exact as one need be.
func number(a netip.Addr) float64 {
	n := 0.0
	for _, b := range a.AsSlice() {
		n = n*256 + float64(b)
	}
	return n
}
