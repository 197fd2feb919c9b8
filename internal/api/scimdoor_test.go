package api

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/scim/scimtest"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func TestTheSecretNamesTheOrganization(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		eve := b.as(b.evil, "eve@evil.example", portal.Admin)
		theirs := b.idp(eve)
		id := okta.push("ann@acme.example", "Ann")
		if !strings.HasPrefix(okta.secret, "scim-") || len(okta.secret) != len("scim-0123456789-")+43 {
			t.Errorf("the secret is %q", okta.secret)
		}
		theirs.ask(404, "GET", "/Users/"+id, "")
		okta.ask(200, "GET", "/Users/"+id, "")
		for base, want := range map[string]int{"/scim/acme/v2": 200, "/scim/evil/v2": 401, "/scim/nobody/v2": 401, "/scim/v3": 404, "/scim": 404, "/scim/": 404, "/scim/a/b/v2": 404} {
			p := &idp{okta.c, base, okta.secret}
			if got, raw := p.send("GET", "/Users/"+id, ""); got.StatusCode != want {
				t.Errorf("%s answers with %d, want %d: %s", base, got.StatusCode, want, raw)
			}
		}
		p := &idp{okta.c, "/scim/acme/v2", okta.secret}
		if u := p.ask(200, "GET", "/Users/"+id, ""); value.String(at(u, "meta.location")) != b.url+"/scim/acme/v2/Users/"+id {
			t.Errorf("%s", value.JSON(u))
		}
		if u := okta.ask(200, "GET", "/Users/"+id, ""); value.String(at(u, "meta.location")) != b.url+"/scim/v2/Users/"+id {
			t.Errorf("%s", value.JSON(u))
		}
	})
}

// No address that Okta is given has an underscore: it does not take one.
func TestNoUnderscoreInAnyURLThatOktaIsGiven(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		s := b.admin().get("/api/v1/scim", 200)
		for _, name := range []string{"url", "orgUrl"} {
			u, err := url.Parse(s.Text(name))
			if err != nil || u.Path == "" || strings.Contains(u.Path, "_") || !strings.HasPrefix(s.Text(name), b.url+"/scim/") {
				t.Errorf("%s is %q", name, s.Text(name))
			}
		}
	})
}

func TestHTTPHeaderAuthenticationWithTheDeprovisioningAuthenticationSecret(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		bare := &idp{okta.c, okta.base, ""}
		for header, want := range map[string]int{
			"Bearer " + okta.secret: 200, okta.secret: 200, "bearer  " + okta.secret + " ": 200,
			"": 401, "Bearer": 401, "Bearer " + okta.secret + "x": 401, "Bearer " + okta.secret[:len(okta.secret)-1]: 401, "Basic " + okta.secret: 401, "Bearer " + strings.ToUpper(okta.secret): 401,
			"Bearer scim-": 401, "Bearer scim--": 401, "Bearer spt_" + okta.secret: 401, "Bearer " + okta.secret + " " + okta.secret: 401,
		} {
			resp, raw := bare.send("GET", "/Users?startIndex=1&count=2", "", "Authorization: "+header)
			if resp.StatusCode != want {
				t.Errorf("%q answers with %d, want %d: %s", header, resp.StatusCode, want, raw)
			}
			if want == 401 && (!strings.Contains(string(raw), `"urn:ietf:params:scim:api:messages:2.0:Error"`) || !strings.Contains(string(raw), `"status":"401"`) || resp.Header.Get("WWW-Authenticate") == "") {
				t.Errorf("%q is refused with %s", header, raw)
			}
		}
		// An API token of a Full Admin is none, and the secret is no API token.
		token := admin.post("/api/v1/tokens", value.Map("name", "t", "permissions", []any{"scim:write"}), 201).Text("token")
		bare.ask(401, "GET", "/Users", "", "Authorization: Bearer "+token)
		program := b.anybody()
		program.bearer = okta.secret
		program.get("/api/v1/scim", 401)
	})
}

func TestRotateWithConfirmationRefusesTheOldSecretFromThenOn(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		okta.push("ann@acme.example", "Ann")
		next := b.idp(admin)
		if next.secret == okta.secret {
			t.Fatal("it is the same")
		}
		okta.ask(401, "GET", "/Users", "")
		next.ask(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ann@acme.example"`), "")
		s := admin.get("/api/v1/scim", 200)
		if at(s, "secret.failures") != 1.0 || value.String(at(s, "secret.refusedBy")) != "Okta SCIM Client 1.0.0" || value.String(at(s, "secret.refusedFrom")) != "127.0.0.1" || at(s, "earlier.0.taken") != false {
			t.Errorf("the page shows %s", value.JSON(s))
		}
		if told := admin.entries("?action=scim.secret_rotated"); len(told) != 1 || !strings.HasPrefix(told[0].Text("actor"), "account:") {
			t.Errorf("the audit log has %v", told)
		}
	})
}

func TestByChoiceTheOldSecretHasAGracePeriod(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		next := &idp{okta.c, okta.base, admin.post("/api/v1/scim/secret", value.Map("grace", 2.0), 201).Text("secret")}
		okta.ask(200, "GET", "/Users", "")
		next.ask(200, "GET", "/Users", "")
		if s := admin.get("/api/v1/scim", 200); at(s, "earlier.0.taken") != true || value.String(at(s, "earlier.0.usedBy")) == "" || value.String(at(s, "earlier.0.takenUntil")) == "" {
			t.Errorf("the page shows %s", value.JSON(s))
		}
		b.pass(2 * time.Hour)
		okta.ask(401, "GET", "/Users", "")
		next.ask(200, "GET", "/Users", "")
		admin = b.anybody()
		admin.signIn("ada@acme.example")
		admin.post("/api/v1/scim/secret", value.Map("grace", 169.0), 400)
		// A grace that is running ends with a rotation without one.
		third := &idp{okta.c, okta.base, admin.post("/api/v1/scim/secret", value.Map("grace", 24.0), 201).Text("secret")}
		next.ask(200, "GET", "/Users", "")
		b.idp(admin)
		next.ask(401, "GET", "/Users", "")
		third.ask(401, "GET", "/Users", "")
	})
}

func TestLastUsedByWhomFromWhere(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		if s := admin.get("/api/v1/scim", 200); at(s, "secret.usedAt") != nil {
			t.Errorf("before any use: %s", value.JSON(s))
		}
		okta.ask(200, "GET", "/Users", "", "User-Agent: Okta SCIM Client 1.0.0")
		if s := admin.get("/api/v1/scim", 200); value.String(at(s, "secret.usedAt")) == "" || at(s, "secret.usedBy") != "Okta SCIM Client 1.0.0" || at(s, "secret.usedFrom") != "127.0.0.1" {
			t.Errorf("after one: %s", value.JSON(s))
		}
		okta.ask(200, "GET", "/Users", "", "User-Agent: curl")
		if s := admin.get("/api/v1/scim", 200); at(s, "secret.usedBy") != "curl" {
			t.Errorf("by another: %s", value.JSON(s))
		}
	})
}

func TestTheSecretIsShownToWhoProvesAnewWhoTheyAre(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		b.pass(11 * time.Minute)
		if got := failure(admin.post("/api/v1/scim/secret/reveal", nil, 403)); got.Text("kind") != "step_up" {
			t.Errorf("%s", value.JSON(got))
		}
		admin.post("/api/v1/session/proof", value.Map("password", password), 200)
		if got := admin.post("/api/v1/scim/secret/reveal", nil, 200).Text("secret"); got != okta.secret {
			t.Errorf("shown is %q", got)
		}
		if told := admin.entries("?action=scim.secret_shown"); len(told) != 1 {
			t.Errorf("the audit log has %v", told)
		}
		program := b.anybody()
		program.bearer = admin.post("/api/v1/tokens", value.Map("name", "t", "permissions", []any{"scim:write"}), 201).Text("token")
		program.post("/api/v1/scim/secret/reveal", nil, 403)
		program.post("/api/v1/scim/secret", value.Map(), 403)
		auditor := b.as(b.acme, "vic@acme.example", portal.Auditor)
		auditor.get("/api/v1/scim", 200)
		auditor.post("/api/v1/scim/secret/reveal", nil, 403)
		auditor.post("/api/v1/scim/secret", value.Map(), 403)
		for _, path := range []string{"/api/v1/scim", "/api/v1/scim/exchanges", "/api/v1/audit"} {
			if _, raw := auditor.send("GET", path, "", nil); strings.Contains(string(raw), okta.secret[len("scim-0123456789-"):]) {
				t.Errorf("%s shows the secret", path)
			}
		}
		if strings.Contains(b.log.String(), okta.secret) {
			t.Error("the secret is in the log")
		}
		b.pass(30 * time.Minute)
		for _, path := range []string{"/api/v1/scim/secret/reveal", "/api/v1/scim/secret"} {
			if e := admin.post(path, value.Map(), 403); failure(e).Text("kind") != "step_up" {
				t.Errorf("%s, some time later: %s", path, value.JSON(e))
			}
		}
	})
}

// What was asked and answered is kept for who looks why it does not work: without
// passwords, and not for ever.
func TestExchangesAreKeptBoundedAndRedacted(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		id := okta.push("ann@acme.example", "Ann")
		okta.ask(409, "POST", "/Users", fmt.Sprintf(pushed, "ann@acme.example", "Ann", true))
		(&idp{okta.c, okta.base, okta.secret + "x"}).ask(401, "GET", "/Users/"+id, "")
		page := items(admin.get("/api/v1/scim/exchanges", 200))
		if len(page) != 4 || page[0].At("status") != 401.0 || page[1].At("status") != 409.0 || page[2].At("status") != 201.0 || page[3].At("status") != 200.0 {
			t.Fatalf("kept are %v", page)
		}
		if e := page[2]; e.Text("method") != "POST" || e.Text("path") != "/Users" || e.Text("agent") != "Okta SCIM Client 1.0.0" || !strings.Contains(e.Text("request"), "ann@acme.example") || strings.Contains(e.Text("request"), "1mz050nq") {
			t.Errorf("%s", value.JSON(e))
		}
		if failed := items(admin.get("/api/v1/scim/exchanges?failed=true", 200)); len(failed) != 2 || !strings.Contains(failed[1].Text("cause"), "already") {
			t.Errorf("those that failed: %v", failed)
		}
		for range 3 {
			for range 300 {
				okta.ask(200, "GET", "/Users/"+id, "")
			}
			admin.get("/api/v1/scim/exchanges?limit=1", 200)
		}
		all, err := b.db.SCIMExchanges.List(t.Context(), b.acme.ID, false, store.Place{}, 5000)
		if err != nil || len(all) != 502 {
			t.Errorf("%d are kept, %v", len(all), err)
		}
	})
}

func TestTooManyRequestsAreAnsweredWithWholeSeconds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db, func(d *Deps) { d.SCIMRate = 1 })
		admin := b.admin()
		okta := b.idp(admin)
		for range 10 {
			okta.ask(200, "GET", "/Users", "")
		}
		resp, raw := okta.send("GET", "/Users", "")
		after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if resp.StatusCode != 429 || err != nil || after < 1 || !strings.Contains(string(raw), `"status":"429"`) {
			t.Errorf("%d, Retry-After %q: %s", resp.StatusCode, resp.Header.Get("Retry-After"), raw)
		}
		// Another organization goes on.
		b.idp(b.as(b.evil, "eve@evil.example", portal.Admin)).ask(200, "GET", "/Users", "")
		// Guessing is held back as well; who has the secret still comes in.
		b.pass(time.Hour)
		guess := &idp{okta.c, okta.base, "scim-0000000000-" + strings.Repeat("x", 43)}
		status := 0
		for range portal.DefaultGuesses().Burst + 1 {
			resp, _ := guess.send("GET", "/Users", "")
			status = resp.StatusCode
		}
		if status != 429 {
			t.Errorf("one guess too many is answered with %d", status)
		}
		okta.ask(200, "GET", "/Users", "")
	})
}

func TestBodiesAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		okta := b.idp(b.admin())
		big := `{"userName":"a@x.test","title":"` + strings.Repeat("x", 1<<20) + `"}`
		okta.ask(413, "POST", "/Users", big)
		(&idp{okta.c, okta.base, "wrong"}).ask(401, "POST", "/Users", big, "Expect: 100-continue") // which is not even sent
		okta.ask(400, "POST", "/Users", `{"userName":`)
		okta.ask(400, "POST", "/Users", strings.Repeat("[", 100_000))
	})
}

// The secret of one organization sees and names nothing of another's.
func TestSecretsSeeNothingOfOtherOrganizations(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		eve := b.as(b.evil, "eve@evil.example", portal.Admin)
		theirs := b.idp(eve)
		user := okta.push("ann@acme.example", "Ann")
		group := okta.group("SOC", user)
		before, _ := okta.send("GET", "/Groups/"+group, "")
		const patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"displayName":"x"}}]}`
		for _, ref := range []string{"/Users/" + user, "/Groups/" + group} {
			theirs.ask(404, "GET", ref, "")
			theirs.ask(404, "PUT", ref, `{"userName":"x@evil.example","displayName":"x"}`)
			theirs.ask(404, "PATCH", ref, patch)
			theirs.ask(404, "DELETE", ref, "")
		}
		mine := theirs.group("Mine", user)
		if g := theirs.ask(200, "GET", "/Groups/"+mine, ""); g.At("members") != nil {
			t.Errorf("a member of another organization is one here: %s", value.JSON(g))
		}
		theirs.patch("/Groups/"+mine, `{"op":"add","path":"members","value":[{"value":"`+user+`"}]}`)
		bulk := theirs.ask(200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/`+user+`"},{"method":"DELETE","path":"/Groups/`+group+`"}]}`)
		if at(bulk, "Operations.0.status") != "404" || at(bulk, "Operations.1.status") != "404" {
			t.Errorf("in bulk: %s", value.JSON(bulk))
		}
		for _, ask := range []string{
			"/Users", "/Groups", "", "/Users?filter=" + url.QueryEscape(`id eq "`+user+`"`), "/Users?filter=" + url.QueryEscape(`userName sw "a"`), "/Users?sortBy=userName", "/Users?cursor",
			"/Groups?filter=" + url.QueryEscape(`members.value eq "`+user+`"`), "/Users?filter=" + url.QueryEscape(`groups.value eq "`+group+`"`),
			"/Users?filter=" + url.QueryEscape(`emails.value eq "ann@acme.example" or externalId pr`), "/Groups/" + mine,
		} {
			_, raw := theirs.send("GET", ask, "")
			for _, told := range []string{user, group, "acme.example", "SOC", b.acme.ID, b.acme.Name} {
				if strings.Contains(string(raw), told) {
					t.Errorf("GET %s tells of %s: %s", ask, told, raw)
				}
			}
		}
		_, raw := theirs.send("POST", "/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":100}`)
		if strings.Contains(string(raw), "acme") {
			t.Errorf(".search tells of %s", raw)
		}
		after, _ := okta.send("GET", "/Groups/"+group, "")
		if before.Header.Get("ETag") != after.Header.Get("ETag") || after.StatusCode != 200 {
			t.Errorf("it was changed from outside: %d", after.StatusCode)
		}
		// The same names may be there, each its own.
		theirs.group("SOC")
		if g := items(eve.get("/api/v1/scim/exchanges", 200)); len(g) == 0 {
			t.Error("no exchanges")
		}
		if _, raw := admin.send("GET", "/api/v1/scim/exchanges", "", nil); strings.Contains(string(raw), mine) || strings.Contains(string(raw), `"path":"/Bulk"`) {
			t.Errorf("the exchanges of another are shown: %s", raw)
		}
	})
}

// Twenty clients patch one group at once, and nobody is lost.
func TestTwentyClientsPatchOneGroupAndLoseNobody(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		b.giveRole(t, b.acme, "SOC", portal.Analyst)
		ids := make([]string, 20)
		for i := range ids {
			ids[i] = okta.push(fmt.Sprintf("u%d@acme.example", i), "U")
		}
		g := okta.group("SOC")
		problems := make([]error, len(ids))
		var wg sync.WaitGroup
		for i, id := range ids {
			wg.Go(func() {
				resp, raw := okta.send("PATCH", "/Groups/"+g, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"`+id+`"}]}]}`)
				if resp.StatusCode != 204 {
					problems[i] = fmt.Errorf("%d: %s", resp.StatusCode, raw)
				}
			})
		}
		wg.Wait()
		if err := errors.Join(problems...); err != nil {
			t.Fatal(err)
		}
		list, _ := okta.ask(200, "GET", "/Groups/"+g, "").At("members").([]any)
		if len(list) != len(ids) {
			t.Errorf("%d members, want %d", len(list), len(ids))
		}
		for i := range ids {
			if got := held(admin.listed(fmt.Sprintf("u%d@acme.example", i))); got != "analyst by scim" {
				t.Errorf("u%d has %q", i, got)
			}
		}
	})
}

// Okta's own tests, through every door of the server.
func TestOktasOwnTests(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, okta *idp) {
		t.Run("SPEC", func(t *testing.T) { scimtest.OktaSpec(t, b.url+okta.base, okta.secret) })
		for _, kind := range []string{"wizard", "catalogue"} {
			t.Run("CRUD, "+kind, func(t *testing.T) {
				org, err := b.deps.Portal.People.EnsureOrganization(t.Context(), kind, kind)
				if err != nil {
					t.Fatal(err)
				}
				own := b.idp(b.as(org, kind+"@x.example", portal.Admin))
				scimtest.OktaCRUD(t, kind, b.url+own.base, own.secret)
			})
		}
	})
}

// What stands in front of the directory costs a wrong secret as much as a right
// one, whoever's it is.
func TestEveryWrongSecretIsAnsweredAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		okta := b.idp(b.admin())
		answers := map[string]bool{}
		for _, secret := range []string{"x", "scim-0000000000-" + strings.Repeat("x", 43), okta.secret + "x", okta.secret[:20]} {
			_, raw := (&idp{okta.c, okta.base, secret}).send("GET", "/Users", "")
			answers[string(raw)] = true
		}
		if len(answers) != 1 {
			t.Errorf("they differ: %v", answers)
		}
	})
}
