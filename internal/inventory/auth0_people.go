package inventory

import (
	"net/url"
	"strconv"
	"time"

	"sallyport/internal/okta"
)

const (
	// auth0Found is how many people Auth0 pages through at most, whatever it found.
	auth0Found = 1000
	// auth0Part is how many there should be in a part of a list that is divided: half
	// of what may be, as people are not made evenly.
	auth0Part = auth0Found / 2
	// auth0Parts is in how many parts one list is divided at most.
	auth0Parts = 32
	// auth0Again is how often a part is read again in which somebody was deleted
	// meanwhile, which moves others to pages that were read.
	auth0Again = 3
	// auth0Time is how Auth0 writes times.
	auth0Time = "2006-01-02T15:04:05.000Z"
)

// auth0Began is before anybody had an account at Auth0.
func auth0Began() time.Time { return time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC) }

// madeWithin is the people whose accounts were made in a time. Auth0 shows no more
// than a thousand of a list, so who has more is read in parts.
type madeWithin struct {
	From  time.Time `json:"from,omitzero"` // zero for no bound
	To    time.Time `json:"to,omitzero"`   // left out; zero for no bound
	Total int       `json:"total,omitempty"`
	Again int       `json:"again,omitempty"`
}

// target returns path and query of a page.
func (m madeWithin) target(page int) string {
	q := url.Values{
		"search_engine": {"v3"}, "per_page": {"100"}, "page": {strconv.Itoa(page)}, "include_totals": {"true"}, "sort": {"created_at:1"},
		"fields": {auth0UserFields}, "include_fields": {"true"},
	}
	if !m.From.IsZero() || !m.To.IsZero() {
		from, to := "*", "*]"
		if !m.From.IsZero() {
			from = m.From.UTC().Format(auth0Time)
		}
		if !m.To.IsZero() {
			to = m.To.UTC().Format(auth0Time) + "}"
		}
		q.Set("q", "created_at:["+from+" TO "+to)
	}
	return "/api/v2/users?" + q.Encode()
}

// parts divides the people, of whom there are many; nil where that cannot be done.
func (m madeWithin) parts(total int, now time.Time) []madeWithin {
	from, to := m.From, m.To
	if from.IsZero() {
		from = auth0Began()
	}
	if to.IsZero() {
		to = now
	}
	n := min(max(total/auth0Part+1, 2), auth0Parts)
	span := (to.Sub(from) / time.Duration(n)).Truncate(time.Millisecond)
	if span < time.Millisecond {
		return nil
	}
	out := make([]madeWithin, n)
	for i := range out {
		out[i] = madeWithin{From: from.Add(time.Duration(i) * span), To: from.Add(time.Duration(i+1) * span)}
	}
	out[0].From, out[n-1].To = m.From, m.To
	return out
}

// takeAccounts takes a page of people.
func (r *auth0Reading) takeAccounts(t *Task, p auth0Page) (Outcome, error) {
	var m madeWithin
	if err := decode(t.Kept, &m); err != nil {
		return Outcome{}, err
	}
	if p.fail == nil && p.start == 0 && p.total > auth0Found {
		if parts := m.parts(p.total, r.Sync.StartedAt); parts != nil {
			return divided(t, parts)
		}
	}
	o := Outcome{}
	for _, item := range p.items {
		body, _ := item.(object)
		id := text(body, "user_id")
		if id == "" {
			continue
		}
		shapeAccount(body)
		e, err := entity(Auth0User, id, body)
		if err != nil {
			return o, err
		}
		o.Entities = append(o.Entities, e)
	}
	t.note(string(Auth0User), p.fail, len(p.items))
	t.turn(p.next)
	if p.start > 0 && p.total < m.Total { // who stood behind somebody who is gone now was left out
		return o, readAgain(t, m)
	}
	m.Total = max(p.total, m.Total)
	if p.start+len(p.items) >= auth0Found && p.total > auth0Found {
		t.turn("")
		seen := t.Results[string(Auth0User)]
		seen.Skipped, seen.Said = true, "More than a thousand accounts were made in the same moment, and Auth0 shows no more of them."
		t.Results[string(Auth0User)] = seen
	}
	return o, t.keep(m)
}

// readAgain begins a part of the people anew.
func readAgain(t *Task, m madeWithin) error {
	if m.Again++; m.Again > auth0Again {
		t.note(string(Auth0User), &Result{Visible: okta.Partial, Said: "Accounts were deleted all the time while they were read."}, 0)
		t.turn("")
		return nil
	}
	m.Total = 0
	t.Target, t.Done = m.target(0), false
	return t.keep(m)
}

// divided ends a task whose list is read in parts instead.
func divided(t *Task, parts []madeWithin) (Outcome, error) {
	o := Outcome{}
	t.note(string(Auth0User), nil, 0)
	t.turn("")
	for _, m := range parts {
		part := Task{Step: stepAccounts, Object: t.Object, Target: m.target(0)}
		if err := part.keep(m); err != nil {
			return o, err
		}
		o.New = append(o.New, part)
	}
	return o, nil
}
