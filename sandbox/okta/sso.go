package okta

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/sandbox/okta/samlidp"
)

func ssoRoutes() []route {
	const sso, slo, tile = "/app/{name}/{exk}/sso/saml", "/app/{name}/{exk}/slo/saml", "/home/{name}/{id}"
	var out []route
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		out = append(out, pageRoute(method, sso, startSSO), pageRoute(method, slo, takeLogout),
			pageRoute(method, tile, openTile), pageRoute(method, tile+"/{link}", openTile), pageRoute(method, "/app/UserHome", userHome),
			pageRoute(method, "/login/signout", signOut))
	}
	return out
}

// ask is what a sign-in to an app was asked for with.
type ask struct {
	request *samlidp.Message // nil when the dashboard begins
	relay   string
	hidden  url.Values // what the sign-in page sends again
}

// readAsk reads the request of a service provider out of a call: a query, a
// form, or what the sign-in page has kept of either.
func readAsk(c *call) (ask, error) {
	form := c.form()
	if kept := form.Get("query"); kept != "" {
		m, err := samlidp.FromQuery(kept)
		return ask{&m, m.RelayState, url.Values{"query": {kept}}}, err
	}
	if form.Get("SAMLRequest") != "" {
		m, err := samlidp.FromForm(form)
		return ask{&m, m.RelayState, url.Values{"SAMLRequest": form["SAMLRequest"], "RelayState": {m.RelayState}}}, err
	}
	if c.param("SAMLRequest") != "" {
		m, err := samlidp.FromQuery(c.query)
		return ask{&m, m.RelayState, url.Values{"query": {c.query}}}, err
	}
	relay := form.Get("RelayState")
	if relay == "" {
		relay = c.param("RelayState")
	}
	return ask{relay: relay, hidden: url.Values{"RelayState": {relay}}}, nil
}

// startSSO is where service providers send people, and where a link to an app
// begins.
func startSSO(c *call) (answer, error) {
	a, known := findIdentityProvider(c, c.arg(1))
	if !known || a.name != c.arg(0) || a.status != "ACTIVE" {
		return message(c, http.StatusNotFound, "Page not found", "There is no such app here.")
	}
	in, err := readAsk(c)
	if err != nil {
		return message(c, http.StatusBadRequest, "400", "Bad SAML request: "+err.Error())
	}
	if problem := a.refuses(in.request); problem != "" {
		return message(c, http.StatusBadRequest, "400", "Your request resulted in an error. "+problem)
	}
	if in.request == nil && in.relay == "" {
		in.relay = a.signOnText("defaultRelayState")
	}
	return singleSignOn(c, a, in)
}

// refuses says what Okta does not like in a request; empty when nothing is
// wrong. The destination and the issuer are not looked at.
func (a *app) refuses(m *samlidp.Message) string {
	switch {
	case a.signOnText("ssoAcsUrl") == "":
		return "The app behind this page is not simulated."
	case m == nil:
		return ""
	case m.Kind != "AuthnRequest":
		return "The message is no AuthnRequest."
	case m.NameIDFormat != "" && m.NameIDFormat != formatUnspecified && m.NameIDFormat != a.signOnText("subjectNameIdFormat"):
		return "The NameIDPolicy of the request is not the one of the app."
	case a.signOnFlag("samlSignedRequestEnabled"):
		if cert := a.spCertificate(); cert == nil || m.Verify(cert) != nil {
			return "The signature of the request is not valid."
		}
	}
	return ""
}

// singleSignOn signs somebody in to an app, after asking who it is where that
// is not known or has to be asked again.
func singleSignOn(c *call, a *app, in ask) (answer, error) {
	u, s, signedIn := visitor(c)
	cookie := ""
	form := c.form()
	if name := form.Get("username"); name != "" {
		if u, s, cookie = enter(c, name); u == nil {
			return askWho(c, a, signInPage{Problem: "Unable to sign in", Name: name, Hidden: in.hidden})
		}
	} else if !signedIn || in.request != nil && in.request.ForceAuthn && a.signOnFlag("honorForceAuthn") {
		page := signInPage{Hidden: in.hidden}
		if in.request != nil {
			page.Name = in.request.Subject
		}
		return askWho(c, a, page)
	}
	if _, has := assigned(c.Org, a, u); !has {
		out, err := noAccess(c, a)
		return withCookie(out, cookie), err
	}
	b, err := samlResponse(c, a, u, s, in)
	if err != nil {
		return answer{}, err
	}
	fields := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(b)}, "RelayState": {in.relay}}
	out, err := postOn(c, a.acs(in.request), "Signing in to "+a.label, fields)
	return withCookie(out, cookie), err
}

// acs is where the response to a request goes: the app's own URL, or one of
// the others that it has, when the request names it.
func (a *app) acs(m *samlidp.Message) string {
	if m != nil && m.ACS != "" && a.signOnFlag("allowMultipleAcsEndpoints") {
		list, _ := field(a.settings, "signOn", "acsEndpoints").([]any)
		for _, x := range list {
			x, _ := x.(map[string]any)
			if u, _ := x["url"].(string); u == m.ACS {
				return u
			}
		}
	}
	return a.signOnText("ssoAcsUrl")
}

// samlResponse writes the response for somebody, and the event.
func samlResponse(c *call, a *app, u *user, s *session, in ask) ([]byte, error) {
	key, err := a.activeKey().material()
	if err != nil {
		return nil, err
	}
	r := samlidp.Response{
		ID: newMessageID(c), AssertionID: newMessageID(c), Issuer: a.entityID(), Destination: a.signOnText("destination"), Recipient: a.signOnText("recipient"),
		Audience: a.signOnText("audience"), NameID: a.nameID(u), NameIDFormat: a.signOnText("subjectNameIdFormat"), AuthnContext: a.signOnText("authnContextClassRef"),
		AuthnInstant: s.started, Now: c.now(), Attributes: attributesOf(c.Org, a, u), Key: key, Algorithm: a.algorithm(),
		SignResponse: a.signOnFlag("responseSigned"), SignAssertion: a.signOnFlag("assertionSigned"),
	}
	if seconds, ok := field(a.settings, "signOn", "samlAssertionLifetimeSeconds").(float64); ok {
		r.Lifetime = time.Duration(seconds) * time.Second
	}
	if to := a.acs(in.request); to != a.signOnText("ssoAcsUrl") {
		r.Destination, r.Recipient = to, to
	}
	f := fact{debug: map[string]any{"signOnMode": "SAML 2.0", "initiationType": "IDP_INITIATED", "nameId": r.NameID, "issuer": r.Issuer}}
	r.SessionIndex = r.AssertionID
	if in.request != nil {
		r.InResponseTo, r.SessionIndex = in.request.ID, in.request.ID // as Okta has it
		f.debug["initiationType"], f.debug["authnRequestId"] = "SP_INITIATED", in.request.ID
		f.debug["qualifiedName"] = "{urn:oasis:names:tc:SAML:2.0:protocol}AuthnRequest"
	}
	account := a.users[u.id]
	if account == nil {
		account = a.userOf(u)
	}
	f.targets = append(targets(a), appUserFact(a, account, u).targets[0])
	c.emit("user.authentication.sso", f)
	s.participants = append(s.participants, participant{a.id, r.NameID, r.NameIDFormat, r.SessionIndex})
	return r.XML()
}

// newMessageID returns an id as Okta makes them.
func newMessageID(c *call) string {
	var b strings.Builder
	b.WriteString("id")
	for _, x := range c.ids.bytes(20) {
		b.WriteByte('0' + x%10)
	}
	return b.String()
}

func (a *app) algorithm() samlidp.Algorithm {
	return samlidp.Algorithm{SHA1Signature: a.signOnText("signatureAlgorithm") == "RSA_SHA1", SHA1Digest: a.signOnText("digestAlgorithm") == "SHA1"}
}

// submit is the script that sends a form on; without scripts there is a button.
const submit = `document.forms[0].submit()`

// postOn answers with a form that goes to another server by itself.
func postOn(c *call, to, title string, fields url.Values) (answer, error) {
	out, err := html(c, http.StatusOK, "post", map[string]any{"Org": c.company, "Title": title, "URL": to, "Fields": fields})
	if err != nil {
		return answer{}, err
	}
	sum := sha256.Sum256([]byte(submit))
	// Where the other server leads to after that is not known here, and browsers hold form-action against that too.
	out.header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	return out, nil
}
