package api

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

func invite(c *client, email string, status int, roles ...any) *value.Object {
	c.t.Helper()
	return c.post("/api/v1/members", value.Map("email", email, "name", "New One", "roles", append([]any{}, roles...)), status)
}

// Somebody who is invited opens the link, sets a name and a password, and is a
// member with the roles that were meant. The link works once, and signs nobody in.
func TestAnInvitedPersonBecomesAMember(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		made := invite(ada, "new@acme.example", 201, "Analyst")
		if at(made, "roles.0.id") != "analyst" || at(made, "invitedBy.name") != "Ada" {
			t.Errorf("%s", value.JSON(made))
		}
		if ls := items(ada.get("/api/v1/invitations", 200)); len(ls) != 1 || ls[0].Text("email") != "new@acme.example" {
			t.Errorf("%d are listed", len(ls))
		}
		invite(ada, "NEW@acme.example", 409)
		invite(ada, "ada@acme.example", 409)
		invite(ada, "no address", 400)
		token := b.mailed(letter.Invite, "new@acme.example")
		c := b.anybody()
		for range 2 { // to look does not use it up
			if got := c.post("/api/v1/invitation", value.Map("token", token), 200); got.At("new") != true || got.Text("organization") != "ACME" || got.Text("email") != "new@acme.example" {
				t.Errorf("%s", value.JSON(got))
			}
		}
		accept := func(pw string, status int) *value.Object {
			return c.post("/api/v1/invitation/accept", value.Map("token", token, "name", "New", "password", pw), status)
		}
		if got := failure(accept("short", 400)); got.Text("field") != "password" {
			t.Errorf("%s", value.JSON(got))
		}
		accept(password, 200)
		c.get("/api/v1/session", 401)
		accept(password, 401)
		c.post("/api/v1/invitation", value.Map("token", token), 401)
		if status, me := c.signInAs("new@acme.example", password); status != 200 || roleIDs(me) != "analyst" {
			t.Errorf("%d %s", status, value.JSON(me))
		}
		if ls := items(ada.get("/api/v1/invitations", 200)); len(ls) != 0 {
			t.Errorf("%d are still listed", len(ls))
		}
		if strings.Contains(b.log.String(), token) || b.told(b.acme.ID, "invitation.added") != 1 || b.told(b.acme.ID, "invitation.accepted") != 1 {
			t.Error("the log has the token, or the audit log does not tell of it")
		}
	})
}

// Who has an account already becomes a member with it: nothing of it changes, and
// nobody learns of it by inviting them.
func TestAnInvitedPersonWhoHasAnAccountKeepsIt(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		eve := b.member(b.evil, "eve@evil.example", portal.Admin)
		ada := b.admin()
		known, unknown := invite(ada, "eve@evil.example", 201), invite(ada, "nobody@evil.example", 201)
		for _, field := range []string{"name", "roles"} {
			if string(value.JSON(known.At(field))) != string(value.JSON(unknown.At(field))) {
				t.Errorf("%s tells who has an account", field)
			}
		}
		token := b.mailed(letter.Invite, "eve@evil.example")
		c := b.anybody()
		if got := c.post("/api/v1/invitation", value.Map("token", token), 200); got.At("new") != false {
			t.Errorf("%s", value.JSON(got))
		}
		c.post("/api/v1/invitation/accept", value.Map("token", token, "name", "Mallory", "password", another), 200)
		a, err := b.db.Accounts.ByEmail(t.Context(), "eve@evil.example")
		if err != nil || a.ID != eve.ID || a.Name != eve.Name || a.PasswordHash != eve.PasswordHash {
			t.Errorf("the account was changed: %+v %v", a, err)
		}
		c.post("/api/v1/session", value.Map("email", "eve@evil.example", "password", password, "organization", "acme"), 200)
	})
}

// An invitation is sent again with a new link, and taken back; it ends in a week.
func TestInvitationsAreSentAgainAndRevoked(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		id := invite(ada, "new@acme.example", 201).Text("id")
		first := b.mailed(letter.Invite, "new@acme.example")
		ada.post("/api/v1/invitations/"+id+"/resend", nil, 429)
		b.pass(5 * time.Minute)
		ada.post("/api/v1/invitations/"+id+"/resend", nil, 200)
		second := b.mailed(letter.Invite, "new@acme.example")
		c := b.anybody()
		c.post("/api/v1/invitation", value.Map("token", first), 401)
		c.post("/api/v1/invitation", value.Map("token", second), 200)
		b.as(b.evil, "eve@evil.example", portal.Admin).do(http.MethodDelete, "/api/v1/invitations/"+id, nil, 404)
		ada.do(http.MethodDelete, "/api/v1/invitations/"+id, nil, 204)
		c.post("/api/v1/invitation", value.Map("token", second), 401)
		invite(ada, "late@acme.example", 201)
		late := b.mailed(letter.Invite, "late@acme.example")
		b.pass(7 * 24 * time.Hour)
		c.post("/api/v1/invitation/accept", value.Map("token", late, "name", "Late", "password", password), 401)
		ada.signIn("ada@acme.example")
		invite(ada, "late@acme.example", 201) // one that has ended is in nobody's way
	})
}

// Nobody invites with a role that allows more than they may themselves, nor where
// people come through the identity provider, nor where the server sends no mail.
func TestWhoMayInvite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		accounts(t, func(b *bench, m *managed) {
			ada := b.admin()
			role := ada.post("/api/v1/roles", value.Map("name", "Help desk", "permissions", []any{"members:read", "members:write"}), 201).Text("id")
			a := b.member(b.acme, "desk@acme.example", portal.Auditor)
			ada.do(http.MethodPatch, "/api/v1/members/"+a.ID, value.Map("roles", []any{role}), 200)
			desk := b.anybody()
			desk.signIn("desk@acme.example")
			if got := failure(invite(desk, "new@acme.example", 403, "admin")); got.Text("field") != "roles" {
				t.Errorf("%s", value.JSON(got))
			}
			invite(desk, "new@acme.example", 400, "no such role")
			invite(desk, "new@acme.example", 201, "Help desk")
			b.as(b.acme, "vic@acme.example", portal.Auditor).post("/api/v1/members", value.Map("email", "x@acme.example", "roles", []any{}), 403)
			m.mu.Lock()
			m.orgs = []string{b.acme.ID}
			m.mu.Unlock()
			if got := failure(invite(ada, "x@acme.example", 409)); !strings.Contains(got.Text("message"), "identity provider") {
				t.Errorf("%s", value.JSON(got))
			}
		})
		b := setupOn(t, db)
		if got := failure(invite(b.admin(), "x@acme.example", 503)); !strings.Contains(got.Text("message"), "mail.url") {
			t.Errorf("%s", value.JSON(got))
		}
	})
}

// Of many who accept one invitation at once, one becomes the member.
func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		invite(b.admin(), "new@acme.example", 201)
		body := string(value.JSON(value.Map("token", b.mailed(letter.Invite, "new@acme.example"), "name", "New", "password", password)))
		var done atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			c := b.anybody()
			all.Go(func() {
				if resp, _ := c.send("POST", "/api/v1/invitation/accept", "application/json", strings.NewReader(body)); resp.StatusCode == 200 {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("%d accepted", done.Load())
		}
	})
}
