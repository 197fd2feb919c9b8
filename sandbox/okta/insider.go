package okta

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"sallyport/sandbox/okta/systemlog"
)

// Call is a call to the org's API by somebody within the simulation.
type Call struct {
	// Token is the API token that is used. Without one, As is the login of a
	// person who works in the admin console, in the session with an external
	// id.
	Token, As, Session string

	From         Client // where it comes from, place and network included
	Method, Path string
	Body         any // JSON; nil for none
}

// Reply is what the org answers.
type Reply struct {
	Status      int
	Body        []byte
	Transaction string // of the events that the call has caused
}

// RefusalError is a call that the org has refused.
type RefusalError struct {
	Status        int
	Code, Summary string
}

// Error implements error.
func (r *RefusalError) Error() string {
	return fmt.Sprintf("the org answered HTTP %d %s %s", r.Status, r.Code, r.Summary)
}

// insider is the part of a call that no request over the network can carry.
type insider struct {
	from        Client
	as, session string
}

type insiderKey struct{}

// insideOf returns what is known of a call from within.
func insideOf(r *http.Request) (insider, bool) {
	in, ok := r.Context().Value(insiderKey{}).(insider)
	return in, ok
}

// Do makes a call and returns the answer; a *RefusalError when it is none of
// success.
func (o *Org) Do(ctx context.Context, call Call) (Reply, error) {
	var b []byte
	if call.Body != nil {
		var err error
		if b, err = json.Marshal(call.Body); err != nil {
			return Reply{}, fmt.Errorf("%s %s: %w", call.Method, call.Path, err)
		}
	}
	ctx = context.WithValue(ctx, insiderKey{}, insider{from: call.From, as: call.As, session: call.Session})
	r, err := http.NewRequestWithContext(ctx, call.Method, "http://sandbox"+call.Path, bytes.NewReader(b))
	if err != nil {
		return Reply{}, fmt.Errorf("%s %s: %w", call.Method, call.Path, err)
	}
	r.Host = ""
	if call.Token != "" {
		r.Header.Set("Authorization", "SSWS "+call.Token)
	}
	r.Header.Set("Content-Type", "application/json")
	w := &taken{header: http.Header{}, status: http.StatusOK}
	o.ServeHTTP(w, r)
	reply := Reply{Status: w.status, Body: w.body.Bytes(), Transaction: w.header.Get("X-Okta-Request-Id")}
	if w.status >= http.StatusMultipleChoices {
		var e struct {
			Code    string `json:"errorCode"`
			Summary string `json:"errorSummary"`
		}
		_ = json.Unmarshal(reply.Body, &e) // then the status has to do
		return reply, fmt.Errorf("%s %s: %w", call.Method, call.Path, &RefusalError{w.status, e.Code, e.Summary})
	}
	return reply, nil
}

// taken takes the answer to a call within this process.
type taken struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *taken) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *taken) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *taken) Write(b []byte) (int, error) { return w.body.Write(b) }

// identifyConsole finds out who works in the admin console.
func identifyConsole(o *Org, c *call, in insider) (*principal, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	u, ok := o.dir.find(in.as)
	if !ok || u.status != Active {
		return nil, errToken()
	}
	c.actor = userActor(u)
	if in.session != "" {
		c.session = in.session
	}
	return &principal{user: u, id: u.id, roles: u.roleTypes(), permissions: u.permissions()}, nil
}

// IssueToken makes an API token of a user as the admin console does, with its
// event, and returns the token.
func (o *Org) IssueToken(login, name, session string, from Client) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, ok := o.dir.find(login)
	if !ok {
		return "", fmt.Errorf("make an API token of %s: %w", login, ErrNoUser)
	}
	t, secret := newAPIToken(o, u, name, tokenLife)
	c := &change{Org: o, actor: userActor(u), from: from, id: o.ids.request(), session: session, path: "/api/internal/tokens", query: "expand=user"}
	c.emit("system.api_token.create", fact{targets: targets(t), debug: tokenDebug(t)})
	c.flush()
	return secret, nil
}

// LogStream returns the id of an active log stream that goes to AWS, and makes
// one, without a word in the log, where there is none.
func (o *Org) LogStream(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.streams.items {
		if s.active && s.kind == streamAWS {
			return s.id
		}
	}
	return newStream(o, streamInput{
		Type: streamAWS, Name: name, Settings: streamSettings{AccountID: "123456789012", EventSourceName: "okta", Region: "eu-west-3"},
	}).id
}

// EventHook returns the id of an event hook that delivers nowhere, and makes
// it, without a word in the log, where there is none.
func (o *Org) EventHook(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, h := range o.hooks.items {
		if h.name == name {
			return h.id
		}
	}
	h := &hook{
		id: o.ids.next("who"), name: name, active: true, types: []string{"user.account.privilege.grant"}, by: "unknown", created: o.now(), lastUpdated: o.now(),
		channel: hookChannel{Type: "HTTP", Version: "1.0.0", Config: hookConfig{URI: "https://siem." + o.domain + ".example/okta", Headers: []hookHeader{}, Method: http.MethodPost}},
	}
	o.hooks.add(h)
	return h.id
}

// Policy returns the policy that sign-ins are judged by and its rule, as
// targets of an event.
func (o *Org) Policy() []Target {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var out []Target
	for _, t := range policyTargets(&change{Org: o}) {
		out = append(out, targetOf(t))
	}
	return out
}

func targetOf(t systemlog.Target) Target {
	return Target{ID: t.ID, Type: t.Type, AlternateID: t.AlternateID, DisplayName: t.DisplayName, Detail: t.DetailEntry}
}
