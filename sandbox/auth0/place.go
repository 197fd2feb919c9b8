package auth0

import (
	"hash/fnv"
	"net/netip"
)

// place is where an address is.
type place struct {
	city, country, code, code3, continent, zone, subdivision, subdivisionCode string
	latitude, longitude                                                       float64
}

// placeOf returns where an address is, as far as anybody can say: always the
// same for the same one. Addresses of 198.18.0.0/15, which nobody has, are
// those of strangers, far from where the others are.
func placeOf(ip string) place {
	near := []place{
		{"San Francisco", "United States", "US", "USA", "NA", "America/Los_Angeles", "California", "CA", 37.7749, -122.4194},
		{"Berlin", "Germany", "DE", "DEU", "EU", "Europe/Berlin", "Land Berlin", "BE", 52.52, 13.405},
		{"London", "United Kingdom", "GB", "GBR", "EU", "Europe/London", "England", "ENG", 51.5072, -0.1276},
	}
	far := []place{
		{"Lagos", "Nigeria", "NG", "NGA", "AF", "Africa/Lagos", "Lagos", "LA", 6.5244, 3.3792},
		{"Hanoi", "Vietnam", "VN", "VNM", "AS", "Asia/Ho_Chi_Minh", "Hanoi", "HN", 21.0278, 105.8342},
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(ip)) // never fails
	of := near
	if a, err := netip.ParseAddr(ip); err == nil && netip.MustParsePrefix("198.18.0.0/15").Contains(a) {
		of = far
	}
	return of[int(h.Sum32()%uint32(len(of)))] //nolint:gosec // a handful
}

// info is the place as a log entry has it.
func (p place) info() doc {
	return doc{
		"country_code": p.code, "country_code3": p.code3, "country_name": p.country, "city_name": p.city, "latitude": p.latitude, "longitude": p.longitude,
		"time_zone": p.zone, "continent_code": p.continent,
	}
}

// geoip is the place as the event of an Action has it.
func (p place) geoip() doc {
	return doc{
		"cityName": p.city, "continentCode": p.continent, "countryCode": p.code, "countryCode3": p.code3, "countryName": p.country, "latitude": p.latitude, "longitude": p.longitude,
		"subdivisionCode": p.subdivisionCode, "subdivisionName": p.subdivision, "timeZone": p.zone,
	}
}
