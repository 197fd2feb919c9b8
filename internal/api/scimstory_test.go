package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
	"sallyport/sandbox"
	"sallyport/sandbox/okta"
)

// org is a simulated Okta organization, as its administrator asks it.
type org struct {
	t     *testing.T
	box   *sandbox.Sandbox
	url   string
	token string
}

func (o *org) ask(method, path string, body any) *value.Object {
	o.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(string(text)))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+o.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out value.Object
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil && resp.StatusCode != http.StatusNoContent && resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%s %s: %d %v", method, path, resp.StatusCode, err)
	}
	if resp.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, value.JSON(&out))
	}
	return &out
}

// person makes somebody in the org.
func (o *org) person(name string) string {
	o.t.Helper()
	email := strings.ToLower(name) + "@acme.example"
	return o.ask("POST", "/api/v1/users?activate=true", map[string]any{"profile": map[string]any{"login": email, "email": email, "firstName": name, "lastName": "Lee"}}).Text("id")
}

// app makes an app as Okta's wizard does and has it provision a server.
func (o *org) app(base, secret, mode string, raw bool) string {
	o.t.Helper()
	id := o.ask("POST", "/api/v1/apps", map[string]any{
		"label": "Sallyport", "signOnMode": "SAML_2_0", "settings": map[string]any{"signOn": map[string]any{
			"ssoAcsUrl": base, "audience": base, "recipient": base, "destination": base, "subjectNameIdTemplate": "${user.userName}",
			"subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "responseSigned": true, "assertionSigned": true, "signatureAlgorithm": "RSA_SHA256", "digestAlgorithm": "SHA256",
			"honorForceAuthn": true, "requestCompressed": false, "allowMultipleAcsEndpoints": false, "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		}},
	}).Text("id")
	path := "/api/v1/apps/" + id
	o.ask("POST", path+"/connections/default?activate=true", map[string]any{"baseUrl": base, "profile": map[string]any{"authScheme": "TOKEN", "token": secret}})
	enabled := map[string]any{"status": "ENABLED"}
	o.ask("PUT", path+"/features/USER_PROVISIONING", map[string]any{
		"create": map[string]any{"lifecycleCreate": enabled}, "update": map[string]any{"profile": enabled, "lifecycleDeactivate": enabled},
	})
	o.ask("POST", "/_sandbox/provisioning/"+id, map[string]any{"mode": mode, "raw_header": raw})
	return path
}

// sent waits until everything was sent, and none of it failed.
func (o *org) sent() {
	o.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		waiting := o.box.Org().Provisioning()
		if !slices.ContainsFunc(waiting, func(s okta.ProvisioningState) bool { return s.Waiting > 0 }) {
			return
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("still waiting: %+v", waiting)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// An Okta org provisions the server over sockets: apps made in the wizard say
// everything by PUT, those of the catalogue by PATCH, and both come to the same.
func TestTheWholeStoryOfProvisioningThroughOkta(t *testing.T) {
	for mode, raw := range map[string]bool{"wizard": false, "catalogue": true} {
		t.Run(mode, func(t *testing.T) {
			eachSCIM(t, func(t *testing.T, b *bench, admin *client, p *idp) {
				box, url := realSandbox(t)
				o := &org{t, box, url, box.State().Okta.Token}
				b.giveRole(t, b.acme, "SOC", portal.Responder)
				app := o.app(b.url+"/scim/v2", p.secret, mode, raw)
				ann, ben := o.person("Ann"), o.person("Ben")
				soc := o.ask("POST", "/api/v1/groups", map[string]any{"profile": map[string]any{"name": "SOC"}}).Text("id")

				o.ask("POST", app+"/users", map[string]any{"id": ann})
				o.ask("POST", app+"/users", map[string]any{"id": ben})
				o.sent()
				for _, who := range []string{"ann", "ben"} {
					if m := admin.listed(who + "@acme.example"); m.Text("state") != "pending" || m.Text("origin") != "scim" {
						t.Fatalf("%s is %s", who, value.JSON(m))
					}
				}
				if n := b.confirmAll(t); n != 2 {
					t.Fatalf("%d have confirmed", n)
				}
				mapping := o.ask("POST", app+"/group-push/mappings", map[string]any{"sourceGroupId": soc, "targetGroupName": "SOC"}).Text("id")
				o.ask("PUT", "/api/v1/groups/"+soc+"/users/"+ann, nil)
				o.sent()
				if got := held(admin.listed("ann@acme.example")); got != "responder by scim" {
					t.Errorf("in the group Ann has %q", got)
				}
				o.ask("POST", "/api/v1/users/"+ann, map[string]any{"profile": map[string]any{"lastName": "Li"}})
				o.sent()
				if m := admin.listed("ann@acme.example"); m.Text("name") != "Ann Li" || m.Text("state") != "active" {
					t.Errorf("renamed Ann is %s", value.JSON(m))
				}
				o.ask("PUT", "/api/v1/groups/"+soc+"/users/"+ben, nil)
				o.ask("DELETE", "/api/v1/groups/"+soc+"/users/"+ann, nil)
				o.sent()
				if got := held(admin.listed("ann@acme.example")) + "; " + held(admin.listed("ben@acme.example")); got != "; responder by scim" {
					t.Errorf("after the change of members they have %q", got)
				}
				o.ask("DELETE", app+"/users/"+ben, nil)
				o.ask("POST", "/api/v1/users/"+ann+"/lifecycle/deactivate", nil)
				o.sent()
				if a, c := admin.listed("ann@acme.example"), admin.listed("ben@acme.example"); a != nil || c != nil {
					t.Errorf("deprovisioned: %s %s", value.JSON(a), value.JSON(c))
				}
				o.ask("POST", app+"/users", map[string]any{"id": ben})
				o.sent()
				if m := admin.listed("ben@acme.example"); m.Text("state") != "pending" || held(m) != "responder by scim" {
					t.Errorf("back again Ben is %s", value.JSON(m))
				}
				o.ask("PATCH", app+"/group-push/mappings/"+mapping, map[string]any{"status": "INACTIVE"})
				o.ask("DELETE", app+"/group-push/mappings/"+mapping+"?deleteTargetGroup=true", nil)
				o.sent()
				if n := len(items(admin.get("/api/v1/scim/groups", 200))); n != 0 {
					t.Errorf("%d groups are left", n)
				}
				if failed := items(admin.get("/api/v1/scim/exchanges?failed=true", 200)); len(failed) != 0 {
					t.Errorf("what failed: %v", failed)
				}
			})
		})
	}
}

// A rotated secret stops Okta, which says so as a task; with the new one it goes on.
func TestOktaStopsAtARotatedSecretAndGoesOnWithTheNewOne(t *testing.T) {
	eachSCIM(t, func(t *testing.T, b *bench, admin *client, p *idp) {
		box, url := realSandbox(t)
		o := &org{t, box, url, box.State().Okta.Token}
		app := o.app(b.url+"/scim/acme/v2", p.secret, "wizard", false)
		next := b.idp(admin)
		ann := o.person("Ann")
		o.ask("POST", app+"/users", map[string]any{"id": ann})
		o.sent()
		if m := admin.listed("ann@acme.example"); m != nil {
			t.Fatalf("with the old secret came %s", value.JSON(m))
		}
		if s := admin.get("/api/v1/scim", 200); at(s, "secret.failures") == 0.0 || at(s, "secret.refusedBy") != "Okta SCIM Client 1.0.0" {
			t.Errorf("the page shows %s", value.JSON(s))
		}
		id := strings.TrimPrefix(app, "/api/v1/apps/")
		o.ask("POST", "/_sandbox/provisioning/"+id, map[string]any{"token": next.secret})
		o.ask("POST", "/_sandbox/provisioning/"+id+"/users", nil)
		o.sent()
		if m := admin.listed("ann@acme.example"); m.Text("state") != "pending" {
			t.Errorf("with the new one Ann is %s", value.JSON(m))
		}
	})
}
