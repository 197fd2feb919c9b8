package api

import (
	"encoding/base64"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"sallyport/internal/portal"
	"sallyport/internal/value"
	"sallyport/sandbox/okta/samlidp"
)

// named returns the values of the constants of a type that a file declares, in
// order.
func named(t *testing.T, file, typ string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if is, ok := spec.Type.(*ast.Ident); ok && is.Name == typ {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text)
		}
		return true
	})
	return out
}

// refusals says how each check comes to refuse somebody.
type refusals struct {
	t   *testing.T
	b   *bench
	ada *client
	p   *provider
}

// tile brings a response that answers nothing that was asked.
func (r *refusals) tile(f forgery) (*http.Response, string) {
	r.t.Helper()
	return r.b.browser().brings("acme", r.p.forges(f), "")
}

// asked brings a response to a sign-in that was begun.
func (r *refusals) asked(f forgery) (*http.Response, string) {
	r.t.Helper()
	c := r.b.browser()
	id := c.asks("/sso/start/acme")
	f.request = id
	return c.brings("acme", r.p.forges(f), id)
}

// saves puts single sign-on in force with other metadata.
func (r *refusals) saves(metadata string) {
	r.t.Helper()
	r.ada.post("/api/v1/session/proof", value.Map("password", password), 200)
	r.ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(metadata, "ada@acme.example"), 200)
	r.ada.post("/api/v1/sso/save", value.Map("override", true), 200)
}

// ofMessages are the ways of what is said of a message, by the name of the check.
func (r *refusals) ofMessages() map[string]func() (*http.Response, string) {
	tile := func(f forgery) func() (*http.Response, string) {
		return func() (*http.Response, string) { return r.tile(f) }
	}
	at := func(d time.Duration) string { return r.b.now().Add(d).UTC().Format(time.RFC3339) }
	copied := func(tag string) func(*etree.Element) {
		return func(el *etree.Element) { c := inside(el, tag); c.Parent().AddChild(c.Copy()) }
	}
	return map[string]func() (*http.Response, string){
		"encoding":      func() (*http.Response, string) { return r.b.browser().brings("acme", "%%%", "") },
		"size":          tile(forgery{text: func(s string) string { return s + strings.Repeat(" ", 260<<10) }}),
		"xml":           tile(forgery{text: func(s string) string { return s[:len(s)-5] }}),
		"doctype":       tile(forgery{text: func(s string) string { return `<!DOCTYPE x [<!ENTITY a "b">]>` + s }}),
		"markup":        tile(forgery{text: swapped("sam@acme.example", "sam@acme.example<!-- -->.evil.example")}),
		"trailing_data": tile(forgery{text: func(s string) string { return s + "x" }}),
		"complexity": tile(forgery{after: func(el *etree.Element) {
			for range 30 {
				el = el.CreateElement("x")
			}
		}}),
		"namespace":  tile(forgery{text: swapped("<saml2:Subject", `<saml2:Subject q:a="b"`)}),
		"round_trip": tile(forgery{text: swapped("<saml2:Subject", `<saml2:Subject xmlns:a="urn:a" xmlns:_="urn:b" _:c="1" a:c="2"`)}),
		"root":       tile(forgery{text: func(s string) string { return strings.ReplaceAll(s, "saml2p:Response", "saml2p:LogoutResponse") }}),
		"id":         tile(forgery{after: func(el *etree.Element) { inside(el, "Status").CreateElement("x").CreateAttr("xml:id", "x") }}),
		"duplicate_id": tile(forgery{after: func(el *etree.Element) {
			inside(el, "Status").CreateElement("x").CreateAttr("ID", el.SelectAttrValue("ID", ""))
		}}),
		"place":             tile(forgery{assertion: with("Assertion", "saml2:Advice")}),
		"status":            tile(forgery{response: sets("StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")}),
		"encrypted":         tile(forgery{response: with("Response", "EncryptedAssertion")}),
		"assertions":        tile(forgery{response: without("Assertion")}),
		"signature_missing": tile(forgery{after: func(el *etree.Element) { without("Signature")(inside(el, "Assertion")); without("Signature")(el) }}),
		"signature_shape":   tile(forgery{after: copied("Signature")}),
		"algorithm": func() (*http.Response, string) {
			return r.b.browser().brings("acme", r.p.says("sam@acme.example", "", []string{"Eyes"}, func(m *samlidp.Response) { m.Algorithm.SHA1Signature = true }), "")
		},
		"signature":   tile(forgery{after: texted("NameID", "ada@acme.example")}),
		"version":     tile(forgery{assertion: sets("Assertion", "Version", "1.1")}),
		"destination": tile(forgery{says: func(m *samlidp.Response) { m.Destination += "/" }}),
		"in_response_to": func() (*http.Response, string) {
			return r.asked(forgery{assertion: sets("SubjectConfirmationData", "InResponseTo", "_other")})
		},
		"issuer":            tile(forgery{says: func(m *samlidp.Response) { m.Issuer += "/other" }}),
		"issue_instant":     tile(forgery{assertion: sets("Assertion", "IssueInstant", at(-20*time.Minute))}),
		"subject":           tile(forgery{assertion: without("Subject")}),
		"name_id":           tile(forgery{assertion: texted("NameID", "sam@acme.example\nada@acme.example")}),
		"confirmation":      tile(forgery{assertion: sets("SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")}),
		"recipient":         tile(forgery{says: func(m *samlidp.Response) { m.Recipient += "/" }}),
		"confirmation_time": tile(forgery{assertion: sets("SubjectConfirmationData", "NotOnOrAfter", at(-10*time.Minute))}),
		"conditions":        tile(forgery{assertion: without("Conditions")}),
		"conditions_time":   tile(forgery{assertion: sets("Conditions", "NotBefore", at(10*time.Minute))}),
		"audience":          tile(forgery{says: func(m *samlidp.Response) { m.Audience += "/" }}),
		"authn_statement":   tile(forgery{assertion: without("AuthnStatement")}),
		"session_over":      tile(forgery{assertion: sets("AuthnStatement", "SessionNotOnOrAfter", at(-10*time.Minute))}),
		"logout": func() (*http.Response, string) {
			return r.b.browser().form("/saml/acme/slo", url.Values{"SAMLRequest": {r.p.endsSession("sam@acme.example", without("NameID"))}})
		},
		"metadata_expired": func() (*http.Response, string) {
			ends := strings.Replace(r.p.metadata(), "entityID=", `validUntil="`+at(5*time.Minute)+`" entityID=`, 1)
			r.saves(ends)
			r.b.pass(5 * time.Minute)
			defer func() { r.saves(r.p.metadata()) }()
			return r.tile(forgery{})
		},
		"certificate": func() (*http.Response, string) {
			r.b.pass(r.p.key.Certificate.NotAfter.Sub(r.b.now()) + time.Minute)
			r.ada.signIn("ada@acme.example")
			return r.tile(forgery{})
		},
	}
}

// ofPeople are the ways of what is said of who comes, and of when.
func (r *refusals) ofPeople() map[string]func() (*http.Response, string) {
	return map[string]func() (*http.Response, string){
		"replay": func() (*http.Response, string) {
			said := r.p.forges(forgery{})
			if resp, body := r.b.browser().brings("acme", said, ""); resp.StatusCode != 303 {
				r.t.Fatalf("a response that nothing is wrong with: %d %s", resp.StatusCode, body)
			}
			return r.b.browser().brings("acme", said, "")
		},
		"unknown_request": func() (*http.Response, string) { return r.tile(forgery{request: "_made-up"}) },
		"sso_disabled": func() (*http.Response, string) {
			r.ada.post("/api/v1/session/proof", value.Map("password", password), 200)
			r.ada.post("/api/v1/sso/disable", nil, 204)
			defer func() { r.saves(r.p.metadata()) }()
			return r.tile(forgery{})
		},
		"other_browser": func() (*http.Response, string) {
			return r.tile(forgery{request: r.b.browser().asks("/sso/start/acme")})
		},
		"arrival_over": func() (*http.Response, string) {
			c := r.b.browser()
			resp, _ := c.form("/saml/acme/acs", url.Values{"SAMLResponse": {r.p.forges(forgery{})}})
			r.b.pass(time.Minute)
			return c.open(resp.Header.Get("Location"))
		},
		"address": func() (*http.Response, string) { return r.tile(forgery{who: "sam"}) },
		"no_mapped_group": func() (*http.Response, string) {
			return r.tile(forgery{says: func(m *samlidp.Response) { m.Attributes = nil }})
		},
		"other_person": func() (*http.Response, string) {
			c := r.b.in(r.ada, r.p, "kim@acme.example", "Eyes")
			id := c.asks("/sso/start/acme?purpose=proof")
			return c.brings("acme", r.p.forges(forgery{request: id}), id)
		},
		"account_disabled": func() (*http.Response, string) {
			path := "/api/v1/members/" + memberID(r.ada, "sam@acme.example")
			r.ada.do(http.MethodPatch, path, value.Map("disabled", true), 200)
			defer r.ada.do(http.MethodPatch, path, value.Map("disabled", false), 200)
			return r.tile(forgery{})
		},
		"draft_changed": func() (*http.Response, string) {
			r.ada.drafts(r.p, "ada@acme.example")
			test := r.ada.post("/api/v1/sso/tests", value.Map("user", "sam@acme.example"), 201)
			id := r.ada.asks(test.Text("url"))
			r.ada.do(http.MethodPut, "/api/v1/sso/draft", draftOf(r.p.metadata(1), "ada@acme.example"), 200)
			defer r.ada.do(http.MethodDelete, "/api/v1/sso/draft", nil, 204)
			return r.ada.brings("acme", r.p.forges(forgery{request: id}), id)
		},
	}
}

// loggedAs returns what the log says of a refusal, by its code.
func (b *bench) loggedAs(code string) map[string]any {
	for line := range strings.SplitSeq(b.log.String(), "\n") {
		var out map[string]any
		if json.Unmarshal([]byte(line), &out) == nil && out["msg"] == "sign-in refused" && out["code"] == code {
			return out
		}
	}
	return nil
}

// holds refuses a way that does not end where it is to: nobody is signed in, the
// trace and the log name the check, and the person has the code of both.
func (r *refusals) holds(name string, way func() (*http.Response, string)) {
	r.t.Helper()
	resp, body := way()
	trace := items(r.ada.get("/api/v1/sso/traces", 200))[0]
	code := trace.Text("code")
	logged := r.b.loggedAs(code)
	switch {
	case at(trace, "reason.check") != name || at(trace, "reason.explain") == "" || at(trace, "reason.explain") == nil:
		r.t.Errorf("%s: the trace is %s, the answer %d %s", name, value.JSON(trace), resp.StatusCode, body)
	case logged == nil || logged["check"] != name || logged["org"] != "acme" || logged["level"] != "WARN" || logged["addr"] != "127.0.0.1":
		r.t.Errorf("%s: logged is %v", name, logged)
	case name == "draft_changed": // of a test: its result stands on the page that began it
		if resp.StatusCode != 200 || !strings.Contains(body, "The test has ended") {
			r.t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	case resp.StatusCode != 403 || !strings.Contains(body, code):
		r.t.Errorf("%s: %d %s", name, resp.StatusCode, body)
	}
	if session := resp.Header.Get("Set-Cookie"); strings.Contains(session, "sallyport=") {
		r.t.Errorf("%s: a session was opened: %s", name, session)
	}
}

// Every forged or broken response is refused with a logged reason that names the
// check: each name that there is reaches the log, the trace and, as a code, the
// person, and a name without a way to it fails the test.
func TestEveryRefusalIsLoggedByTheNameOfItsCheck(t *testing.T) {
	known := named(t, "../portal/sso_refuse.go", "Refused")
	var listed []string
	for _, r := range portal.Refusals() {
		listed = append(listed, string(r))
	}
	if !slices.Equal(known, listed) {
		t.Errorf("the list of refusals is %v, and there are %v", listed, known)
	}
	known = append(known, named(t, "../saml/refusal.go", "Rule")...)
	if len(known) < 45 {
		t.Fatalf("only %d checks are found: %v", len(known), known)
	}
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		b.in(ada, p, "sam@acme.example", "Eyes")
		r := &refusals{t: t, b: b, ada: ada, p: p}
		ways := r.ofMessages()
		maps.Copy(ways, r.ofPeople())
		last := []string{"metadata_expired", "certificate"} // after these nothing else holds
		for _, name := range known {
			if ways[name] == nil {
				t.Errorf("there is no way to %s", name)
			} else if !slices.Contains(last, name) {
				r.holds(name, ways[name])
			}
			delete(ways, name)
		}
		if len(ways) > 0 {
			t.Errorf("these are no checks: %v", ways)
		}
		for _, name := range last {
			r.holds(name, r.ofMessages()[name])
		}
		for _, secret := range []string{"SAMLResponse", "<saml", "MIIC", base64.StdEncoding.EncodeToString([]byte("<saml2p"))} {
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
	})
}

// Who comes back with a token that nobody was given is refused, and that is logged:
// whose sign-in it would have been is not known.
func TestAMadeUpArrivalIsRefusedAndLogged(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		resp, body := b.browser().open("/sso/finish?h=" + strings.Repeat("x", 43))
		if resp.StatusCode != 403 || !strings.Contains(body, "Start again") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		if !strings.Contains(b.log.String(), `"msg":"sign-in refused","check":"arrival_over"`) {
			t.Error("it is not logged")
		}
	})
}

// A form that holds no message is refused as a message is: logged by the name of a
// check, with a code for who asks.
func TestAFormWithoutAMessageIsRefusedAndLogged(t *testing.T) {
	eachSSO(t, func(t *testing.T, b *bench, ada *client, p *provider) {
		said := url.QueryEscape(p.forges(forgery{}))
		for name, tt := range map[string]struct{ path, form, check, purpose string }{
			"no field":             {"acs", "RelayState=x", "encoding", "login"},
			"two responses":        {"acs", "SAMLResponse=" + said + "&SAMLResponse=" + said, "encoding", "login"},
			"two relay states":     {"acs", "SAMLResponse=" + said + "&RelayState=a&RelayState=b", "encoding", "login"},
			"no form":              {"acs", "SAMLResponse=%zz", "encoding", "login"},
			"too large":            {"acs", "SAMLResponse=" + strings.Repeat("A", maxPosted), "size", "login"},
			"no form, for logout":  {"slo", "SAMLRequest=%zz", "encoding", "logout"},
			"too large for logout": {"slo", "SAMLRequest=" + strings.Repeat("A", maxPosted), "size", "logout"},
			"both, for logout":     {"slo", "SAMLRequest=" + said + "&SAMLResponse=" + said, "root", "logout"},
		} {
			resp, raw := b.browser().send(http.MethodPost, "/saml/acme/"+tt.path, "application/x-www-form-urlencoded", strings.NewReader(tt.form))
			trace := items(ada.get("/api/v1/sso/traces", 200))[0]
			logged := b.loggedAs(trace.Text("code"))
			if resp.StatusCode != 403 || !strings.Contains(string(raw), trace.Text("code")) || at(trace, "reason.check") != tt.check || trace.Text("purpose") != tt.purpose || logged["check"] != tt.check {
				t.Errorf("%s: %d, %s, logged as %v", name, resp.StatusCode, value.JSON(trace), logged)
			}
		}
		if resp, _ := b.browser().send(http.MethodPost, "/saml/nowhere/acs", "application/x-www-form-urlencoded", strings.NewReader("x=y")); resp.StatusCode != 404 {
			t.Errorf("of no organization: %d", resp.StatusCode)
		}
	})
}
