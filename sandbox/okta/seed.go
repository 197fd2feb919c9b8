package okta

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta/expression"
)

// seeder fills a new org. What it makes depends on the seed and the number of
// people alone; nothing of it is an event.
type seeder struct {
	*Org
	weak    bool
	rand    *rand.Rand
	start   time.Time // when the org was made
	end     time.Time
	people  []*user
	heads   map[string]*user // first of each department, who manages the others
	depts   map[string]*group
	named   map[string]*group
	rules   map[string]*rule // by department
	clients []*app

	departments []department
	places      []Client
	agents      []string
}

// department is a part of the company, and how many of a hundred people it
// has.
type department struct {
	name   string
	share  int
	titles []string
}

func departments() []department {
	return []department{
		{"Engineering", 34, []string{"Software Engineer", "Senior Software Engineer", "Engineering Manager", "Site Reliability Engineer"}},
		{"Sales", 18, []string{"Account Executive", "Sales Engineer", "Sales Manager"}},
		{"Support", 14, []string{"Support Engineer", "Support Lead"}},
		{"Marketing", 9, []string{"Marketing Manager", "Content Designer"}},
		{"Finance", 8, []string{"Accountant", "Financial Analyst"}},
		{"People", 6, []string{"Recruiter", "People Partner"}},
		{"IT", 5, []string{"Systems Administrator", "IT Support Specialist"}},
		{"Security", 3, []string{"Security Engineer", "Security Analyst"}},
		{"Legal", 3, []string{"Counsel", "Paralegal"}},
	}
}

// seed fills the org.
func seed(o *Org, opt Options) error {
	now := o.now().UTC().Truncate(time.Second)
	s := &seeder{
		Org: o, weak: opt.Weak, rand: rand.New(rand.NewPCG(opt.Seed, 0x73656564)), //nolint:gosec // a simulation, repeatable on purpose
		start: now.AddDate(-3, 0, 0), end: now, heads: map[string]*user{}, depts: map[string]*group{}, named: map[string]*group{}, rules: map[string]*rule{},
		departments: departments(), places: places(), agents: agents(),
	}
	o.born = s.start
	s.groups()
	s.admins()
	for i := len(s.people); i < opt.Users; i++ {
		s.person(i, opt.Users)
	}
	s.teams()
	s.software()
	s.lives()
	s.keys()
	s.threats = newThreats(s.start)
	s.phones()
	s.settings.contacts = map[string]string{"BILLING": s.people[1].id, "TECHNICAL": s.people[0].id}
	if s.weak {
		if err := s.weaken(); err != nil {
			return err
		}
	}
	if err := s.furnish("ordinary"); err != nil {
		return err
	}
	if s.weak {
		if err := s.furnish("weak"); err != nil {
			return err
		}
	}
	s.crowd(opt)
	s.past()
	if s.weak {
		s.weakPast()
	}
	return nil
}

// groups makes the groups of the org and the rules that fill those of the
// departments.
func (s *seeder) groups() {
	s.dir.everyone = newGroup(s.Org, builtInGroup, "Everyone", "All users in your organization", s.start)
	newGroup(s.Org, builtInGroup, "Okta Administrators", "Okta manages this group, which contains all administrators in your organization.", s.start)
	for _, d := range s.departments {
		s.depts[d.name] = newGroup(s.Org, oktaGroup, d.name, "Everybody in "+d.name, s.start)
		s.rules[d.name] = s.rule("Department "+d.name, `user.department=="`+d.name+`"`, s.depts[d.name])
	}
	for _, g := range [][2]string{
		{"Super admins", "Full control of this org"},
		{"Break glass", "Emergency accounts; never suspend or change them"},
		{"Help desk", "May reset passwords and factors"},
		{"Auditors", "May read everything"},
		{"IT operations", "Runs the laptops and the network"},
		{"Contractors", "People who are not employees"},
		{"VPN users", "May connect from outside"},
		{"AWS production", "May assume the production roles"},
		{"GitHub admins", "Owners of the GitHub organization"},
	} {
		s.named[g[0]] = newGroup(s.Org, oktaGroup, g[0], g[1], s.start)
	}
	s.rule("Contractors", `user.userType=="Contractor"`, s.named["Contractors"])
}

func (s *seeder) rule(name, source string, g *group) *rule {
	r := &rule{
		id: s.ids.next("0pr"), name: name, active: true, source: source, groupIDs: []string{g.id}, created: s.start, lastUpdated: s.start,
		people: &rulePeople{ruleExclusion{[]string{}}, ruleExclusion{[]string{}}},
	}
	// The expressions are those of this file, so they can be read.
	if e, err := expression.Parse(source); err == nil {
		r.expr = e
	}
	s.dir.rules.add(r)
	return r
}

// admins makes the accounts that every org of the sandbox has.
func (s *seeder) admins() {
	admin := s.account("admin", "Robin", "Castellan", "", "", s.start)
	// The account that an org is made with was never activated, and nobody
	// has filled in its profile.
	admin.activated, admin.profile = time.Time{}, slices.DeleteFunc(slices.Clone(admin.profile), func(a attr) bool {
		return !slices.Contains([]string{"firstName", "lastName", "login", "email"}, a.name)
	})
	s.account("breakglass", "Break", "Glass", "", "Emergency account", s.start)
	s.account("svc-readonly", "Service", "Read Only", "", "Service account", s.start)
	s.account("security.lead", "Imani", "Sterling", "Security", "Head of Security", s.start)
	s.account("helpdesk.lead", "Tomas", "Lindqvist", "IT", "Help Desk Lead", s.start)
}

// account makes one active user.
func (s *seeder) account(name, first, last, department, title string, created time.Time) *user {
	email := name + "@" + s.domain + ".example"
	p := profile{
		{"firstName", first},
		{"lastName", last},
		{"login", email},
		{"email", email},
		{"displayName", first + " " + last},
		{"title", title},
		{"userType", "Employee"},
		{"organization", s.company},
		{"employeeNumber", fmt.Sprintf("%06d", 100000+len(s.people))},
	}
	if department != "" {
		p = append(p, attr{"department", department})
		if head := s.heads[department]; head != nil {
			p = append(p, attr{"manager", head.name()}, attr{"managerId", head.login()})
		}
	}
	at := created.Truncate(time.Second)
	u := &user{
		id: s.ids.next("00u"), status: Active, profile: p, provider: "OKTA", hasPw: true, typeID: s.userTypeID,
		created: at, activated: at, statusChanged: at, lastUpdated: at, passwordChanged: at,
	}
	s.dir.add(u)
	s.people = append(s.people, u)
	if department != "" {
		if s.heads[department] == nil {
			s.heads[department] = u
		}
		s.member(s.depts[department], u)
		s.depts[department].ruled[u.id] = s.rules[department].id
	}
	return u
}

// member puts a user into a group without a word in the log.
func (s *seeder) member(g *group, u *user) {
	g.members.add(u)
	u.groups.add(g)
}

// person makes the nth of so many ordinary people.
func (s *seeder) person(n, of int) {
	first, last := firstNames[s.rand.IntN(len(firstNames))], lastNames[s.rand.IntN(len(lastNames))]
	login := strings.ToLower(first + "." + last)
	if s.dir.byLogin[login+"@"+s.domain+".example"] != nil {
		login = fmt.Sprintf("%s%d", login, n)
	}
	roll := s.rand.IntN(100)
	d := s.departments[0]
	for _, x := range s.departments {
		if d = x; roll < x.share {
			break
		}
		roll -= x.share
	}
	age := s.end.Sub(s.start)
	created := s.start.Add(age/50 + time.Duration(float64(age)*0.97*float64(n)/float64(of)))
	u := s.account(login, first, last, d.name, d.titles[s.rand.IntN(len(d.titles))], created)
	if s.rand.IntN(100) < 8 {
		u.profile = u.profile.with(map[string]any{"userType": "Contractor"})
		contractors := s.named["Contractors"]
		s.member(contractors, u)
		contractors.ruled[u.id] = s.dir.rules.items[len(s.dir.rules.items)-1].id
	}
	if !s.weak {
		s.fate(u)
	}
}

// fate gives a few people another status than ACTIVE.
func (s *seeder) fate(u *user) {
	roll, now := s.rand.IntN(200), s.end
	moved := u.created.Add(now.Sub(u.created) / 2).Truncate(time.Second)
	to := func(status Status) {
		s.dir.update(u, func() { u.status = status })
		u.statusChanged, u.lastUpdated = moved, moved
	}
	switch {
	case roll < 4:
		to(Staged)
		u.hasPw, u.activated, u.statusChanged, u.passwordChanged = false, time.Time{}, time.Time{}, time.Time{}
	case roll < 10:
		to(Provisioned)
		u.hasPw, u.passwordChanged = false, time.Time{}
	case roll < 13:
		to(Suspended)
	case roll < 15:
		to(LockedOut)
	case roll < 19:
		to(PasswordExpired)
	case roll < 21:
		to(Recovery)
	case roll < 33:
		to(Deprovisioned)
	}
}

// teams gives people the groups and admin roles that no rule gives.
func (s *seeder) teams() {
	join := func(g string, names ...string) {
		for _, name := range names {
			if u, ok := s.dir.find(name + "@" + s.domain + ".example"); ok {
				s.member(s.named[g], u)
			}
		}
	}
	join("Super admins", "admin", "security.lead")
	join("Break glass", "breakglass")
	join("Help desk", "helpdesk.lead")
	join("Auditors", "svc-readonly")
	join("GitHub admins", "security.lead")
	for _, u := range s.people {
		if u.status == Deprovisioned || u.status == Staged {
			continue
		}
		department, roll := u.profile.text("department"), s.rand.IntN(100)
		switch {
		case department == "IT":
			s.member(s.named["IT operations"], u)
			if roll < 50 {
				s.member(s.named["Help desk"], u)
			}
		case department == "Engineering" && roll < 15:
			s.member(s.named["AWS production"], u)
		case department == "Security" && roll < 50:
			s.member(s.named["Auditors"], u)
		}
		if roll < 60 {
			s.member(s.named["VPN users"], u)
		}
	}
	role := func(who assignee, roleType string) {
		id := s.ids.next("gra")
		if role, _ := roleOf(roleType); role.targetable {
			id = standardRoleID(roleType)
		}
		who.roles().add(&assignment{ID: id, Type: roleType, created: s.start})
	}
	role(assignee{group: s.named["Super admins"]}, "SUPER_ADMIN")
	role(assignee{group: s.named["Help desk"]}, "HELP_DESK_ADMIN")
	role(assignee{group: s.named["Auditors"]}, "READ_ONLY_ADMIN")
	for _, x := range [][2]string{{"admin", "SUPER_ADMIN"}, {"breakglass", "SUPER_ADMIN"}, {"svc-readonly", "READ_ONLY_ADMIN"}} {
		if u, ok := s.dir.find(x[0] + "@" + s.domain + ".example"); ok {
			u.roles.add(&assignment{ID: s.ids.next("ra1"), Type: x[1], created: s.start})
		}
	}
}

// keys makes the API tokens of the org.
func (s *seeder) keys() {
	token := func(login, name string, lives time.Duration, used time.Duration) string {
		u, _ := s.dir.find(login + "@" + s.domain + ".example")
		t, secret := newAPIToken(s.Org, u, name, lives)
		t.created = s.end.Add(-used).Add(-60 * 24 * time.Hour)
		t.updated = t.created
		s.tokens.lastUsed[t.id] = s.end.Add(-used)
		return secret
	}
	s.adminKey = token("admin", "Sandbox administration", 0, time.Hour)
	s.readKey = token("svc-readonly", "Sandbox reading", 0, time.Hour)
	token("admin", "Terraform", tokenLife, 26*24*time.Hour)
	token("security.lead", "SIEM connector", tokenLife, 10*time.Minute)
}
