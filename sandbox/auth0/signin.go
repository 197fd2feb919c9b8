package auth0

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"sallyport/sandbox/auth0/actions"
)

// Attempt is somebody who tries to sign in.
type Attempt struct {
	User     string // e-mail address, username or id
	Password string
	// Known has the password be right, whatever it is.
	Known        bool
	Connection   string // the database connection when empty
	ClientID     string // the portal of the customers when empty
	Organization string // id or name; empty for none
	Scope        string
	Audience     string
	IP, Agent    string
	Protocol     string // "oidc-basic-profile" when empty
}

// Outcome is what came of an attempt.
type Outcome struct {
	OK          bool   `json:"ok"`
	Error       string `json:"error,omitempty"` // "access_denied"
	Description string `json:"description,omitempty"`
	UserID      string `json:"user_id,omitempty"`
	LogType     string `json:"log_type"` // "s", "f", "fp", "fu" or "limit_wc"
	LogID       string `json:"log_id"`
	SessionID   string `json:"session_id,omitempty"`
	// Actions are the runs of the Actions of the sign-in.
	Actions []actions.Execution `json:"actions"`

	status  int
	scope   string
	idMore  doc
	atMore  doc
	session doc
}

// DatabaseConnection is the connection in which people have passwords.
const DatabaseConnection = "Username-Password-Authentication"

// attempt is an Attempt under way.
type attempt struct {
	*Tenant
	Attempt
	base         string
	client       doc
	connection   doc
	organization doc
	user         *user
	transaction  string
	began        time.Time
}

// SignIn has somebody sign in: it checks the password, runs the post-login
// Actions, and logs what happened. An error means that it could not be tried.
func (t *Tenant) SignIn(ctx context.Context, in Attempt) (Outcome, error) {
	return t.signIn(ctx, in, *t.base.Load())
}

func (t *Tenant) signIn(ctx context.Context, in Attempt, base string) (Outcome, error) {
	a := &attempt{Tenant: t, Attempt: in, base: base, began: t.now()}
	job, early, done := a.prepare()
	if done {
		return early, nil
	}
	var res actions.Result
	if len(job.Actions) > 0 {
		var err error
		if res, err = t.opt.Runner.Run(ctx, job); errors.Is(err, actions.ErrUnavailable) {
			res = actions.Result{Executions: []actions.Execution{{
				ActionID: job.Actions[0].ID, Name: job.Actions[0].Name, Started: a.began, Ended: t.now(),
				Error: &actions.Error{Class: actions.ClassPlatform, Name: "Error", Message: err.Error()},
			}}}
		} else if err != nil {
			return Outcome{}, err
		}
	}
	return a.conclude(res), nil
}

// prepare checks who it is. What is refused already is done.
func (a *attempt) prepare() (job actions.Job, early Outcome, done bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.transaction = a.letters(base62, 32)
	if a.Protocol == "" {
		a.Protocol = "oidc-basic-profile"
	}
	if a.client = a.application(); a.client == nil {
		return job, a.refuse("f", http.StatusUnauthorized, "access_denied", "Unauthorized"), true
	}
	if out, bad := a.locate(); bad {
		return job, out, true
	}
	if a.user == nil {
		return job, a.refuse("fu", http.StatusForbidden, "invalid_grant", "Wrong email or password."), true
	}
	if out, bad := a.checkPassword(); bad {
		return job, out, true
	}
	if truth(a.user.doc, "blocked") {
		return job, a.refuse("f", http.StatusForbidden, "unauthorized", "user is blocked"), true
	}
	if a.organization != nil && !slices.ContainsFunc(a.parts("members", str(a.organization, "id")), func(d doc) bool { return d["user_id"] == a.user.id() }) {
		return job, a.refuse("f", http.StatusForbidden, "access_denied", "user "+a.user.id()+" is not part of the "+str(a.organization, "id")+" organization"), true
	}
	a.user.doc["logins_count"] = a.logins() + 1
	a.user.doc["last_login"], a.user.doc["last_ip"] = stamp(a.now()), a.IP
	return a.job(), early, false
}

// application returns the client that somebody signs in to.
func (a *attempt) application() doc {
	list := a.shelves["/clients"].items
	if a.ClientID != "" {
		d, _ := a.shelves["/clients"].find(a.ClientID)
		return d
	}
	for _, d := range list {
		if d["app_type"] == "regular_web" {
			return d
		}
	}
	return nil
}

// locate finds connection, organization and user.
func (a *attempt) locate() (Outcome, bool) {
	name := a.Connection
	if name == "" {
		name = DatabaseConnection
	}
	for _, d := range a.shelves["/connections"].items {
		if d["name"] == name {
			a.connection = d
		}
	}
	if a.connection == nil {
		return a.refuse("f", http.StatusForbidden, "invalid_request", "the connection was not found"), true
	}
	a.organization = a.organizationNamed(a.Organization)
	if a.Organization != "" && a.organization == nil {
		return a.refuse("f", http.StatusForbidden, "invalid_request", "parameter organization is invalid"), true
	}
	who := strings.ToLower(strings.TrimSpace(a.User))
	for _, u := range a.users {
		if u.connection() == name && (u.doc["email"] == who || u.id() == a.User || who != "" && u.doc["username"] == who) {
			a.user = u
			break
		}
	}
	return Outcome{}, false
}

// organizationNamed returns the organization with an id or name, nil when there is
// none.
func (a *attempt) organizationNamed(who string) doc {
	for _, o := range a.shelves["/organizations"].items {
		if who != "" && (o["id"] == who || o["name"] == who) {
			return o
		}
	}
	return nil
}

// checkPassword refuses wrong passwords, and after too many of them everything
// from the same address.
func (a *attempt) checkPassword() (Outcome, bool) {
	key := a.IP + " " + a.user.id()
	protection, _ := a.settings["/attack-protection/brute-force-protection"].(doc)
	if slices.ContainsFunc(a.user.blocks, func(d doc) bool { return d["ip"] == a.IP }) {
		return a.refuse("limit_wc", http.StatusTooManyRequests, "too_many_attempts", "Your account has been blocked after multiple consecutive login attempts. We've sent you an email with instructions on how to unblock it."), true
	}
	if a.Known || a.Attempt.Password != "" && a.Attempt.Password == a.user.password {
		delete(a.attempts, key)
		return Outcome{}, false
	}
	a.attempts[key]++
	out := a.refuse("fp", http.StatusForbidden, "invalid_grant", "Wrong email or password.")
	most := 10
	switch n := protection["max_attempts"].(type) {
	case float64:
		most = int(n)
	case int:
		most = n
	}
	if truth(protection, "enabled") && slices.Contains(texts(protection["shields"]), "block") && a.attempts[key] >= most {
		a.user.blocks = append(a.user.blocks, doc{"identifier": a.user.doc["email"], "ip": a.IP, "connection": a.user.connection()})
		a.write("limit_wc", "An IP address is blocked because it reached the maximum failed login attempts into a single account", nil)
	}
	return out, true
}

// logins returns how often somebody has signed in.
func (a *attempt) logins() int {
	switch n := a.user.doc["logins_count"].(type) {
	case int:
		return n
	case float64:
		return int(n)
	}
	return 0
}

// refuse logs and answers a refusal. The caller holds the lock.
func (a *attempt) refuse(kind string, status int, code, text string) Outcome {
	out := Outcome{Error: code, Description: text, LogType: kind, status: status, Actions: []actions.Execution{}}
	details := doc{"error": doc{"message": text}}
	switch kind {
	case "f":
		details["error"] = doc{"message": text, "oauthError": code, "type": "oauth-authorization"}
		details["session_id"] = a.letters(base62, 32)
	case "limit_wc":
		details = nil
	}
	if a.user != nil {
		out.UserID = a.user.id()
	}
	out.LogID = str(a.write(kind, text, details), "log_id")
	return out
}

// write writes an entry about the attempt.
func (a *attempt) write(kind, text string, details doc) doc {
	entry := doc{
		"ip": a.IP, "user_agent": a.Agent, "client_id": str(a.client, "client_id"), "client_name": str(a.client, "name"), "hostname": hostOf(a.base),
		"strategy": "auth0", "strategy_type": "database", "connection": a.Connection, "user_name": a.User,
	}
	if a.connection != nil {
		entry["connection"], entry["connection_id"], entry["strategy"] = a.connection["name"], a.connection["id"], a.connection["strategy"]
	}
	if a.user != nil {
		a.about(a.user, entry)
	}
	if a.organization != nil {
		entry["organization_id"], entry["organization_name"] = a.organization["id"], a.organization["name"]
	}
	if details != nil {
		details["transaction_id"] = a.transaction
		entry["details"] = details
	}
	if kind == "limit_wc" {
		delete(entry, "strategy")
		delete(entry, "strategy_type")
	}
	return a.record(kind, text, entry)
}

// job is what the Actions are given.
func (a *attempt) job() actions.Job {
	job := actions.Job{Timeout: a.opt.ActionTime}
	for _, b := range a.bindings[postLogin] {
		x, known := a.actions[str(b, "action_id")]
		if !known {
			continue
		}
		if v, deployed := x.deployed(); deployed {
			job.Actions = append(job.Actions, actions.Action{ID: x.id(), Name: str(x.doc, "name"), Code: str(v, "code"), Secrets: maps.Clone(x.running)})
		}
	}
	job.Event = a.event()
	return job
}

// event is the event of a post-login Action, as documented.
func (a *attempt) event() doc {
	u := maps.Clone(a.user.doc)
	u["user_metadata"], u["app_metadata"] = maps.Clone(sub(u, "user_metadata")), maps.Clone(sub(u, "app_metadata"))
	for _, k := range []string{"blocked", "last_ip", "last_login", "logins_count"} {
		delete(u, k)
	}
	factors := []any{}
	for _, m := range a.user.methods {
		factors = append(factors, doc{"type": m["type"]})
	}
	u["enrolledFactors"], u["multifactor"] = factors, []any{}
	out := doc{
		"user":       u,
		"client":     doc{"client_id": a.client["client_id"], "name": a.client["name"], "metadata": sub(a.client, "client_metadata")},
		"connection": doc{"id": a.connection["id"], "name": a.connection["name"], "strategy": a.connection["strategy"], "metadata": sub(a.connection, "metadata")},
		"request": doc{
			"ip": a.IP, "hostname": hostOf(a.base), "method": "POST", "user_agent": a.Agent, "language": "en", "query": doc{}, "body": doc{}, "geoip": placeOf(a.IP).geoip(),
		},
		"stats":          doc{"logins_count": a.logins()},
		"authentication": doc{"methods": []any{doc{"name": "pwd", "timestamp": stamp(a.now())}}},
		"authorization":  doc{"roles": a.roleNames()},
		"transaction": doc{
			"id": a.transaction, "protocol": a.Protocol, "locale": "en", "acr_values": []any{}, "requested_scopes": strings.Fields(a.Scope), "ui_locales": []any{}, "response_type": []any{"code"},
		},
		"tenant":           doc{"id": a.opt.Name},
		"session":          doc{"id": "", "device": doc{"last_ip": a.IP, "last_user_agent": a.Agent}},
		"resource_server":  doc{"identifier": a.Audience},
		"security_context": doc{},
	}
	if a.organization != nil {
		out["organization"] = doc{"id": a.organization["id"], "name": a.organization["name"], "display_name": a.organization["display_name"], "metadata": sub(a.organization, "metadata")}
	}
	return out
}

func (a *attempt) roleNames() []any {
	out := []any{}
	for _, r := range a.rolesNamed(a.user.roles) {
		out = append(out, r["name"])
	}
	return out
}

// conclude applies what the Actions did, and lets in or refuses.
func (a *attempt) conclude(res actions.Result) Outcome {
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := a.execution(res)
	if _, still := a.byID[a.user.id()]; !still {
		return a.refuse("fu", http.StatusForbidden, "invalid_grant", "Wrong email or password.")
	}
	out := Outcome{Actions: res.Executions, idMore: doc{}, atMore: doc{}, scope: a.Scope}
	factor := a.effects(res, &out)
	fail := func(code, text string) Outcome {
		o := a.refuse("f", http.StatusForbidden, code, text)
		o.Actions = res.Executions
		return o
	}
	if reason, denied := res.Denied(); denied {
		return fail("access_denied", reason)
	}
	if e, failed := res.Failed(); failed {
		a.failure(e, ids)
		return fail("access_denied", e.Error.Message)
	}
	if factor != "" {
		o := fail("mfa_required", "Multifactor authentication required")
		return o
	}
	a.admit(&out, ids)
	return out
}

// effects applies metadata at once, and collects claims; it returns the factor
// that is wanted besides the password.
func (a *attempt) effects(res actions.Result, out *Outcome) (factor string) {
	for _, e := range res.Effects {
		switch e.Kind {
		case actions.UserMetadata, actions.AppMetadata:
			merge(a.user.doc, e.Kind, doc{e.Name: e.Value})
			a.user.doc["updated_at"] = stamp(a.now())
		case actions.IDClaim:
			out.idMore[e.Name] = e.Value
		case actions.AccessClaim:
			out.atMore[e.Name] = e.Value
		case actions.AddScope:
			out.scope = strings.TrimSpace(out.scope + " " + e.Name)
		case actions.RemoveScope:
			out.scope = strings.Join(slices.DeleteFunc(strings.Fields(out.scope), func(s string) bool { return s == e.Name }), " ")
		case actions.Multifactor:
			factor = e.Name
		}
	}
	return factor
}

// execution keeps the runs of the Actions, and returns their ids.
func (a *attempt) execution(res actions.Result) []string {
	if len(res.Executions) == 0 {
		return []string{}
	}
	id := a.letters(base62, 24)
	results := []any{}
	for _, e := range res.Executions {
		r := doc{"action_name": e.Name, "started_at": nano(e.Started), "ended_at": nano(e.Ended)}
		if e.Error != nil {
			r["error"] = doc{"id": e.Error.Class, "msg": e.Error.Message, "url": ""}
		}
		results = append(results, r)
	}
	now := nano(a.now())
	a.executions[id] = doc{"id": id, "trigger_id": postLogin, "status": "final", "results": results, "created_at": now, "updated_at": now}
	return []string{id}
}

// failure logs that an Action failed.
func (a *attempt) failure(e actions.Execution, ids []string) {
	x := a.actions[e.ActionID]
	version, binding := "", ""
	if x != nil {
		v, _ := x.deployed()
		version = str(v, "id")
	}
	for _, b := range a.bindings[postLogin] {
		if b["action_id"] == e.ActionID {
			binding = str(b, "id")
		}
	}
	a.write("actions_execution_failed", "Execution of an Action failed", doc{
		"action_id": e.ActionID, "action_name": e.Name, "binding_id": binding, "error_class": e.Error.Class, "execution_id": strings.Join(ids, ""), "trigger_id": postLogin, "version_id": version,
		"action_error": doc{"code": e.Error.Class, "message": e.Error.Message, "name": e.Error.Name, "stack": e.Error.Stack},
	})
}

// admit opens a session.
func (a *attempt) admit(out *Outcome, ids []string) {
	now := a.now()
	agent := doc{"initial_user_agent": a.Agent, "initial_ip": a.IP, "last_user_agent": a.Agent, "last_ip": a.IP}
	out.session = doc{
		"id": a.letters(base62, 32), "user_id": a.user.id(), "created_at": stamp(now), "updated_at": stamp(now), "authenticated_at": stamp(now), "idle_expires_at": stamp(now.Add(72 * time.Hour)),
		"expires_at": stamp(now.Add(168 * time.Hour)), "last_interacted_at": stamp(now), "device": agent, "clients": []any{doc{"client_id": a.client["client_id"]}},
		"authentication": doc{"methods": []any{doc{"name": "pwd", "timestamp": stamp(now), "type": "pwd"}}}, "cookie": doc{"mode": "non-persistent"},
	}
	a.user.sessions = append(a.user.sessions, out.session)
	const most = 50
	if over := len(a.user.sessions) - most; over > 0 {
		a.user.sessions = slices.Delete(a.user.sessions, 0, over)
	}
	entry := a.write("s", "Successful login", doc{
		"actions": doc{"executions": ids}, "prompts": []any{doc{
			"name": "prompt-authenticate", "initiatedAt": millis(a.began), "completedAt": millis(now), "connection": a.connection["name"], "connection_id": a.connection["id"],
			"strategy": a.connection["strategy"], "identity": strings.TrimPrefix(a.user.id(), "auth0|"), "stats": doc{"loginsCount": a.logins()}, "elapsedTime": millis(now) - millis(a.began),
			"requiredCaptcha": false, "session_id": out.session["id"],
		}},
		"initiatedAt": millis(a.began), "completedAt": millis(now), "elapsedTime": millis(now) - millis(a.began), "session_id": out.session["id"], "stats": doc{"loginsCount": a.logins()},
	})
	out.OK, out.UserID, out.LogType, out.LogID, out.SessionID, out.status = true, a.user.id(), "s", str(entry, "log_id"), str(out.session, "id"), http.StatusOK
	if slices.Contains(strings.Fields(out.scope), "offline_access") {
		a.user.tokens = append(a.user.tokens, doc{
			"id": a.letters(base62, 18), "user_id": a.user.id(), "created_at": stamp(now), "idle_expires_at": stamp(now.Add(360 * time.Hour)), "expires_at": stamp(now.Add(720 * time.Hour)),
			"device": agent, "client_id": a.client["client_id"], "session_id": out.session["id"], "rotating": false, "resource_servers": []any{doc{"audience": a.Audience, "scopes": out.scope}}, "last_exchanged_at": nil,
		})
	}
}

// grant is a sign-in that waits for its tokens to be fetched.
type grant struct {
	out      Outcome
	client   string
	audience string
	redirect string
	expires  time.Time
}

// failed is the error with which a token request of a refused sign-in is
// answered.
func (o Outcome) failed() error {
	var more doc
	if o.Error == "mfa_required" {
		more = doc{"mfa_token": "Fe26.2*SERVER_sandbox*" + o.LogID}
	}
	return &oauthError{o.status, o.Error, o.Description, more}
}

// forPassword answers a client that has somebody's password.
func (c *call) forPassword() (answer, error) {
	c.mu.Lock()
	client, err := c.authenticate("password")
	if err != nil {
		c.exchanged("fepft", describe(err), client, str(c.body, "audience"), str(c.body, "scope"))
	}
	c.mu.Unlock()
	if err != nil {
		return answer{}, err
	}
	if str(c.body, "username") == "" {
		return answer{}, &oauthError{http.StatusBadRequest, "invalid_request", "Missing required parameter: username", nil}
	}
	ip := address(c.r)
	if via := c.r.Header.Get("Auth0-Forwarded-For"); via != "" {
		ip = via
	}
	out, err := c.signIn(c.r.Context(), Attempt{
		User: str(c.body, "username"), Password: str(c.body, "password"), Connection: str(c.body, "realm"), ClientID: str(client, "client_id"), Organization: str(c.body, "organization"),
		Scope: str(c.body, "scope"), Audience: str(c.body, "audience"), IP: ip, Agent: c.r.UserAgent(), Protocol: "oauth2-password",
	}, c.base)
	if err != nil {
		return answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !out.OK {
		c.exchanged("fepft", out.Description, client, str(c.body, "audience"), str(c.body, "scope"))
		return answer{}, out.failed()
	}
	c.record("sepft", "", doc{
		"client_id": client["client_id"], "client_name": str(client, "name"), "ip": ip, "user_agent": c.r.UserAgent(), "audience": str(c.body, "audience"), "scope": out.scope, "user_id": out.UserID,
		"details": doc{"actions": doc{"executions": []string{}}},
	})
	return c.tokensFor(grant{out: out, client: str(client, "client_id"), audience: str(c.body, "audience")})
}

// forCode answers a client that somebody has come back to with a code.
func (c *call) forCode() (answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	client, err := c.authenticate("authorization_code")
	if err != nil {
		return answer{}, err
	}
	g, known := c.codes[str(c.body, "code")]
	delete(c.codes, str(c.body, "code"))
	if !known || g.client != client["client_id"] || !c.now().Before(g.expires) || g.redirect != "" && str(c.body, "redirect_uri") != "" && g.redirect != str(c.body, "redirect_uri") {
		return answer{}, &oauthError{http.StatusForbidden, "invalid_grant", "Invalid authorization code", nil}
	}
	return c.tokensFor(g)
}

// tokensFor makes the tokens of a sign-in. The caller holds the lock.
func (c *call) tokensFor(g grant) (answer, error) {
	audience := jwt.Audience{c.base + "/userinfo"}
	if g.audience != "" {
		audience = append(jwt.Audience{g.audience}, audience...)
	}
	claims := accessClaims{Claims: jwt.Claims{Issuer: c.base + "/", Subject: g.out.UserID, Audience: audience}, ClientID: g.client, Scope: g.out.scope}
	token, err := c.issue(claims, g.out.atMore)
	if err != nil {
		return answer{}, err
	}
	out := doc{"access_token": token, "expires_in": int(tokenLife / time.Second), "token_type": "Bearer"}
	scopes := strings.Fields(g.out.scope)
	if len(scopes) > 0 {
		out["scope"] = g.out.scope
	}
	if slices.Contains(scopes, "openid") {
		u := c.byID[g.out.UserID]
		now := c.now()
		more := maps.Clone(g.out.idMore)
		if u != nil {
			more["email"], more["name"] = u.doc["email"], u.doc["name"]
		}
		id, err := c.sign(jwt.Claims{
			Issuer: c.base + "/", Subject: g.out.UserID, Audience: jwt.Audience{g.client}, IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(10 * time.Hour)),
		}, map[string]any{"sid": g.out.SessionID}, more)
		if err != nil {
			return answer{}, err
		}
		out["id_token"] = id
	}
	if u := c.byID[g.out.UserID]; u != nil && slices.Contains(scopes, "offline_access") && len(u.tokens) > 0 {
		out["refresh_token"] = u.tokens[len(u.tokens)-1]["id"]
	}
	return ok(out)
}
