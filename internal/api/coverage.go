package api

import (
	"context"

	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
)

var _ = add("GET /api/v1/connections/{id}/coverage", portal.ConnectionsWrite, doc{
	Summary: "How much of its Okta org a connection sees", Help: "Asks Okta, by about fifty requests, and changes nothing. What was not answered is unknown: an empty list of Okta is no proof that there is nothing. Of other systems than Okta no area is known.", Long: true,
}, getCoverage)

// Coverage is how much a connection sees of one area of an Okta org.
type Coverage struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Why     string       `json:"why" doc:"what it is wanted for"`
	Visible okta.Visible `json:"visible" doc:"full, partial, denied, absent (the org does not have it) or unknown"`
	Said    string       `json:"said" doc:"what was found"`
	Scope   string       `json:"scope" doc:"what an app must have been granted to read it"`
	Missing string       `json:"missing,omitempty" doc:"the scope that the app lacks"`
}

func getCoverage(ctx context.Context, d Deps, c portal.Caller, in idIn) ([]Coverage, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return nil, err
	}
	if conn.Connector != string(source.Okta) {
		return []Coverage{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, coverageWithin)
	defer cancel()
	return each(oktaOrg(d, conn.Connection).Look(d.Now()).Coverage(ctx), func(f okta.Coverage) Coverage { return Coverage(f) }), nil
}
