package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// entries are an organization's audit entries that a query leaves.
func (c *client) entries(query string) []*value.Object {
	c.t.Helper()
	page := c.get("/api/v1/audit"+query, 200)
	return items(page)
}

// Everything that changes something is told of, whoever forgot to say so: each
// route that is not known to change nothing leaves an entry that names the request.
func TestEveryChangeIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, _, _ := twoOrganizations(t, db)
		admin := b.anybody()
		admin.signIn("ada@acme.example")
		for _, rt := range Routes() {
			if rt.Permission == anyone || rt.streams() || rt.Pattern == "DELETE /api/v1/session" {
				continue
			}
			path, _ := forged().path(t, rt)
			resp, body := admin.askFor(rt, path, value.Map("wrong", true))
			request := resp.Header.Get("X-Request-Id")
			fresh, err := b.db.Audit.Unsent(t.Context(), "none", b.acme.ID, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if len(fresh) > 0 {
				if err := b.db.Audit.SetSent(t.Context(), "none", b.acme.ID, fresh[len(fresh)-1].Seq); err != nil {
					t.Fatal(err)
				}
			}
			told := slices.DeleteFunc(fresh, func(e audit.Entry) bool { return e.Request != request })
			if rt.recorded() != (len(told) == 1) {
				t.Errorf("%s leaves %d entries: %s", rt.Pattern, len(told), body)
				continue
			}
			if len(told) == 1 && (!strings.HasPrefix(told[0].Actor, "account:") || told[0].Addr == "" || told[0].Action == "") {
				t.Errorf("%s tells %+v", rt.Pattern, told[0])
			}
		}
		for pattern := range quiet() {
			if !slices.ContainsFunc(Routes(), func(rt Route) bool { return rt.Pattern == pattern }) {
				t.Errorf("there is no route %s", pattern)
			}
		}
		for pattern := range loud() {
			if !slices.ContainsFunc(Routes(), func(rt Route) bool { return rt.Pattern == pattern }) {
				t.Errorf("there is no route %s", pattern)
			}
		}
	})
}

func TestTheAuditLogIsSearchedVerifiedAndExported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		admin := b.admin()
		folder := admin.post("/api/v1/folders", value.Map("name", "F"), 201).Text("id")
		role := admin.post("/api/v1/roles", value.Map("name", "Desk", "permissions", []any{"flows:read", "flows:write"}), 201).Text("id")
		bob := b.member(b.acme, "bob@acme.example", portal.Auditor)
		theirs := b.anybody()
		theirs.signIn("bob@acme.example")
		theirs.do(http.MethodDelete, "/api/v1/folders/"+folder, nil, 403)
		theirs.post("/api/v1/session", value.Map("email", "bob@acme.example", "password", "wrong wrong wrong"), 401)
		for name, tt := range map[string]struct {
			query, action, object, outcome, actor string
		}{
			"what a route did":        {"?action=createFolder", "createFolder", "folder:" + folder, "ok", "Ada"},
			"what the store tells":    {"?object=role:" + role, "role.added", "role:" + role, "ok", "Ada"},
			"what was refused":        {"?outcome=denied&object=folder:" + folder, "deleteFolder", "folder:" + folder, "denied", "Bob"},
			"a sign-in":               {"?action=session.opened&actor=account:" + bob.ID, "session.opened", "", "ok", "Bob"},
			"one that was refused":    {"?action=session.refused", "session.refused", "account:" + bob.ID, "denied", "Bob"},
			"by a text, any case":     {"?q=FOLDER:" + folder + "&outcome=ok", "createFolder", "folder:" + folder, "ok", "Ada"},
			"by a text of the detail": {"?q=flows%3Awrite", "role.added", "role:" + role, "ok", "Ada"},
		} {
			got := admin.entries(tt.query)
			if len(got) != 1 || got[0].Text("action") != tt.action || tt.object != "" && got[0].Text("object") != tt.object || got[0].Text("outcome") != tt.outcome || got[0].Text("actorName") != tt.actor || got[0].Text("addr") != "127.0.0.1" {
				t.Errorf("%s: %s", name, value.JSON(each(got, func(o *value.Object) any { return o })))
			}
		}
		var seen []string
		for cursor := ""; ; {
			page := theirs.get("/api/v1/audit?limit=2&cursor="+cursor, 200)
			for _, e := range items(page) {
				seen = append(seen, e.Text("hash"))
			}
			if cursor = page.Text("next"); cursor == "" {
				break
			}
		}
		all := admin.entries("?limit=200")
		if len(seen) != len(all) || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != len(all) {
			t.Errorf("%d of %d entries by pages", len(seen), len(all))
		}
		state := theirs.get("/api/v1/audit/verify", 200)
		if state.At("fault") != nil || state.Text("hash") != all[0].Text("hash") || at(state, "entries") != float64(len(all)) {
			t.Errorf("%s", value.JSON(state))
		}
		if s := theirs.get("/api/v1/audit/stream", 200); s.Text("target") != "" || at(s, "waiting") != 0.0 {
			t.Errorf("%s", value.JSON(s))
		}
		resp, raw := admin.send(http.MethodGet, "/api/v1/audit/ndjson?outcome=denied", "", nil)
		if lines := strings.Split(strings.TrimSpace(string(raw)), "\n"); resp.StatusCode != 200 || len(lines) != 2 || !strings.Contains(lines[0], `"hash":"`) {
			t.Errorf("%d %s", resp.StatusCode, raw)
		}
		admin.get("/api/v1/audit?cursor=x", 400)
		evil := b.as(b.evil, "eve@evil.example", portal.Admin)
		for _, e := range evil.entries("?limit=200") {
			if slices.Contains(seen, e.Text("hash")) || strings.Contains(string(value.JSON(e)), "acme") {
				t.Errorf("another organization sees %s", value.JSON(e))
			}
		}
		for _, secret := range []string{password, "wrong wrong"} {
			if _, raw := admin.send(http.MethodGet, "/api/v1/audit/ndjson", "", nil); strings.Contains(string(raw), secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
	})
}
