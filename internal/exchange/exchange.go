// Package exchange takes flows in and gives them out: exports of Okta Workflows
// and files of our own, into an organization and back. Whatever it takes in is
// all there afterwards, or nothing of it.
package exchange

import (
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flopack"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/migration"
	"sallyport/internal/store"
)

// MaxSize bounds a file that is taken in, in bytes.
const MaxSize = 64 << 20

// Desk is where flows come in and go out. All of its fields are needed.
type Desk struct {
	DB        *store.DB
	Shelf     *connector.Shelf
	Catalogue *flow.Catalogue
	Now       func() time.Time
}

func (d *Desk) catalogue() migration.Catalogue {
	return migration.Catalogue{Functions: functions.All(), Connectors: d.Shelf}
}

// Read translates an export of Okta Workflows, or takes a flow of ours as it is.
// The error of a file with anything wrong says what it is, and where in the file.
func (d *Desk) Read(text []byte) (*migration.Result, error) {
	if len(text) > MaxSize {
		return nil, errs.New(errs.Invalid, "the file has %d MB; %d MB is the most", len(text)>>20, MaxSize>>20)
	}
	if !flopack.Looks(text) {
		return migration.OfFlow(string(text))
	}
	doc, problems, err := flopack.Parse(text)
	if err != nil {
		return nil, err
	}
	var bad []string
	var warnings []flopack.Problem
	for _, p := range problems {
		if p.Warning {
			warnings = append(warnings, p)
			continue
		}
		bad = append(bad, p.String())
	}
	if len(bad) > 0 {
		return nil, errs.New(errs.Invalid, "%s", strings.Join(bad, "\n"))
	}
	res, err := migration.Translate(doc, d.catalogue())
	if err != nil {
		return nil, err
	}
	res.Warnings = append(warnings, res.Warnings...)
	return res, nil
}
