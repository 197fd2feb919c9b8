package okta_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/sandbox/okta"
)

func TestCreateUser(t *testing.T) {
	tests := map[string]struct {
		query    string
		password string
		status   string
		events   []string
	}{
		"with password":       {"", "Correct-Horse-9", "ACTIVE", []string{"user.lifecycle.create", "user.lifecycle.activate", "user.mfa.factor.activate", "group.user_membership.add"}},
		"without password":    {"?activate=true", "", "PROVISIONED", []string{"user.lifecycle.create", "user.lifecycle.activate", "user.mfa.factor.activate", "group.user_membership.add"}},
		"not activated":       {"?activate=false", "Correct-Horse-9", "STAGED", []string{"user.lifecycle.create"}},
		"with password to go": {"?activate=true&nextLogin=changePassword", "Correct-Horse-9", "PASSWORD_EXPIRED", []string{"user.lifecycle.create", "user.lifecycle.activate", "user.mfa.factor.activate", "group.user_membership.add"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			var u object
			types, events := x.events(func() { u = x.post("/api/v1/users"+tt.query, newUser("ann", tt.password)).want(200).object() })
			if u["status"] != tt.status {
				t.Errorf("status %v, want %s", u["status"], tt.status)
			}
			if id := str(u, "id"); !strings.HasPrefix(id, "00u") || len(id) != 20 {
				t.Errorf("id %s", id)
			}
			if has := at(u, "credentials", "password") != nil; has != (tt.password != "") {
				t.Errorf("credentials %v", u["credentials"])
			}
			types = slices.DeleteFunc(types, func(s string) bool { return s == "application.user_membership.add" })
			if diff := cmp.Diff(tt.events, types); diff != "" {
				t.Error(diff)
			}
			for _, e := range events {
				if str(e, "transaction", "id") != str(events[0], "transaction", "id") {
					t.Error("the events are not of one transaction")
				}
			}
			mails := x.mailTo("ann@test.example")
			if (len(mails) == 1) != (tt.status == "PROVISIONED") {
				t.Errorf("mails %v", mails)
			}
		})
	}
}

func TestCreateUserRefuses(t *testing.T) {
	x := serve(t)
	x.person("taken")
	profile := func(name string, value any) object {
		u := newUser("bob", "")
		p := u["profile"].(object)
		if value == nil {
			delete(p, name)
		} else {
			p[name] = value
		}
		return u
	}
	tests := map[string]struct {
		body    any
		code    string
		summary string
	}{
		"no body":                 {"", "E0000003", "The request body was not well-formed."},
		"no JSON":                 {"{", "E0000003", "The request body was not well-formed."},
		"no first name":           {profile("firstName", nil), "E0000001", "Api validation failed: firstName"},
		"no login":                {profile("login", nil), "E0000001", "Api validation failed: login"},
		"login without @":         {profile("login", "bob"), "E0000001", "Api validation failed: login"},
		"login that exists":       {profile("login", "TAKEN@test.example"), "E0000001", "Api validation failed: login"},
		"no address":              {profile("email", "nowhere"), "E0000001", "Api validation failed: email"},
		"unknown attribute":       {profile("shoeSize", "42"), "E0000001", "Api validation failed: newUser"},
		"attribute of wrong type": {profile("title", 42), "E0000001", "Api validation failed: title"},
		"short password":          {newUser("bob", "Sh0rt"), "E0000001", "Api validation failed: password"},
		"password with login":     {newUser("robert", "Robert12345"), "E0000001", "Api validation failed: password"},
		"unknown group":           {object{"profile": newUser("bob", "")["profile"], "groupIds": []string{"00gnone"}}, "E0000001", "Api validation failed: groupIds"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := x.in(t)
			e := x.post("/api/v1/users", tt.body).fails(400, tt.code)
			if e["errorSummary"] != tt.summary {
				t.Errorf("summary %v, want %s", e["errorSummary"], tt.summary)
			}
			if _, ok := x.org.User("bob@test.example"); ok {
				t.Error("the user was made")
			}
		})
	}
}

// TestLifecycle goes through the states of a user: what each move answers,
// where it leads, and what the log says.
func TestLifecycle(t *testing.T) {
	tests := map[string]struct {
		prepare []string // moves before, from an active user
		move    string
		code    string // error code, empty for success
		status  int
		after   okta.Status
		events  []string
	}{
		"suspend":                          {nil, "suspend", "", 200, okta.Suspended, []string{"user.lifecycle.suspend"}},
		"suspend twice":                    {[]string{"suspend"}, "suspend", "E0000001", 400, okta.Suspended, nil},
		"unsuspend":                        {[]string{"suspend"}, "unsuspend", "", 200, okta.Active, []string{"user.lifecycle.unsuspend"}},
		"unsuspend an active user":         {nil, "unsuspend", "E0000001", 400, okta.Active, nil},
		"unlock an active user":            {nil, "unlock", "E0000032", 403, okta.Active, nil},
		"activate an active user":          {nil, "activate", "E0000016", 403, okta.Active, nil},
		"reactivate an active user":        {nil, "reactivate", "E0000038", 403, okta.Active, nil},
		"deactivate":                       {nil, "deactivate", "", 200, okta.Deprovisioned, []string{"user.lifecycle.deactivate"}},
		"deactivate twice":                 {[]string{"deactivate"}, "deactivate", "E0000038", 403, okta.Deprovisioned, nil},
		"activate again":                   {[]string{"deactivate"}, "activate", "", 200, okta.Active, []string{"user.lifecycle.activate"}},
		"expire password":                  {nil, "expire_password", "", 200, okta.PasswordExpired, []string{"user.account.expire_password"}},
		"expire with a temporary password": {nil, "expire_password_with_temp_password", "", 200, okta.PasswordExpired, []string{"user.account.expire_password"}},
		"expire of a suspended user":       {[]string{"suspend"}, "expire_password", "E0000038", 403, okta.Suspended, nil},
		"reset password":                   {nil, "reset_password?sendEmail=false", "", 200, okta.Recovery, []string{"user.account.reset_password"}},
		"reset password by mail":           {nil, "reset_password?sendEmail=true", "", 200, okta.Recovery, []string{"user.account.reset_password", "system.email.password_reset.sent_message"}},
		"reset of a deactivated user":      {[]string{"deactivate"}, "reset_password?sendEmail=true", "E0000038", 403, okta.Deprovisioned, nil},
		"reset factors":                    {nil, "reset_factors", "", 200, okta.Active, []string{"user.mfa.factor.reset_all", "system.email.mfa_reset_notification.sent_message"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := serve(t)
			id := x.person("ann")
			for _, m := range tt.prepare {
				x.post("/api/v1/users/"+id+"/lifecycle/"+m, nil).want(200)
			}
			types, _ := x.events(func() {
				r := x.post("/api/v1/users/"+id+"/lifecycle/"+tt.move, nil)
				if tt.code != "" {
					r.fails(tt.status, tt.code)
					return
				}
				r.want(tt.status)
			})
			if u, _ := x.org.User(id); u.Status != tt.after {
				t.Errorf("status %s, want %s", u.Status, tt.after)
			}
			types = slices.DeleteFunc(types, func(s string) bool { return strings.HasPrefix(s, "application.user_membership.") })
			if diff := cmp.Diff(append([]string{}, tt.events...), types); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLifecycleAnswers checks the bodies that are not {} .
func TestLifecycleAnswers(t *testing.T) {
	x := serve(t)
	id := str(x.post("/api/v1/users?activate=false", newUser("ann", "")).want(200).object(), "id")
	base := "/api/v1/users/" + id + "/lifecycle/"
	if a := x.post(base+"activate?sendEmail=false", nil).want(200).object(); !strings.HasPrefix(str(a, "activationUrl"), x.url+"/tokens/") || str(a, "activationToken") == "" {
		t.Errorf("activate: %v", a)
	}
	if a := x.post(base+"reactivate?sendEmail=false", nil).want(200).object(); str(a, "activationUrl") == "" {
		t.Errorf("reactivate: %v", a)
	}
	if a := x.post(base+"reset_password?sendEmail=false", nil).want(200).object(); !strings.HasPrefix(str(a, "resetPasswordUrl"), x.url+"/reset_password/") {
		t.Errorf("reset: %v", a)
	}
	if a := x.post(base+"expire_password", nil).want(200).object(); a["status"] != "PASSWORD_EXPIRED" || a["id"] != id {
		t.Errorf("expire: %v", a)
	}
	temp := str(x.post(base+"expire_password_with_temp_password", nil).want(200).object(), "tempPassword")
	x.post("/api/v1/users/"+id+"/credentials/change_password", object{
		"oldPassword": object{"value": temp}, "newPassword": object{"value": "Brand-New-99"},
	}).want(200)
	if u, _ := x.org.User(id); u.Status != okta.Active {
		t.Errorf("status %s after the password was changed", u.Status)
	}
	if got := string(x.post(base+"suspend", nil).want(200).body); got != "{}" {
		t.Errorf("suspend answered %s", got)
	}
}

// TestLinks compares the links of users with those recorded for each status.
func TestLinks(t *testing.T) {
	always := []string{"self", "schema", "type"}
	passwords := []string{"suspend", "resetPassword", "forgotPassword", "expirePassword", "changeRecoveryQuestion", "changePassword", "deactivate"}
	tests := map[okta.Status][]string{
		okta.Staged:          {"activate"},
		okta.Provisioned:     {"suspend", "resetPassword", "reactivate", "deactivate"},
		okta.Active:          passwords,
		okta.PasswordExpired: passwords,
		okta.Suspended:       {"unsuspend", "deactivate"},
		okta.Deprovisioned:   {"activate", "delete"},
	}
	for _, reset := range []bool{false, true} {
		x := serve(t, func(o *okta.Options) { o.Users, o.Features.ResetFactors = 400, reset })
		for status, links := range tests {
			t.Run(fmt.Sprintf("%s, reset %v", status, reset), func(t *testing.T) {
				x := x.in(t)
				id := x.org.Users(string(status), 1)[0].ID
				u := x.get("/api/v1/users/" + id).want(200).object()
				want := append(slices.Clone(always), links...)
				if reset {
					want = append(want, "resetFactors")
				}
				var got []string
				for name := range u["_links"].(object) {
					got = append(got, name)
				}
				slices.Sort(want)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestFeatures(t *testing.T) {
	x := serve(t)
	id, group := x.person("ann"), x.team("red")
	check := func(want bool) {
		t.Helper()
		u := x.get("/api/v1/users/" + id).want(200).object()
		g := x.get("/api/v1/groups/" + group).want(200).object()
		for what, has := range map[string]bool{
			"realmId": u["realmId"] != nil, "owners": at(g, "_links", "owners") != nil, "emails": at(u, "credentials", "emails") != nil,
		} {
			if has != want {
				t.Errorf("%s is there: %v", what, has)
			}
		}
	}
	check(false)
	x.org.SetFeatures(okta.Features{Governance: true, VerifiedEmails: true})
	check(true)
}

func TestDeleteUser(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	types, _ := x.events(func() { x.del("/api/v1/users/" + id).want(204) })
	if !slices.Contains(types, "user.lifecycle.deactivate") {
		t.Errorf("events %v", types)
	}
	if u := x.get("/api/v1/users/" + id).want(200).object(); u["status"] != "DEPROVISIONED" {
		t.Errorf("status %v after the first call", u["status"])
	}
	types, _ = x.events(func() { x.del("/api/v1/users/" + id).want(204) })
	if diff := cmp.Diff([]string{"user.lifecycle.delete.initiated", "user.lifecycle.delete.completed"}, types); diff != "" {
		t.Error(diff)
	}
	e := x.get("/api/v1/users/"+id).fails(404, "E0000007")
	if e["errorSummary"] != "Not found: Resource not found: "+id+" (User)" {
		t.Errorf("summary %v", e["errorSummary"])
	}
	x.del("/api/v1/users/"+id).fails(404, "E0000007")
	x.person("ann") // the login is free again
}

func TestFindUser(t *testing.T) {
	x := serve(t)
	id := x.person("short")
	for _, name := range []string{id, "short@test.example", "SHORT@TEST.example", "short", url.PathEscape("short@test.example")} {
		if u := x.get("/api/v1/users/" + name).want(200).object(); u["id"] != id {
			t.Errorf("%s is %v", name, u["id"])
		}
	}
	me := x.get("/api/v1/users/me").want(200).object()
	if str(me, "profile", "login") != "admin@acme.example" {
		t.Errorf("me is %v", me["profile"])
	}
	if me := x.as(x.org.ReadOnlyToken()).get("/api/v1/users/me").want(200).object(); str(me, "profile", "login") != "svc-readonly@acme.example" {
		t.Errorf("the reader is %v", me["profile"])
	}
}

func TestUpdateUser(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	path := "/api/v1/users/" + id
	x.post(path, object{"profile": object{"title": "Captain", "city": "Oslo"}}).want(200)
	u := x.post(path, object{"profile": object{"city": nil, "department": "Sales"}}).want(200).object()
	if diff := cmp.Diff(object{
		"firstName": "ann", "lastName": "Tester", "email": "ann@test.example", "login": "ann@test.example", "mobilePhone": nil, "secondEmail": nil,
		"title": "Captain", "department": "Sales",
	}, u["profile"]); diff != "" {
		t.Errorf("partial update: %s", diff)
	}
	u = x.put(path, object{"profile": object{"firstName": "Anna", "lastName": "Tester", "email": "ann@test.example", "login": "anna@test.example"}}).want(200).object()
	if diff := cmp.Diff(object{
		"firstName": "Anna", "lastName": "Tester", "email": "ann@test.example", "login": "anna@test.example", "mobilePhone": nil, "secondEmail": nil,
	}, u["profile"]); diff != "" {
		t.Errorf("replacement: %s", diff)
	}
	x.get("/api/v1/users/anna@test.example").want(200)
	x.get("/api/v1/users/ann@test.example").want(404)
	u = x.put(path, object{"credentials": object{"password": object{"value": "Another-Pass-1"}}}).want(200).object()
	if str(u, "profile", "firstName") != "Anna" {
		t.Error("a body without a profile changed the profile")
	}
	x.put(path, object{"profile": object{"firstName": "Anna"}}).fails(400, "E0000001")
	types, events := x.events(func() { x.post(path, object{"profile": object{"email": "new@test.example"}}).want(200) })
	if diff := cmp.Diff([]string{"user.account.update_profile", "user.account.update_primary_email"}, types); diff != "" {
		t.Error(diff)
	}
	if got := str(events[0], "debugContext", "debugData", "changedAttributes"); got != "email" {
		t.Errorf("changedAttributes %s", got)
	}
	x.post("/api/v1/users/"+id+"/lifecycle/deactivate", nil).want(200)
	x.post(path, object{"credentials": object{"password": object{"value": "Another-Pass-2"}}}).fails(403, "E0000038")
}

func TestCredentials(t *testing.T) {
	x := serve(t)
	id := x.person("ann")
	base := "/api/v1/users/" + id + "/credentials/"
	password := func(s string) object { return object{"value": s} }
	x.post(base+"change_password", object{"oldPassword": password("wrong"), "newPassword": password("Brand-New-99")}).fails(403, "E0000014")
	x.post(base+"change_password", object{"oldPassword": password("Correct-Horse-9"), "newPassword": password("weak")}).fails(400, "E0000001")
	types, _ := x.events(func() {
		x.post(base+"change_password", object{"oldPassword": password("Correct-Horse-9"), "newPassword": password("Brand-New-99")}).want(200)
	})
	if diff := cmp.Diff([]string{"user.account.update_password"}, types); diff != "" {
		t.Error(diff)
	}
	question := object{"question": "Which tree?", "answer": "An old oak"}
	x.post(base+"change_recovery_question", object{"password": password("Correct-Horse-9"), "recovery_question": question}).fails(403, "E0000014")
	c := x.post(base+"change_recovery_question", object{"password": password("Brand-New-99"), "recovery_question": question}).want(200).object()
	if diff := cmp.Diff(object{"password": object{}, "recovery_question": object{"question": "Which tree?"}, "provider": object{"type": "OKTA", "name": "OKTA"}}, c); diff != "" {
		t.Error(diff)
	}
	answer := func(s string) object {
		return object{"password": password("Third-Pass-33"), "recovery_question": object{"answer": s}}
	}
	x.post(base+"forgot_password_recovery_question", answer("a new oak")).fails(403, "E0000087")
	x.post(base+"forgot_password_recovery_question", answer("AN OLD OAK")).want(200)
	if link := x.post(base+"forgot_password?sendEmail=false", nil).want(200).object(); str(link, "resetPasswordUrl") == "" {
		t.Errorf("forgot password: %v", link)
	}
	x.post(base+"forgot_password", nil).fails(403, "E0000034") // in recovery already
}

func TestHashedPassword(t *testing.T) {
	x := serve(t)
	u := newUser("ann", "")
	u["credentials"] = object{"password": object{"hash": object{"algorithm": "BCRYPT", "workFactor": 10, "salt": "rwh3vH166HCH/NT9XV5FYu", "value": "qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}}
	got := x.post("/api/v1/users", u).want(200).object()
	if diff := cmp.Diff(object{"password": object{}, "provider": object{"type": "IMPORT", "name": "IMPORT"}}, got["credentials"]); diff != "" {
		t.Error(diff)
	}
}

func TestListUsers(t *testing.T) {
	x := serve(t)
	all := x.get("/api/v1/users").want(200).list()
	if !slices.IsSorted(ids(all)) {
		t.Error("not in the order of ids")
	}
	var paged []string
	for path := "/api/v1/users?limit=7"; path != ""; {
		r := x.get(path).want(200)
		if n := len(r.list()); n > 7 {
			t.Fatalf("%d on a page", n)
		}
		paged = append(paged, ids(r.list())...)
		path = r.next()
	}
	if diff := cmp.Diff(ids(all), paged); diff != "" {
		t.Error(diff)
	}
	for _, u := range all {
		if u["status"] == "DEPROVISIONED" {
			t.Errorf("%v is deactivated", u["id"])
		}
		if links := u["_links"].(object); len(links) != 1 {
			t.Errorf("links in a list: %v", links)
		}
	}
	if gone := x.org.Users("DEPROVISIONED", 0); len(all)+len(gone) != 50 {
		t.Errorf("%d listed and %d deactivated of 50", len(all), len(gone))
	}
	self := x.get("/api/v1/users?limit=2").want(200).header.Values("Link")
	if len(self) != 2 || self[0] != "<"+x.url+`/api/v1/users?limit=2>; rel="self"` {
		t.Errorf("links %q", self)
	}
	x.get("/api/v1/users?after=nonsense").fails(400, "E0000029")
	x.get("/api/v1/users?limit=0").fails(400, "E0000001")
}

func TestSearchUsers(t *testing.T) {
	x := serve(t)
	x.advance(24 * time.Hour)
	ann, bob := x.person("ann"), x.person("bob")
	x.post("/api/v1/users/"+ann, object{"profile": object{"department": "Mountains", "title": "Guide"}}).want(200)
	x.advance(time.Hour)
	x.post("/api/v1/users/"+bob+"/lifecycle/deactivate", nil).want(200)
	tests := map[string]struct {
		query string
		want  []string
	}{
		"by login":              {`search=profile.login eq "ANN@test.example"`, []string{ann}},
		"by email prefix":       {`search=profile.email sw "ann@te"`, []string{ann}},
		"by attribute":          {`search=profile.department eq "mountains"`, []string{ann}},
		"by two attributes":     {`search=profile.department eq "Mountains" and profile.title eq "Guide"`, []string{ann}},
		"by one of two":         {`search=profile.department eq "Mountains" or id eq "` + bob + `"`, []string{ann, bob}},
		"by presence":           {`search=profile.department pr and profile.lastName eq "Tester"`, []string{ann}},
		"by unknown attribute":  {`search=profile.shoeSize eq "42"`, []string{}},
		"by status":             {`search=status eq "DEPROVISIONED" and profile.lastName eq "Tester"`, []string{bob}},
		"by time of change":     {`search=lastUpdated gt "2026-03-03T09:30:00.000Z"`, []string{bob}},
		"by time of creation":   {`search=created ge "2026-03-03T09:00:00.000Z"`, []string{ann, bob}},
		"by id and status":      {`search=id eq "` + bob + `" and status eq "ACTIVE"`, []string{}},
		"sorted":                {`search=created ge "2026-03-03T09:00:00.000Z"&sortBy=profile.firstName&sortOrder=desc`, []string{bob, ann}},
		"filter by status":      {`filter=status eq "DEPROVISIONED" and lastUpdated gt "2026-03-03T09:30:00.000Z"`, []string{bob}},
		"filter by login":       {`filter=profile.login eq "ann@test.example"`, []string{ann}},
		"filter of deactivated": {`filter=id eq "` + bob + `"`, []string{bob}},
		"begins with":           {`q=ann@test`, []string{ann}},
		"q leaves out":          {`q=bob@test`, []string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := x.in(t)
			got := ids(x.get("/api/v1/users?" + encode(tt.query)).want(200).list())
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, query := range map[string]string{
		"a bracket":            `search=profile.login eq ["x"]`,
		"an unknown field":     `search=shoeSize eq "42"`,
		"ends with":            `search=profile.login ew "x"`,
		"filter: other field":  `filter=profile.title eq "x"`,
		"filter: starts with":  `filter=profile.login sw "x"`,
		"filter: no operator":  `filter=status`,
		"cursor of other kind": `search=status eq "ACTIVE"&sortBy=status&after=!!`,
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			x.in(t).get("/api/v1/users?"+encode(query)).fails(400, "E0000031")
		})
	}
}

// encode escapes the values of a query that is written plainly.
func encode(query string) string {
	v := url.Values{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		v.Set(name, value)
	}
	return v.Encode()
}

func TestSortedPages(t *testing.T) {
	x := serve(t)
	var names []string
	for path := "/api/v1/users?limit=6&" + encode(`search=profile.lastName pr&sortBy=profile.lastName`); path != ""; {
		r := x.get(path).want(200)
		for _, u := range r.list() {
			names = append(names, strings.ToLower(str(u, "profile", "lastName")))
		}
		path = r.next()
	}
	if len(names) != 50 || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
}
