package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	scimfault "sallyport/internal/scim/fault"
	"sallyport/internal/store"
)

// scimPath begins what identity providers ask. The secret names the organization:
// /scim/v2/Users. The slug may stand in the path as well: /scim/acme/v2/Users.
const scimPath = "/scim/"

// DefaultSCIMRate is how many SCIM requests an organization may make a second,
// over some time.
const DefaultSCIMRate = 200

// scimLimit allows a burst of ten seconds' worth.
func scimLimit(rate int) portal.Limit {
	if rate == 0 {
		rate = DefaultSCIMRate
	}
	return portal.Limit{Burst: 10 * rate, Every: time.Second / time.Duration(rate)}
}

// provisions is the SCIM side of the server.
type provisions struct {
	server *scim.Server
	rate   *portal.Limiter // by organization
}

func newProvisions(d Deps) provisions {
	return provisions{scim.New(scim.Options{Log: d.Log, Observe: d.SCIMLog.observe}), portal.NewLimiter(scimLimit(d.SCIMRate), d.Now)}
}

// scimSlug returns the slug in a path, if there is one, and what stands before the
// resource.
func scimSlug(path string) (slug, base string, ok bool) {
	rest := strings.TrimPrefix(path, scimPath)
	first, more, _ := strings.Cut(rest, "/")
	if first == "v2" {
		return "", scimPath + "v2", true
	}
	second, _, _ := strings.Cut(more, "/")
	return first, scimPath + first + "/v2", first != "" && second == "v2"
}

// serveSCIM answers an identity provider for the organization that its secret
// speaks for.
func (s *server) serveSCIM(w http.ResponseWriter, r *http.Request) {
	hurry(w, r, bodyWithin)
	sent := &body{ReadCloser: r.Body}
	r.Body = sent
	slug, base, ok := scimSlug(r.URL.Path)
	if !ok {
		_ = s.refuseSCIM(w, r, sent, scimfault.Status(http.StatusNotFound, "there is nothing here: the base URL is %s%sv2", s.BaseURL, scimPath))
		return
	}
	from := portal.From{Addr: s.clientAddr(r), Agent: r.UserAgent()}
	key, err := s.admitSCIM(r, slug, from)
	seen := &scimSeen{org: key.Organization.ID, agent: from.Agent, addr: from.Addr}
	if err != nil {
		f := s.refuseSCIM(w, r, sent, err)
		s.SCIMLog.refused(seen, r, f, s.Now())
		return
	}
	by := audit.Actor{ID: "scim:" + key.ID, Name: scimClient(from.Agent), Addr: from.Addr, Request: requestID(r.Context())}
	ctx, _ := audit.By(context.WithValue(r.Context(), scimKey{}, seen), by)
	dir := s.DB.Directory(key.Organization, s.Portal.Asker())
	http.StripPrefix(base, s.scim.server.Handler(dir, s.BaseURL+base)).ServeHTTP(w, r.WithContext(ctx))
}

// scimClient names a client in the audit log.
func scimClient(agent string) string {
	if agent == "" {
		return "SCIM client"
	}
	return agent[:min(len(agent), 100)]
}

// admitSCIM returns for whom a request speaks.
func (s *server) admitSCIM(r *http.Request, slug string, from portal.From) (portal.FoundKey, error) {
	secret, ok := scim.Secret(r.Header.Get("Authorization"))
	if !ok {
		secret = "" // it is refused as a wrong one is
	}
	key, err := s.Provisioning.Admit(r.Context(), secret, slug, from)
	if err == nil {
		err = s.scim.rate.Take(key.Organization.ID)
	}
	return key, err
}

// refuseSCIM answers a request that is not let in.
func (s *server) refuseSCIM(w http.ResponseWriter, r *http.Request, sent *body, err error) *scimfault.Error {
	sent.drain(w, r)
	f, ok := errors.AsType[*scimfault.Error](err)
	if !ok {
		f = s.scimFault(r, err)
	}
	if limit, ok := errors.AsType[*portal.LimitError](err); ok { // Okta reads whole seconds only
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(limit.RetryAfter.Seconds())))))
	}
	scim.WriteError(w, f)
	return f
}

func (s *server) scimFault(r *http.Request, err error) *scimfault.Error {
	status, e := describe(err)
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "scim request failed", "err", err, "request", requestID(r.Context()))
	}
	return &scimfault.Error{Status: status, Detail: e.Message}
}

type scimKey struct{}

// scimSeen is for whom a request speaks, and who sent it.
type scimSeen struct{ org, agent, addr string }

func exchangeOf(seen *scimSeen, e scim.Exchange) store.SCIMExchange {
	return store.SCIMExchange{Exchange: e, Org: seen.org, Agent: scimAgent(seen.agent), Addr: seen.addr}
}

func scimAgent(agent string) string { return agent[:min(len(agent), 300)] }
