package inventory

import (
	"context"

	"sallyport/internal/okta"
)

// sights says how much was seen of each collection.
func (r *auth0Reading) sights() map[string]Sight {
	all := map[string]*tally{}
	for _, t := range r.tasks {
		for name, res := range t.Results {
			if all[name] == nil {
				all[name] = &tally{}
			}
			all[name].add(res)
		}
	}
	out := map[string]Sight{}
	for _, k := range Auth0Kinds() {
		out[string(k)] = Sight{Visible: okta.Unknown}
		if t := all[string(k)]; t != nil {
			out[string(k)] = t.sight()
		}
	}
	for _, l := range auth0Lists() {
		if l.around == "" {
			continue
		}
		of, t := out[string(l.kind)], all[string(l.around)]
		switch {
		case t != nil:
			v := t.sight()
			if v.Visible == okta.Full && of.Visible != okta.Full {
				v.Visible, v.Said = okta.Partial, "Not all was seen of what it hangs on."
			}
			out[string(l.around)] = v
		case of.Visible == okta.Full: // there is nothing that it could be of
			out[string(l.around)] = Sight{Visible: okta.Full}
		default:
			out[string(l.around)] = Sight{Visible: of.Visible, Said: of.Said}
		}
	}
	return out
}

// settle ends the reading.
func (r *auth0Reading) settle(ctx context.Context) error {
	before, err := r.Shelf.Sights(ctx, r.Sync)
	if err != nil {
		return err
	}
	of := r.Sync
	of.Progress = r.progress()
	done := Settlement{Relations: map[Relation][]Ref{}, Sights: r.sights()}
	for name, v := range done.Sights {
		v.Full, v.Delta = before[name].Full, before[name].Delta
		if v.Visible == okta.Full || v.Visible == okta.Partial {
			v.Full = r.Sync.StartedAt
		}
		done.Sights[name] = v
	}
	for _, k := range Auth0Kinds() {
		if done.Sights[string(k)].Seen() {
			done.Kinds = append(done.Kinds, k)
		}
	}
	for _, relation := range Auth0Relations() {
		if !done.Sights[string(relation)].Seen() {
			continue
		}
		done.Relations[relation] = []Ref{}
		for _, t := range r.tasks {
			if t.Step == stepAround && string(t.Kept) == string(relation) {
				done.Relations[relation] = append(done.Relations[relation], t.Object)
			}
		}
	}
	return r.Shelf.Settle(ctx, of, done)
}
