package api

import (
	"encoding/json"
	"io"
	"net/http"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// serveLogout ends the session of a browser, and sends it to the identity provider
// where that opened it, so that its session ends as well.
func (s *server) serveLogout(w http.ResponseWriter, r *http.Request) {
	if err := s.origins.Check(r); err != nil {
		s.ssoFailed(w, r, errs.Wrap(errs.Denied, err, "the request comes from another site"))
		return
	}
	c, err := s.Portal.Look(r.Context(), cookieOf(s.BaseURL, r))
	http.SetCookie(w, sessionCookie(s.BaseURL, ""))
	if err != nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	m, ok, err := s.SSO.SignOut(r.Context(), c)
	switch {
	case err != nil:
		s.ssoFailed(w, r, err)
	case ok:
		s.carry(w, r, "Signing out", m)
	default:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// serveSLO takes a logout message of an identity provider.
func (s *server) serveSLO(w http.ResponseWriter, r *http.Request) {
	l := portal.Logout{Query: r.URL.RawQuery}
	if r.Method == http.MethodPost {
		form, err := s.message(w, r, portal.ForLogout)
		if err != nil {
			s.ssoFailed(w, r, err)
			return
		}
		l = portal.Logout{Form: form}
	}
	got, err := s.SSO.TakeLogout(r.Context(), r.PathValue("slug"), l, s.from(r))
	switch {
	case err != nil:
		s.ssoFailed(w, r, err)
	case got.Ended && got.Complete:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case got.Ended:
		s.page(w, r, http.StatusOK, ssoPage{Title: "You are signed out here", Text: []string{"Okta could not end every other session. Close the browser to be sure."}, Link: "/", LinkText: "To the sign-in page"})
	default:
		s.send(w, r, got.Answer)
	}
}

// maxRevocation bounds the body of a revocation, in bytes.
const maxRevocation = 16 << 10

// serveRevocation ends the sessions of a person whom Okta does not trust any more.
func (s *server) serveRevocation(w http.ResponseWriter, r *http.Request) {
	hurry(w, r, bodyWithin)
	token, ok := bearer(r)
	if !ok {
		s.fail(w, r, &portal.AuthError{Message: "a signed token of the identity provider is wanted"})
		return
	}
	var in struct {
		Subject portal.Subject `json:"sub_id"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxRevocation)).Decode(&in); err != nil {
		s.fail(w, r, errs.New(errs.Invalid, "the body is no revocation: {\"sub_id\": …} is wanted"))
		return
	}
	if err := s.SSO.Revoke(r.Context(), r.PathValue("slug"), token, in.Subject); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
