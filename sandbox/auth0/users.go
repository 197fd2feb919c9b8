package auth0

import (
	"cmp"
	"crypto/md5" //nolint:gosec // what Gravatar names pictures by
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"sallyport/sandbox/auth0/lucene"
)

// user is somebody with an account.
type user struct {
	doc      doc // as the API shows it
	password string
	methods  []doc // authentication methods
	sessions []doc
	tokens   []doc // refresh tokens
	roles    []string
	grants   []doc // permissions given directly
	blocks   []doc // by brute-force protection
}

func (u *user) id() string { return str(u.doc, "user_id") }

// connection returns the connection of somebody's first identity.
func (u *user) connection() string {
	ids, _ := u.doc["identities"].([]any)
	if len(ids) == 0 {
		return ""
	}
	first, _ := ids[0].(doc)
	return str(first, "connection")
}

func userRoutes() []route {
	return []route{
		get("/users", "read:users read:user_idp_tokens", listUsers),
		post("/users", "create:users", "Create a User", createUser),
		get("/users/{id}", "read:users read:current_user read:user_idp_tokens", getUser),
		patch("/users/{id}", "update:users update:users_app_metadata update:current_user_metadata", "Update a User", updateUser),
		del("/users/{id}", "delete:users delete:current_user", "Delete a User", deleteUser),
		get("/users-by-email", "read:users", usersByEmail),
	}
}

// searchRules are how Auth0 indexes users.
func searchRules() lucene.Rules {
	return lucene.Rules{Folded: []string{"email", "name", "given_name", "family_name", "nickname", "username"}, Words: []string{"email", "name", "nickname", "user_id", "username"}}
}

func listUsers(c *call) (answer, error) {
	if e := c.param("search_engine"); e != "" && e != "v3" {
		return answer{}, refused("You are not allowed to use search_engine '"+e+"'", "operation_not_supported")
	}
	w, err := c.window(50)
	if err != nil {
		return answer{}, err
	}
	if (w.page+1)*w.size > mostFound {
		return answer{}, refused("You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation", "invalid_paging")
	}
	q, err := lucene.Parse(c.param("q"), searchRules())
	if err != nil {
		return answer{}, refused("Invalid query string: "+err.Error(), "invalid_query_string")
	}
	connection := c.param("connection")
	var found []doc
	for _, u := range c.candidates(q) {
		if q.Match(u.doc) && (connection == "" || u.connection() == connection) {
			found = append(found, u.doc)
		}
	}
	if err := c.sortBy(found); err != nil {
		return answer{}, err
	}
	var in []any
	for _, d := range found[:min(len(found), mostFound)] {
		in = append(in, c.pick(d))
	}
	out := nonNil(w.cut(in))
	if !w.totals {
		return ok(out)
	}
	return ok(doc{"start": w.page * w.size, "limit": w.size, "length": len(out), "total": len(found), "users": out})
}

// candidates returns who can fit a query: by an index where it asks for addresses and
// for nothing else, everybody otherwise. The index lasts as long as nobody's account
// is made, deleted or gets another address.
func (t *Tenant) candidates(q lucene.Query) []*user {
	emails, only := q.Texts("email")
	if !only {
		return t.users
	}
	if t.byEmail == nil {
		t.byEmail = make(map[string][]*user, len(t.users))
		for _, u := range t.users {
			t.byEmail[str(u.doc, "email")] = append(t.byEmail[str(u.doc, "email")], u)
		}
	}
	var out []*user
	for _, e := range emails {
		for _, u := range t.byEmail[strings.ToLower(e)] {
			if !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

func usersByEmail(c *call) (answer, error) {
	email := c.param("email")
	if email == "" {
		return answer{}, badQuery("Missing required property: email")
	}
	if _, err := mail.ParseAddress(email); err != nil {
		return answer{}, badQuery("Object didn't pass validation for format email: %s", email)
	}
	out := []any{}
	for _, u := range c.users {
		if u.doc["email"] == email { // stored in lower case, and compared as it is
			out = append(out, c.pick(u.doc))
		}
	}
	return ok(out)
}

// user returns whom the path names.
func (c *call) user() (*user, error) {
	id := c.args["id"]
	if !strings.Contains(id, "|") {
		return nil, &apiError{http.StatusBadRequest, "invalid_uri", "Object didn't pass validation for format user-id-with-max-length: " + id}
	}
	u, known := c.byID[id]
	if !known {
		return nil, noUser()
	}
	return u, nil
}

func getUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	return ok(c.pick(u.doc))
}

// userFields are the properties of a request about a user, and their types.
func userFields() map[string]string {
	return map[string]string{
		"email": "string", "phone_number": "string", "user_metadata": "object", "blocked": "boolean", "email_verified": "boolean", "phone_verified": "boolean",
		"app_metadata": "object", "given_name": "string", "family_name": "string", "name": "string", "nickname": "string", "picture": "string", "user_id": "string",
		"connection": "string", "password": "string", "verify_email": "boolean", "username": "string", "client_id": "string", "verify_phone_number": "boolean", "_id": "string",
	}
}

// checkUser checks the properties of a request.
func checkUser(body doc) error {
	known := userFields()
	for _, k := range slices.Sorted(maps.Keys(body)) {
		want, is := known[k]
		if !is {
			return badBody("Additional properties not allowed: %s", k)
		}
		got := "object"
		switch body[k].(type) {
		case nil:
			continue
		case string:
			got = "string"
		case bool:
			got = "boolean"
		case float64:
			got = "number"
		case []any:
			got = "array"
		}
		if got != want {
			return badBody("Expected type %s but found type %s' on property %s", want, got, k)
		}
	}
	if email := str(body, "email"); body["email"] != nil {
		if a, err := mail.ParseAddress(email); err != nil || a.Address != email {
			return badBody("Object didn't pass validation for format email: %s' on property email", email)
		}
	}
	return nil
}

func createUser(c *call) (answer, error) {
	if err := checkUser(c.body); err != nil {
		return answer{}, err
	}
	name := str(c.body, "connection")
	if name == "" {
		return answer{}, badBody("Missing required property: connection")
	}
	i := slices.IndexFunc(c.shelves["/connections"].items, func(d doc) bool { return d["name"] == name })
	if i < 0 {
		return answer{}, refused("The connection does not exist.", "inexistent_connection")
	}
	connection := c.shelves["/connections"].items[i]
	email := strings.ToLower(str(c.body, "email"))
	database := connection["strategy"] == "auth0"
	switch {
	case database && email == "" && str(c.body, "username") == "" && str(c.body, "phone_number") == "":
		return answer{}, badBody("Missing required property: email")
	case database && str(c.body, "password") == "":
		return answer{}, badBody("Missing required property: password")
	case database && weak(str(c.body, "password")):
		return answer{}, refused("PasswordStrengthError: Password is too weak", "invalid_password")
	}
	own := str(connection, "strategy") + "|" + str(c.body, "user_id")
	if slices.ContainsFunc(c.users, func(u *user) bool {
		return u.connection() == name && email != "" && u.doc["email"] == email || u.id() == own
	}) {
		return answer{}, conflict("The user already exists.", "auth0_idp_error")
	}
	u := c.enrol(connection, email, c.body)
	return created(u.doc)
}

// weak reports whether a database connection of the policy "good" refuses a
// password.
func weak(password string) bool {
	kinds := 0
	for _, of := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(password, of) {
			kinds++
		}
	}
	if strings.ContainsFunc(password, func(r rune) bool { return !strings.ContainsRune(base62, r) }) {
		kinds++
	}
	return len(password) < 8 || kinds < 3
}

// enrol makes an account in a connection. The caller holds the lock.
func (t *Tenant) enrol(connection doc, email string, with doc) *user {
	provider := str(connection, "strategy")
	own := str(with, "user_id")
	if own == "" {
		own = t.objectID()
	}
	nickname, _, _ := strings.Cut(email, "@")
	now := stamp(t.now())
	digest := md5.Sum([]byte(email)) //nolint:gosec // what Gravatar names pictures by
	d := doc{
		"user_id": provider + "|" + own, "created_at": now, "updated_at": now, "name": email, "nickname": nickname, "email_verified": false,
		"picture":    "https://s.gravatar.com/avatar/" + hex.EncodeToString(digest[:]) + "?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F" + (nickname + "us")[:2] + ".png",
		"identities": []any{doc{"user_id": own, "connection": connection["name"], "provider": provider, "isSocial": provider != "auth0" && provider != "samlp" && provider != "okta"}},
	}
	for _, k := range []string{"given_name", "family_name", "name", "nickname", "picture", "username", "phone_number", "phone_verified", "email_verified", "blocked", "user_metadata", "app_metadata"} {
		if with[k] != nil {
			d[k] = with[k]
		}
	}
	if email != "" {
		d["email"] = email
	}
	u := &user{doc: d, password: str(with, "password")}
	t.users = append(t.users, u)
	t.byID[u.id()], t.byEmail = u, nil
	return u
}

func updateUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if err := checkUser(c.body); err != nil {
		return answer{}, err
	}
	if len(c.body) == 0 {
		return answer{}, badBody("Too few properties defined (0), minimum 1")
	}
	if !c.may("update:users") && slices.ContainsFunc(slices.Collect(maps.Keys(c.body)), func(k string) bool { return k != "app_metadata" && k != "user_metadata" }) {
		return answer{}, scopeMissing([]string{"update:users"})
	}
	if err := c.mayChange(u); err != nil {
		return answer{}, err
	}
	c.apply(u)
	u.doc["updated_at"] = stamp(c.now())
	return ok(u.doc)
}

// mayChange checks the rules about what can be changed with what.
func (c *call) mayChange(u *user) error {
	credentials := []string{}
	for _, k := range []string{"email", "username", "password", "phone_number"} {
		if c.body[k] != nil {
			credentials = append(credentials, k)
		}
	}
	if len(credentials) > 1 {
		return refused("Cannot update "+strings.Join(credentials, " and ")+" simultaneously", "operation_not_supported")
	}
	if name := str(c.body, "connection"); name != "" && name != u.connection() {
		return refused("The connection does not exist.", "inexistent_connection")
	}
	if !strings.HasPrefix(u.id(), "auth0|") {
		for _, k := range []string{"email", "email_verified", "username", "password", "given_name", "family_name", "name", "nickname", "picture"} {
			if _, has := c.body[k]; has {
				return refused("The following user attributes cannot be updated: "+k+". The connection ("+u.connection()+") must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync", "operation_not_supported")
			}
		}
	}
	if email := strings.ToLower(str(c.body, "email")); email != "" {
		for _, other := range c.users {
			if other != u && other.connection() == u.connection() && other.doc["email"] == email {
				return refused("The specified new email already exists", "auth0_idp_error")
			}
		}
	}
	if p := str(c.body, "password"); p != "" && weak(p) {
		return refused("PasswordStrengthError: Password is too weak", "invalid_password")
	}
	return nil
}

// apply changes a user as the body says.
func (c *call) apply(u *user) {
	for k, v := range c.body {
		switch k {
		case "user_metadata", "app_metadata":
			merge(u.doc, k, v)
			c.changed(u.id(), "metadata")
		case "email":
			c.byEmail = nil
			u.doc["email"], u.doc["email_verified"] = strings.ToLower(str(c.body, k)), truth(c.body, "email_verified")
		case "password":
			u.password = str(c.body, k)
			u.doc["last_password_reset"] = stamp(c.now())
		case "blocked":
			u.doc[k] = truth(c.body, k)
			if truth(c.body, k) { // who is blocked has no sessions any more
				u.sessions, u.tokens = nil, nil
			}
			c.changed(u.id(), "blocked")
		case "connection", "client_id", "verify_email", "verify_phone_number", "user_id", "_id":
		default:
			if v == nil {
				delete(u.doc, k)
			} else {
				u.doc[k] = v
			}
		}
	}
}

// merge merges metadata at the first level: null takes a key away, an empty
// object all of them.
func merge(of doc, field string, v any) {
	with, _ := v.(doc)
	if len(with) == 0 {
		delete(of, field)
		return
	}
	out := maps.Clone(sub(of, field))
	for k, x := range with {
		if x == nil {
			delete(out, k)
		} else {
			out[k] = x
		}
	}
	of[field] = out
}

func deleteUser(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		if e, is := errors.AsType[*apiError](err); is && e.status == http.StatusNotFound {
			return none() // it is gone, as is asked for
		}
		return answer{}, err
	}
	c.users = slices.DeleteFunc(c.users, func(x *user) bool { return x == u })
	delete(c.byID, u.id())
	c.byEmail = nil
	for _, o := range c.shelves["/organizations"].items {
		c.keep("members", str(o, "id"), slices.DeleteFunc(c.parts("members", str(o, "id")), func(d doc) bool { return d["user_id"] == u.id() }))
	}
	c.record("sdu", "User Deletion", c.about(u, doc{
		"ip": address(c.r), "user_agent": c.r.UserAgent(), "details": doc{"body": doc{"connection": u.connection(), "tenant": c.opt.Name}},
	}))
	c.changed(u.id(), "deleted")
	return none()
}

// about adds to a log entry whom it is about.
func (t *Tenant) about(u *user, entry doc) doc {
	entry["user_id"], entry["user_name"] = u.id(), cmp.Or(str(u.doc, "email"), str(u.doc, "name"))
	entry["connection"] = u.connection()
	entry["strategy"], _, _ = strings.Cut(u.id(), "|")
	entry["strategy_type"] = "database"
	if entry["strategy"] != "auth0" {
		entry["strategy_type"] = "social"
	}
	for _, d := range t.shelves["/connections"].items {
		if d["name"] == u.connection() {
			entry["connection_id"] = d["id"]
		}
	}
	return entry
}
