package api

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/saml"
)

// Where browsers and identity providers come to. There is no underscore in any
// that Okta is given.
const (
	startPath  = "/sso/start/"
	testPath   = "/sso/test/"
	finishPath = "/sso/finish"
	samlPath   = "/saml/{slug}"
)

// maxPosted bounds what an identity provider posts, in bytes: a message of
// [saml.MaxMessage] in base64, in a form.
const maxPosted = 600 << 10

// serveSSO sets up what is no route of the API: what browsers are sent to.
func (s *server) serveSSO() {
	if s.SSO == nil {
		return
	}
	s.mux.HandleFunc("GET "+samlPath, s.serveMetadata)
	s.mux.HandleFunc("POST "+samlPath+"/acs", s.serveACS)
	s.mux.HandleFunc("GET "+samlPath+"/slo", s.serveSLO)
	s.mux.HandleFunc("POST "+samlPath+"/slo", s.serveSLO)
	s.mux.HandleFunc("POST "+samlPath+"/global-token-revocation", s.serveRevocation)
	s.mux.HandleFunc("GET "+startPath+"{slug}", s.serveStart)
	s.mux.HandleFunc("GET "+testPath+"{test}", s.serveTest)
	s.mux.HandleFunc("GET "+finishPath, s.serveFinish)
	s.mux.HandleFunc("POST "+finishPath, s.serveFinish)
	s.mux.HandleFunc("POST /sso/logout", s.serveLogout)
}

// serveMetadata answers with our metadata for an organization.
func (s *server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	text, err := s.SSO.Metadata(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	w.Header().Set("Content-Disposition", `attachment; filename="sallyport-metadata.xml"`)
	if _, err := w.Write(text); err != nil { //nolint:gosec // it is XML that we wrote, to be saved
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
}

// serveStart sends a browser to the identity provider of an organization.
func (s *server) serveStart(w http.ResponseWriter, r *http.Request) {
	b := portal.Begin{Slug: r.PathValue("slug"), Purpose: portal.ForLogin, ReturnTo: r.URL.Query().Get("return_to")}
	purpose := portal.LoginPurpose(r.URL.Query().Get("purpose"))
	if purpose == portal.ForSwitch || purpose == portal.ForProof {
		// Who is not signed in signs in; so does who would prove themselves in another
		// organization than they are in, or has a session that they proved otherwise.
		c, err := s.Portal.Enter(r.Context(), cookieOf(s.BaseURL, r))
		if err == nil && (purpose == portal.ForSwitch || c.Org.Slug == b.Slug && c.Session.Method == portal.BySAML) {
			b.Purpose, b.Account = purpose, c.Account.ID
		}
	}
	s.begin(w, r, b)
}

// serveTest sends the browser of who tests a draft to the identity provider.
func (s *server) serveTest(w http.ResponseWriter, r *http.Request) {
	c, err := s.Portal.Enter(r.Context(), cookieOf(s.BaseURL, r))
	if err != nil {
		s.ssoFailed(w, r, err)
		return
	}
	t, err := s.SSO.Test(r.Context(), c, r.PathValue("test"))
	if err == nil && t.Account != c.Account.ID {
		err = errs.New(errs.NotFound, "there is no such test of yours")
	}
	if err != nil {
		s.ssoFailed(w, r, err)
		return
	}
	s.begin(w, r, portal.Begin{Slug: c.Org.Slug, Purpose: portal.ForTest, Account: c.Account.ID, Test: t.ID})
}

// begin marks the browser, so that the answer is of use in it alone, and sends it
// on.
func (s *server) begin(w http.ResponseWriter, r *http.Request, b portal.Begin) {
	if b.Browser = flowOf(s.BaseURL, r); b.Browser == "" {
		b.Browser = rand.Text() + rand.Text()
		http.SetCookie(w, besideCookie(s.BaseURL, flowCookie, b.Browser, 0))
	}
	m, err := s.SSO.Start(r.Context(), b, s.from(r))
	if err != nil {
		s.ssoFailed(w, r, err)
		return
	}
	s.send(w, r, m)
}

// send has the browser carry a message to the identity provider.
func (s *server) send(w http.ResponseWriter, r *http.Request, m saml.Message) {
	if m.Binding == saml.Redirect {
		http.Redirect(w, r, m.URL, http.StatusSeeOther)
		return
	}
	s.carry(w, r, "Signing in", m)
}

// carry sends a message by a page that goes on by itself. Who came by a form of the
// console is not redirected elsewhere: browsers hold the console's form-action
// against where a redirect leads, too.
func (s *server) carry(w http.ResponseWriter, r *http.Request, title string, m saml.Message) {
	p := ssoPage{Title: title, Text: []string{"Okta is next."}}
	if m.Binding == saml.Redirect {
		p.Link, p.LinkText, p.Script = m.URL, "Continue", followLink
	} else {
		p.Action, p.Fields, p.Button, p.Script = m.URL, m.Form, "Continue", submitForm
	}
	s.page(w, r, http.StatusOK, p)
}

// serveACS takes the answer of an identity provider.
func (s *server) serveACS(w http.ResponseWriter, r *http.Request) {
	form, err := s.message(w, r, portal.ForLogin)
	if err == nil && (len(form["SAMLResponse"]) != 1 || len(form["RelayState"]) > 1) {
		err = s.SSO.Broken(r.Context(), r.PathValue("slug"), portal.ForLogin, saml.Refusal{Check: saml.CheckEncoding, Detail: "the form has not one SAMLResponse, and at most one RelayState"}, s.from(r))
	}
	var token string
	if err == nil {
		token, err = s.SSO.Receive(r.Context(), r.PathValue("slug"), form.Get("SAMLResponse"), form.Get("RelayState"), s.from(r))
	}
	if err != nil {
		s.ssoFailed(w, r, err)
		return
	}
	http.Redirect(w, r, finishPath+"?h="+token, http.StatusSeeOther) //nolint:gosec // a token of ours, at this server
}

// message reads the form that an identity provider has a browser post. One that
// cannot be a message is refused as messages are.
func (s *server) message(w http.ResponseWriter, r *http.Request, p portal.LoginPurpose) (url.Values, error) {
	form, err := s.posted(w, r)
	if err == nil {
		return form, nil
	}
	why := saml.Refusal{Check: saml.CheckEncoding, Detail: errs.Message(err)}
	if _, large := errors.AsType[*refusal](err); large {
		why.Check = saml.CheckSize
	}
	return nil, s.SSO.Broken(r.Context(), r.PathValue("slug"), p, why, s.from(r))
}

// posted reads a form of bounded size.
func (s *server) posted(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	hurry(w, r, bodyWithin)
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPosted))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the form is larger than %d bytes", large.Limit)
	}
	if err != nil {
		return nil, bodyError(err)
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the form is not well formed")
	}
	return form, nil
}

// serveFinish lets in the browser that brought an answer.
func (s *server) serveFinish(w http.ResponseWriter, r *http.Request) {
	f := portal.Finish{Token: r.URL.Query().Get("h"), Browser: flowOf(s.BaseURL, r), Session: cookieOf(s.BaseURL, r)}
	if r.Method == http.MethodPost {
		if err := s.origins.Check(r); err != nil {
			s.ssoFailed(w, r, errs.Wrap(errs.Denied, err, "the request comes from another site"))
			return
		}
		form, err := s.posted(w, r)
		if err != nil {
			s.ssoFailed(w, r, err)
			return
		}
		f.Token, f.Continue = form.Get("h"), true
	}
	got, err := s.SSO.Finish(r.Context(), f, s.from(r))
	if err != nil {
		s.ssoFailed(w, r, err)
		return
	}
	s.finished(w, r, f.Token, got)
}

func (s *server) finished(w http.ResponseWriter, r *http.Request, token string, got portal.Finished) {
	switch {
	case got.Confirm != "":
		s.page(w, r, http.StatusOK, ssoPage{
			Title: "Continue as " + got.Confirm + "?", Text: []string{"The Okta of " + got.Org.Name + " signed in " + got.Confirm + ". In this browser " + got.Instead + " is signed in."},
			Action: finishPath, Fields: url.Values{"h": {token}}, Button: "Continue as " + got.Confirm, Link: "/", LinkText: "Stay signed in as " + got.Instead,
		})
		return
	case got.Test != "":
		s.testEnded(w, r)
		return
	}
	if known, err := s.SSO.Remember(knownOf(s.BaseURL, r), got.Org.Slug); err == nil {
		http.SetCookie(w, besideCookie(s.BaseURL, knownCookie, base64.RawURLEncoding.EncodeToString(known), knownFor))
	}
	if got.Pending != "" {
		s.page(w, r, http.StatusOK, pendingPage(got))
		return
	}
	if !got.Proved {
		http.SetCookie(w, sessionCookie(s.BaseURL, got.Token))
	}
	to := got.ReturnTo
	if to == "" {
		to = "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// pendingPage tells somebody that their address is to be confirmed first, and leads
// on once it is.
func pendingPage(got portal.Finished) ssoPage {
	p := ssoPage{Title: "Check your mail", Link: startPath + got.Org.Slug, LinkText: "It is confirmed: sign in"}
	if got.ReturnTo != "" {
		p.Link += "?" + url.Values{"return_to": {got.ReturnTo}}.Encode()
	}
	switch {
	case got.Unsent != "":
		p.Title = "Your address is not confirmed"
		p.Text = []string{"You are to confirm that " + got.Pending + " is yours, and no letter about it can be sent now. Ask an administrator of " + got.Org.Name + " for the link; then sign in again."}
	case got.Asked:
		p.Text = []string{"A letter was sent to " + got.Pending + ". Open the link in it to confirm that the address is yours; then sign in again."}
	default:
		p.Text = []string{
			"A letter was sent to " + got.Pending + " a moment ago. Open the link in it to confirm that the address is yours; then sign in again.",
			"If it does not come, sign in again in five minutes to have another one.",
		}
	}
	return p
}

func (s *server) testEnded(w http.ResponseWriter, r *http.Request) {
	s.page(w, r, http.StatusOK, ssoPage{Title: "The test has ended", Text: []string{"Its result is on the page that began it. You can close this window."}})
}

// ssoFailed tells a person why a sign-in did not go on.
func (s *server) ssoFailed(w http.ResponseWriter, r *http.Request, err error) {
	if no, ok := errors.AsType[*portal.RefusedError](err); ok {
		s.Metrics.ssoRefused(no.Trace.Rule)
		if no.Test != "" {
			s.testEnded(w, r)
			return
		}
		s.page(w, r, http.StatusForbidden, refusedPage(no))
		return
	}
	status, e := describe(err)
	if no, ok := errors.AsType[*refusal](err); ok {
		status = no.status
	}
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "sign-in failed", "route", r.Pattern, "err", err, "request", requestID(r.Context()))
	}
	if limit, ok := errors.AsType[*portal.LimitError](err); ok {
		w.Header().Set("Retry-After", retryAfter(limit.RetryAfter))
	}
	s.page(w, r, status, ssoPage{Title: "This did not work", Text: []string{sentence(e.Message)}, Link: "/", LinkText: "To the sign-in page"})
}

// sentence makes one of an error's message.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(message[size:], ".") + "."
}

// refusedPage tells who was refused what they may know: what to do where that is
// for them, and the code by which an administrator finds the reason.
func refusedPage(no *portal.RefusedError) ssoPage {
	p := ssoPage{Title: "You were not signed in", Link: "/", LinkText: "To the sign-in page"}
	switch rule := portal.Refused(no.Trace.Rule); rule {
	case portal.RefusedGroups:
		p.Text = append(p.Text, "None of your groups in Okta gives a role in "+no.Org.Name+". An administrator there puts you in one that does, or gives one of yours a role.")
	case portal.RefusedAccount:
		p.Text = append(p.Text, "Your account is disabled in "+no.Org.Name+".")
	case portal.RefusedRequest, portal.RefusedArrival, portal.RefusedBrowser, portal.RefusedPerson, portal.RefusedDisabled, portal.RefusedReplay:
		p.Text = append(p.Text, portal.Explain(string(rule)))
	default:
		p.Text = append(p.Text, "The answer of the identity provider was refused ("+no.Trace.Rule+").")
	}
	if no.Trace.Code != "" {
		p.Text = append(p.Text, "An administrator of "+no.Org.Name+" finds the reason by the code "+no.Trace.Code+".")
	}
	return p
}
