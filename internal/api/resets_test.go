package api

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/breach"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

const another = "a quite new password"

// A forgotten password is set by a link that was mailed: once, within an hour, and
// not by one that a newer replaced. All sessions end; nobody is signed in by it.
func TestAForgottenPasswordIsSetByAMailedLink(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		c := b.anybody()
		ask := func() string {
			c.post("/api/v1/password/reset", value.Map("email", " Ada@acme.example"), 202)
			return b.mailed(letter.Reset, "ada@acme.example")
		}
		set := func(token, pw string, status int) *value.Object {
			return c.do(http.MethodPut, "/api/v1/password", value.Map("token", token, "password", pw), status)
		}
		first := ask()
		second := ask()
		set(first, another, 401)
		set("made-up", another, 401)
		if got := failure(set(second, "short", 400)); got.Text("field") != "password" {
			t.Errorf("%s", value.JSON(got))
		}
		ada.get("/api/v1/session", 200)
		set(second, another, 204)
		ada.get("/api/v1/session", 401)
		c.get("/api/v1/session", 401)
		set(second, another, 401)
		if status, _ := c.signInAs("ada@acme.example", password); status != 401 {
			t.Errorf("the old password: %d", status)
		}
		if status, _ := c.signInAs("ada@acme.example", another); status != 200 {
			t.Errorf("the new one: %d", status)
		}
		third := ask()
		b.pass(time.Hour)
		set(third, "yet another password", 401)
		if b.told(b.acme.ID, "password.reset_asked") != 3 || b.told(b.acme.ID, "password.reset") != 1 {
			t.Error("the audit log does not tell of it")
		}
		for _, token := range []string{first, second, third} {
			if strings.Contains(b.log.String(), token) {
				t.Error("a token is in the log")
			}
		}
	})
}

// Of many who open one link at once, one sets the password.
func TestALinkSetsAPasswordOnce(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		b.member(b.acme, "ada@acme.example", portal.Admin)
		b.anybody().post("/api/v1/password/reset", value.Map("email", "ada@acme.example"), 202)
		token := b.mailed(letter.Reset, "ada@acme.example")
		var done atomic.Int32
		var all sync.WaitGroup
		for i := range 8 {
			c := b.anybody()
			all.Go(func() {
				body := value.JSON(value.Map("token", token, "password", fmt.Sprintf("quite new password %d", i)))
				resp, _ := c.send(http.MethodPut, "/api/v1/password", "application/json", strings.NewReader(string(body)))
				if resp.StatusCode == 204 {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("%d set the password", done.Load())
		}
	})
}

// Answers do not reveal whether an address exists: at sign-in and where a password
// was forgotten, status, headers and body are the same, and a hash is computed
// either way.
func TestAnswersDoNotRevealWhetherAnAddressExists(t *testing.T) {
	many := portal.Limit{Burst: 10_000, Every: time.Second}
	accounts(t, func(b *bench, m *managed) {
		b.member(b.acme, "ada@acme.example", portal.Admin)
		gone := b.member(b.acme, "gone@acme.example", portal.Auditor)
		if err := b.deps.Portal.People.Set(t.Context(), b.acme.ID, gone.ID, portal.MemberChange{Disabled: new(true)}); err != nil {
			t.Fatal(err)
		}
		okta := b.member(b.acme, "okta@acme.example", portal.Auditor)
		m.manage(okta.ID, b.acme)
		emails := []string{"ada@acme.example", "gone@acme.example", "okta@acme.example", "eve@acme.example"}
		c := b.anybody()
		for path, body := range map[string]func(string) *value.Object{
			"/api/v1/session":        func(email string) *value.Object { return value.Map("email", email, "password", "not the password") },
			"/api/v1/password/reset": func(email string) *value.Object { return value.Map("email", email) },
		} {
			said := map[string]bool{}
			for _, email := range emails {
				before := m.hasher.Work()
				resp, raw := c.send("POST", path, "application/json", strings.NewReader(string(value.JSON(body(email)))))
				v, err := value.ParseJSON(raw)
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(string(value.JSON(v)), resp.Header.Get("X-Request-Id"), "")
				said[fmt.Sprint(resp.StatusCode, resp.Header.Get("Retry-After"), resp.Header.Values("Set-Cookie"), m.hasher.Work()-before, text)] = true
			}
			if len(said) != 1 {
				t.Errorf("%s tells addresses apart: %v", path, said)
			}
			for one := range said {
				if strings.Contains(one, " [] 0 ") {
					t.Errorf("%s computes no hash: %s", path, one)
				}
			}
		}
		if b.told("", "password.reset_asked") != 1 {
			t.Error("who asked for an address that there is not is not told in the server's own log")
		}
	}, func(o *portal.Options) {
		o.Limits = portal.Limits{Pair: many, Addr: many, Account: many}
	})
}

// Members managed by Okta cannot set, change or reset a Sallyport password, nor set
// up what goes with one; the letter says whom to ask. Exempt ones and members of
// local organizations can.
func TestMembersManagedByOktaCannotSetChangeOrResetAPassword(t *testing.T) {
	accounts(t, func(b *bench, m *managed) {
		a := b.member(b.acme, "okta@acme.example", portal.Admin)
		c := b.anybody()
		c.signIn("okta@acme.example")
		b.anybody().post("/api/v1/password/reset", value.Map("email", "okta@acme.example"), 202)
		before := b.mailed(letter.Reset, "okta@acme.example")
		m.manage(a.ID, b.acme)
		for path, body := range map[string]any{
			"PUT /api/v1/session/password":         value.Map("current", password, "password", another),
			"POST /api/v1/session/factors/app":     nil,
			"POST /api/v1/session/factors/passkey": nil,
			"POST /api/v1/session/recovery-codes":  nil,
		} {
			method, path, _ := strings.Cut(path, " ")
			if got := failure(c.do(method, path, body, 403)); got.Text("kind") != "denied" || !strings.Contains(got.Text("message"), "ACME") {
				t.Errorf("%s: %s", path, value.JSON(got))
			}
		}
		if got := c.get("/api/v1/session/factors", 200); got.At("password") != false {
			t.Errorf("%s", value.JSON(got))
		}
		b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", before, "password", another), 403) // asked for while it was allowed
		b.anybody().post("/api/v1/password/reset", value.Map("email", "okta@acme.example"), 202)
		newest := b.letters("okta@acme.example")[0]
		if text := b.read(newest); newest.Kind != letter.Managed || mailedToken.MatchString(text) || !strings.Contains(text, "ask whoever looks after it at ACME") {
			t.Errorf("%s %s", newest.Kind, text)
		}
		m.manage(a.ID) // exempt, or a member of an organization that signs in here
		c.do(http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", another), 204)
		b.anybody().post("/api/v1/password/reset", value.Map("email", "okta@acme.example"), 202)
		b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", b.mailed(letter.Reset, "okta@acme.example"), "password", another+"!"), 204)
	})
}

// A new password is none that was published after a break-in, wherever one is set;
// the list is a file, and nobody is asked. Common patterns are refused without one.
func TestABreachedPasswordIsRefusedOffline(t *testing.T) {
	leaked := "purple monkey dishwasher"
	list := fmt.Sprintf("%X:7\n", sha1.Sum([]byte(leaked)))
	breached, err := breach.NewList(strings.NewReader(list), int64(len(list)))
	if err != nil {
		t.Fatal(err)
	}
	accounts(t, func(b *bench, _ *managed) {
		ada := b.admin()
		for pw, says := range map[string]string{leaked: "published after a break-in", "Password2026!": "a pattern", "Ada-Ada-2026!": "a pattern"} {
			got := failure(ada.do(http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", pw), 400))
			if got.Text("field") != "password" || !strings.Contains(got.Text("message"), says) || strings.Contains(got.Text("message"), pw) {
				t.Errorf("%s: %s", pw, value.JSON(got))
			}
			b.anybody().post("/api/v1/password/reset", value.Map("email", "ada@acme.example"), 202)
			token := b.mailed(letter.Reset, "ada@acme.example")
			if got := failure(b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", token, "password", pw), 400)); got.Text("field") != "password" {
				t.Errorf("%s, by a link: %s", pw, value.JSON(got))
			}
		}
		ada.do(http.MethodPut, "/api/v1/session/password", value.Map("current", password, "password", another), 204)
	}, func(o *portal.Options) { o.Breached = breached })
}

// Passwords are kept as argon2id hashes.
func TestPasswordsAreKeptAsArgon2id(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		b.admin()
		b.anybody().post("/api/v1/password/reset", value.Map("email", "ada@acme.example"), 202)
		b.anybody().do(http.MethodPut, "/api/v1/password", value.Map("token", b.mailed(letter.Reset, "ada@acme.example"), "password", another), 204)
		a, err := b.db.Accounts.ByEmail(t.Context(), "ada@acme.example")
		if err != nil || !strings.HasPrefix(a.PasswordHash, "$argon2id$v=19$") {
			t.Errorf("%s %v", a.PasswordHash, err)
		}
	})
}

// An address that got letters enough gets no more, and nobody hears of that.
func TestNobodyIsFloodedWithLetters(t *testing.T) {
	accounts(t, func(b *bench, _ *managed) {
		b.member(b.acme, "ada@acme.example", portal.Admin)
		for range letter.MostOfKind + 3 {
			b.anybody().post("/api/v1/password/reset", value.Map("email", "ada@acme.example"), 202)
		}
		if got := len(b.letters("ada@acme.example")); got != letter.MostOfKind {
			t.Errorf("%d letters", got)
		}
	})
}

// A server without mail says so to everybody alike.
func TestNoResetWithoutMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setupOn(t, db)
		if page := b.anybody().get("/api/v1/signin", 200); page.At("empty") != true {
			t.Errorf("before anybody has an account: %s", value.JSON(page))
		}
		b.member(b.acme, "ada@acme.example", portal.Admin)
		for _, email := range []string{"ada@acme.example", "eve@acme.example"} {
			if got := failure(b.anybody().post("/api/v1/password/reset", value.Map("email", email), 503)); !strings.Contains(got.Text("message"), "mail.url") {
				t.Errorf("%s", value.JSON(got))
			}
		}
		if page := b.anybody().get("/api/v1/signin", 200); page.At("passwordReset") != false || page.At("passkeys") != false || page.At("empty") == true {
			t.Errorf("%s", value.JSON(page))
		}
	})
}
