package scenario

import (
	"fmt"

	"sallyport/sandbox/okta"
)

// Browsers of those who act.
const (
	chromeMac   = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
	firefoxTux  = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	edgeWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
)

// office is where admins sit: an address for documentation (RFC 5737) in a
// network with a number for documentation (RFC 5398).
func office() okta.Client {
	return okta.Client{
		IP: "203.0.113.254", UserAgent: chromeMac, City: "Berlin", State: "Land Berlin", Country: "Germany", PostalCode: "10115", Lat: 52.53, Lon: 13.38,
		ASNumber: 64496, ASOrg: "example net", ISP: "example net", Domain: "example.net",
	}
}

// home is where somebody was seen last, or the office.
func (s *stage) home(login string) okta.Client {
	if from, ok := s.opt.Org.LastSeen(login); ok {
		return from
	}
	return office()
}

// stranger is somebody who hides behind a rented server, far from every place
// where people of the org work. Its address is one that nobody can have
// (RFC 2544).
func (s *stage) stranger() okta.Client {
	places := []okta.Client{
		{City: "Reykjavik", State: "Capital Region", Country: "Iceland", PostalCode: "101", Lat: 64.15, Lon: -21.94, ASNumber: 64505, Domain: "north-hosting.example"},
		{City: "Auckland", State: "Auckland", Country: "New Zealand", PostalCode: "1010", Lat: -36.85, Lon: 174.76, ASNumber: 64506, Domain: "south-hosting.example"},
		{City: "Montevideo", State: "Montevideo", Country: "Uruguay", PostalCode: "11000", Lat: -34.9, Lon: -56.19, ASNumber: 64507, Domain: "plata-hosting.example"},
	}
	c := places[s.rand.IntN(len(places))]
	c.IP = fmt.Sprintf("198.18.%d.%d", s.rand.IntN(256), 1+s.rand.IntN(254))
	c.UserAgent = []string{firefoxTux, edgeWindows}[s.rand.IntN(2)]
	c.ASOrg, c.ISP, c.Proxy = c.Domain, c.Domain, true
	return c
}
