// Package onboard makes OAuth service apps in an Okta org, with an API token that
// somebody lends for it, changes their keys, and takes back what it made when a
// step fails. It keeps no token and no key: what it made is handed to its caller.
//
// What the API calls need and answer: Okta's "Implement OAuth for Okta with a
// service app", and the operations createApplication, grantConsentToScope,
// assignRoleToClient, createRole, createResourceSet and addJwk of the management
// API.
package onboard

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sallyport/internal/okta"
	"sallyport/internal/secret"
)

// Setup works in one Okta org, by the rights of one API token.
type Setup struct {
	Org     string      // its URL
	Token   secret.Text // lent, of a super administrator
	HTTP    *http.Client
	Journal string // the file that says what was made so far
	Now     func() time.Time
	// Pause waits between tries; it ends with an error when the context does.
	Pause func(ctx context.Context, d time.Duration) error
	// Tell is told what is about to be done. nil tells nobody.
	Tell func(Step)
}

// App is a service app that is wanted.
type App struct {
	Label  string
	Scopes []Scope
	Roles  []Role
	Key    KeyKind
	DPoP   bool // its tokens are bound to a key of whoever uses them (RFC 9449)
	// Reuse takes an app of this label that is there already: it gets another key, and
	// what scopes and roles it lacks. It loses nothing.
	Reuse bool
	// Zones are network zones, by id or name, that its tokens may be asked for and used
	// from; none is anywhere. One that leaves this server out fails, as the app is seen
	// to work before it is kept.
	Zones []string
	Share int // how much of each rate limit it may take, in percent; 0 leaves it to the org
}

// Scope is an OAuth scope of Okta's management API.
type Scope struct {
	Name string
	Why  string // what it is wanted for
	Must bool   // without it the app is of no use
}

// Role is an admin role that an app is to have.
type Role struct {
	Standard string // the type of one of Okta's own; empty for one that is made
	// Label and Description name a role that is made, and the set of what it is
	// about.
	Label, Description string
	Base               string // what its label begins with, whatever run it was made by
	Permissions        []string
	// Resources are what it is about: an ORN, or a path of the org. {org} in it
	// stands for the org's id.
	Resources []string
	Must      bool // without it the app is of no use
}

// Tenant is the org as it says itself who it is.
type Tenant struct {
	ID     string
	Issuer string // its own URL, whatever other domains it has
	Login  string // whose token was lent
	Notes  []string
}

// Made is a service app that was made and seen to work.
type Made struct {
	AppID    string
	ClientID string
	Label    string
	Key      *Key
	Granted  []string
	Refused  []Refused
	Bound    bool // its tokens are bound to a key
	Reused   bool // it was there
	Notes    []string
	Coverage []okta.Coverage
}

// Refused is something that the org does not know or give, and that was gone on
// without.
type Refused struct {
	Name string `json:"name"` // of a scope or role
	Said string `json:"said"` // by Okta
}

// undoWithin bounds how long is tried to take back what was made.
const undoWithin = 2 * time.Minute

// Run makes the apps, sees each of them work, and hands them to keep. Where
// anything fails, keep or ctx included, all that was made is taken back; what could
// not be, the error and the journal name.
func (s *Setup) Run(ctx context.Context, want []App, keep func(context.Context, Tenant, []Made) error) (Tenant, []Made, error) {
	k := s.client()
	tenant, err := s.look(ctx, k)
	if err != nil {
		return tenant, nil, err
	}
	j, err := begin(s.Journal, record{Org: s.Org, Tenant: tenant.ID, Begun: s.Now()})
	if err != nil {
		return tenant, nil, err
	}
	m := &maker{Setup: s, api: k, journal: j, tenant: tenant}
	var all []Made
	for _, a := range want {
		var made Made
		if made, err = m.app(ctx, a); err != nil {
			break
		}
		all = append(all, made)
	}
	if err == nil {
		s.tell(PhaseKeep, "hand over")
		if err = ctx.Err(); err == nil {
			err = keep(ctx, tenant, all)
		}
	}
	if err != nil {
		return tenant, nil, s.back(ctx, k, j, err)
	}
	return tenant, all, j.end()
}

// back takes back what was made, whether or not ctx has ended, and returns why.
func (s *Setup) back(ctx context.Context, k *client, j *journal, why error) error {
	s.tell(PhaseUndo, "take back what was made")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	k.told = func(what string) { s.tell(PhaseUndo, "%s", what) }
	if err := undo(ctx, k, j); err != nil {
		return &LeftError{Why: why, Left: j.left(), Journal: j.path, Err: err}
	}
	return why
}

// Cleanup takes back what an earlier run made that ended before it could, and
// returns what it did. inUse says whether an app is one that somebody works with:
// such a one stays.
func (s *Setup) Cleanup(ctx context.Context, inUse func(clientID, keyID string) (bool, error)) ([]string, error) {
	j, err := resume(s.Journal)
	if err != nil {
		return nil, err
	}
	if len(j.record.Entries) == 0 {
		return nil, j.end()
	}
	if j.record.Org != s.Org {
		return nil, fmt.Errorf("%s is of %s, not of %s", s.Journal, j.record.Org, s.Org)
	}
	var did []string
	stay := map[string]bool{}
	for _, e := range j.record.Entries {
		used := e.ID != "" && e.App != ""
		if used {
			if used, err = inUse(e.App, e.Key); err != nil {
				return nil, err
			}
		}
		if used {
			stay[e.App] = true
			did = append(did, fmt.Sprintf("the app %s is in use and stays", e.App))
		}
	}
	k := s.client()
	k.told = func(what string) { did = append(did, what) }
	j.forget(func(e entry) bool { return stay[e.App] })
	return did, undo(ctx, k, j)
}

// Revoke ends the lent token (DELETE /api/v1/api-tokens/current). That it is good
// no more is as good.
func (s *Setup) Revoke(ctx context.Context) error {
	err := s.client().call(ctx, http.MethodDelete, "/api/v1/api-tokens/current", nil, nil)
	if isStatus(err, http.StatusUnauthorized) {
		return nil
	}
	return err
}

func (s *Setup) tell(p Phase, format string, args ...any) {
	if s.Tell != nil {
		s.Tell(Step{Phase: p, Text: fmt.Sprintf(format, args...)})
	}
}
