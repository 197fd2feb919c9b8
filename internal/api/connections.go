package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/connections", portal.ConnectionsRead, doc{Summary: "Connections"}, listConnections)
	_ = add("POST /api/v1/connections", portal.ConnectionsWrite, doc{
		Summary: "Add a connection", Help: "It is tried out first, and kept only if that goes well: test false skips that. One that somebody has yet to consent to is kept untested: see authorize.", Status: http.StatusCreated,
	}, createConnection)
	_ = add("GET /api/v1/connections/{id}", portal.ConnectionsRead, doc{Summary: "A connection", Help: "Secrets are never shown: only which are set, and since when."}, getConnection)
	_ = add("PATCH /api/v1/connections/{id}", portal.ConnectionsWrite, doc{Summary: "Change a connection", Help: "It is tried out first, and changed only if that goes well: test false skips that."}, patchConnection)
	_ = add("POST /api/v1/connections/{id}/test", portal.ConnectionsWrite, doc{Summary: "Try a connection out", Help: "What is found is kept with it."}, testConnection)
	_ = add("DELETE /api/v1/connections/{id}", portal.ConnectionsWrite, doc{Summary: "Delete a connection", Help: "One that flows or sources use is not deleted: the error names them."}, deleteConnection)
)

// Connection is one configured account of a connector.
type Connection struct {
	ID        string                `json:"id"`
	Name      string                `json:"name"`
	Connector Ref                   `json:"connector"`
	Auth      connector.AuthKind    `json:"auth"`
	Settings  *value.Object         `json:"settings" doc:"by name, as they were entered"`
	Learned   *value.Object         `json:"learned" doc:"settings that a test found out"`
	Secrets   []SecretField         `json:"secrets"`
	Scopes    []string              `json:"scopes,omitempty" doc:"OAuth scopes that its token is asked for; not there where it has none, as an API token"`
	State     store.ConnectionState `json:"state" doc:"when it was last tried"`
	Error     string                `json:"error,omitempty"`
	CheckedAt time.Time             `json:"checkedAt,omitzero"`
	SignedIn  *SignedIn             `json:"signedIn,omitempty" doc:"who signed in, of one that signs in by oauth2_authorization_code; not there where nobody has"`
	Flows     []Ref                 `json:"flows" doc:"that use it"`
	Sources   []Ref                 `json:"sources" doc:"that use it"`
	CreatedAt time.Time             `json:"createdAt"`
	UpdatedAt time.Time             `json:"updatedAt"`
}

// SignedIn is who let a connection act for them, and when.
type SignedIn struct {
	By Ref       `json:"by" doc:"an account; its name is empty where it is no member any more"`
	At time.Time `json:"at"`
}

// SecretField is a secret of a connection, without its value.
type SecretField struct {
	Name      string    `json:"name"`
	Title     string    `json:"title"`
	Required  bool      `json:"required"`
	Long      bool      `json:"long"`
	Set       bool      `json:"set"`
	ChangedAt time.Time `json:"changedAt,omitzero" doc:"when it was last entered"`
}

// TestedConnection is a connection and what trying it out found.
type TestedConnection struct {
	Connection

	Checks []ConnectionCheck `json:"checks" doc:"the steps of the test; none if there was none"`
}

// ConnectionCheck is one step of a connection's test.
type ConnectionCheck struct {
	Action  string `json:"action"`
	Title   string `json:"title"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
}

func showChecks(cs []connector.Check) []ConnectionCheck {
	return each(cs, func(c connector.Check) ConnectionCheck { return ConnectionCheck(c) })
}

// users are what uses connections, and who signed in to them, by the
// connection's id.
type users struct {
	flows, sources map[string][]Ref
	signedIn       map[string]*SignedIn
}

func connectionUsers(ctx context.Context, d Deps, org string) (users, error) {
	out := users{map[string][]Ref{}, map[string][]Ref{}, map[string]*SignedIn{}}
	flows, err := d.DB.Flows.List(ctx, org)
	if err != nil {
		return out, err
	}
	for _, f := range flows {
		seen := map[string]bool{}
		for _, id := range f.Bindings.Connections {
			if !seen[id] {
				out.flows[id] = append(out.flows[id], Ref{f.ID, f.Title})
			}
			seen[id] = true
		}
	}
	sources, err := d.DB.Sources.List(ctx, org)
	for _, s := range sources {
		out.sources[s.Connection] = append(out.sources[s.Connection], Ref{s.ID, s.Name})
	}
	if err != nil {
		return out, err
	}
	return out, out.signIns(ctx, d, org)
}

func (u users) signIns(ctx context.Context, d Deps, org string) error {
	consents, err := d.DB.Grants.Consents(ctx, org)
	if err != nil || len(consents) == 0 {
		return err
	}
	ids := []string{}
	for _, c := range consents {
		ids = append(ids, c.Account)
	}
	people, err := d.DB.Accounts.Some(ctx, org, ids)
	for id, c := range consents {
		u.signedIn[id] = &SignedIn{Ref{c.Account, people[c.Account].Name}, c.At}
	}
	return err
}

func showConnection(d Deps, c store.Connection, u users) Connection {
	out := Connection{
		ID: c.ID, Name: c.Name, Connector: Ref{ID: c.Connector}, Auth: c.Auth, Settings: orEmpty(c.Own), Learned: learned(c),
		Secrets: []SecretField{}, State: c.State, Error: c.Error, CheckedAt: c.CheckedAt,
		Flows: append([]Ref{}, u.flows[c.ID]...), Sources: append([]Ref{}, u.sources[c.ID]...), CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	con, ok := d.Shelf.Of(c.Org, c.Connector)
	if !ok {
		return out
	}
	out.Connector.Name = con.Title
	ports := con.Secrets
	if auth, ok := con.AuthOf(c.Auth); ok {
		if out.Auth = auth.Kind; auth.Kind == connector.AuthorizationCode {
			out.SignedIn = u.signedIn[c.ID]
		}
		out.Scopes = auth.Asks(c.Settings)
		ports = append(slices.Clip(ports), auth.Secrets...)
	}
	for _, p := range ports {
		at, set := c.Secrets[p.Name]
		out.Secrets = append(out.Secrets, SecretField{p.Name, p.Title, p.Required, p.Long, set, at})
	}
	return out
}

func orEmpty(o *value.Object) *value.Object {
	if o == nil {
		return &value.Object{}
	}
	return o
}

// learned returns the settings of a connection that nobody entered.
func learned(c store.Connection) *value.Object {
	out := value.NewObject(1)
	for name, v := range c.Settings.All() {
		if c.Own.At(name) == nil {
			out.Set(name, v)
		}
	}
	return out
}

func listConnections(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Connection, error) {
	all, err := d.DB.Connections.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	u, err := connectionUsers(ctx, d, c.Org.ID)
	return each(all, func(c store.Connection) Connection { return showConnection(d, c, u) }), err
}

func getConnection(ctx context.Context, d Deps, c portal.Caller, in idIn) (Connection, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Connection{}, err
	}
	u, err := connectionUsers(ctx, d, c.Org.ID)
	return showConnection(d, conn, u), err
}

type createConnectionIn struct {
	Connector string                 `json:"connector" doc:"id of the connector"`
	Name      string                 `json:"name" min:"1" max:"100"`
	Auth      connector.AuthKind     `json:"auth,omitempty" doc:"the connector's default where nothing is said"`
	Settings  *value.Object          `json:"settings,omitempty" doc:"by name"`
	Secrets   map[string]secret.Text `json:"secrets,omitempty" doc:"by name"`
	Test      *bool                  `json:"test,omitempty" doc:"try the connection out before it is kept; true where nothing is said"`
}

func createConnection(ctx context.Context, d Deps, c portal.Caller, in createConnectionIn) (TestedConnection, error) {
	if _, ok := d.Shelf.Of(c.Org.ID, in.Connector); !ok {
		return TestedConnection{}, badField("connector", "there is no connector %q", in.Connector)
	}
	now := d.Now()
	conn := store.Connection{
		Connection: connector.Connection{Org: c.Org.ID, ID: id.At(now), Connector: in.Connector, Auth: in.Auth},
		State:      store.ConnectionUntested, Secrets: map[string]time.Time{}, CreatedAt: now, UpdatedAt: now,
	}
	return saveConnection(ctx, d, c, conn, connectionChange{keep: d.DB.Connections.Add, name: in.Name, settings: in.Settings, secrets: in.Secrets, test: in.Test == nil || *in.Test})
}

type patchConnectionIn struct {
	ID       string                 `path:"id"`
	Name     string                 `json:"name,omitempty" max:"100"`
	Auth     connector.AuthKind     `json:"auth,omitempty"`
	Settings *value.Object          `json:"settings,omitempty" doc:"by name; those that are not named stay, null takes one away"`
	Secrets  map[string]secret.Text `json:"secrets,omitempty" doc:"by name; those that are not named stay, the empty text takes one away"`
	Test     *bool                  `json:"test,omitempty" doc:"try the connection out before it is changed; true where nothing is said"`
}

func patchConnection(ctx context.Context, d Deps, c portal.Caller, in patchConnectionIn) (TestedConnection, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TestedConnection{}, err
	}
	conn.Auth = cmp.Or(in.Auth, conn.Auth)
	return saveConnection(ctx, d, c, conn, connectionChange{keep: d.DB.Connections.Set, name: cmp.Or(in.Name, conn.Name), settings: in.Settings, secrets: in.Secrets, test: in.Test == nil || *in.Test})
}

// connectionChange is what somebody enters for a connection.
type connectionChange struct {
	name     string
	settings *value.Object
	secrets  map[string]secret.Text
	test     bool
	keep     func(context.Context, store.Connection) error
}

// saveConnection changes a connection, tries it out if that is wanted, and keeps
// it.
func saveConnection(ctx context.Context, d Deps, c portal.Caller, conn store.Connection, ch connectionChange) (TestedConnection, error) {
	before := conn
	if err := applyChange(d, &conn, ch); err != nil {
		return TestedConnection{}, err
	}
	if err := mayRedirect(d, before, conn, ch); err != nil {
		return TestedConnection{}, err
	}
	known, checks := learned(before), []ConnectionCheck{}
	conn.State, conn.Error, conn.CheckedAt = store.ConnectionUntested, "", time.Time{}
	ready, err := d.Engine.Consented(ctx, conn.Connection)
	if err != nil {
		return TestedConnection{}, err
	}
	if ch.test && ready {
		report, err := d.Engine.Test(ctx, conn.Connection)
		if err != nil {
			return TestedConnection{}, err
		}
		if checks = showChecks(report.Checks); !report.OK {
			return TestedConnection{}, &detailed{error: errs.New(errs.Invalid, "the connection does not work: %s", fault(report)), checks: checks}
		}
		conn.State, conn.CheckedAt, known = store.ConnectionOK, d.Now(), orEmpty(report.Learned)
		checks = append(checks, scopeChecks(ctx, d, conn)...)
	}
	conn.Settings = known
	if err := ch.keep(ctx, conn); err != nil {
		return TestedConnection{}, err
	}
	return savedConnection(ctx, d, c, conn.ID, checks)
}

// applyChange enters settings and secrets.
func applyChange(d Deps, conn *store.Connection, ch connectionChange) error {
	if conn.Name = strings.TrimSpace(ch.name); conn.Name == "" {
		return badField("name", "a connection needs a name")
	}
	if err := knownSettings(d, *conn, ch.settings); err != nil {
		return err
	}
	own := value.NewObject(conn.Own.Len())
	for _, from := range []*value.Object{conn.Own, ch.settings} {
		for name, v := range from.All() {
			own.Set(name, v)
		}
	}
	conn.Settings = own
	normal, err := d.Engine.Normalize(conn.Connection)
	if err != nil {
		return &field{"settings", err}
	}
	conn.Own, conn.Settings = normal, normal
	if len(ch.secrets) == 0 {
		return nil
	}
	if conn.Sealed, err = d.Engine.Seal(conn.Connection, ch.secrets); err != nil {
		return &field{"secrets", err}
	}
	conn.Secrets = changedSecrets(conn.Secrets, ch.secrets, d.Now())
	return nil
}

// knownSettings refuses settings that a connection does not have.
func knownSettings(d Deps, conn store.Connection, settings *value.Object) error {
	con, ok := d.Shelf.Of(conn.Org, conn.Connector)
	if !ok {
		return errs.New(errs.Conflict, "there is no connector %q any more", conn.Connector)
	}
	ports := con.Settings
	if auth, ok := con.AuthOf(conn.Auth); ok {
		ports = append(slices.Clip(ports), auth.Settings...)
	}
	for name := range settings.All() {
		if !slices.ContainsFunc(ports, func(p connector.Port) bool { return p.Name == name }) {
			return badField("settings."+name, "%s has no setting %q", con.Title, name)
		}
	}
	return nil
}

func changedSecrets(before map[string]time.Time, changes map[string]secret.Text, now time.Time) map[string]time.Time {
	out := map[string]time.Time{}
	maps.Copy(out, before)
	for name, s := range changes {
		if s.Empty() {
			delete(out, name)
			continue
		}
		out[name] = now
	}
	return out
}

// mayRedirect refuses to send secrets to another address than the one that they
// were entered for: whoever changes the address enters them again. Otherwise it
// would be a way to read them.
func mayRedirect(d Deps, before, after store.Connection, ch connectionChange) error {
	con, ok := d.Shelf.Of(after.Org, after.Connector)
	if !ok || len(before.Secrets) == 0 {
		return nil
	}
	leads := con.Leads(after.Auth)
	for _, name := range slices.Sorted(maps.Keys(settingsOf(before, after))) {
		old, now := before.Own.At(name), after.Own.At(name)
		if value.Equal(old, now) || !leads[name] && !isURL(old) && !isURL(now) {
			continue
		}
		for secretName := range before.Secrets {
			if s, again := ch.secrets[secretName]; !again || s.Empty() {
				return badField("secrets."+secretName, "the address has changed (%s): enter the secret again, so that it goes only where you mean it to", name)
			}
		}
	}
	return nil
}

// settingsOf returns the names of the settings that connections have.
func settingsOf(conns ...store.Connection) map[string]bool {
	names := map[string]bool{}
	for _, c := range conns {
		for name := range c.Own.All() {
			names[name] = true
		}
	}
	return names
}

func isURL(v any) bool {
	text, _ := v.(string)
	return strings.Contains(text, "://")
}

// fault returns what the step that failed says.
func fault(r connector.Report) string {
	for _, c := range r.Checks {
		if !c.OK {
			return c.Title + ": " + c.Message
		}
	}
	return "its test failed"
}

// savedConnection tells those who look that a connection has changed, and shows
// it.
func savedConnection(ctx context.Context, d Deps, c portal.Caller, id string, checks []ConnectionCheck) (TestedConnection, error) {
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Connection, ID: id})
	shown, err := getConnection(ctx, d, c, idIn{id})
	return TestedConnection{shown, checks}, err
}

func testConnection(ctx context.Context, d Deps, c portal.Caller, in idIn) (TestedConnection, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return TestedConnection{}, err
	}
	report, err := d.Engine.Test(ctx, conn.Connection)
	if err != nil {
		return TestedConnection{}, err
	}
	checks := showChecks(report.Checks)
	if report.OK {
		checks = append(checks, scopeChecks(ctx, d, conn)...)
	}
	known := learned(conn)
	conn.State, conn.Error, conn.CheckedAt = store.ConnectionOK, "", d.Now()
	if !report.OK {
		conn.State, conn.Error = store.ConnectionFailed, fault(report)
	}
	for name, v := range report.Learned.All() {
		known = known.With(name, v)
	}
	conn.Settings = known
	if err := d.DB.Connections.Tested(ctx, conn); err != nil {
		return TestedConnection{}, err
	}
	return savedConnection(ctx, d, c, conn.ID, checks)
}

func deleteConnection(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	if _, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID); err != nil {
		return none{}, err
	}
	u, err := connectionUsers(ctx, d, c.Org.ID)
	if err != nil {
		return none{}, err
	}
	if by := append(slices.Clone(u.flows[in.ID]), u.sources[in.ID]...); len(by) > 0 {
		return none{}, &detailed{error: errs.New(errs.Conflict, "the connection is in use"), usedBy: by}
	}
	if err := d.DB.Connections.Remove(ctx, c.Org.ID, in.ID); err != nil {
		return none{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Connection, ID: in.ID})
	return none{}, nil
}
