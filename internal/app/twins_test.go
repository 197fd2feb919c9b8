package app_test

import (
	"net/http"
	"testing"
)

// twinsOf is who somebody is elsewhere, as the API shows it.
type twinsOf []struct {
	Tenant  struct{ ID, Provider string }
	Entity  struct{ Kind, ID, Name string }
	By      string
	Sure    bool
	Said    string
	State   string
	Status  string
	Account *struct {
		Blocked, Marked, Verified bool
		Roles                     []struct{ ID, Name string }
		Connections               []string
	}
}

// readAuth0 connects the sandbox's Auth0 tenant, and has it read.
func (d *demo) readAuth0() (tenant string) {
	d.t.Helper()
	a := d.state().Auth0
	var conn, made struct{ ID string }
	d.want("POST", "/connections", object{
		"connector": "auth0", "name": "Auth0 (read)", "auth": "oauth2_client_credentials", "settings": object{"base_url": a.URL, "client_id": a.ClientID},
		"secrets": object{"client_secret": a.ClientSecret},
	}, &conn, http.StatusCreated)
	d.want("POST", "/tenants", object{"connection": conn.ID}, &made, http.StatusCreated)
	d.isRead(made.ID)
	return made.ID
}

// isRead waits until a reading that was begun has ended.
func (d *demo) isRead(tenant string) {
	d.t.Helper()
	var t struct{ Sync struct{ State, Error string } }
	until(d.t, "the tenant is read", func() bool {
		d.get(d.is.API+"/tenants/"+tenant, &t)
		return t.Sync.State == "done"
	})
}

func (d *demo) readAgain(tenant string) {
	d.t.Helper()
	d.want("POST", "/tenants/"+tenant+"/syncs", nil, nil, http.StatusAccepted)
	d.isRead(tenant)
}

// Somebody of Okta is the same in Auth0, and shown as such; who was deactivated here
// and not there is found.
func TestSomebodyIsKnownInBoth(t *testing.T) {
	eachDemo(t, func(d *demo) {
		org, _ := d.readOrg()
		tenant := d.readAuth0()
		victim := d.victim()
		path := "/tenants/" + org + "/entities/user/" + victim.ID + "/twins"
		var found twinsOf
		d.get(d.is.API+path, &found)
		if len(found) != 1 || found[0].Tenant.ID != tenant || !found[0].Sure || found[0].By != "mail" || found[0].State != "alike" || found[0].Account == nil || !found[0].Account.Verified {
			t.Fatalf("%+v", found)
		}
		account := found[0].Entity
		var back twinsOf
		d.get(d.is.API+"/tenants/"+tenant+"/entities/auth0_user/"+account.ID+"/twins", &back)
		if len(back) != 1 || back[0].Entity.ID != victim.ID || back[0].Tenant.ID != org || !back[0].Sure || back[0].Status != "ACTIVE" {
			t.Errorf("%+v", back)
		}
		var listed []struct{ ID string }
		if d.get(d.is.API+"/tenants", &listed); len(listed) != 1 || listed[0].ID != org {
			t.Errorf("%v are Okta orgs", listed)
		}
		if d.get(d.is.API+"/tenants?provider=auth0", &listed); len(listed) != 1 || listed[0].ID != tenant {
			t.Errorf("%v are Auth0 tenants", listed)
		}
		if status := d.call(http.MethodPost, d.is.Sandbox+"/api/v1/users/"+victim.ID+"/lifecycle/suspend", nil, nil); status != http.StatusOK {
			t.Fatalf("suspend: status %d", status)
		}
		d.readAgain(org)
		if d.get(d.is.API+path, &found); len(found) != 1 || found[0].State != "leftOpen" {
			t.Errorf("%+v", found)
		}
		var differ struct {
			Items []struct {
				Person, Account struct{ ID string }
				State           string
			}
			People, Accounts int
		}
		d.get(d.is.API+"/tenants/"+org+"/mismatches", &differ)
		mine := false
		for _, m := range differ.Items {
			mine = mine || m.Person.ID == victim.ID && m.Account.ID == account.ID && m.State == "leftOpen"
		}
		if !mine || differ.Accounts == 0 || differ.People < differ.Accounts {
			t.Errorf("%+v", differ)
		}
		lines := d.timeline("/tenants/"+org+"/entities/user/"+victim.ID+"/timeline?kind=change", 20)
		if _, ok := find(lines, func(l line) bool { return l.Account != nil && l.Account.Entity.ID == account.ID && l.Recorded != nil }); !ok {
			t.Errorf("the account is not in the timeline: %+v", lines)
		}
	})
}
