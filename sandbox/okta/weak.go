package okta

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed planted.json
var plantedFile embed.FS

// Plant says what is wrong with a weak org, and what is not: what somebody who
// looks for weaknesses has to find, and has not.
type Plant struct {
	Weaknesses []Weakness `json:"weaknesses"`
	Paths      []Path     `json:"paths"`
	Forbidden  []Forbids  `json:"forbidden"`
	Passes     []string   `json:"passes"` // ids of checks that a weak org passes, read with a super admin's API token
	Others     []Other    `json:"others"` // checks that can neither fail nor pass
}

// Weakness is a check of the posture catalogue that fails.
type Weakness struct {
	Check   string   `json:"check"`
	Profile string   `json:"profile"` // by which it fails, where not by those that most are of
	Objects []string `json:"objects"` // what it fails for: kind/name, where one name says it
	Note    string   `json:"note"`
}

// Path is a way from somebody or something to full control of the org.
type Path struct {
	From  string   `json:"from"`  // kind/name
	Edges []string `json:"edges"` // their names, in the order in which they are gone
	To    string   `json:"to"`    // kind/name
	Note  string   `json:"note"`
}

// Forbids is what looks like a path, and is none, because Okta does not allow a
// step of it.
type Forbids struct {
	From    string `json:"from"`
	Barrier string `json:"barrier"` // B1 to B8
	To      string `json:"to"`
	Note    string `json:"note"`
}

// Other is a check whose verdict is not the org's to give.
type Other struct {
	Check    string   `json:"check"`
	Verdicts []string `json:"verdicts"` // those that are right
	Reason   string   `json:"reason"`
}

// Planted returns what a weak org holds (see [Options]). Names are those that
// people see; people go by the part of their login before the "@".
func Planted() (Plant, error) {
	var p Plant
	b, err := plantedFile.ReadFile("planted.json")
	if err != nil {
		return p, fmt.Errorf("read what is planted in a weak org: %w", err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("read what is planted in a weak org: %w", err)
	}
	return p, nil
}

// weakPeople are the people, groups and apps of a weak org.
type weakPeople struct {
	People  []weakPerson              `yaml:"people"`
	Groups  []weakGroup               `yaml:"groups"`
	Apps    []weakApp                 `yaml:"apps"`
	Roles   map[string][]string       `yaml:"roles"` // permissions by label
	Sets    map[string][]string       `yaml:"sets"`  // resources by label: ORNs without their beginning
	Tokens  map[string]string         `yaml:"tokens"`
	Devices map[string]map[string]any `yaml:"devices"` // what is odd with the device of somebody
}

type weakPerson struct {
	Login, First, Last string
	Status             Status
	Provider           string   // OKTA when empty
	Seen               *int     // so many days ago; never when negative
	Factors            []string // instead of those of everybody
	Groups             []string
}

type weakGroup struct {
	Name, Source, Role string
	Custom             [2]string // role and resource set
	Apps, Owners       []string
	Pushed             string // label of the app that it is pushed to
}

type weakApp struct {
	Name, Label, Mode string
	Features          []string
	Settings          map[string]any
	SignOn            map[string]any // laid over the defaults of SAML apps
	Groups            []string
	Policy            string // access policy
	Key               bool   // a service app with a key of its own
	Role              string
	Scopes            []string
	Integration       bool
	Made              int // so many days ago; with the org when zero
}

// weaken makes the people, groups and apps of a weak org, after those that every
// org has. The rest of it is furniture.
func (s *seeder) weaken() error {
	b, err := furnitureFiles.ReadFile("furniture/people.yaml")
	if err != nil {
		return fmt.Errorf("read the people of a weak org: %w", err)
	}
	var w weakPeople
	if err := yaml.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("read the people of a weak org: %w", err)
	}
	s.strengthen()
	for _, a := range w.Apps {
		if err := s.weakApp(a); err != nil {
			return err
		}
	}
	s.weakRoles(w)
	for _, g := range w.Groups {
		s.weakGroup(g)
	}
	for _, p := range w.People {
		if err := s.weakPerson(p); err != nil {
			return err
		}
	}
	for _, g := range w.Groups {
		s.weakOwners(g)
	}
	for login, odd := range w.Devices {
		u, found := s.dir.find(login + "@" + s.domain + ".example")
		if !found || len(u.factors.items) == 0 {
			return fmt.Errorf("give %s a device: there is nobody with a factor", login)
		}
		d := s.phone(u, "ANDROID", false)
		d.odd = odd
		s.enrol(u, "signed_nonce")
	}
	for _, login := range slices.Sorted(maps.Keys(w.Tokens)) {
		u, _ := s.dir.find(login + "@" + s.domain + ".example")
		t, _ := newAPIToken(s.Org, u, w.Tokens[login], tokenLife)
		s.tokens.lastUsed[t.id] = s.end.Add(-time.Hour)
	}
	s.settings.support = s.end.AddDate(0, 1, 0)
	for _, b := range s.brands.items {
		if !b.byDefault {
			b.recipients = map[string]string{"NewSignOnNotification": noUsers, "AuthenticatorReset": noUsers}
		}
	}
	s.threats.action = "audit"
	s.threats.excludeZones = []string{fixedID("nzo", s.orgID+"/Everywhere")}
	s.weakStreams()
	return nil
}

// strengthen sets right what is not well in an ordinary org, so that nothing
// fails in a weak one but what is planted.
func (s *seeder) strengthen() {
	strong := []string{"webauthn", "webauthn"}
	for _, u := range s.people {
		if u.hasPw {
			u.passwordChanged = s.end.AddDate(0, 0, -20)
		}
		if u.lastLogin.IsZero() {
			u.lastLogin = s.end.AddDate(0, 0, -3)
		}
		if len(u.factors.items) == 0 {
			s.enrol(u, "push")
		}
		if slices.Contains(u.roleTypes(), "SUPER_ADMIN") {
			for _, kind := range strong {
				s.enrol(u, kind)
			}
		}
		if strings.HasPrefix(u.login(), "svc-") || strings.HasPrefix(u.login(), "breakglass") {
			u.profile = u.profile.with(map[string]any{"userType": "Service"})
		}
	}
	reader, _ := s.dir.find("svc-readonly@" + s.domain + ".example")
	reader.roles = ordered[*assignment]{} // it has the role through its group
	office := map[string]any{"connection": "ZONE", "include": []any{fixedID("nzo", s.orgID+"/Offices")}}
	for _, a := range s.apps.all.items {
		client, isClient := a.settings["oauthClient"].(map[string]any)
		if !isClient {
			continue
		}
		client = maps.Clone(client)
		if client["application_type"] == "service" {
			client["network"] = office
		}
		client["refresh_token"] = map[string]any{"rotation_type": "ROTATE", "leeway": 0}
		a.settings = merged(a.settings, map[string]any{"oauthClient": client})
		a.credentials = merged(a.credentials, map[string]any{"oauthClient": map[string]any{"pkce_required": true}})
		a.created = s.end.AddDate(0, 0, -200)
		if a.name == "okta_enduser" {
			a.accessPolicy = fixedID("00p", s.orgID+"/ACCESS_POLICY/Okta Dashboard")
		}
	}
	for _, t := range s.tokens.byID.items {
		if used := s.tokens.lastUsed[t.id]; s.end.Sub(used) > 20*24*time.Hour {
			s.tokens.lastUsed[t.id] = s.end.AddDate(0, 0, -2)
		}
	}
}

// enrol gives somebody a factor.
func (s *seeder) enrol(u *user, kind string) {
	p := map[string]any{}
	if kind == "sms" {
		p["phoneNumber"] = "+15550100100"
	}
	f := newFactor(s.Org, u, kind, "OKTA", p)
	f.created, f.lastUpdated = u.created, u.created
}

func (s *seeder) weakPerson(p weakPerson) error {
	u := s.account(p.Login, p.First, p.Last, "", "Planted", s.start.AddDate(1, 0, 0))
	u.passwordChanged = s.end.AddDate(0, 0, -20)
	u.lastLogin = s.end.AddDate(0, 0, -1)
	switch {
	case p.Seen != nil && *p.Seen < 0:
		u.lastLogin = time.Time{}
	case p.Seen != nil:
		u.lastLogin = s.end.AddDate(0, 0, -*p.Seen)
	}
	if p.Provider != "" {
		u.provider = p.Provider
	}
	if p.Status != "" {
		s.dir.update(u, func() { u.status = p.Status })
		u.statusChanged = s.end.AddDate(0, 0, -90)
		if p.Status == Provisioned {
			u.hasPw, u.passwordChanged, u.lastLogin = false, time.Time{}, time.Time{}
		}
	}
	factors := p.Factors
	if factors == nil && u.status == Active {
		factors = []string{"push", "webauthn"}
	}
	for _, kind := range factors {
		s.enrol(u, kind)
	}
	for _, name := range p.Groups {
		g, found := s.dir.groups.get(s.idOf("group", name))
		if !found {
			return fmt.Errorf("put %s into a group: there is no %s", p.Login, name)
		}
		s.member(g, u)
	}
	return nil
}
