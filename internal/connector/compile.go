package connector

import (
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"sallyport/internal/quota"
	"sallyport/internal/value"
)

// compile makes a connector of a document that fits the schema.
func compile(d *document) (*Connector, error) {
	root := d.cursor()
	c := &Connector{
		ID: root.text("connector"), Title: root.text("title"), Description: root.text("description"),
		Category: root.text("category"), Docs: root.text("docs"), Origin: d.name,
		Settings: compilePorts(root.at("settings"), false), Secrets: compilePorts(root.at("secrets"), true),
		Actions: map[string]*Action{},
	}
	if path.Base(d.name) != c.ID+".yaml" {
		root.at("connector").fail("the file's name must be %s.yaml", c.ID)
	}
	names := c.names(root)
	for a := range root.at("auth").items() {
		c.Auth = append(c.Auth, compileAuth(a, names))
	}
	c.profile = compileProfile(root, names)
	for id, a := range root.at("actions").fields() {
		c.Actions[id] = compileAction(a, id, names)
	}
	c.crossCheck(root)
	for step := range root.at("test").items() {
		c.profile.test = append(c.profile.test, compileTest(step, c, names))
	}
	return c, errors.Join(d.errs...)
}

// names says what templates of this connector may refer to. The settings and
// secrets of every way to sign in count: which one it is, a connection says.
func (c *Connector) names(root cursor) scopeNames {
	settings, secrets := portNames(c.Settings), portNames(c.Secrets)
	for a := range root.at("auth").items() {
		more, moreSecrets := impliedPorts(AuthKind(a.text("kind")))
		settings = append(settings, portNames(more)...)
		secrets = append(secrets, portNames(moreSecrets)...)
	}
	return scopeNames{"settings": settings, "secrets": secrets, "auth": nil, "call": {"key"}}
}

func portNames(ports []Port) []string {
	names := []string{} // not nil: nil is any name
	for _, p := range ports {
		names = append(names, p.Name)
	}
	return names
}

func compileProfile(root cursor, names scopeNames) *profile {
	p := &profile{base: root.at("base_url").tree(names), dialect: compileDialect(root.at("rate_limit"))}
	for name, h := range root.at("headers").fields() {
		p.headers = append(p.headers, namedTree{name, h.tree(names)})
	}
	if s := root.at("smtp"); s.present() {
		p.smtp = &smtpPlan{
			host: s.at("host").tree(names), port: s.at("port").tree(names),
			security: s.at("security").tree(names), hello: s.at("hello").tree(names),
		}
	}
	p.errors = compileErrors(root.at("errors"), answerNames(names.with(scopeNames{"inputs": nil, "vars": nil})))
	return p
}

func compileDialect(c cursor) quota.Dialect {
	if c.v == "okta" {
		return quota.Okta(0)
	}
	within := time.Duration(c.number("seconds") * float64(time.Second))
	return quota.RetryAfter(int(c.number("calls")), within)
}

// compilePorts reads ports in the order of the file.
func compilePorts(c cursor, secret bool) []Port {
	ports := []Port{}
	for name, f := range c.fields() {
		ports = append(ports, compilePort(f, name, secret))
	}
	return ports
}

func compilePort(f cursor, name string, secret bool) Port {
	p := Port{
		Name: name, Title: f.text("title"), Help: f.text("help"), Type: value.Kind(f.text("type")),
		Required: f.bool("required"), Secret: secret || f.bool("secret"), Long: f.bool("long"), Learned: f.bool("learned"),
	}
	if p.Type == "" {
		p.Type = value.Text
	}
	if p.Title == "" {
		p.Title = titleOf(name)
	}
	for e := range f.at("enum").items() {
		p.Enum = append(p.Enum, e.v)
	}
	if def := f.at("default"); def.present() {
		v, err := value.Convert(def.v, p.Type)
		if err != nil {
			def.fail("%v", err)
		}
		if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e any) bool { return value.Equal(e, v) }) {
			def.fail("it is none of the values that the enum allows")
		}
		p.Default = v
	}
	names := scopeNames{"value": nil}
	p.normalize = f.at("normalize").program(names)
	p.checks = compileChecks(f.at("checks"), names)
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

func compileChecks(c cursor, names scopeNames) []check {
	var checks []check
	for e := range c.items() {
		checks = append(checks, check{e.at("when").program(names), e.at("message").program(names)})
	}
	return checks
}

func compileErrors(c cursor, names scopeNames) []errorPlan {
	var plans []errorPlan
	for e := range c.items() {
		plans = append(plans, errorPlan{
			when: e.at("when").program(names), message: e.at("message").program(names), code: e.at("code").program(names),
			transient: e.at("transient").program(names), auth: e.at("auth").program(names), retry: e.at("retry_after").program(names),
		})
	}
	return plans
}

func compileTest(c cursor, of *Connector, names scopeNames) testStep {
	s := testStep{action: c.text("action"), title: c.text("title")}
	action, ok := of.Actions[s.action]
	if !ok {
		c.at("action").fail("there is no action %s", s.action)
		return s
	}
	if s.title == "" {
		s.title = action.Title
	}
	before := names.without("secrets").without("call")
	after := before.with(scopeNames{"outputs": portNames(action.Outputs)})
	s.when = c.at("when").program(before)
	if in := c.at("inputs"); in.present() {
		s.inputs = in.tree(before)
	}
	s.checks = compileChecks(c.at("checks"), after)
	s.says = c.at("says").program(after)
	for name, e := range c.at("learn").fields() {
		if !slices.ContainsFunc(of.Settings, func(p Port) bool { return p.Name == name && p.Learned }) {
			e.fail("there is no setting %s that can be learned", name)
		}
		s.learn = append(s.learn, variable{name, e.program(after)})
	}
	return s
}

// crossCheck looks at what one action says of another.
func (c *Connector) crossCheck(root cursor) {
	for id, a := range root.at("actions").fields() {
		switch smtp := c.profile.smtp != nil; {
		case smtp && a.at("request").present():
			a.at("request").fail("the connector speaks SMTP: mail is wanted")
		case !smtp && !a.at("request").present():
			a.fail("it has no request")
		}
		undo := a.at("undo")
		if !undo.present() {
			continue
		}
		other, ok := c.Actions[undo.text("action")]
		if !ok {
			undo.at("action").fail("there is no action %s", undo.text("action"))
			continue
		}
		own := c.Actions[id]
		names := scopeNames{"inputs": portNames(own.Inputs), "outputs": portNames(own.Outputs)}
		undo.at("inputs").tree(names)
		for name, in := range undo.at("inputs").fields() {
			if !slices.Contains(portNames(other.Inputs), name) {
				in.fail("%s has no such input", other.ID)
			}
		}
	}
}
