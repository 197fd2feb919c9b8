package api

import (
	"context"
	"encoding/json"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wneessen/go-mail"

	"sallyport/internal/letter"
	"sallyport/internal/passkey"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// site is the URL by which browsers reach the servers of these tests.
const site = "https://sallyport.example.com"

// nowhere is a mail server that takes everything.
type nowhere struct{}

func (nowhere) From() netmail.Address                  { return netmail.Address{Address: "s@acme.example"} }
func (nowhere) Name() string                           { return "nowhere" }
func (nowhere) Carry(context.Context, *mail.Msg) error { return nil }

// managed says of some accounts, by their id, whose identity provider looks after
// them; and of some organizations that they have one.
type managed struct {
	hasher   *portal.Hasher
	mu       sync.Mutex
	accounts map[string][]portal.Organization
	orgs     []string
}

func (m *managed) ManagedBy(_ context.Context, account string) ([]portal.Organization, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.accounts[account], nil
}

func (m *managed) Manages(_ context.Context, org string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.orgs, org), nil
}

func (m *managed) manage(account string, by ...portal.Organization) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accounts[account] = by
}

// timed opens a database whose clock is the bench's.
func timed(t testing.TB, dsn string) func(*bench) *store.DB {
	return func(b *bench) *store.DB {
		db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: b.now, Keys: b.keys})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
}

// accounts runs a test with a server that sends mail and knows passkeys, on a
// database of each kind.
func accounts(t *testing.T, test func(b *bench, m *managed), change ...func(*portal.Options)) {
	t.Helper()
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		m := &managed{accounts: map[string][]portal.Organization{}}
		b := setupWith(t, timed(t, dsn), func(d *Deps) { d.BaseURL = site }, withMail(nowhere{}), func(d *Deps) {
			party, err := passkey.New(site, "Sallyport")
			if err != nil {
				t.Fatal(err)
			}
			o := portalOptions(*d)
			o.Passkeys, o.Managing = party, m
			for _, c := range change {
				c(&o)
			}
			m.hasher = o.Hasher
			d.Portal = portal.New(o)
		})
		test(b, m)
	})
}

// letters are what was written to an address, the newest first.
func (b *bench) letters(to string) []letter.Letter {
	b.t.Helper()
	var out []letter.Letter
	for _, org := range []string{"", b.acme.ID, b.evil.ID} {
		ls, err := b.db.Letters.List(b.t.Context(), org, "", store.Place{}, 100)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, l := range ls {
			if l.To == to {
				out = append(out, l)
			}
		}
	}
	return out
}

// read is what a letter says.
func (b *bench) read(l letter.Letter) string {
	b.t.Helper()
	plain, err := b.keys.Unseal(l.Sealed, l.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	var said struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(plain, &said); err != nil {
		b.t.Fatal(err)
	}
	return said.Text
}

var mailedToken = regexp.MustCompile(`#([A-Za-z0-9_-]{43})`)

// mailed is the token of the newest letter of a kind to an address.
func (b *bench) mailed(kind letter.Kind, to string) string {
	b.t.Helper()
	for _, l := range b.letters(to) {
		if m := mailedToken.FindStringSubmatch(b.read(l)); l.Kind == kind && m != nil {
			return m[1]
		}
	}
	b.t.Fatalf("no letter %s was written to %s", kind, to)
	return ""
}

// told reports how often something was told in an organization's audit log.
func (b *bench) told(org, action string) int {
	b.t.Helper()
	es, err := b.db.Audit.List(b.t.Context(), org, store.AuditFilter{Action: action, Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	return len(es)
}

func texts(o *value.Object, name string) []string {
	list, _ := o.At(name).([]any)
	out := []string{}
	for _, v := range list {
		out = append(out, value.String(v))
	}
	return out
}

// signInAs signs in with a password that is right, and returns the status and the
// answer.
func (c *client) signInAs(email, with string) (int, *value.Object) {
	c.t.Helper()
	resp, raw := c.send("POST", "/api/v1/session", "application/json", strings.NewReader(string(value.JSON(value.Map("email", email, "password", with)))))
	v, err := value.ParseJSON(raw)
	if err != nil {
		c.t.Fatal(err)
	}
	o, _ := v.(*value.Object)
	return resp.StatusCode, o
}
