package connector

import (
	"net/http"
	"net/url"
	"strings"

	"sallyport/internal/secret"
)

// show returns a request as people see it: the same, made with masks in the
// place of secrets.
func show(s *session, w *wire) (Request, error) {
	r := s.step.request
	out := Request{Method: w.method, Header: map[string]string{}}
	h := http.Header{}
	switch u, _, err := address(s, true); {
	case s.base().uses("secrets") || r.url.uses("secrets"):
		out.URL = secret.Mask
	case err != nil:
		return out, err
	default:
		s.auth.show(s.shown, nil, u)
		out.URL = strings.NewReplacer(url.QueryEscape(secret.Mask), secret.Mask, url.PathEscape(secret.Mask), secret.Mask).Replace(u.String())
	}
	if err := addHeaders(s, h, s.shown); err != nil {
		return out, err
	}
	if c := w.header.Get("Content-Type"); c != "" {
		h.Set("Content-Type", c)
	}
	maskCredentials(h)
	s.auth.show(s.shown, h, nil)
	for name := range h {
		out.Header[name] = h.Get(name)
	}
	out.Body, _ = r.body.eval(s.shown)
	out.Body = withoutData(out.Body)
	if r.message != nil {
		e, err := s.composed(r.message)
		if err != nil {
			return out, err
		}
		out.Body = e.plain()
	}
	return ScrubRequest(s.scrub, out), nil
}

// maskCredentials hides what signs a request in that a flow makes itself: no port
// says that such a header is secret, and what is shown of a request is kept.
func maskCredentials(h http.Header) {
	for name, values := range h {
		switch name {
		case "Authorization", "Proxy-Authorization":
			for i, v := range values {
				scheme, _, found := strings.Cut(strings.TrimSpace(v), " ")
				if values[i] = secret.Mask; found {
					values[i] = scheme + " " + secret.Mask
				}
			}
		case "Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token":
			for i := range values {
				values[i] = secret.Mask
			}
		}
	}
}

// show puts the credential into headers or a URL as people see it.
func (a *Auth) show(s scope, h http.Header, u *url.URL) {
	if u != nil {
		if a.Kind == APIKeyQuery {
			setParam(u, a.plan.param.text(s), secret.Mask)
		}
		return
	}
	switch a.Kind {
	case APIKey:
		h.Set(a.keyHeader(s), a.plan.prefix+secret.Mask)
	case Bearer, ClientCredentials, PrivateKeyJWT, AuthorizationCode, JWTBearer:
		h.Set("Authorization", "Bearer "+secret.Mask)
	case Basic:
		h.Set("Authorization", "Basic "+secret.Mask)
	case AWSSignature:
		h.Set("Authorization", "AWS4-HMAC-SHA256 "+secret.Mask)
	case HMAC:
		h.Set(a.keyHeader(s), a.plan.prefix+secret.Mask)
		for _, named := range a.plan.hmac.headers {
			h.Set(named.name, secret.Mask)
		}
	case None, APIKeyQuery:
	}
}
