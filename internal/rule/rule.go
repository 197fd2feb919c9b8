// Package rule holds detection rules as the product knows them: what a rule
// looks for, whom its alerts are about, how bad that is, why it matters and
// what to do.
//
// Rules are files. Ours are Sigma documents with a block of our own,
// "sallyport", beside Sigma's keys; those of SigmaHQ and of Okta's catalogues
// of detections, for Okta and for Auth0, are read as they are published. A [Shelf] holds the rules of
// several packs, a [Book] is a choice of them compiled, which finds the [Hit]s
// in events. What becomes of a hit is not this package's business.
package rule

import (
	"slices"
	"time"

	"sallyport/internal/detect"
	"sallyport/internal/detect/sigma"
)

// Rule is one rule.
type Rule struct {
	ID   string // stable: the id of the Sigma document, or Okta's
	Slug string // the name of the file without its ending; unique in a pack
	Pack string // "sallyport" for ours, otherwise the name of the folder
	File string // where it was read, within its pack
	Line int    // where in the file it begins

	Title          string
	Description    string // what it finds
	Why            string // why that matters
	Author         string // credit; the Detection Rule License wants it beside every alert
	License        string // SPDX expression; empty where the file names none
	Category       string // "mfa", "session"…: how lists of rules are divided
	Status         string // Sigma's: stable, test, experimental, deprecated, unsupported
	References     []string
	Tags           []string // "attack.t1621", "attack.credential-access"
	FalsePositives []string
	Response       []string // what to do, in order

	Severity Severity
	Type     string // id of an alert type; [Detection] where the rule says nothing
	Language Language
	Entity   Entity        // whom an alert is about
	Window   time.Duration // hits of one entity within it are one alert
	Enabled  bool          // whether it is on unless somebody turns it off
	// Part says that the rule only feeds the correlations of its file, and
	// makes no hits of its own.
	Part bool

	Expr detect.Expr // nil for a correlation
	// Product is whose logs the rule is about; of a correlation it is empty, as it
	// is about what its rules are about.
	Product Product
	Text    string // the file as it is

	name        string // what correlations may call it
	correlation *sigma.Correlation
	refs        []*Rule // what the correlation refers to, once it is on a shelf
	without     []*Rule // of these, what must not come
}

// Language is what a rule is written in.
type Language string

// The languages.
const (
	Sigma       Language = "sigma"
	OktaFilter  Language = "okta_filter" // a filter expression of the System Log API
	Correlation Language = "correlation" // a Sigma correlation
)

// DefaultWindow is the window of a rule that names none.
const DefaultWindow = time.Hour

// Detection is the alert type of rules that name none.
const Detection = "detection"

// refersTo reports whether a correlation refers to a rule of its file.
func (r *Rule) refersTo(other *Rule) bool {
	named := func(name string) bool { return name != "" && (name == other.name || name == other.ID) }
	return r != other && (slices.ContainsFunc(r.correlation.Rules, named) || slices.ContainsFunc(r.correlation.Without, named))
}

// Key names a rule across packs: "sallyport/push_bombing".
func (r *Rule) Key() string { return r.Pack + "/" + r.Slug }
