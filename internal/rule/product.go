package rule

import (
	"slices"
	"strings"

	"sallyport/internal/auth0"
	"sallyport/internal/detect"
)

// Product is a system whose logs rules are about, as a log source of Sigma names
// it.
type Product string

// The products.
const (
	Okta  Product = "okta"
	Auth0 Product = "auth0"
)

// productOf reads what a log source names; the empty name is Okta.
func productOf(name string) (Product, bool) {
	switch p := Product(strings.ToLower(name)); p {
	case "", Okta:
		return Okta, true
	case Auth0:
		return p, true
	}
	return "", false
}

// About returns whose logs a rule is about; of a correlation those of the first
// rule that it counts.
func (r *Rule) About() Product {
	if r.Product != "" {
		return r.Product
	}
	for _, of := range slices.Concat(r.refs, r.without) {
		return of.About()
	}
	return Okta
}

// condition is the rule's condition on the events of its product: those of
// another never fulfil it, whatever is in them.
func (r *Rule) condition() detect.Expr {
	theirs := detect.Test{Path: "eventType", Op: detect.StartsWith, Values: []detect.Value{{Text: auth0.Prefix}}}
	if r.Product == Auth0 {
		return detect.And{theirs, r.Expr}
	}
	return detect.And{detect.Not{Expr: theirs}, r.Expr}
}
