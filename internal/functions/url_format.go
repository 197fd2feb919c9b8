package functions

import (
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"

	"sallyport/internal/errs"
	"sallyport/internal/function"
)

var _ = add(function.Of("url.format", "Format URL", "A URL of its parts (RFC 3986). The path is encoded where that is needed; the query is taken as it is, without its ?. Without a protocol it is https.", urlFormat).Serves("url:format"))

type urlFormatIn struct {
	Protocol string
	Host     string `port:",required"`
	Port     *float64
	Path     string
	Query    string
}

type urlFormatOut struct {
	URL string `port:"url"`
}

func urlFormat(_ function.Env, in urlFormatIn) (urlFormatOut, error) {
	u := url.URL{Scheme: "https", RawQuery: strings.TrimPrefix(in.Query, "?")}
	if in.Protocol != "" {
		u.Scheme = strings.ToLower(strings.TrimRight(in.Protocol, ":/"))
	}
	var err error
	if u.Host, err = in.authority(); err != nil {
		return urlFormatOut{}, err
	}
	if in.Path != "" {
		path := "/" + strings.TrimPrefix(in.Path, "/")
		plain, err := url.PathUnescape(path)
		if err != nil { // its % stands for itself
			plain = path
		}
		u.Path, u.RawPath = plain, path
	}
	// What the parts hold must not become another part.
	again, err := url.Parse(u.String())
	if err != nil || u.Host == "" || again.User != nil || again.Fragment != "" ||
		again.Scheme != u.Scheme || again.Host != u.Host || again.Path != u.Path || again.RawQuery != u.RawQuery {
		return urlFormatOut{}, errs.New(errs.Invalid, "the parts make no URL: a protocol, a host and a query that is encoded are wanted")
	}
	return urlFormatOut{u.String()}, nil
}

// authority is the host, an IPv6 address in brackets, and the port.
func (in urlFormatIn) authority() (string, error) {
	host := in.Host
	if strings.Contains(host, ":") && net.ParseIP(host) != nil {
		host = "[" + host + "]"
	}
	p := in.Port
	if p == nil {
		return host, nil
	}
	if *p < 1 || *p > 65535 || *p != math.Trunc(*p) {
		return "", errs.New(errs.Invalid, "port: a whole number from 1 to 65535 is wanted, not %g", *p)
	}
	return host + ":" + strconv.Itoa(int(*p)), nil
}
