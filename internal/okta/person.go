package okta

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Person is what an org says about somebody, in parts. Why a part could not be
// read stands in Unread.
type Person struct {
	ID         string
	Login      string
	Status     string // ACTIVE, SUSPENDED, …
	Created    time.Time
	LastLogin  time.Time // zero for never
	Title      string
	Department string
	Manager    string   // name or id
	Roles      []string // labels of the admin roles
	Groups     []string // names, of the first [MaxGroups]
	MoreGroups bool
	Factors    []Factor
	Unread     map[PersonPart]string
}

// Factor is a way to prove who one is that somebody has enrolled.
type Factor struct {
	Type, Provider, Status string
	Created                time.Time
}

// PersonPart is a part of what is read about a person.
type PersonPart string

// The parts.
const (
	PartProfile PersonPart = "profile"
	PartRoles   PersonPart = "roles"
	PartGroups  PersonPart = "groups"
	PartFactors PersonPart = "factors"
)

// PersonParts lists the parts.
func PersonParts() []PersonPart {
	return []PersonPart{PartProfile, PartRoles, PartGroups, PartFactors}
}

// MaxGroups is how many groups of a person are told.
const MaxGroups = 50

// ReadPerson reads the parts of a person, by id or login, all at a time
// (GET /api/v1/users/{id}, and its roles, groups and factors).
func ReadPerson(ctx context.Context, f Fetcher, id string) Person {
	p := &personReader{f: f, at: "/api/v1/users/" + url.PathEscape(id), out: Person{Unread: map[PersonPart]string{}}}
	var work errgroup.Group
	for part, read := range map[PersonPart]func(context.Context) (string, bool){
		PartProfile: p.profile, PartRoles: p.roles, PartGroups: p.groups, PartFactors: p.factors,
	} {
		work.Go(func() error {
			if why, ok := read(ctx); !ok {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.out.Unread[part] = why
			}
			return nil
		})
	}
	_ = work.Wait() // nothing in it fails
	p.doubt()
	return p.out
}

// personReader reads the parts of one person; each writes fields of its own.
type personReader struct {
	f  Fetcher
	at string

	mu  sync.Mutex // of out.Unread
	out Person
}

func (p *personReader) profile(ctx context.Context) (string, bool) {
	var user struct {
		ID        string    `json:"id"`
		Status    string    `json:"status"`
		Created   time.Time `json:"created"`
		LastLogin time.Time `json:"lastLogin"`
		Profile   struct {
			Login      string `json:"login"`
			Title      string `json:"title"`
			Department string `json:"department"`
			Manager    string `json:"manager"`
			ManagerID  string `json:"managerId"`
		} `json:"profile"`
	}
	_, found, ok := look(ctx, p.f, p.at, &user)
	if !ok {
		return found.Said, false
	}
	o := &p.out
	o.ID, o.Status, o.Created, o.LastLogin = user.ID, user.Status, user.Created, user.LastLogin
	o.Login, o.Title, o.Department, o.Manager = user.Profile.Login, user.Profile.Title, user.Profile.Department, user.Profile.Manager
	if o.Manager == "" {
		o.Manager = user.Profile.ManagerID
	}
	return "", true
}

func (p *personReader) roles(ctx context.Context) (string, bool) {
	var roles []struct {
		Label  string `json:"label"`
		Type   string `json:"type"`
		Status string `json:"status"`
	}
	_, found, ok := look(ctx, p.f, p.at+"/roles", &roles)
	for _, r := range roles {
		switch {
		case strings.EqualFold(r.Status, "INACTIVE"):
		case r.Label == "":
			p.out.Roles = append(p.out.Roles, r.Type)
		default:
			p.out.Roles = append(p.out.Roles, r.Label)
		}
	}
	return found.Said, ok
}

func (p *personReader) groups(ctx context.Context) (string, bool) {
	var groups []struct {
		Profile struct {
			Name string `json:"name"`
		} `json:"profile"`
	}
	answer, found, ok := look(ctx, p.f, p.at+"/groups", &groups)
	p.out.MoreGroups = len(groups) > MaxGroups || strings.Contains(strings.Join(answer.Header.Values("Link"), ","), `rel="next"`)
	for _, g := range groups[:min(len(groups), MaxGroups)] {
		p.out.Groups = append(p.out.Groups, g.Profile.Name)
	}
	return found.Said, ok
}

func (p *personReader) factors(ctx context.Context) (string, bool) {
	var factors []struct {
		Type     string    `json:"factorType"`
		Provider string    `json:"provider"`
		Status   string    `json:"status"`
		Created  time.Time `json:"created"`
	}
	_, found, ok := look(ctx, p.f, p.at+"/factors", &factors)
	for _, f := range factors {
		p.out.Factors = append(p.out.Factors, Factor(f))
	}
	return found.Said, ok
}

// doubt takes empty lists for nothing that was read, where the person was not
// seen either: Okta answers lists to who may not look as if they were empty.
func (p *personReader) doubt() {
	if _, unseen := p.out.Unread[PartProfile]; !unseen {
		return
	}
	for part, n := range map[PersonPart]int{PartRoles: len(p.out.Roles), PartGroups: len(p.out.Groups), PartFactors: len(p.out.Factors)} {
		if n == 0 && p.out.Unread[part] == "" {
			p.out.Unread[part] = "Okta shows none. It says the same to who may not look."
		}
	}
}

// People remembers for a minute what was read of people, so that a page that is
// opened again costs no requests. It is safe for concurrent use; a nil one
// remembers nothing.
type People struct {
	Now func() time.Time

	mu    sync.Mutex
	known map[string]knownPerson
}

type knownPerson struct {
	is Person
	at time.Time
}

const (
	rememberPeople = time.Minute
	maxKnownPeople = 1000
)

// Read is [ReadPerson], or what it said a moment ago. In tells apart where it is
// read: the connection and its state.
func (p *People) Read(ctx context.Context, in string, f Fetcher, id string) Person {
	if p == nil {
		return ReadPerson(ctx, f, id)
	}
	key := in + "/" + id
	p.mu.Lock()
	k, ok := p.known[key]
	p.mu.Unlock()
	if ok && p.Now().Sub(k.at) < rememberPeople {
		return k.is
	}
	got := ReadPerson(ctx, f, id)
	if errors.Is(ctx.Err(), context.Canceled) { // who asked has gone: that says nothing of the person
		return got
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxKnownPeople {
		p.known = map[string]knownPerson{}
	}
	p.known[key] = knownPerson{got, p.Now()}
	return got
}
