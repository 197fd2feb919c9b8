package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/event"
	"sallyport/internal/id"
	"sallyport/internal/source"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/sandbox/okta"
)

// deltaBench is an org that changes, and whose log comes through a bad line.
type deltaBench struct {
	*syncBench

	rand                          *rand.Rand
	source                        source.Source
	since                         time.Time
	had                           map[string]bool // events that the line has had
	late                          []event.Event   // that it still has
	lost                          int
	made                          int
	users, groups, apps, services []string
}

func following(t *testing.T, dsn string, seed uint64) *deltaBench {
	t.Helper()
	d := &deltaBench{syncBench: syncing(t, dsn, 30, (*okta.Org).AdminToken), rand: rand.New(rand.NewPCG(seed, 7)), had: map[string]bool{}}
	now := d.core.Now()
	d.source = source.Source{ID: id.At(now), Org: d.id, Name: "Log", Kind: source.Okta, Connection: d.conn.ID, Poll: true, Enabled: true, StartAt: now, CreatedAt: now}
	if err := d.core.DB.Sources.Save(t.Context(), d.source); err != nil {
		t.Fatal(err)
	}
	var me jsonObject // whose token the test uses
	d.call(http.MethodGet, "/api/v1/users/me", nil, &me)
	d.users = drop(ids(d.list("/api/v1/users?limit=200")), fmt.Sprint(me["id"]))
	for _, a := range d.list("/api/v1/apps?limit=200") {
		if a["signOnMode"] == "SAML_2_0" || a["signOnMode"] == "BOOKMARK" {
			d.apps = append(d.apps, fmt.Sprint(a["id"]))
		}
	}
	d.sync()
	d.since = time.Now().Add(-time.Second)
	return d
}

// followed is the org with its last reading.
func (d *deltaBench) followed() store.Followed {
	d.t.Helper()
	all, err := d.core.DB.Inventory.Followed(d.t.Context())
	if err != nil || len(all) != 1 {
		d.t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

// covered reports whether the net finds a change without its event.
func covered(eventType string) bool {
	for _, not := range []string{"application.user_membership.", "group.application_assignment.", "group.privilege.", "user.lifecycle.delete", "group.lifecycle.delete"} {
		if strings.HasPrefix(eventType, not) {
			return false
		}
	}
	return true
}

// arrive has what the log says now come: of ten events one is lost, and one comes later,
// if last does not say that all comes.
func (d *deltaBench) arrive(last bool) {
	d.t.Helper()
	var come []event.Event
	if d.rand.IntN(3) == 0 || last {
		come, d.late = d.late, nil
	}
	for _, e := range d.list("/api/v1/logs?limit=1000&since=" + url.QueryEscape(d.since.UTC().Format(time.RFC3339)) + "&until=" + url.QueryEscape(time.Now().Add(time.Minute).UTC().Format(time.RFC3339))) {
		raw, err := json.Marshal(e)
		if err != nil {
			d.t.Fatal(err)
		}
		one, err := event.NewParser().Parse(raw)
		if err != nil {
			d.t.Fatal(err)
		}
		if d.had[one.UUID] {
			continue
		}
		d.had[one.UUID] = true
		switch n := d.rand.IntN(10); {
		case n == 0 && covered(one.Type):
			d.lost++
		case n == 1 && !last:
			d.late = append(d.late, one)
		case n == 2: // it comes twice
			come = append(come, one, one)
		default:
			come = append(come, one)
		}
	}
	d.rand.Shuffle(len(come), func(i, j int) { come[i], come[j] = come[j], come[i] })
	for some := range slices.Chunk(come, 500) {
		if _, err := d.core.Pipeline.Accept(d.t.Context(), source.Batch{Org: d.id, Source: d.source.ID, Via: source.ViaPoll, Events: some, ActFrom: source.Never()}); err != nil {
			d.t.Fatal(err)
		}
	}
}

// delta applies what came.
func (d *deltaBench) delta() bool {
	d.t.Helper()
	changed, err := d.core.deltaOkta(d.t.Context(), d.followed(), 5*time.Millisecond)
	if err != nil {
		d.t.Fatal(err)
	}
	return changed
}

// net has the next delta read what changed whatever events said.
func (d *deltaBench) net() {
	d.t.Helper()
	f := d.followed()
	s, err := d.core.DB.Inventory.Delta(d.t.Context(), f.Tenant, f.Read.From)
	if err != nil {
		d.t.Fatal(err)
	}
	later := d.core.Now
	d.core.Now = func() time.Time { return later().Add(netEvery + time.Second) }
	s.NetAt = f.Read.From
	if _, err := d.core.DB.Inventory.Advance(d.t.Context(), f.Tenant, s, nil); err != nil {
		d.t.Fatal(err)
	}
	d.delta()
	d.core.Now = later
}

func (d *deltaBench) one(of []string) string { return of[d.rand.IntN(len(of))] }

// try makes a request that the org may refuse, and returns the id of what it made.
func (d *deltaBench) try(method, target string, body any) string {
	d.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+target, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+d.org.AdminToken())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Test", "yes")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 {
		return ""
	}
	d.made++
	var made map[string]any
	if json.NewDecoder(resp.Body).Decode(&made) != nil {
		return ""
	}
	return fmt.Sprint(made["id"])
}

func drop(list []string, x string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == x })
}

// change changes the org somehow.
func (d *deltaBench) change(n int) { //nolint:cyclop // a list
	u := d.one(d.users)
	g, a := "none", d.one(d.apps)
	if len(d.groups) > 0 {
		g = d.one(d.groups)
	}
	switch k := d.rand.IntN(30); k {
	case 0:
		login := fmt.Sprintf("made%d@example.com", n)
		if id := d.try("POST", "/api/v1/users?activate="+strconv.FormatBool(n%2 == 0), jsonObject{"profile": jsonObject{"login": login, "email": login, "firstName": "A", "lastName": "B"}}); id != "" {
			d.users = append(d.users, id)
		}
	case 1:
		d.try("POST", "/api/v1/users/"+u, jsonObject{"profile": jsonObject{"title": fmt.Sprint("Title ", n)}})
	case 2:
		d.try("POST", "/api/v1/users/"+u+"/lifecycle/"+d.one([]string{"suspend", "unsuspend", "activate"}), nil)
	case 3:
		if len(d.users) > 20 {
			d.try("POST", "/api/v1/users/"+u+"/lifecycle/deactivate", nil)
			if n%2 == 0 {
				d.try("DELETE", "/api/v1/users/"+u, nil)
				d.users = drop(d.users, u)
			}
		}
	case 4, 5:
		if id := d.try("POST", "/api/v1/groups", jsonObject{"profile": jsonObject{"name": fmt.Sprint("Group ", n)}}); id != "" {
			d.groups = append(d.groups, id)
		}
	case 6:
		d.try("PUT", "/api/v1/groups/"+g, jsonObject{"profile": jsonObject{"name": fmt.Sprint("Renamed ", n)}})
	case 7:
		if len(d.groups) > 4 {
			d.try("DELETE", "/api/v1/groups/"+g, nil)
			d.groups = drop(d.groups, g)
		}
	case 8, 9, 10, 11:
		d.try("PUT", "/api/v1/groups/"+g+"/users/"+u, nil)
	case 12, 13:
		d.try("DELETE", "/api/v1/groups/"+g+"/users/"+u, nil)
	case 14:
		d.try("PUT", "/api/v1/apps/"+a+"/groups/"+g, jsonObject{})
	case 15:
		d.try("DELETE", "/api/v1/apps/"+a+"/groups/"+g, nil)
	case 16, 17:
		if !slices.Contains(ids(d.list("/api/v1/apps/"+a+"/users")), u) { // the log has no word for who has it through a group
			d.try("POST", "/api/v1/apps/"+a+"/users", jsonObject{"id": u, "scope": "USER"})
		}
	case 18:
		d.try("DELETE", "/api/v1/apps/"+a+"/users/"+u, nil)
	case 19:
		d.try("POST", "/api/v1/users/"+u+"/roles", jsonObject{"type": d.one([]string{"USER_ADMIN", "APP_ADMIN", "READ_ONLY_ADMIN"})})
	case 20:
		for _, r := range d.list("/api/v1/users/" + u + "/roles") {
			d.try("DELETE", fmt.Sprintf("/api/v1/users/%s/roles/%s", u, r["id"]), nil)
		}
	case 21:
		d.try("POST", "/api/v1/groups/"+g+"/roles", jsonObject{"type": "HELP_DESK_ADMIN"})
	case 22:
		d.try("POST", "/api/v1/groups/rules", jsonObject{
			"type": "group_rule", "name": fmt.Sprint("Rule ", n),
			"conditions": jsonObject{"expression": jsonObject{"value": `user.title=="` + fmt.Sprint("Title ", n-1) + `"`, "type": "urn:okta:expression:1.0"}},
			"actions":    jsonObject{"assignUserToGroups": jsonObject{"groupIds": []string{g}}},
		})
	case 23:
		d.try("POST", "/api/v1/zones", jsonObject{"type": "IP", "name": fmt.Sprint("Zone ", n), "gateways": []jsonObject{{"type": "CIDR", "value": "203.0.113.0/24"}}})
	case 24:
		d.try("POST", "/api/v1/apps", jsonObject{"name": "bookmark", "label": fmt.Sprint("App ", n), "signOnMode": "BOOKMARK", "settings": jsonObject{"app": jsonObject{"requestIntegration": false, "url": "https://example.com/"}}})
	case 25:
		if made := d.list("/api/v1/apps?q=App&limit=200"); len(made) > 0 {
			id := fmt.Sprint(made[0]["id"])
			d.try("POST", "/api/v1/apps/"+id+"/lifecycle/deactivate", nil)
			d.try("DELETE", "/api/v1/apps/"+id, nil)
			d.apps = drop(d.apps, id)
		}
	case 26:
		d.try("POST", "/api/v1/policies", jsonObject{"type": "OKTA_SIGN_ON", "name": fmt.Sprint("Policy ", n), "status": "ACTIVE", "description": "x", "conditions": jsonObject{"people": jsonObject{"groups": jsonObject{"include": []string{g}}}}})
	case 27:
		id := d.try("POST", "/oauth2/v1/clients", jsonObject{"client_name": fmt.Sprint("Service ", n), "grant_types": []string{"client_credentials"}, "application_type": "service", "response_types": []string{"token"}, "token_endpoint_auth_method": "client_secret_basic"})
		if id == "" {
			id = d.try("POST", "/api/v1/apps", jsonObject{"name": "oidc_client", "label": fmt.Sprint("Service ", n), "signOnMode": "OPENID_CONNECT", "credentials": jsonObject{"oauthClient": jsonObject{"token_endpoint_auth_method": "client_secret_basic"}}, "settings": jsonObject{"oauthClient": jsonObject{"application_type": "service", "grant_types": []string{"client_credentials"}, "response_types": []string{"token"}}}})
		}
		if id != "" {
			d.services = append(d.services, id)
		}
	case 28:
		if len(d.services) > 0 {
			d.try("POST", "/api/v1/apps/"+d.one(d.services)+"/grants", jsonObject{"scopeId": d.one([]string{"okta.users.read", "okta.groups.read", "okta.logs.read"}), "issuer": d.url})
		}
	case 29:
		d.try("POST", "/api/v1/users/"+u+"/factors", jsonObject{"factorType": "token:software:totp", "provider": "GOOGLE"})
	}
}

// What deltas make of a bad line's events, and the net of what did not come, is what the
// org lists; reading all of it anew finds nothing else.
func TestDeltasHoldTheOrg(t *testing.T) {
	changes := 120
	if n, err := strconv.Atoi(os.Getenv("DELTA_CHANGES")); err == nil {
		changes = n
	}
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		seed, err := strconv.ParseUint(os.Getenv("DELTA_SEED"), 10, 64)
		if err != nil {
			seed = 11
		}
		d := following(t, dsn, seed)
		tenant := d.followed().ID
		deltas := 0
		for n := range changes {
			if d.change(n); d.rand.IntN(12) == 0 {
				d.arrive(false)
				d.delta()
				deltas++
			}
		}
		d.arrive(true)
		before := d.followed()
		d.delta()
		d.net()
		d.delta()
		if d.made < changes/2 || changes >= 120 && d.lost == 0 {
			t.Errorf("of %d changes %d were made, and %d events lost", changes, d.made, d.lost)
		}
		t.Logf("%d changes made, %d deltas, %d events lost of %d", d.made, deltas, d.lost, len(d.had))
		if diff := cmp.Diff(d.there(), compared(d.held(tenant, time.Time{}))); diff != "" {
			t.Fatalf("(-there +held)\n%s", diff)
		}
		if after := d.followed(); after.Read != before.Read {
			t.Error("all was read")
		}
		sights, err := d.core.DB.Inventory.At(d.id, tenant, time.Time{}).Sights(t.Context())
		if err != nil || sights["user"].Delta.IsZero() || !sights["user"].Full.Equal(before.Read.From) {
			t.Errorf("%+v, %v", sights["user"], err)
		}
	})
}
