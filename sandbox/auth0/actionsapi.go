package auth0

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/sandbox/auth0/actions"
)

// mostCode is how long the code of an Action may be.
const mostCode = 100_000

// postLogin is the trigger whose Actions are run; those of others are kept.
const postLogin = "post-login"

// action is an Action: the draft that the API shows, and what was deployed.
type action struct {
	doc      doc
	built    string // status that the draft has once it was looked at
	errors   []any
	versions []doc // the newest first
	secrets  map[string]string
	// running are the secrets of the version that is deployed.
	running map[string]string
}

func (a *action) id() string { return str(a.doc, "id") }

// deployed returns the version that sign-ins run, if there is one.
func (a *action) deployed() (doc, bool) {
	for _, v := range a.versions {
		if truth(v, "deployed") {
			return v, true
		}
	}
	return nil, false
}

// view is the Action as the API shows it.
func (a *action) view() doc {
	out := maps.Clone(a.doc)
	v, has := a.deployed()
	out["all_changes_deployed"] = has && v["code"] == a.doc["code"] && a.doc["runtime"] == v["runtime"]
	if !has {
		return out
	}
	out["deployed_version"] = v
	out["current_version"] = doc{
		"id": v["id"], "code": v["code"], "runtime": v["runtime"], "status": "BUILT", "number": v["number"], "build_time": v["built_at"], "created_at": v["created_at"], "updated_at": v["updated_at"],
	}
	return out
}

// settle has a draft that was being built be built. Actions are built in no
// time, but whoever makes one sees it pending first.
func (a *action) settle() {
	a.doc["status"] = a.built
}

func actionRoutes() []route {
	const read = "read:actions"
	return []route{
		get("/actions/actions", read, listActions),
		post("/actions/actions", "create:actions", "Create an action", createAction),
		get("/actions/actions/{id}", read, withAction(func(_ *call, a *action) (answer, error) { return ok(a.view()) })),
		patch("/actions/actions/{id}", "update:actions", "Update an action", withAction(updateAction)),
		del("/actions/actions/{id}", "delete:actions", "Delete an action", withAction(deleteAction)),
		post("/actions/actions/{id}/deploy", "create:actions", "Deploy an action", withAction(deployAction)),
		post("/actions/actions/{id}/test", "create:actions", "Test an Action", withAction(testAction)),
		get("/actions/actions/{id}/versions", read, withAction(listVersions)),
		get("/actions/actions/{id}/versions/{version}", read, withAction(getVersion)),
		post("/actions/actions/{id}/versions/{version}/deploy", "create:actions", "Roll back to a previous action version", withAction(rollBack)),
		get("/actions/executions/{id}", read, func(c *call) (answer, error) {
			d, known := c.executions[c.args["id"]]
			if !known {
				return answer{}, notFound("The execution does not exist", "inexistent_execution")
			}
			return ok(d)
		}),
		get("/actions/triggers", read, func(*call) (answer, error) { return ok(doc{"triggers": triggers()}) }),
		get("/actions/triggers/{trigger}/bindings", read, listBindings),
		patch("/actions/triggers/{trigger}/bindings", "update:actions", "Update trigger bindings", bind),
	}
}

// triggerNames are the triggers, in the order in which they are listed.
func triggerNames() []string {
	return []string{
		postLogin, "credentials-exchange", "pre-user-registration", "post-user-registration", "post-change-password", "send-phone-message", "password-reset-post-challenge",
		"custom-phone-provider", "custom-email-provider", "custom-token-exchange", "event-stream", "password-hash-migration", "mcp-tool",
	}
}

func triggers() []any {
	out := []any{}
	for _, name := range triggerNames() {
		version := map[string]string{postLogin: "v3", "credentials-exchange": "v2", "pre-user-registration": "v2", "post-user-registration": "v2", "post-change-password": "v2", "send-phone-message": "v2"}[name]
		if version == "" {
			version = "v1"
		}
		policy := "trigger-bound"
		if slices.Contains([]string{"custom-token-exchange", "event-stream", "password-hash-migration", "mcp-tool"}, name) {
			policy = "entity-bound"
		}
		alike := []any{}
		if name == postLogin {
			alike = []any{doc{"id": name, "version": "v2"}}
		}
		out = append(out, doc{"id": name, "version": version, "status": "CURRENT", "runtimes": []any{"node18-actions", "node22"}, "default_runtime": "node22", "binding_policy": policy, "compatible_triggers": alike})
	}
	return out
}

func withAction(f func(*call, *action) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		a, known := c.actions[c.args["id"]]
		if !known {
			return answer{}, notFound("That action does not exist.", "action_not_found")
		}
		a.settle()
		return f(c, a)
	}
}

// totalled answers a list with how many there are: zeros are left out.
func (c *call) totalled(name string, in []any) (answer, error) {
	w, err := c.window(50)
	if err != nil {
		return answer{}, err
	}
	out := doc{name: nonNil(w.cut(in)), "per_page": w.size}
	if len(in) > 0 {
		out["total"] = len(in)
	}
	if w.page > 0 {
		out["page"] = w.page
	}
	return ok(out)
}

// sorted returns the Actions, the oldest first.
func (t *Tenant) sorted() []*action {
	out := []*action{}
	for _, a := range t.actions {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *action) int {
		if n := strings.Compare(str(a.doc, "created_at"), str(b.doc, "created_at")); n != 0 {
			return n
		}
		return strings.Compare(a.id(), b.id())
	})
	return out
}

func listActions(c *call) (answer, error) {
	var in []any
	for _, a := range c.sorted() {
		a.settle()
		_, deployed := a.deployed()
		if s := c.param("deployed"); s != "" && s != strconv.FormatBool(deployed) {
			continue
		}
		if name := c.param("actionName"); name != "" && name != a.doc["name"] {
			continue
		}
		if trigger := c.param("triggerId"); trigger != "" && !a.serves(trigger) {
			continue
		}
		in = append(in, a.view())
	}
	return c.totalled("actions", in)
}

// serves reports whether an Action is for a trigger.
func (a *action) serves(trigger string) bool {
	list, _ := a.doc["supported_triggers"].([]any)
	return slices.ContainsFunc(list, func(x any) bool { d, _ := x.(doc); return d["id"] == trigger })
}

// nano is a time as Actions have it.
func nano(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// checkAction checks what an Action is made of.
func checkAction(body doc) error {
	if len(str(body, "code")) > mostCode {
		return badBody("String is too long (%d chars), maximum %d on property code", len(str(body, "code")), mostCode)
	}
	list, is := body["supported_triggers"].([]any)
	if body["supported_triggers"] != nil && (!is || len(list) == 0) {
		return badBody("Array is too short (0), minimum 1 on property supported_triggers")
	}
	for _, x := range list {
		d, _ := x.(doc)
		if !slices.Contains(triggerNames(), str(d, "id")) {
			return badBody("Invalid value \"%s\"' on property supported_triggers.id", str(d, "id"))
		}
	}
	return nil
}

func createAction(c *call) (answer, error) {
	for _, f := range []string{"name", "supported_triggers"} {
		if c.body[f] == nil {
			return answer{}, badBody("Missing required property: %s", f)
		}
	}
	if err := checkAction(c.body); err != nil {
		return answer{}, err
	}
	for _, a := range c.actions {
		if a.doc["name"] == c.body["name"] {
			return answer{}, conflict("An action with that name already exists.", "duplicate_action_name")
		}
	}
	a := c.makeAction(c.body)
	out := a.view()
	if truth(c.body, "deploy") {
		a.settle()
		c.deploy(a)
	}
	return created(out)
}

// makeAction makes an Action. The caller holds the lock.
func (t *Tenant) makeAction(from doc) *action {
	now := nano(t.now())
	a := &action{doc: doc{
		"id": t.uuid(), "name": from["name"], "supported_triggers": from["supported_triggers"], "created_at": now, "updated_at": now, "code": str(from, "code"),
		"dependencies": []any{}, "runtime": "node22", "status": "pending", "secrets": []any{},
	}, secrets: map[string]string{}}
	t.draft(a, from)
	t.actions[a.id()] = a
	return a
}

// draft changes the draft of an Action, and builds it.
func (t *Tenant) draft(a *action, from doc) {
	for _, k := range []string{"name", "supported_triggers", "code", "dependencies", "runtime"} {
		if from[k] != nil {
			a.doc[k] = from[k]
		}
	}
	if list, is := from["secrets"].([]any); is {
		kept := map[string]string{}
		shown := []any{}
		for _, x := range list {
			d, _ := x.(doc)
			name := str(d, "name")
			kept[name] = a.secrets[name]
			if v, given := d["value"].(string); given {
				kept[name] = v
			}
			shown = append(shown, doc{"name": name, "updated_at": nano(t.now())})
		}
		a.secrets, a.doc["secrets"] = kept, shown
	}
	a.doc["status"], a.built, a.errors = "pending", "built", nil
	a.doc["updated_at"] = nano(t.now())
	code := str(a.doc, "code")
	fail := deep(code)
	if fail == nil {
		fail = actions.Check(actions.Action{ID: a.id(), Name: str(a.doc, "name"), Code: code})
	}
	if fail != nil {
		a.built, a.errors = "failed", []any{doc{"id": fail.Name, "msg": fail.Message, "url": ""}}
	}
}

// deep refuses code that is nested so deep that reading it would take more
// memory than it is worth.
func deep(code string) *actions.Error {
	const most = 500
	depth := 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if depth > most {
			return &actions.Error{Class: actions.ClassAction, Name: "SyntaxError", Message: "The code is nested too deep"}
		}
	}
	return nil
}

func updateAction(c *call, a *action) (answer, error) {
	if err := checkAction(c.body); err != nil {
		return answer{}, err
	}
	c.draft(a, c.body)
	return ok(a.view())
}

func deleteAction(c *call, a *action) (answer, error) {
	for trigger, list := range c.bindings {
		bound := func(b doc) bool { return b["action_id"] == a.id() }
		if !slices.ContainsFunc(list, bound) {
			continue
		}
		if c.param("force") != "true" {
			return answer{}, refused("This action is bound to a trigger and cannot be deleted; unbind it first or use force.", "action_bound")
		}
		c.bindings[trigger] = slices.DeleteFunc(list, bound)
	}
	delete(c.actions, a.id())
	return none()
}

// brief is the Action as its versions and bindings name it.
func (a *action) brief() doc {
	out := doc{}
	for _, k := range []string{"id", "name", "supported_triggers", "created_at", "updated_at"} {
		out[k] = a.doc[k]
	}
	out["all_changes_deployed"] = a.view()["all_changes_deployed"]
	return out
}

func deployAction(c *call, a *action) (answer, error) {
	if a.built != "built" {
		return answer{}, refused("A draft must be in the 'built' state", "draft_action_not_built")
	}
	out := c.deploy(a)
	shown := maps.Clone(out)
	delete(shown, "built_at")
	shown["deployed"] = false // so it was recorded: it is deployed a moment later
	shown["action"] = a.brief()
	return answer{status: http.StatusOK, body: shown}, nil // the description says 202
}

// deploy makes the draft the version that sign-ins run.
func (t *Tenant) deploy(a *action) doc {
	now := nano(t.now())
	for _, v := range a.versions {
		v["deployed"] = false
	}
	v := doc{
		"id": t.uuid(), "code": a.doc["code"], "dependencies": a.doc["dependencies"], "deployed": true, "number": len(a.versions) + 1, "built_at": now,
		"secrets": a.doc["secrets"], "status": "built", "created_at": now, "updated_at": now, "runtime": a.doc["runtime"], "supported_triggers": a.doc["supported_triggers"],
	}
	a.versions = append([]doc{v}, a.versions...)
	a.running = maps.Clone(a.secrets)
	return v
}

func listVersions(c *call, a *action) (answer, error) {
	var in []any
	for _, v := range a.versions {
		in = append(in, a.version(v))
	}
	return c.totalled("versions", in)
}

func (a *action) version(v doc) doc {
	out := maps.Clone(v)
	out["action_id"], out["action"] = a.id(), a.brief()
	return out
}

func (c *call) version(a *action) (doc, error) {
	i := slices.IndexFunc(a.versions, func(v doc) bool { return v["id"] == c.args["version"] })
	if i < 0 {
		return nil, notFound("That action version does not exist.", "action_version_not_found")
	}
	return a.versions[i], nil
}

func getVersion(c *call, a *action) (answer, error) {
	v, err := c.version(a)
	if err != nil {
		return answer{}, err
	}
	return ok(a.version(v))
}

func rollBack(c *call, a *action) (answer, error) {
	old, err := c.version(a)
	if err != nil {
		return answer{}, err
	}
	c.draft(a, doc{"code": old["code"], "dependencies": old["dependencies"], "runtime": old["runtime"]})
	a.settle()
	return answer{status: http.StatusAccepted, body: a.version(c.deploy(a))}, nil
}

// testAction answers what a draft would do; it says only whether it can be
// built, as the run of a test shows nothing else in this API.
func testAction(_ *call, a *action) (answer, error) {
	if a.built != "built" {
		return answer{}, refused("A draft must be in the 'built' state", "draft_action_not_built")
	}
	return ok(doc{"payload": doc{}})
}

// bindingView is a binding as the API shows it.
func (c *call) bindingView(b doc) doc {
	out := maps.Clone(b)
	delete(out, "action_id")
	if a, known := c.actions[str(b, "action_id")]; known {
		out["action"] = a.view()
	}
	return out
}

func listBindings(c *call) (answer, error) {
	var in []any
	for _, b := range c.bindings[c.args["trigger"]] {
		in = append(in, c.bindingView(b))
	}
	return c.totalled("bindings", in)
}

// bind replaces the ordered list of a trigger's Actions.
func bind(c *call) (answer, error) {
	trigger := c.args["trigger"]
	if !slices.Contains(triggerNames(), trigger) {
		return answer{}, &apiError{http.StatusBadRequest, "invalid_uri", "Path validation error: 'Invalid value \"" + trigger + "\"' on property triggerId"}
	}
	list, is := c.body["bindings"].([]any)
	if !is {
		return answer{}, badBody("Missing required property: bindings")
	}
	to := []doc{}
	for _, x := range list {
		d, _ := x.(doc)
		a, known := c.bound(trigger, sub(d, "ref"))
		if !known {
			return answer{}, refused("A binding refers to an action that does not exist.", "invalid_binding")
		}
		if _, deployed := a.deployed(); !deployed {
			return answer{}, refused("Only deployed actions can be bound.", "invalid_binding")
		}
		to = append(to, c.binding(trigger, a, str(d, "display_name")))
	}
	c.bindings[trigger] = to
	shown := []any{}
	for _, b := range to {
		shown = append(shown, c.bindingView(b))
	}
	return ok(doc{"bindings": shown})
}

func (t *Tenant) binding(trigger string, a *action, name string) doc {
	if name == "" {
		name = str(a.doc, "name")
	}
	now := nano(t.now())
	return doc{"id": t.uuid(), "trigger_id": trigger, "display_name": name, "action_id": a.id(), "created_at": now, "updated_at": now}
}

// bound finds the Action that a binding refers to.
func (c *call) bound(trigger string, ref doc) (*action, bool) {
	value := str(ref, "value")
	for _, b := range c.bindings[trigger] {
		if ref["type"] == "binding_id" && b["id"] == value {
			value = str(b, "action_id")
		}
	}
	for _, a := range c.actions {
		if a.id() == value || ref["type"] != "action_id" && a.doc["name"] == value {
			return a, true
		}
	}
	return nil, false
}
