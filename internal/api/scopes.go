package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sallyport/internal/flow"
	"sallyport/internal/store"
)

// scopeChecks says what a connection's token may do, and what of it the flows that
// use the connection lack. It keeps no connection from being saved: what lacks a scope
// may never be called.
func scopeChecks(ctx context.Context, d Deps, conn store.Connection) []ConnectionCheck {
	granted, known, err := d.Engine.Granted(ctx, conn.Connection)
	if err != nil || !known {
		return nil
	}
	check := ConnectionCheck{Title: "Scopes of the token", OK: true, Message: "It may " + strings.Join(granted.Scopes, ", ") + "."}
	needs, err := scopesNeeded(ctx, d, conn)
	if err != nil {
		d.Log.ErrorContext(ctx, "scopes that flows need", "error", err, "connection", conn.ID)
		return []ConnectionCheck{check}
	}
	var missing []string
	for _, scope := range slices.Sorted(maps.Keys(needs)) {
		if !slices.Contains(granted.Scopes, scope) {
			missing = append(missing, fmt.Sprintf("%s (for %s)", scope, strings.Join(needs[scope], ", ")))
		}
	}
	if len(missing) > 0 {
		check.OK, check.Message = false, check.Message+" Missing: "+strings.Join(missing, "; ")+". "+granted.How
	}
	return []ConnectionCheck{check}
}

// scopesNeeded returns the scopes that the flows with a connection need of it, and
// the titles of these flows.
func scopesNeeded(ctx context.Context, d Deps, conn store.Connection) (map[string][]string, error) {
	c, ok := d.Shelf.Of(conn.Org, conn.Connector)
	if !ok {
		return nil, nil
	}
	flows, err := d.DB.Flows.List(ctx, conn.Org)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, f := range flows {
		if !slices.Contains(slices.Collect(maps.Values(f.Bindings.Connections)), conn.ID) {
			continue
		}
		text := f.Draft
		if f.Version > 0 {
			v, err := d.DB.Flows.Version(ctx, f.Org, f.ID, f.Version)
			if err != nil {
				return nil, err
			}
			text = v.Body
		}
		def, _ := flow.Read(text)
		if def == nil {
			continue // a draft that is no flow yet
		}
		flow.Walk(def.Cards, func(card *flow.Card) {
			if card.Kind != flow.CardAction || f.Bindings.Connections[card.Slot] != conn.ID || c.Actions[card.Use] == nil {
				return
			}
			for _, scope := range c.Actions[card.Use].Scopes {
				if !slices.Contains(out[scope], f.Title) {
					out[scope] = append(out[scope], f.Title)
				}
			}
		})
	}
	return out, nil
}
