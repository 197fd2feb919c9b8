// Package scenario is the shelf of what can happen to people in a simulated
// Okta org: attacks, mistakes and everyday changes, each in a file of its own.
// A scenario acts on the org as people would, and writes the System Log events
// that Okta would write, in order.
//
// Events that lead up to something are published a few minutes in the past,
// and reach the log when the scenario is run. Which events Okta writes
// together is documented by it in parts only; docs/sandbox.md says what was
// seen and what is inferred.
package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/okta"
	"sallyport/sandbox/okta/systemlog"
)

// Scenario is one thing that can happen.
type Scenario struct {
	Name       string   `json:"name"` // "mfa_fatigue"
	Title      string   `json:"title"`
	Happens    string   `json:"happens"`    // what happens in the org
	Expect     string   `json:"expect"`     // what a defender should see
	Techniques []string `json:"techniques"` // MITRE ATT&CK ids; empty for what is no attack
	// Raises lists the alerts that it should raise, and Rules the slugs of the
	// rules in it: rules of Sallyport's own pack that are on by default.
	// Nothing else should come of it.
	Raises []Alert  `json:"raises"`
	Rules  []string `json:"rules"`

	// fits says why something cannot happen to a person; empty when it can.
	fits func(*okta.Org, okta.UserState) string
	play func(*stage) error
}

// scenarios is the shelf; the file of each scenario puts it there.
var scenarios []Scenario

func add(s Scenario) Scenario { //nolint:unparam // a declaration outside of functions needs a value
	s.Rules = []string{}
	for _, a := range s.Raises {
		if !slices.Contains(s.Rules, a.Rule) {
			s.Rules = append(s.Rules, a.Rule)
		}
	}
	scenarios = append(scenarios, s)
	return s
}

// All returns the scenarios in the order of their names.
func All() []Scenario {
	return slices.SortedFunc(slices.Values(scenarios), func(a, b Scenario) int { return cmp.Compare(a.Name, b.Name) })
}

// Errors of Run. A user that does not exist is [okta.ErrNoUser].
var (
	ErrUnknown    = errors.New("no such scenario")
	ErrImpossible = errors.New("cannot happen")
)

// Options are what a Player works with; all fields but Auth0 are needed.
type Options struct {
	Org *okta.Org
	// Auth0 is where people of the org have accounts too; nil for nowhere.
	Auth0 *auth0.Tenant
	Seed  uint64 // decides victims, addresses and order
	Now   func() time.Time
}

// Player runs scenarios on an org, one at a time. It is safe for concurrent use.
type Player struct {
	opt Options

	mu      sync.Mutex
	runs    uint64
	reports []Report // the oldest first
	waiting []waiting
}

// maxReports is how many runs are remembered.
const maxReports = 200

// Reports returns what runs did, the newest first.
func (p *Player) Reports() []Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := slices.Clone(p.reports)
	slices.Reverse(out)
	return out
}

// Report returns what a run did.
func (p *Player) Report(id string) (Report, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.reports, func(r Report) bool { return r.ID == id })
	if i < 0 {
		return Report{}, false
	}
	return p.reports[i], true
}

// Admins who act in scenarios: people of every simulated org.
const (
	superAdmin = "security.lead"
	helpDesk   = "helpdesk.lead"
)

// New returns a player for an org.
func New(opt Options) *Player {
	p := &Player{opt: opt}
	if opt.Auth0 != nil {
		opt.Auth0.Subscribe(p.react)
	}
	return p
}

// User names a person of the org.
type User struct {
	ID    string `json:"id"`
	Login string `json:"login"`
}

// Event is a System Log event that a scenario caused.
type Event struct {
	UUID      string         `json:"uuid"`
	Type      string         `json:"type"`
	Published systemlog.Time `json:"published"`
}

// Report says what a run did.
type Report struct {
	ID       string         `json:"id"` // counts the runs, from 1
	At       systemlog.Time `json:"at"` // when it was run
	Scenario string         `json:"scenario"`
	Title    string         `json:"title"`
	User     User           `json:"user"`
	// Events are in the order in which they reached the log. When the org is
	// told to log events late, those that have not reached it are missing, but
	// for reports of people.
	Events  []Event        `json:"events"`
	Started systemlog.Time `json:"started"` // when the first of them was published
	Note    string         `json:"note"`
	// Expected are the alerts that should be raised.
	Expected []Expectation `json:"expected"`
	// Steps are what happened outside of the log, in order. Some come after the
	// run, once something reacts to it.
	Steps []Step `json:"steps"`
}

// Run plays a scenario. User is the login or id of the person that it happens
// to; when it is empty, somebody suitable is taken: active, with open
// sessions, neither an admin nor an emergency account.
func (p *Player) Run(ctx context.Context, name, user string) (Report, error) {
	i := slices.IndexFunc(scenarios, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Report{}, fmt.Errorf("run %q: %w", name, ErrUnknown)
	}
	sc := scenarios[i]
	p.mu.Lock()
	defer p.mu.Unlock()
	victim, err := p.victim(sc, user)
	if err != nil {
		return Report{}, fmt.Errorf("run %s: %w", name, err)
	}
	p.runs++
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	s := &stage{
		Player: p, ctx: ctx, victim: victim, now: p.opt.Now(), events: []Event{}, steps: []Step{}, cast: map[string]Entity{},
		rand: rand.New(rand.NewPCG(p.opt.Seed^h.Sum64(), p.runs)), //nolint:gosec // a simulation, repeatable on purpose
	}
	s.cast[theVictim] = personEntity(victim)
	if err := sc.play(s); err != nil {
		return Report{}, fmt.Errorf("run %s: %w", name, err)
	}
	r := Report{
		ID: strconv.FormatUint(p.runs, 10), At: systemlog.Time{Time: s.now.UTC()}, Scenario: sc.Name, Title: sc.Title, User: User{victim.ID, victim.Login}, Events: s.events, Note: s.note, Expected: s.expected(sc),
		Steps: s.steps,
	}
	if len(s.events) > 0 {
		r.Started = slices.MinFunc(s.events, func(a, b Event) int { return a.Published.Compare(b.Published.Time) }).Published
	}
	p.reports = append(p.reports, r)
	for _, user := range s.awaited {
		p.waiting = slices.DeleteFunc(p.waiting, func(w waiting) bool { return w.user == user })
		p.waiting = append(p.waiting, waiting{user: user, report: r.ID})
	}
	if over := len(p.reports) - maxReports; over > 0 {
		p.reports = slices.Delete(p.reports, 0, over)
	}
	return r, nil
}

// victim returns the person that a scenario happens to.
func (p *Player) victim(sc Scenario, user string) (okta.UserState, error) {
	org := p.opt.Org
	if user != "" {
		u, ok := org.User(user)
		if !ok {
			return u, fmt.Errorf("%q: %w", user, okta.ErrNoUser)
		}
		if why := sc.fits(org, u); why != "" {
			return u, fmt.Errorf("%w: %s %s", ErrImpossible, u.Login, why)
		}
		return u, nil
	}
	const enough, page = 20, 500
	var found []okta.UserState
	for after, more := "", true; more && len(found) < enough; {
		users := org.UsersAfter(after, page)
		more = len(users) == page
		for _, u := range users {
			after = u.ID
			if len(found) < enough && ordinary(u) && sc.fits(org, u) == "" {
				found = append(found, u)
			}
		}
	}
	if len(found) == 0 {
		return okta.UserState{}, fmt.Errorf("%w: it fits nobody of the org", ErrImpossible)
	}
	return found[(p.opt.Seed+p.runs)%uint64(len(found))], nil
}

// ordinary says whether somebody may be taken without being asked for.
func ordinary(u okta.UserState) bool {
	return u.Status == okta.Active && u.Sessions > 0 && len(u.AdminRoles) == 0 && !slices.Contains(u.Groups, "Break glass") && u.Login != ""
}

// canSignIn fits people whom Okta lets in.
func canSignIn(_ *okta.Org, u okta.UserState) string {
	switch u.Status {
	case okta.Active, okta.PasswordExpired, okta.Recovery:
		return ""
	default:
		return "is " + string(u.Status) + " and cannot sign in"
	}
}
