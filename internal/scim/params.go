package scim

import (
	"net/url"
	"strconv"
	"strings"

	"sallyport/internal/scim/fault"
)

// params are the parameters of a request, by names in small letters.
type params map[string][]string

// parseParams reads a query. One that is not readable is refused: a filter that
// went lost would be a search for everybody.
//
// A + is a blank, but not from a client that writes %20 for those: Java's URI
// leaves the + of an e-mail address as it is.
func parseParams(query string) (params, error) {
	if strings.Contains(query, "%20") {
		query = strings.ReplaceAll(query, "+", "%2B")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fault.New(fault.InvalidSyntax, "the query of the URL is not readable: %v", err)
	}
	p := make(params, len(values))
	for k, v := range values {
		k = strings.ToLower(k)
		p[k] = append(p[k], v...)
	}
	return p, nil
}

// one returns a parameter that may be there once, without blanks around it.
func (p params) one(name string) (string, bool, error) {
	list := p[strings.ToLower(name)]
	switch len(list) {
	case 0:
		return "", false, nil
	case 1:
		return strings.TrimSpace(list[0]), true, nil
	}
	return "", false, fault.New(fault.InvalidValue, "%s is there %d times", name, len(list))
}

// list returns a parameter of names, with commas between them.
func (p params) list(name string) []string {
	var out []string
	for _, s := range p[strings.ToLower(name)] {
		out = append(out, strings.Split(s, ",")...)
	}
	return out
}

// number returns a whole number, or what stands for one that is not there.
func (p params) number(name string, standard int, wrong fault.Type) (int, error) {
	s, there, err := p.one(name)
	if err != nil || !there || s == "" {
		return standard, err
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fault.New(wrong, "%s is to be a whole number and is %.40q", name, s)
	}
	return n, nil
}
