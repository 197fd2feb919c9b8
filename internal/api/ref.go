package api

import (
	"context"

	"sallyport/internal/portal"
)

// refTo names a thing by what is known of it.
func refTo(names map[string]string, id string) Ref { return Ref{ID: id, Name: names[id]} }

// refIf is refTo, nil for no thing at all.
func refIf(names map[string]string, id string) *Ref {
	if id == "" {
		return nil
	}
	r := refTo(names, id)
	return &r
}

// namesOf returns the names of accounts that are members of the caller's
// organization, by id.
func namesOf(ctx context.Context, d Deps, c portal.Caller, ids []string) (map[string]string, error) {
	as, err := d.DB.Accounts.Some(ctx, c.Org.ID, ids)
	out := make(map[string]string, len(as))
	for id, a := range as {
		out[id] = a.Name
	}
	return out, err
}
