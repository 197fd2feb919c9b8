package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sallyport/internal/okta"
)

// tally is what came of reading a collection in all tasks together.
type tally struct {
	Result

	full, denied, absent, unknown, partial, skipped int
}

// tallied sums up the results of all tasks.
func (s *syncing) tallied() map[string]*tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]*tally{}
	for _, t := range s.tasks {
		for name, r := range t.Results {
			of := all[name]
			if of == nil {
				of = &tally{}
				all[name] = of
			}
			of.add(r)
		}
	}
	return all
}

func (t *tally) add(r Result) {
	t.Count += r.Count
	switch {
	case r.Skipped:
		t.skipped++
	case r.Visible == okta.Full:
		t.full++
	case r.Visible == okta.Partial:
		t.partial++
	case r.Visible == okta.Denied:
		t.denied++
	case r.Visible == okta.Absent:
		t.absent++
	default:
		t.unknown++
	}
	if r.Visible != okta.Full && r.Visible != okta.Absent || r.Skipped { // what is said first stands, whatever order tasks came in
		if t.Said == "" || r.Said != "" && r.Said < t.Said {
			t.Said = r.Said
		}
	}
	if r.Visible == okta.Absent && t.Said == "" {
		t.Said = r.Said
	}
}

// sight returns how much was seen.
func (t *tally) sight() Sight {
	out := Sight{Said: t.Said, Truncated: t.skipped > 0}
	switch {
	case t.denied+t.unknown+t.partial == 0 && t.full+t.skipped > 0:
		out.Visible = okta.Full
		if t.skipped == 0 {
			out.Said = ""
		}
	case t.denied+t.unknown+t.partial == 0:
		out.Visible = okta.Absent
	case t.full+t.partial > 0:
		out.Visible = okta.Partial
	case t.denied > 0:
		out.Visible = okta.Denied
	default:
		out.Visible = okta.Unknown
	}
	return out
}

// parents returns the collections that one hangs on: what is not seen of them is
// not seen of it.
func parents(name string) []string {
	if kind, _, ok := strings.Cut(name, "."); ok {
		if kind == string(Setting) {
			return nil
		}
		return []string{kind}
	}
	switch name {
	case string(MemberOf), string(Owns):
		return []string{string(Group)}
	case string(AssignedVia):
		return []string{string(Group)}
	case string(Assigned), string(GrantedScope), string(PushesTo):
		return []string{string(App)}
	case string(HasRole):
		return []string{string(Group), string(App)}
	case string(UsesDevice):
		return []string{string(Device)}
	case string(Factor):
		return []string{string(HasRole)}
	case string(UserSchema):
		return []string{string(UserType)}
	}
	return nil
}

const saidEmpty = "Okta answered with an empty list, which it also does where a credential may see nothing; and people were not seen either."

// sights says how much was seen of each collection.
func (s *syncing) sights() map[string]Sight {
	tallies := s.tallied()
	out := map[string]Sight{}
	never := map[string]string{string(HasRole): "every org has an admin"}
	for _, c := range s.collection {
		if c.never != "" {
			never[c.name()] = c.never
		}
	}
	for _, name := range Collections() {
		t := tallies[name]
		if t == nil {
			continue
		}
		v := t.sight()
		if why := never[name]; why != "" && v.Visible == okta.Full && t.Count == 0 {
			v = Sight{Visible: okta.Denied, Said: "Okta answered with an empty list, but " + why + "."}
		}
		out[name] = v
	}
	if out[string(User)].Visible != okta.Full {
		for name, v := range out {
			if v.Visible == okta.Full && tallies[name].Count == 0 {
				out[name] = Sight{Visible: okta.Unknown, Said: saidEmpty}
			}
		}
	}
	for _, name := range Collections() { // kinds come before what hangs on them
		if name != string(Factor) {
			out[name] = under(name, out)
		}
	}
	out[string(Factor)] = under(string(Factor), out) // it hangs on a relation
	s.truncate(out)
	return out
}

// truncate says of which collections more is there than was asked for.
func (s *syncing) truncate(out map[string]Sight) {
	if v := out[string(Factor)]; v.Visible == okta.Full && !s.sawEverybody() {
		v.Truncated, v.Said = true, "The factors of admins alone are read."
		out[string(Factor)] = v
	}
	if v := out[string(Owns)]; s.owned >= maxOwned {
		v.Truncated, v.Said = true, "The owners of the first groups alone were asked."
		out[string(Owns)] = v
	}
}

// sawEverybody reports whether all people were gone through, whose factors were
// asked for then.
func (s *syncing) sawEverybody() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		if t.Step == stepPeople {
			return t.Results[string(MemberOf)].Visible == okta.Full
		}
	}
	return false
}

// under says of a collection that it was seen no better than what it hangs on.
func under(name string, out map[string]Sight) Sight {
	v, read := out[name]
	for _, parent := range parents(name) {
		p := out[parent]
		title := strings.ReplaceAll(strings.ReplaceAll(parent, "_", " "), ".", " ")
		switch {
		case p.Visible == okta.Absent && !read:
			return Sight{Visible: okta.Absent, Said: p.Said}
		case p.Visible != okta.Full && !read:
			return Sight{Visible: okta.Unknown, Said: "Nothing was seen of " + title + ", so there was nothing to look at."}
		case p.Visible != okta.Full && p.Visible != okta.Absent && v.Visible == okta.Full:
			v.Visible, v.Said = okta.Partial, cmp.Or(v.Said, "Not all was seen of "+title+".")
		}
	}
	if !read && v.Visible == "" {
		v.Visible = okta.Unknown
		if len(parents(name)) > 0 { // there is nothing that it could be of
			v.Visible = okta.Full
		}
	}
	return v
}

// settle ends the sync.
func (s *syncing) settle(ctx context.Context) error {
	sights := s.sights()
	before, err := s.shelf.Sights(ctx, s.sync)
	if err != nil {
		return err
	}
	done := Settlement{Relations: map[Relation][]Ref{}, Sights: sights}
	for name, v := range sights {
		v.Full, v.Delta = before[name].Full, before[name].Delta
		if v.Visible == okta.Full || v.Visible == okta.Partial {
			v.Full = s.sync.StartedAt
		}
		sights[name] = v
	}
	seen := func(name string) bool { v := sights[name].Visible; return v == okta.Full || v == okta.Absent }
	for _, kind := range Kinds() {
		if kind != Setting && seen(string(kind)) {
			done.Kinds = append(done.Kinds, kind)
		}
	}
	settings := Settings()
	if !slices.ContainsFunc(settings, func(id string) bool { return !seen("setting." + id) }) {
		done.Kinds = append(done.Kinds, Setting)
	}
	for _, relation := range Relations() {
		cut := sights[string(relation)].Truncated && relation != Assigned
		if relation != UsesDevice && seen(string(relation)) && !cut {
			done.Relations[relation] = s.anchors(relation)
		}
	}
	return s.shelf.Settle(ctx, s.sync, done)
}

// anchors returns what a relation was read around.
func (s *syncing) anchors(relation Relation) []Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Ref
	for _, t := range s.tasks {
		if _, about := t.Results[string(relation)]; about && t.Object.ID != "" {
			all = append(all, t.Object)
		}
	}
	return all
}
