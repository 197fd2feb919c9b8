package connector

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector/document"
	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// compile makes a connector of documents that fit the schema: its own, and the
// parts that add to it.
func compile(id string, docs []*document.Document) (*Connector, error) {
	root := docs[0].Cursor()
	c := &Connector{
		ID: root.Text("connector"), Title: root.Text("title"), Description: root.Text("description"),
		Category: root.Text("category"), Docs: root.Text("docs"), Origin: docs[0].Name,
		Settings: compilePorts(root.At("settings"), false), Secrets: compilePorts(root.At("secrets"), true),
		Actions: map[string]*Action{},
	}
	names := c.names(root)
	for a := range root.At("auth").Items() {
		c.Auth = append(c.Auth, compileAuth(a, names))
	}
	c.profile = compileProfile(root, names)
	var parts []document.Cursor
	for i, d := range docs {
		part := d.Cursor()
		parts = append(parts, part)
		checkName(part, d.Name, id, i == 0)
	}
	c.compileParts(parts, names)
	for step := range root.At("test").Items() {
		c.profile.test = append(c.profile.test, compileTest(step, c, names))
	}
	var faults []error
	for _, d := range docs {
		faults = append(faults, d.Err())
	}
	return c, errors.Join(faults...)
}

// checkName looks whether a file is what its name says.
func checkName(part document.Cursor, name, id string, first bool) {
	switch extends := part.At("extends"); {
	case first && extends.Present():
		extends.Fail("there is no %s.yaml", id)
	case first && path.Base(name) != part.Text("connector")+".yaml":
		part.At("connector").Fail("the file's name must be %s.yaml", part.Text("connector"))
	case !first && !extends.Present():
		part.At("connector").Fail("the file's name has a part: it extends a connector")
	case !first && part.Text("extends") != id:
		extends.Fail("the file's name must begin with %s", part.Text("extends"))
	}
}

// compileParts reads what several files of a connector may have.
func (c *Connector) compileParts(parts []document.Cursor, names scopeNames) {
	shapes := map[string]document.Cursor{}
	for _, part := range parts {
		for name, shape := range part.At("shapes").Fields() {
			if _, ok := shapes[name]; ok {
				shape.Fail("there is such a shape already")
			}
			shapes[name] = shape
		}
	}
	for _, part := range parts {
		for id, a := range part.At("actions").Fields() {
			if _, ok := c.Actions[id]; ok {
				a.Fail("there is such an action already")
			}
			c.Actions[id] = compileAction(a, id, names, shapes)
		}
		c.Events = append(c.Events, compileEvents(part.At("okta_workflows_events"))...)
	}
	for _, part := range parts {
		c.crossCheck(part)
	}
}

// names says what templates of this connector may refer to. The settings and
// secrets of every way to sign in count: which one it is, a connection says.
func (c *Connector) names(root document.Cursor) scopeNames {
	settings, secrets := portNames(c.Settings), portNames(c.Secrets)
	for a := range root.At("auth").Items() {
		more, moreSecrets := impliedPorts(AuthKind(a.Text("kind")))
		settings = append(settings, portNames(more)...)
		secrets = append(secrets, portNames(moreSecrets)...)
	}
	return scopeNames{"settings": settings, "secrets": secrets, "auth": nil, "call": {"key"}, "now": nil}
}

func portNames(ports []Port) []string {
	names := []string{} // not nil: nil is any name
	for _, p := range ports {
		names = append(names, p.Name)
	}
	return names
}

func compileProfile(root document.Cursor, names scopeNames) *profile {
	limit := root.At("rate_limit")
	p := &profile{
		base: firstAt(root.At("base_url"), names), dialect: compileDialect(limit), scopes: root.At("scopes").Text("grant"), percent: treeAt(limit.At("okta_percent"), names),
	}
	for name, h := range root.At("headers").Fields() {
		p.headers = append(p.headers, namedTree{name, treeAt(h, names)})
	}
	if s := root.At("smtp"); s.Present() {
		p.smtp = &smtpPlan{
			host: treeAt(s.At("host"), names), port: treeAt(s.At("port"), names),
			security: treeAt(s.At("security"), names), hello: treeAt(s.At("hello"), names),
		}
	}
	if j := root.At("judge"); j.Present() {
		open := scopeNames{"settings": names["settings"]}
		p.judge = &judgePlan{j.Text("action"), programAt(j.At("hosts"), open), programAt(j.At("also"), scopeNames{"host": nil, "scheme": nil})}
	}
	p.errors = compileErrors(root.At("errors"), answerNames(names.with(scopeNames{"inputs": nil, "vars": nil})))
	return p
}

func compileDialect(c document.Cursor) quota.Dialect {
	if c.Value == "okta" || c.At("okta_percent").Present() {
		return quota.Okta(0)
	}
	if c.Value == "auth0" {
		return quota.Auth0()
	}
	within := time.Duration(c.Number("seconds") * float64(time.Second))
	return quota.RetryAfter(int(c.Number("calls")), within)
}

// compilePorts reads ports in the order of the file.
func compilePorts(c document.Cursor, secret bool) []Port {
	ports := []Port{}
	for name, f := range c.Fields() {
		ports = append(ports, compilePort(f, name, secret))
	}
	return ports
}

func compilePort(f document.Cursor, name string, secret bool) Port {
	p := Port{
		Name: name, Title: f.Text("title"), Help: f.Text("help"), Type: value.Kind(f.Text("type")),
		Required: f.Bool("required"), Secret: secret || f.Bool("secret"), Long: f.Bool("long"), Learned: f.Bool("learned"),
		dropEmpty: f.Text("drop_empty"),
	}
	if p.Type == "" {
		p.Type = value.Text
	}
	if p.Title == "" {
		p.Title = titleOf(name)
	}
	for e := range f.At("enum").Items() {
		p.Enum = append(p.Enum, e.Value)
	}
	if def := f.At("default"); def.Present() {
		v, err := value.Convert(def.Value, p.Type)
		if err != nil {
			def.Fail("%v", err)
		}
		if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e any) bool { return value.Equal(e, v) }) {
			def.Fail("it is none of the values that the enum allows")
		}
		p.Default = v
	}
	names := scopeNames{"value": nil}
	p.normalize = programAt(f.At("normalize"), names)
	p.checks = compileChecks(f.At("checks"), names)
	return p
}

// titleOf makes a title of a name: "client_id" is "Client ID".
func titleOf(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		switch {
		case w == "id" || w == "url" || w == "cc" || w == "bcc":
			words[i] = strings.ToUpper(w)
		case i == 0 && w != "":
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

func compileChecks(c document.Cursor, names scopeNames) []check {
	var checks []check
	for e := range c.Items() {
		checks = append(checks, check{programAt(e.At("when"), names), programAt(e.At("message"), names)})
	}
	return checks
}

func compileErrors(c document.Cursor, names scopeNames) []errorPlan {
	var plans []errorPlan
	for e := range c.Items() {
		plans = append(plans, errorPlan{
			when: programAt(e.At("when"), names), message: programAt(e.At("message"), names), code: programAt(e.At("code"), names),
			transient: programAt(e.At("transient"), names), auth: programAt(e.At("auth"), names), retry: programAt(e.At("retry_after"), names),
		})
	}
	return plans
}

func compileTest(c document.Cursor, of *Connector, names scopeNames) testStep {
	s := testStep{action: c.Text("action"), title: c.Text("title")}
	action, ok := of.Actions[s.action]
	if !ok {
		c.At("action").Fail("there is no action %s", s.action)
		return s
	}
	if s.title == "" {
		s.title = action.Title
	}
	before := names.without("secrets").without("call").without("now")
	after := before.with(scopeNames{"outputs": portNames(action.Outputs)})
	s.when = programAt(c.At("when"), before)
	if in := c.At("inputs"); in.Present() {
		s.inputs = treeAt(in, before)
	}
	s.checks = compileChecks(c.At("checks"), after)
	s.says = programAt(c.At("says"), after)
	for name, e := range c.At("learn").Fields() {
		if !slices.ContainsFunc(of.Settings, func(p Port) bool { return p.Name == name && p.Learned }) {
			e.Fail("there is no setting %s that can be learned", name)
		}
		s.learn = append(s.learn, variable{name, programAt(e, after)})
	}
	return s
}

// crossCheck looks at what one action says of another.
func (c *Connector) crossCheck(root document.Cursor) {
	if j := c.profile.judge; j != nil {
		c.checkJudge(root.At("judge"), c.Actions[j.action])
	}
	for id, a := range root.At("actions").Fields() {
		switch smtp := c.profile.smtp != nil; {
		case smtp && len(c.Actions[id].do.steps) > 0:
			a.Fail("the connector speaks SMTP: mail is wanted, no request")
		case !smtp && len(c.Actions[id].do.steps) == 0:
			c.checkLocal(a, c.Actions[id])
		}
		undo := a.At("undo")
		if !undo.Present() {
			continue
		}
		other, ok := c.Actions[undo.Text("action")]
		if !ok {
			undo.At("action").Fail("there is no action %s", undo.Text("action"))
			continue
		}
		own := c.Actions[id]
		names := scopeNames{"inputs": portNames(own.Inputs), "outputs": portNames(own.Outputs)}
		treeAt(undo.At("inputs"), names)
		for name, in := range undo.At("inputs").Fields() {
			if !slices.Contains(portNames(other.Inputs), name) {
				in.Fail("%s has no such input", other.ID)
			}
		}
	}
}

// checkLocal looks at an action without a request: it calculates, and calls nobody.
func (c *Connector) checkLocal(a document.Cursor, action *Action) {
	switch {
	case len(action.Outputs) == 0:
		a.Fail("it has no request, and no outputs")
	case action.Effect != Read || action.Repeat != Safe:
		a.Fail("it has no request: its effect is read, and repeating it is safe")
	case len(action.Targets) > 0 || action.Undo != nil || a.At("errors").Present():
		a.Fail("it has no request: it touches nothing, and nobody answers")
	}
}

// checkJudge looks for the inputs that calls of others are put into.
func (c *Connector) checkJudge(j document.Cursor, a *Action) {
	if a == nil {
		j.At("action").Fail("there is no action %s", j.Text("action"))
		return
	}
	for _, name := range []string{"method", "url", "body"} {
		if portNamed(name, a.Inputs) == nil {
			j.At("action").Fail("%s has no input %s", a.ID, name)
		}
	}
}
