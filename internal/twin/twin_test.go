package twin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sallyport/internal/inventory"
	"sallyport/internal/twin"
)

const ann = "00u1ann2345678901234"

func person() inventory.Person {
	return inventory.Person{ID: ann, Email: "Ann@acme.example", Login: "ann@acme.example", Status: "ACTIVE"}
}

func tenant(t *testing.T) twin.Tenant {
	t.Helper()
	var out twin.Tenant
	for _, body := range []string{
		`{"name":"acme","strategy":"okta","options":{"domain":"Acme.okta.com"}}`,
		`{"name":"acme-saml","strategy":"samlp","options":{"signInEndpoint":"https://acme.okta.com/app/x/sso/saml"}}`,
		`{"name":"foreign","strategy":"oidc","options":{"issuer":"https://evil.example/"}}`,
		`{"name":"database","strategy":"auth0","options":{}}`,
	} {
		out.Read(inventory.Entity{Ref: inventory.Ref{Kind: inventory.Auth0Connection}, Body: json.RawMessage(body)})
	}
	return out
}

// What somebody could claim for himself makes nobody the same for sure.
func TestOnlyWhatIsVouchedForIsSure(t *testing.T) {
	acme := twin.Org{Hosts: []string{twin.HostOf("https://acme.okta.com")}}
	via := func(connection, provider, id string) []inventory.Identity {
		return []inventory.Identity{{Connection: connection, Provider: provider, UserID: id}}
	}
	for name, c := range map[string]struct {
		account inventory.Account
		shared  twin.Shared
		found   bool
		sure    bool
		by      twin.By
		says    string
	}{
		"identity of the org":         {account: inventory.Account{Identities: via("acme", "okta", "acme|"+ann)}, found: true, sure: true, by: twin.Identity},
		"login by SAML":               {account: inventory.Account{Identities: via("acme-saml", "samlp", "acme-saml|ANN@acme.example")}, found: true, sure: true, by: twin.Identity},
		"another org's identity":      {account: inventory.Account{Identities: via("foreign", "oidc", "foreign|"+ann)}, found: true, by: twin.Identity, says: "does not lead to this org"},
		"a connection unread":         {account: inventory.Account{Identities: via("unseen", "okta", "unseen|"+ann)}, found: true, by: twin.Identity, says: "was not read"},
		"id of a database":            {account: inventory.Account{Identities: via("database", "auth0", ann)}},
		"id of a social login":        {account: inventory.Account{Identities: via("own", "oauth2", "own|"+ann)}},
		"verified address":            {account: inventory.Account{Email: "ANN@ACME.example", Verified: true}, shared: 1, found: true, sure: true, by: twin.Mail},
		"address not verified":        {account: inventory.Account{Email: "ann@acme.example"}, shared: 1, found: true, by: twin.Mail, says: "not verified"},
		"address of several":          {account: inventory.Account{Email: "ann@acme.example", Verified: true}, shared: 2, found: true, by: twin.Mail, says: "several people"},
		"address, somebody else's id": {account: inventory.Account{Email: "ann@acme.example", Verified: true, Identities: via("acme", "okta", "acme|00u1bob")}, shared: 1, found: true, by: twin.Mail, says: "as somebody else"},
		"foreign id, good address":    {account: inventory.Account{Email: "ann@acme.example", Verified: true, Identities: via("foreign", "oidc", "foreign|"+ann)}, shared: 1, found: true, sure: true, by: twin.Mail},
		"nothing":                     {account: inventory.Account{Email: "bob@acme.example", Verified: true}},
		"no address at all":           {account: inventory.Account{Verified: true}},
	} {
		m, found := twin.Of(person(), acme, c.account, tenant(t), c.shared)
		if found != c.found || m.Sure != c.sure || m.By != c.by || (m.Said == "") != (c.says == "") || !strings.Contains(m.Said, c.says) {
			t.Errorf("%s: %v %+v", name, found, m)
		}
	}
	if m, found := twin.Of(inventory.Person{ID: "00u2"}, acme, inventory.Account{Verified: true}, twin.Tenant{}, 1); found {
		t.Errorf("two without an address are one: %+v", m)
	}
}

// What is found by a key is what is looked for.
func TestPeopleAreFoundByTheirKeys(t *testing.T) {
	keys := twin.KeysOf(person())
	for _, body := range []string{
		`{"email":"aNN@acme.example"}`,
		`{"identities":[{"provider":"okta","connection":"acme","user_id":"acme|` + ann + `"}]}`,
		`{"identities":[{"provider":"samlp","connection":"acme-saml","user_id":"acme-saml|Ann@Acme.example"}]}`,
	} {
		found := false
		for _, k := range inventory.Keys(inventory.Entity{Ref: inventory.Ref{Kind: inventory.Auth0User, ID: "x|y"}, Body: json.RawMessage(body)}) {
			for _, of := range keys {
				found = found || k == of
			}
		}
		if !found {
			t.Errorf("%s is not found by %v", body, keys)
		}
	}
}

func TestStatesAreCompared(t *testing.T) {
	for _, c := range []struct {
		status  string
		gone    bool
		account inventory.Account
		want    twin.State
	}{
		{"ACTIVE", false, inventory.Account{}, twin.Alike},
		{"DEPROVISIONED", false, inventory.Account{}, twin.LeftOpen},
		{"SUSPENDED", false, inventory.Account{}, twin.LeftOpen},
		{"ACTIVE", true, inventory.Account{}, twin.LeftOpen},
		{"DEPROVISIONED", false, inventory.Account{Blocked: true}, twin.Alike},
		{"LOCKED_OUT", false, inventory.Account{}, twin.Alike},
		{"ACTIVE", false, inventory.Account{Blocked: true}, twin.ShutOut},
	} {
		if got := twin.Compare(inventory.Person{Status: c.status}, c.gone, c.account); got != c.want {
			t.Errorf("%s %v %v: %s, not %s", c.status, c.gone, c.account, got, c.want)
		}
	}
	for _, body := range []string{`{"user_metadata":{"okta":{"deactivated":"true"}}}`, `{"user_metadata":{"okta":{"deactivated":true}}}`} {
		a := inventory.AccountOf(inventory.Entity{Ref: inventory.Ref{Kind: inventory.Auth0User, ID: "x|y"}, Body: json.RawMessage(body)})
		if got := twin.Compare(inventory.Person{Status: "DEPROVISIONED"}, false, a); got != twin.Marked {
			t.Errorf("%s: %s", body, got)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add([]byte(`{"email":"ann@acme.example","email_verified":true,"identities":[{"provider":"okta","connection":"acme","user_id":"acme|00u"}]}`), []byte(`{"name":"acme","options":{"domain":"acme.okta.com"}}`))
	f.Fuzz(func(t *testing.T, account, connection []byte) {
		a := inventory.AccountOf(inventory.Entity{Ref: inventory.Ref{Kind: inventory.Auth0User, ID: "x|y"}, Body: account})
		var of twin.Tenant
		of.Read(inventory.Entity{Body: connection})
		if m, found := twin.Of(person(), twin.Org{}, a, of, 1); found && m.Sure && m.By != twin.Mail {
			t.Errorf("an org without hosts vouches: %+v", m)
		}
	})
}
