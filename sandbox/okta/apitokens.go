package okta

import (
	"slices"
	"sync"
	"time"
)

func tokenRoutes() []route {
	return []route{
		get("/api/v1/api-tokens", areaTokens, listAPITokens),
		get("/api/v1/api-tokens/{id}", areaTokens, getAPIToken),
		put("/api/v1/api-tokens/{id}", areaTokens, updateAPIToken),
		del("/api/v1/api-tokens/current", areaNone, revokeCurrentToken),
		del("/api/v1/api-tokens/{id}", areaTokens, revokeAPIToken),
	}
}

// tokenLife is how long an API token lives without being used.
const tokenLife = 30 * 24 * time.Hour

// apiToken is an SSWS token.
type apiToken struct {
	id      string
	name    string
	owner   *user
	network map[string]any
	created time.Time
	updated time.Time
	lives   time.Duration // 0 for one that never expires
}

func (t *apiToken) key() string { return t.id }

// tokenBox holds the API tokens of an org. It has a lock of its own, because
// every request looks in it before it has that of the org.
type tokenBox struct {
	mu       sync.Mutex
	byID     ordered[*apiToken]
	bySecret map[[32]byte]*apiToken
	lastUsed map[string]time.Time
}

func newTokenBox() *tokenBox {
	return &tokenBox{bySecret: map[[32]byte]*apiToken{}, lastUsed: map[string]time.Time{}}
}

// add puts a token with its secret in.
func (b *tokenBox) add(t *apiToken, secret string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byID.add(t)
	b.bySecret[digest(secret)] = t
}

// use returns the token with a secret, if it has not expired, and counts the
// use.
func (b *tokenBox) use(secret string, now time.Time) (*apiToken, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.bySecret[digest(secret)]
	if !ok || now.After(b.expiry(t)) {
		return nil, false
	}
	b.lastUsed[t.id] = now
	return t, true
}

// expiry is when a token dies. The caller holds the lock.
func (b *tokenBox) expiry(t *apiToken) time.Time {
	if t.lives == 0 {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	used := t.created
	if at := b.lastUsed[t.id]; at.After(used) {
		used = at
	}
	return used.Add(t.lives)
}

// list returns the tokens that have not expired, with the time of their death.
func (b *tokenBox) list(now time.Time) ([]*apiToken, map[string]time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []*apiToken
	dies := map[string]time.Time{}
	for _, t := range b.byID.items {
		if at := b.expiry(t); at.After(now) {
			out, dies[t.id] = append(out, t), at
		}
	}
	return out, dies
}

// remove forgets a token.
func (b *tokenBox) remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byID.remove(id)
	for k, t := range b.bySecret {
		if t.id == id {
			delete(b.bySecret, k)
		}
	}
}

// dropOwner forgets the tokens of a user that is deleted.
func (b *tokenBox) dropOwner(u *user) {
	b.mu.Lock()
	mine := slices.DeleteFunc(slices.Clone(b.byID.items), func(t *apiToken) bool { return t.owner != u })
	b.mu.Unlock()
	for _, t := range mine {
		b.remove(t.id)
	}
}

func viewToken(c *call, t *apiToken, dies time.Time) map[string]any {
	v := map[string]any{
		"id": t.id, "name": t.name, "userId": t.owner.id, "clientName": "Okta API", "tokenWindow": nil, "network": t.network,
		"expiresAt": nil, "created": at(t.created), "lastUpdated": at(t.updated),
		"_links": map[string]link{
			"self": allow(c.url("api/v1/api-tokens", t.id), "GET", "DELETE"),
			"user": allow(c.url("api/v1/users", t.owner.id), "GET"),
		},
	}
	if t.lives > 0 {
		v["tokenWindow"], v["expiresAt"] = "P30D", at(dies)
	}
	return v
}

func listAPITokens(c *call) (answer, error) {
	all, dies := c.tokens.list(c.now())
	out := []map[string]any{}
	for _, t := range all {
		if !c.who.seesToken(t) {
			continue
		}
		out = append(out, viewToken(c, t, dies[t.id]))
	}
	return ok(out)
}

// seesToken says whether somebody sees a token: a read-only admin sees none but
// its own, as is reported.
func (p *principal) seesToken(t *apiToken) bool {
	return p.user == t.owner || p.scoped || mayManage(p.roles, areaTokens) || permits(p.permissions, areaTokens, true)
}

// findToken returns the token that the path names, and when it dies.
func findToken(c *call, id string) (*apiToken, time.Time, error) {
	all, dies := c.tokens.list(c.now())
	for _, t := range all {
		if t.id == id && c.who.seesToken(t) {
			return t, dies[t.id], nil
		}
	}
	return nil, time.Time{}, notFound(id, "Token")
}

func getAPIToken(c *call) (answer, error) {
	t, dies, err := findToken(c, c.arg(0))
	if err != nil {
		return answer{}, err
	}
	return ok(viewToken(c, t, dies))
}

// updateAPIToken changes where a token may be used from.
func updateAPIToken(c *call) (answer, error) {
	t, dies, err := findToken(c, c.arg(0))
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Name    string         `json:"name"`
		Network map[string]any `json:"network"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Name != "" {
		t.name = in.Name
	}
	if in.Network != nil {
		t.network = in.Network
	}
	t.updated = c.now()
	c.emit("system.api_token.update", fact{targets: targets(t), debug: tokenDebug(t)})
	return ok(viewToken(c, t, dies))
}

func revokeAPIToken(c *call) (answer, error) {
	t, _, err := findToken(c, c.arg(0))
	if err != nil {
		return answer{}, err
	}
	return endAPIToken(c, t)
}

func revokeCurrentToken(c *call) (answer, error) {
	if c.tokenID == "" {
		return answer{}, notFound("current", "Token")
	}
	t, _, err := findToken(c, c.tokenID)
	if err != nil {
		return answer{}, err
	}
	return endAPIToken(c, t)
}

func endAPIToken(c *call, t *apiToken) (answer, error) {
	c.tokens.remove(t.id)
	c.emit("system.api_token.revoke", fact{targets: targets(t), debug: tokenDebug(t)})
	return none()
}

// tokenDebug is what the catalogue calls ApiTokenDebugData.
func tokenDebug(t *apiToken) map[string]any {
	connection, _ := t.network["connection"].(string)
	return map[string]any{"networkConnection": connection, "rateLimitPercentage": "50", "concurrencyPercentage": "50"}
}

// newAPIToken makes a token for a user and returns its secret.
func newAPIToken(o *Org, u *user, name string, lives time.Duration) (*apiToken, string) {
	now := o.now()
	t := &apiToken{id: o.ids.next("00T"), name: name, owner: u, network: map[string]any{"connection": "ANYWHERE"}, created: now, updated: now, lives: lives}
	secret := "00" + o.ids.secret(40)
	o.tokens.add(t, secret)
	return t, secret
}
