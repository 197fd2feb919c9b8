package inventory

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
)

func TestReadReply(t *testing.T) {
	next := http.Header{"Link": {`<https://acme.okta.com/api/v1/users?limit=200>; rel="self"`, `<https://acme.okta.com/api/v1/users?after=a%20b&limit=200>; rel="next"`}}
	for name, tt := range map[string]struct {
		under  string
		answer okta.Answer
		items  int
		next   string
		fail   okta.Visible
		err    errs.Kind
	}{
		"a list":                    {"", okta.Answer{Status: 200, Header: next, Body: []byte(`[{"id":"u1"},{"id":"u2"}]`)}, 2, "/api/v1/users?after=a%20b&limit=200", "", 0},
		"the last page":             {"", okta.Answer{Status: 200, Body: []byte(`[]`)}, 0, "", "", 0},
		"a list in a field":         {"roles", okta.Answer{Status: 200, Body: []byte(`{"roles":[{"id":"r1"}],"_links":{"next":{"href":"https://acme.okta.com/api/v1/users?after=x"}}}`)}, 1, "/api/v1/users?after=x", "", 0},
		"assignees":                 {"", okta.Answer{Status: 200, Body: []byte(`{"value":[{"id":"u1"}]}`)}, 1, "", "", 0},
		"elsewhere is no next":      {"", okta.Answer{Status: 200, Header: http.Header{"Link": {`<https://evil.example/other?after=1>; rel="next"`}}, Body: []byte(`[]`)}, 0, "", "", 0},
		"the same is no next":       {"", okta.Answer{Status: 200, Header: http.Header{"Link": {`</api/v1/users?limit=1>; rel="next"`}}, Body: []byte(`[]`)}, 0, "", "", 0},
		"refused":                   {"", okta.Answer{Status: 403, Body: []byte(`{"errorCode":"E0000006"}`)}, 0, "", okta.Denied, 0},
		"no such feature":           {"", okta.Answer{Status: 401, Body: []byte(`{"errorCode":"E0000015"}`)}, 0, "", okta.Absent, 0},
		"no such type":              {"", okta.Answer{Status: 400, Body: []byte(`{"errorCode":"E0000001"}`)}, 0, "", okta.Absent, 0},
		"no such path":              {"", okta.Answer{Status: 404, Body: []byte(`{"errorCode":"E0000022"}`)}, 0, "", okta.Absent, 0},
		"an object that is gone":    {"", okta.Answer{Status: 404, Body: []byte(`{"errorCode":"E0000007"}`)}, 0, "", "", 0},
		"the token is revoked":      {"", okta.Answer{Status: 401, Body: []byte(`{"errorCode":"E0000011"}`)}, 0, "", "", errs.Denied},
		"it passes":                 {"", okta.Answer{Status: 503}, 0, "", "", errs.Unavailable},
		"no JSON":                   {"", okta.Answer{Status: 200, Body: []byte(`<html>`)}, 0, "", "", errs.Unavailable},
		"what nobody thought of":    {"", okta.Answer{Status: 418}, 0, "", okta.Unknown, 0},
		"a list that holds no more": {"", okta.Answer{Status: 204}, 0, "", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := readReply("/api/v1/users?limit=1", shape{under: tt.under}, tt.answer)
			if tt.err != 0 {
				if errs.KindOf(err) != tt.err {
					t.Fatalf("%v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || len(r.items) != tt.items || r.next != tt.next || (r.fail != nil) != (tt.fail != "") || r.fail != nil && (r.fail.Visible != tt.fail || r.fail.Said == "") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// Secrets, links and what is embedded are nowhere in what is kept; the rest is.
func TestEntitiesHoldNoSecrets(t *testing.T) {
	body := object{}
	if err := decode([]byte(`{"id":"h1","_links":{"self":{}},"_embedded":{"x":1},"credentials":{"oauthClient":{"client_secret":"S1","client_id":"c1","token_endpoint_auth_method":"client_secret_basic"},
		"password":{},"recovery_question":{"question":"S2"}},"recovery":{"factors":{"recovery_question":{"status":"INACTIVE"}}},"secrets":[{"id":"s1","client_secret":"S3","secret_hash":"S4","status":"ACTIVE"}],
		"settings":{"app":{"secretKey":"S5","apiToken":"S6","url":"https://x"}},"channel":{"config":{"uri":"https://hook","headers":[{"key":"X-Key","value":"S7"}],"authScheme":{"type":"HEADER","key":"Authorization","value":"S8"}}},
		"passwordChanged":"2026-01-01","number":12345678901234567890}`), &body); err != nil {
		t.Fatal(err)
	}
	headerless(body)
	e, err := entity(EventHook, "h1", body)
	if err != nil {
		t.Fatal(err)
	}
	kept := string(e.Body)
	for _, s := range []string{"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "_links", "_embedded"} {
		if strings.Contains(kept, s) {
			t.Errorf("%s is kept: %s", s, kept)
		}
	}
	for _, s := range []string{"c1", "client_secret_basic", "INACTIVE", "ACTIVE", "https://x", "X-Key", "passwordChanged", "12345678901234567890"} {
		if !strings.Contains(kept, s) {
			t.Errorf("%s is not kept: %s", s, kept)
		}
	}
}

// What moves without meaning changes the digest, and not the part that versions are
// made by.
func TestDigest(t *testing.T) {
	a := Digest(User, "ann", json.RawMessage(`{"lastLogin":"1","profile":{"login":"ann"}}`))
	signedIn := Digest(User, "ann", json.RawMessage(`{"lastLogin":"2","profile":{"login":"ann"}}`))
	changed := Digest(User, "ann", json.RawMessage(`{"lastLogin":"1","profile":{"login":"anna"}}`))
	named := Digest(User, "anna", json.RawMessage(`{"lastLogin":"1","profile":{"login":"ann"}}`))
	if string(a) == string(signedIn) || string(SteadyDigest(a)) != string(SteadyDigest(signedIn)) || string(SteadyDigest(a)) == string(SteadyDigest(changed)) || string(SteadyDigest(a)) == string(SteadyDigest(named)) {
		t.Errorf("%x %x %x %x", a, signedIn, changed, named)
	}
}

// Whatever an org answers, reading it ends in a reply or an error, and a next page is
// of the same list.
func FuzzReply(f *testing.F) {
	f.Add("roles", 200, `<https://acme.okta.com/api/v1/users?after=x>; rel="next"`, []byte(`[{"id":"u1"}]`))
	f.Add("", 200, "", []byte(` [{"id":"u1","status":"ACTIVE","profile":{"id":"x"},"scope":"USER","externalId":null},"x",{"id":"u2","id":"u3"}] `))
	f.Add("", 403, "", []byte(`{"errorCode":"E0000006"}`))
	f.Add("", 200, "", []byte(`{"_links":{"next":{"href":"/api/v1/users?after=1"}},"value":[1]}`))
	f.Fuzz(func(t *testing.T, under string, status int, link string, body []byte) {
		r, err := readReply("/api/v1/users?limit=1", shape{under: under}, okta.Answer{Status: status, Header: http.Header{"Link": {link}}, Body: body})
		if err == nil && r.next != "" && !strings.HasPrefix(r.next, "/api/v1/users?") {
			t.Errorf("the next page is %q", r.next)
		}
		if few, err2 := readReply("/api/v1/users?limit=1", shape{fields: edgeFields()}, okta.Answer{Status: status, Body: body}); err == nil && err2 == nil && under == "" {
			for _, relation := range Relations() {
				if all, some := edgesOf(relation, Ref{App, "a"}, r.items), edgesOf(relation, Ref{App, "a"}, few.items); !reflect.DeepEqual(all, some) {
					t.Errorf("%s: of all fields %v, of those that count %v", relation, all, some)
				}
			}
		}
		if o, ok := r.body.(object); ok {
			shapeGroup(o)
			shapeApp(o)
			headerless(o)
			into := object{"id": "x"}
			for _, do := range folds() {
				for _, of := range []string{"", "y"} {
					again, err := readReply("/api/v1/users?limit=1", shape{under: under}, okta.Answer{Status: status, Body: body})
					if err != nil {
						t.Fatal(err)
					}
					do(into, call{Part: "policy.rules", Of: of}, []any{1, "x", object{"id": "y", "priority": "z"}, again.body}, nil)
				}
			}
			if _, err := entity(App, "x", into); err != nil {
				t.Error(err)
			}
		}
	})
}
